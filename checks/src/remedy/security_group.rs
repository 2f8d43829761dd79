//! How to open a security group: exactly for one protocol, port and peer.

use super::Site;
use crate::fix::Fix;
use crate::net::Direction;
use serde_json::{Value, json};

/// Whom a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer<'p> {
    /// The members of a group.
    Group(&'p str),
    /// A block of either family.
    Block(&'p str),
    /// A prefix list.
    PrefixList(&'p str),
}

/// A rule for one port.
pub fn permission(protocol: &str, port: u16, peers: &[Peer<'_>]) -> Value {
    let (mut groups, mut ipv4, mut ipv6, mut lists) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for peer in peers {
        match peer {
            Peer::Group(id) => groups.push(json!({ "GroupId": id })),
            Peer::Block(block) if block.contains(':') => ipv6.push(json!({ "CidrIpv6": block })),
            Peer::Block(block) => ipv4.push(json!({ "CidrIp": block })),
            Peer::PrefixList(id) => lists.push(json!({ "PrefixListId": id })),
        }
    }
    let mut rule = json!({ "IpProtocol": protocol, "FromPort": port, "ToPort": port });
    if let Some(members) = rule.as_object_mut() {
        for (member, peers) in
            [("IpRanges", ipv4), ("Ipv6Ranges", ipv6), ("PrefixListIds", lists), ("UserIdGroupPairs", groups)]
        {
            if !peers.is_empty() {
                members.insert(member.to_owned(), Value::Array(peers));
            }
        }
    }
    rule
}

/// Adds a rule to a group, and takes it away again in the rollback.
pub fn allow(fix: Fix, site: &Site<'_>, direction: Direction, group: &str, permission: &Value) -> Fix {
    let way = match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    };
    let command = |verb: &str| {
        let command = site.command(&format!("{verb}-security-group-{way}")).arg("group-id", group);
        command.json("ip-permissions", &json!([permission]))
    };
    fix.run(command("authorize")).undo(command("revoke"))
}
