//! Security groups and network ACLs as the API answers with them.

use super::OWNER;
use crate::topology::{Acl, Entry, Group, Peer, Permission, Ports, Protocol, Topology};
use serde_json::{Value, json};

pub(super) fn security_groups(topology: &Topology) -> Vec<Value> {
    let rows = topology.groups.iter().enumerate().map(|(id, group)| {
        let permissions = |rules: &[Permission]| -> Vec<Value> {
            rules.iter().map(|rule| permission(topology, group, rule)).collect()
        };
        json!({
            "GroupId": format!("sg-{id}"), "GroupName": format!("group {id}"), "OwnerId": OWNER,
            "VpcId": format!("vpc-{}", group.vpc),
            "IpPermissions": permissions(&group.inbound), "IpPermissionsEgress": permissions(&group.outbound),
        })
    });
    rows.collect()
}

fn permission(topology: &Topology, of: &Group, rule: &Permission) -> Value {
    let blocks: Vec<Value> = rule.peers.iter().filter_map(block_of).collect();
    let pairs: Vec<Value> = rule.peers.iter().filter_map(|peer| pair_of(topology, of, peer)).collect();
    let lists: Vec<Value> = rule.peers.iter().filter_map(list_of).collect();
    let mut permission =
        json!({"IpRanges": blocks, "UserIdGroupPairs": pairs, "Ipv6Ranges": [], "PrefixListIds": lists});
    let (first, last) = rule.ports;
    let (protocol, ports) = match rule.protocol {
        Protocol::All => ("-1", None),
        Protocol::Tcp => ("tcp", Some((i32::from(first), i32::from(last)))),
        Protocol::Udp => ("udp", Some((i32::from(first), i32::from(last)))),
        Protocol::Icmp => ("icmp", Some((-1, -1))),
    };
    permission["IpProtocol"] = json!(protocol);
    if let Some((first, last)) = ports {
        permission["FromPort"] = json!(first);
        permission["ToPort"] = json!(last);
    }
    permission
}

fn block_of(peer: &Peer) -> Option<Value> {
    let Peer::Block(block) = peer else { return None };
    Some(json!({"CidrIp": block.to_string()}))
}

fn list_of(peer: &Peer) -> Option<Value> {
    let Peer::List(list) = peer else { return None };
    Some(json!({"PrefixListId": format!("pl-{list}")}))
}

fn pair_of(topology: &Topology, of: &Group, peer: &Peer) -> Option<Value> {
    match peer {
        Peer::Block(_) | Peer::List(_) => None,
        Peer::Group(id) if topology.groups[*id].vpc == of.vpc => {
            Some(json!({"GroupId": format!("sg-{id}"), "UserId": OWNER}))
        }
        Peer::Group(id) | Peer::Stale(id) => {
            let status = if matches!(peer, Peer::Group(_)) { "active" } else { "deleted" };
            Some(json!({
                "GroupId": format!("sg-{id}"), "UserId": OWNER, "VpcId": format!("vpc-{}", topology.groups[*id].vpc),
                "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": status,
            }))
        }
    }
}

pub(super) fn network_acls(topology: &Topology) -> Vec<Value> {
    let rows = topology.acls.iter().enumerate().map(|(id, acl)| {
        let guarded = topology.subnets.iter().enumerate().filter(|(_, subnet)| subnet.acl == id);
        let associations: Vec<Value> = guarded
            .map(|(subnet, _)| json!({"NetworkAclId": format!("acl-{id}"), "SubnetId": format!("subnet-{subnet}")}))
            .collect();
        json!({
            "NetworkAclId": format!("acl-{id}"), "VpcId": format!("vpc-{}", acl.vpc), "OwnerId": OWNER,
            "IsDefault": acl.is_default, "Associations": associations, "Entries": entries(acl),
        })
    });
    rows.collect()
}

fn entries(acl: &Acl) -> Vec<Value> {
    let last = |egress: bool| json!({"RuleNumber": 32767, "Egress": egress, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"});
    acl.entries.iter().map(entry).chain([last(false), last(true)]).collect()
}

fn entry(entry: &Entry) -> Value {
    let ports = |(from, to): Ports| json!({"From": from, "To": to});
    let (protocol, member, value) = match entry.protocol {
        Protocol::All => ("-1", None, Value::Null),
        Protocol::Tcp => ("6", Some("PortRange"), ports(entry.ports)),
        Protocol::Udp => ("17", Some("PortRange"), ports(entry.ports)),
        Protocol::Icmp => ("1", Some("IcmpTypeCode"), json!({"Type": -1, "Code": -1})),
    };
    let mut row = json!({
        "RuleNumber": entry.number, "Egress": entry.egress, "Protocol": protocol, "CidrBlock": entry.block.to_string(),
        "RuleAction": if entry.allow { "allow" } else { "deny" },
    });
    if let Some(member) = member {
        row[member] = value;
    }
    row
}
