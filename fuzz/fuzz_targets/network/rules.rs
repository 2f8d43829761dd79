//! What filters: security groups and network ACLs.

use super::draw::Draw;
use serde_json::{Value, json};

const PROTOCOLS: &[&str] = &["-1", "tcp", "6", "udp", "17", "icmp", "1", "icmpv6", "58", "50", "0", "255"];

/// A group with rules of every kind.
pub(crate) fn group(draw: &mut Draw<'_>, number: usize) -> Value {
    json!({"GroupId": format!("sg-{number}"), "VpcId": draw.id("vpc", 3),
        "IpPermissions": permissions(draw), "IpPermissionsEgress": permissions(draw)})
}

/// Rules that mostly let something through, so that what lies behind is asked as well.
fn permissions(draw: &mut Draw<'_>) -> Value {
    let mut rules = draw.list(3, permission);
    if let (true, Some(rules)) = (draw.below(3) < 2, rules.as_array_mut()) {
        rules.push(json!({"IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [{ "CidrIpv6": "::/0" }]}));
    }
    rules
}

fn permission(draw: &mut Draw<'_>) -> Value {
    let protocol = draw.word(PROTOCOLS);
    let mut rule = json!({ "IpProtocol": protocol });
    if draw.flag() {
        let first = draw.number();
        let last = if draw.flag() { first } else { draw.number() };
        rule["FromPort"] = json!(first);
        rule["ToPort"] = json!(last);
    }
    if !draw.once_in(4) {
        rule["IpRanges"] = json!([{ "CidrIp": draw.block() }]);
    }
    if draw.once_in(3) {
        rule["Ipv6Ranges"] = draw.list(2, |draw| json!({ "CidrIpv6": draw.block() }));
    }
    if draw.once_in(4) {
        rule["PrefixListIds"] = json!([{ "PrefixListId": draw.id("pl", 3) }]);
    }
    if draw.once_in(3) {
        rule["UserIdGroupPairs"] = draw.list(2, |draw| {
            let mut pair = json!({ "GroupId": draw.id("sg", 4) });
            if draw.once_in(4) {
                pair["VpcPeeringConnectionId"] = draw.id("pcx", 2);
                pair["PeeringStatus"] = draw.word(&["active", "deleted"]);
                pair["VpcId"] = draw.id("vpc", 3);
            }
            pair
        });
    }
    rule
}

/// An ACL for some of the subnets.
pub(crate) fn acl(draw: &mut Draw<'_>, number: usize) -> Value {
    let is_open = !draw.once_in(4);
    let mut entries = draw.list(4, entry);
    if let (true, Some(entries)) = (is_open, entries.as_array_mut()) {
        for (egress, block) in [(true, "0.0.0.0/0"), (false, "0.0.0.0/0")] {
            entries.push(json!({"CidrBlock": block, "Egress": egress, "RuleAction": "allow", "RuleNumber": 32000, "Protocol": "-1"}));
        }
        for egress in [true, false] {
            entries.push(json!({"Ipv6CidrBlock": "::/0", "Egress": egress, "RuleAction": "allow", "RuleNumber": 32001, "Protocol": "-1"}));
        }
    }
    let mut associations = draw.list(4, |draw| json!({ "SubnetId": draw.id("subnet", 6) }));
    if number == 1 && !draw.once_in(4) {
        associations = (1..=6).map(|subnet| json!({ "SubnetId": format!("subnet-{subnet}") })).collect();
    }
    json!({"NetworkAclId": format!("acl-{number}"), "VpcId": draw.id("vpc", 3), "IsDefault": draw.flag(),
        "Associations": associations, "Entries": entries})
}

fn entry(draw: &mut Draw<'_>) -> Value {
    let mut entry = json!({"Egress": draw.flag(), "RuleAction": draw.word(&["allow", "deny"]), "Protocol": draw.word(PROTOCOLS),
        "RuleNumber": if draw.once_in(8) { draw.number() } else { 100 }});
    let block = draw.block();
    entry[if block.contains(':') != draw.once_in(16) { "Ipv6CidrBlock" } else { "CidrBlock" }] = json!(block);
    if draw.flag() {
        entry["PortRange"] = json!({ "From": draw.number(), "To": draw.number() });
    }
    if draw.once_in(4) {
        entry["IcmpTypeCode"] = json!({ "Type": draw.number(), "Code": draw.number() });
    }
    entry
}
