//! Network ACLs: numbered entries, the first that matches decides, and the rest is denied.
//!
//! Source: VPC user guide, "Network ACL rules".

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::filter::{Direction, Effect, Far, Filtered, Line, Sieve};
use crate::net::network::{Network, SubnetIx};
use crate::net::ports::PortSet;
use crate::net::proof;
use crate::net::traffic::{Protocol, TrafficSet};
use crate::snapshot::ec2::{NetworkAcl, NetworkAclEntry, is};
use crate::snapshot::{Gap, Snapshot};

/// Whether every ACL that could guard a subnet was asked for.
///
/// # Errors
/// Why not.
pub(in crate::net) fn lists_every_acl(snapshot: &Snapshot, subnet: &str, vpc: &str) -> Result<(), Gap> {
    let acls = &snapshot.network_acls;
    acls.covers("association.subnet-id", subnet).or_else(|_| acls.covers("vpc-id", vpc))
}

/// The entries of an ACL for one direction, in the order of their numbers.
#[derive(Debug)]
pub(in crate::net) struct Entries(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    /// `None`: every protocol.
    protocol: Option<Protocol>,
    /// Ports or ICMP messages, first and last.
    ports: (u16, u16),
    /// The whole row of addresses where it cannot be read.
    block: (u128, u128),
    unreadable: Option<Box<Gap>>,
    allows: bool,
    /// Position among the entries of the ACL.
    position: usize,
}

impl Entries {
    pub(in crate::net) fn read(acl: &NetworkAcl, direction: Direction) -> Self {
        let mut rows: Vec<(usize, &NetworkAclEntry)> = acl.entries.iter().enumerate().collect();
        rows.retain(|(_, entry)| entry.egress == (direction == Direction::Egress));
        rows.sort_by_key(|(_, entry)| entry.rule_number);
        Self(rows.into_iter().filter_map(|(position, entry)| Entry::read(acl, entry, position)).collect())
    }
}

impl Entry {
    /// `None` where no packet can match.
    fn read(acl: &NetworkAcl, entry: &NetworkAclEntry, position: usize) -> Option<Self> {
        let text = if entry.cidr_block.is_empty() { &entry.ipv6_cidr_block } else { &entry.cidr_block };
        let block = AddressSet::parse(text).and_then(|block| block.ranges().first().copied());
        let unreadable = || {
            let (number, id) = (entry.rule_number, &acl.network_acl_id);
            Box::new(Gap::opaque(format!("the block `{text}` of entry {number} in network ACL `{id}`")))
        };
        let (protocol, ports) = protocol_and_ports(entry)?;
        Some(Self {
            protocol,
            ports,
            block: block.unwrap_or((0, u128::MAX)),
            unreadable: block.is_none().then(unreadable),
            allows: is(&entry.rule_action, "allow"),
            position,
        })
    }
}

/// Protocol and ports (or ICMP messages) of an entry; `None` where no packet can have them.
fn protocol_and_ports(entry: &NetworkAclEntry) -> Option<(Option<Protocol>, (u16, u16))> {
    const EVERY: (u16, u16) = (0, u16::MAX);
    if entry.protocol == "-1" {
        return Some((None, EVERY));
    }
    let protocol = Protocol::parse(&entry.protocol)?;
    let ports = if protocol.has_ports() {
        entry.port_range.as_ref().map(|range| PortSet::of_rule(range.from, range.to))
    } else if protocol.is_icmp() {
        entry.icmp_type_code.as_ref().map(|message| PortSet::icmp(message.r#type, message.code))
    } else {
        None
    };
    let ports = ports.map_or(Some(EVERY), |ports| ports.ranges().next())?;
    Some((Some(protocol), ports))
}

/// Whether the first entry that touches the packets takes and allows all of them.
fn passes_whole(entries: &Entries, direction: Direction, traffic: &TrafficSet) -> bool {
    traffic.parts().iter().all(|part| {
        let far = direction.far(part);
        let touches = |entry: &&Entry| {
            entry.protocol.is_none_or(|own| own == part.protocol)
                && part.ports.is_touching(entry.ports)
                && far.is_touching(entry.block)
        };
        entries.0.iter().find(touches).is_some_and(|entry| {
            let takes_all = part.ports.is_between(entry.ports) && far.is_between(entry.block);
            entry.allows && entry.unreadable.is_none() && takes_all
        })
    })
}

/// What the ACL of a subnet lets through in one direction.
pub fn evaluate(
    network: &Network<'_>,
    subnet: SubnetIx,
    direction: Direction,
    traffic: &TrafficSet,
    explains: bool,
) -> Filtered {
    match network.acl_of(subnet, direction) {
        // Without lines to name, the common case needs no sieve.
        Ok((_, entries)) if !explains && passes_whole(entries, direction, traffic) => Filtered::passed(traffic),
        Ok((acl, entries)) => sort(network.snapshot, acl, entries, direction, traffic, explains),
        Err(gap) => Filtered::unknown(traffic, Component::new("subnet", network.subnet_id(subnet)), gap),
    }
}

fn sort(
    snapshot: &Snapshot,
    acl: &NetworkAcl,
    entries: &Entries,
    direction: Direction,
    traffic: &TrafficSet,
    explains: bool,
) -> Filtered {
    let mut sieve = Sieve::new(traffic, direction, explains);
    let protocol = traffic.protocol();
    for entry in &entries.0 {
        let is_of_other = entry.protocol.is_some_and(|own| Some(own) != protocol);
        if is_of_other || sieve.is_apart(entry.block) || sieve.is_beside(entry.ports) {
            continue;
        }
        let effect = match &entry.unreadable {
            Some(gap) => Effect::Unknown(gap),
            None if entry.allows => Effect::Passes,
            None => Effect::Dropped,
        };
        sieve.take(entry.ports, Far::Block(entry.block), effect, Some(entry.position));
        if sieve.is_done() {
            break;
        }
    }
    sieve.take_rest(Effect::Dropped, None);
    sieve.finish("SUBNET_ACL_RESTRICTION", |position, drops| line(snapshot, acl, position, drops))
}

/// An entry in words; the numbers 32767 and above are AWS's own final denies and have no number in the console.
fn line(snapshot: &Snapshot, acl: &NetworkAcl, position: Option<usize>, drops: bool) -> Line {
    let id = &acl.network_acl_id;
    let entry = position.and_then(|position| Some((position, acl.entries.get(position)?)));
    let text = match entry {
        Some((_, entry)) if entry.rule_number < 32_767 => format!("entry {} of `{id}`", entry.rule_number),
        _ => format!("the final deny of `{id}`"),
    };
    let proof = || {
        let field = entry.map_or_else(|| "Entries".to_owned(), |(position, _)| format!("Entries[{position}]"));
        proof::of::<NetworkAcl>(snapshot, id, &field)
    };
    let evidence = drops.then(proof).into_iter().collect();
    Line { component: Component::new("network-acl", id), text, evidence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::filter::{Decision, Part};
    use crate::net::testing::world;
    use crate::net::traffic::Traffic;
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

    fn replies(ports: PortSet) -> TrafficSet {
        let internet = AddressSet::parse("0.0.0.0/0").unwrap();
        Traffic::new(Protocol::TCP, internet, AddressSet::of(["10.0.0.7"]), ports).into()
    }

    fn incoming(acl: &NetworkAcl, traffic: &TrafficSet) -> Filtered {
        let entries = Entries::read(acl, Direction::Ingress);
        sort(&Snapshot::default(), acl, &entries, Direction::Ingress, traffic, true)
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
            let filtered = incoming(&acl, &replies(PortSet::all()));
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
        let filtered = incoming(&acl, &replies(PortSet::range(1024, 65535)));
        assert_eq!(filtered.passed.ports().to_string(), "1024-5000");
        assert_eq!(filtered.dropped.ports().to_string(), "5001-65535");
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
        let network = Network::new(&snapshot);
        let subnet = network.subnet("subnet-1").unwrap();
        let traffic = Traffic::new(
            Protocol::TCP,
            AddressSet::of(["10.0.0.7"]),
            AddressSet::of(["52.94.0.1"]),
            PortSet::range(442, 443),
        );
        let filtered = evaluate(&network, subnet, Direction::Egress, &traffic.into(), true);
        assert_eq!(filtered.passed.ports().to_string(), "442");
        let dropped = filtered.parts.iter().find(|part| part.decision == Decision::Dropped).unwrap().line.clone();
        assert_eq!(dropped.evidence[0].field, "Entries[1]");
        assert_eq!(dropped.evidence[0].value["RuleNumber"], 90);
        let filtered = evaluate(&network, subnet, Direction::Ingress, &replies(PortSet::all()), true);
        assert_eq!(filtered.parts[0].line.text, "the final deny of `acl-1`");
    }

    #[test]
    fn a_subnet_without_a_known_acl() {
        let unknown = |facts: serde_json::Value| {
            let snapshot = world(facts);
            let network = Network::new(&snapshot);
            let subnet = network.subnet("subnet-2").unwrap();
            let filtered = evaluate(&network, subnet, Direction::Ingress, &replies(PortSet::all()), true);
            filtered.unknown.first().unwrap().1.clone()
        };
        let subnet = json!([{"SubnetId": "subnet-2", "VpcId": "vpc-1"}]);
        let gap = unknown(json!({"Subnets": subnet, "NetworkAcls": []}));
        assert_eq!(gap.missing(), "the network ACL of subnet `subnet-2`");
        assert_eq!(unknown(json!({"Subnets": subnet})).action(), Some("ec2:DescribeNetworkAcls"));
    }
}
