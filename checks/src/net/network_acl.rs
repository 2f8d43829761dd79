//! Network ACLs: numbered entries, the first that matches decides, and the rest is denied.
//!
//! Source: VPC user guide, "Network ACL rules".

use super::addresses::AddressSet;
use super::filter::{Decision, Direction, Filtered, Line, Part};
use super::ports::PortSet;
use super::proof;
use super::traffic::{Protocol, Traffic};
use crate::evidence::{Component, Evidence};
use crate::snapshot::ec2::{NetworkAcl, NetworkAclEntry, is};
use crate::snapshot::{Gap, Observed, Snapshot};

/// The ACL that guards a subnet.
///
/// # Errors
/// Why it is not known; each subnet has one, so that a list without it is no answer (the ACLs of a shared subnet belong to its owner).
pub fn of_subnet<'a>(snapshot: &'a Snapshot, subnet: &str, vpc: &str) -> Result<&'a NetworkAcl, Gap> {
    let guards = |acl: &NetworkAcl| acl.associations.iter().any(|association| association.subnet_id == subnet);
    if let Some(acl) = snapshot.network_acls.known().iter().find(|acl| guards(acl)) {
        return Ok(acl);
    }
    let by_subnet = snapshot.network_acls.select("association.subnet-id", subnet, guards);
    by_subnet.or_else(|_| snapshot.network_acls.select("vpc-id", vpc, guards))?;
    Err(Gap::opaque(format!("the network ACL of subnet `{subnet}`")))
}

/// What an ACL lets through in one direction.
pub fn evaluate(snapshot: &Snapshot, acl: &NetworkAcl, direction: Direction, traffic: &Traffic) -> Filtered {
    let mut entries: Vec<(usize, &NetworkAclEntry)> = acl.entries.iter().enumerate().collect();
    entries.retain(|(_, entry)| entry.egress == (direction == Direction::Egress));
    entries.sort_by_key(|(_, entry)| entry.rule_number);
    let mut filtered = Filtered { parts: Vec::new(), code: Some("SUBNET_ACL_RESTRICTION") };
    let mut left = vec![traffic.clone()];
    for (position, entry) in entries {
        let Some(matched) = matched(acl, entry, direction, traffic).transpose() else { continue };
        let (matched, decision) = match matched {
            Ok(matched) if is(&entry.rule_action, "allow") => (matched, Decision::Passes),
            Ok(matched) => (matched, Decision::Dropped),
            Err(gap) => (traffic.clone(), Decision::Unknown(gap)),
        };
        let line = Line {
            component: Component::new("network-acl", &acl.network_acl_id),
            text: text(acl, entry),
            evidence: if decision == Decision::Dropped { evidence(snapshot, acl, position) } else { Vec::new() },
        };
        let parts = left.iter().filter_map(|part| part.intersection(&matched));
        filtered.parts.extend(parts.map(|traffic| Part { traffic, decision: decision.clone(), line: line.clone() }));
        left = left.iter().flat_map(|part| part.difference(&matched)).collect();
    }
    let line = Line {
        component: Component::new("network-acl", &acl.network_acl_id),
        text: format!("the final deny of `{}`", acl.network_acl_id),
        evidence: vec![proof::of::<NetworkAcl>(snapshot, &acl.network_acl_id, "Entries")],
    };
    filtered.parts.extend(left.into_iter().map(|traffic| Part {
        traffic,
        decision: Decision::Dropped,
        line: line.clone(),
    }));
    filtered
}

/// [`evaluate`] for the ACL of a subnet, unknown as a whole when the ACL is.
pub fn of_subnet_evaluated(
    snapshot: &Snapshot,
    subnet: &str,
    vpc: &str,
    direction: Direction,
    traffic: &Traffic,
) -> Filtered {
    match of_subnet(snapshot, subnet, vpc) {
        Ok(acl) => evaluate(snapshot, acl, direction, traffic),
        Err(gap) => Filtered::unknown(traffic, Component::new("subnet", subnet), gap),
    }
}

/// The numbers 32767 and above are AWS's own final denies and have no number in the console.
fn text(acl: &NetworkAcl, entry: &NetworkAclEntry) -> String {
    if entry.rule_number >= 32_767 {
        format!("the final deny of `{}`", acl.network_acl_id)
    } else {
        format!("entry {} of `{}`", entry.rule_number, acl.network_acl_id)
    }
}

fn evidence(snapshot: &Snapshot, acl: &NetworkAcl, position: usize) -> Vec<Evidence> {
    vec![proof::of::<NetworkAcl>(snapshot, &acl.network_acl_id, &format!("Entries[{position}]"))]
}

/// The packets of `traffic` that an entry is about.
fn matched(acl: &NetworkAcl, entry: &NetworkAclEntry, direction: Direction, traffic: &Traffic) -> Observed<Traffic> {
    let Some(ports) = ports(entry, traffic.protocol) else { return Ok(None) };
    let block = if entry.cidr_block.is_empty() { &entry.ipv6_cidr_block } else { &entry.cidr_block };
    let Some(addresses) = AddressSet::parse(block) else {
        return Err(Gap::opaque(format!(
            "the block `{block}` of entry {} in network ACL `{}`",
            entry.rule_number, acl.network_acl_id
        )));
    };
    let mut matched = Traffic { ports: traffic.ports.intersection(&ports), ..traffic.clone() };
    match direction {
        Direction::Ingress => matched.source = matched.source.intersection(&addresses),
        Direction::Egress => matched.destination = matched.destination.intersection(&addresses),
    }
    Ok((!matched.is_empty()).then_some(matched))
}

/// Ports (or ICMP messages) of an entry for this protocol; `None` when it is about another one.
fn ports(entry: &NetworkAclEntry, protocol: Protocol) -> Option<PortSet> {
    if entry.protocol == "-1" {
        return Some(PortSet::all());
    }
    if Protocol::parse(&entry.protocol) != Some(protocol) {
        return None;
    }
    Some(if protocol.has_ports() {
        entry.port_range.as_ref().map_or_else(PortSet::all, |range| PortSet::of_rule(range.from, range.to))
    } else if protocol.is_icmp() {
        entry.icmp_type_code.as_ref().map_or_else(PortSet::all, |message| PortSet::icmp(message.r#type, message.code))
    } else {
        PortSet::all()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::world;
    use crate::snapshot::ec2::PortRange;
    use proptest::prelude::*;
    use serde_json::json;

    fn entry(rule_number: i64, action: bool, block: &str, from: i64, to: i64) -> NetworkAclEntry {
        NetworkAclEntry {
            rule_number,
            rule_action: if action { "allow" } else { "deny" }.into(),
            cidr_block: block.into(),
            protocol: "6".into(),
            port_range: Some(PortRange { from, to }),
            ..NetworkAclEntry::default()
        }
    }

    fn acl(entries: Vec<NetworkAclEntry>) -> NetworkAcl {
        NetworkAcl { network_acl_id: "acl-1".into(), entries, ..NetworkAcl::default() }
    }

    fn replies(ports: PortSet) -> Traffic {
        let internet = AddressSet::parse("0.0.0.0/0").unwrap();
        Traffic::new(Protocol::TCP, internet, AddressSet::of(["10.0.0.7"]), ports)
    }

    /// The rule book for one packet, word by word.
    fn naive(acl: &NetworkAcl, source: [u8; 4], port: u16) -> bool {
        let mut entries: Vec<&NetworkAclEntry> = acl.entries.iter().collect();
        entries.sort_by_key(|entry| entry.rule_number);
        for entry in entries {
            let block: ipnetwork::IpNetwork = entry.cidr_block.parse().unwrap();
            let in_ports =
                entry.port_range.as_ref().is_none_or(|range| (range.from..=range.to).contains(&i64::from(port)));
            if block.contains(source.into()) && in_ports {
                return entry.rule_action == "allow";
            }
        }
        false
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn sets_agree_with_single_packets(rules in proptest::collection::vec((1..20_i64, any::<bool>(), 0..16_u8, 28..=32_u8, 0..10_u16, 0..10_u16), 0..7)) {
            let entries = rules.iter().map(|(number, action, host, length, a, b)| {
                entry(*number, *action, &format!("10.0.0.{host}/{length}"), i64::from(*a.min(b)), i64::from(*a.max(b)))
            }).collect();
            let acl = acl(entries);
            let filtered = evaluate(&Snapshot::default(), &acl, Direction::Ingress, &replies(PortSet::all()));
            for host in 0..16 {
                for port in 0..11 {
                    let packet = Traffic::new(Protocol::TCP, AddressSet::of([format!("10.0.0.{host}").as_str()]), AddressSet::of(["10.0.0.7"]), PortSet::one(port));
                    let decisions: Vec<&Part> = filtered.parts.iter().filter(|part| part.traffic.intersection(&packet).is_some()).collect();
                    prop_assert_eq!(decisions.len(), 1, "each packet is decided once");
                    prop_assert_eq!(decisions[0].decision == Decision::Passes, naive(&acl, [10, 0, 0, host], port));
                }
            }
        }
    }

    #[test]
    fn an_allow_before_a_deny_passes_only_its_part() {
        let acl = acl(vec![entry(200, false, "0.0.0.0/0", 0, 65535), entry(100, true, "0.0.0.0/0", 1024, 5000)]);
        let filtered = evaluate(&Snapshot::default(), &acl, Direction::Ingress, &replies(PortSet::range(1024, 65535)));
        assert_eq!(filtered.passed().ports().to_string(), "1024-5000");
        assert_eq!(filtered.dropped().ports().to_string(), "5001-65535");
        assert_eq!(filtered.parts[1].line.text, "entry 200 of `acl-1`");
    }

    #[test]
    fn the_acl_of_a_subnet_and_the_proof() {
        let snapshot = world(json!({"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1",
            "Associations": [{"SubnetId": "subnet-1"}],
            "Entries": [
                {"CidrBlock": "0.0.0.0/0", "Egress": false, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767},
                {"CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "6", "PortRange": {"From": 443, "To": 443}, "RuleAction": "deny", "RuleNumber": 90},
                {"CidrBlock": "0.0.0.0/0", "Egress": true, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100}]}]}));
        let acl = of_subnet(&snapshot, "subnet-1", "vpc-1").unwrap();
        let traffic = Traffic::new(
            Protocol::TCP,
            AddressSet::of(["10.0.0.7"]),
            AddressSet::of(["52.94.0.1"]),
            PortSet::range(442, 443),
        );
        let filtered = evaluate(&snapshot, acl, Direction::Egress, &traffic);
        assert_eq!(filtered.passed().ports().to_string(), "442");
        let dropped = filtered.touching(&filtered.dropped(), |_| true).next().unwrap().line.clone();
        assert_eq!(dropped.evidence[0].field, "Entries[1]");
        assert_eq!(dropped.evidence[0].value["RuleNumber"], 90);
        let filtered = evaluate(&snapshot, acl, Direction::Ingress, &replies(PortSet::all()));
        assert_eq!(filtered.parts[0].line.text, "the final deny of `acl-1`");
        let gap = of_subnet(&snapshot, "subnet-2", "vpc-1").unwrap_err();
        assert_eq!(gap.missing(), "the network ACL of subnet `subnet-2`");
        assert_eq!(of_subnet(&Snapshot::default(), "s", "v").unwrap_err().action(), Some("ec2:DescribeNetworkAcls"));
    }
}
