//! How to mend a network ACL.

use super::Case;
use super::paths::Wall;
use crate::fix::{Aws, Fix, FixClass};

/// An allow entry in front of the one that denies, for the peer of the packets that were dropped and for these ports.
pub fn acl_fix(case: &Case<'_>, acl: &str, egress: bool, ports: (u16, u16), wall: &Wall<'_>) -> Fix {
    let entries =
        case.snapshot.network_acls.get(acl).ok().flatten().map(|acl| acl.entries.as_slice()).unwrap_or_default();
    let taken: Vec<i64> =
        entries.iter().filter(|entry| entry.egress == egress).map(|entry| entry.rule_number).collect();
    // The first entry decides, so a number below every other one always works; AWS allows 1 to 32766.
    let lowest = taken.iter().copied().min().unwrap_or(100);
    let number = if lowest > 1 {
        lowest.saturating_sub(1)
    } else {
        (1..32766).find(|number| !taken.contains(number)).unwrap_or(1)
    };
    let far = wall.obstacle.header.as_ref().map(|header| {
        let addresses = if egress { &header.destination } else { &header.source };
        addresses.blocks()
    });
    let peer = match far.as_deref() {
        Some([block]) => block.to_string(),
        Some(blocks) if blocks.iter().any(|block| block.is_ipv6()) => "::/0".to_owned(),
        _ => "0.0.0.0/0".to_owned(),
    };
    let direction = if egress { "egress" } else { "ingress" };
    let option = if peer.contains(':') { "ipv6-cidr-block" } else { "cidr-block" };
    let entry = |name| {
        Aws::new("ec2", name, case.region())
            .arg("network-acl-id", acl)
            .flag(direction)
            .arg("rule-number", number.to_string())
    };
    let (from, to) = ports;
    Fix::new(
        FixClass::A,
        format!("let TCP {from}-{to} pass in front of the entry that denies; every subnet of `{acl}` is affected"),
    )
    .run(
        entry("create-network-acl-entry")
            .arg("protocol", "tcp")
            .arg("port-range", format!("From={from},To={to}"))
            .arg(option, &peer)
            .arg("rule-action", "allow"),
    )
    .undo(entry("delete-network-acl-entry"))
}
