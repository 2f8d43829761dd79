//! Security groups: the union of the allow rules of every group on an interface.
//!
//! Source: VPC user guide, "Security group rules" and "Security group referencing".

use super::addresses::AddressSet;
use super::filter::{Decision, Direction, Filtered, Line, Part};
use super::ports::PortSet;
use super::prefix_list;
use super::proof;
use super::traffic::{Protocol, Traffic};
use crate::evidence::{Component, Evidence};
use crate::snapshot::ec2::{GroupIdentifier, IpPermission, SecurityGroup, UserIdGroupPair, is};
use crate::snapshot::{Gap, Snapshot};

/// Who is at the other end, as far as rules that name a group care.
///
/// A rule that names a group stands for the private addresses of the interfaces that carry it, never for public ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer<'a> {
    /// Interfaces that carry these groups, seen under their private addresses.
    Carrying(&'a [String]),
    /// Nobody that carries a group: the internet, a translated or an on-premises address.
    Outside,
    /// Some private address: which groups it carries follows from the interfaces that are known.
    Unknown,
}

/// What the groups on an interface let through.
///
/// `groups` are the ids on the interface, `traffic` is judged with the peer as destination for egress and as source for ingress.
pub fn evaluate(
    snapshot: &Snapshot,
    groups: &[String],
    direction: Direction,
    traffic: &Traffic,
    peer: Peer<'_>,
) -> Filtered {
    let mut sorting = Sorting { left: vec![traffic.clone()], filtered: Filtered::default(), direction };
    let mut unknown: Vec<(Traffic, Line, Gap)> = Vec::new();
    let mut has_rules = false;
    for id in groups {
        let group = match snapshot.security_groups.get(id) {
            Ok(Some(group)) => group,
            Ok(None) => {
                unknown.push(whole(traffic, id, Gap::opaque(format!("the rules of security group `{id}`"))));
                continue;
            }
            Err(gap) => {
                unknown.push(whole(traffic, id, gap));
                continue;
            }
        };
        for permission in permissions(group, direction) {
            has_rules = true;
            for rule in rules(snapshot, group, permission, direction, traffic, peer) {
                match rule.peers {
                    Ok(peers) => sorting.take(&rule.line, rule.traffic.with_peers(peers, direction), Decision::Passes),
                    Err(gap) => unknown.push((rule.traffic, rule.line, gap)),
                }
            }
        }
    }
    if groups.is_empty() {
        unknown.push(whole(traffic, "", Gap::opaque("which security groups the interface carries")));
    }
    for (part, line, gap) in unknown {
        sorting.take(&line, Some(part), Decision::Unknown(gap));
    }
    sorting.finish(snapshot, groups, has_rules)
}

/// Rules of a group for one direction.
pub fn permissions(group: &SecurityGroup, direction: Direction) -> &[IpPermission] {
    match direction {
        Direction::Ingress => &group.ip_permissions,
        Direction::Egress => &group.ip_permissions_egress,
    }
}

/// Ids of groups as an interface lists them.
pub fn ids(groups: &[GroupIdentifier]) -> Vec<String> {
    groups.iter().map(|group| group.group_id.clone()).collect()
}

/// Sorts packets by the first rule that lets them pass.
struct Sorting {
    left: Vec<Traffic>,
    filtered: Filtered,
    direction: Direction,
}

impl Sorting {
    fn take(&mut self, line: &Line, rule: Option<Traffic>, decision: Decision) {
        let Some(rule) = rule else { return };
        for part in self.left.iter().filter_map(|part| part.intersection(&rule)) {
            self.filtered.parts.push(Part { traffic: part, decision: decision.clone(), line: line.clone() });
        }
        self.left = self.left.iter().flat_map(|part| part.difference(&rule)).collect();
    }

    fn finish(mut self, snapshot: &Snapshot, groups: &[String], has_rules: bool) -> Filtered {
        let member = member(self.direction);
        let evidence: Vec<Evidence> =
            groups.iter().map(|id| proof::of::<SecurityGroup>(snapshot, id, member)).collect();
        let named: Vec<String> = groups.iter().map(|id| format!("`{id}`")).collect();
        let way = match self.direction {
            Direction::Ingress => "inbound",
            Direction::Egress => "outbound",
        };
        let text = format!("no {way} rule of {} allows it", named.join(", "));
        let first = groups.first().cloned().unwrap_or_default();
        let line = Line { component: Component::new("security-group", first), text, evidence };
        for traffic in std::mem::take(&mut self.left) {
            self.filtered.parts.push(Part { traffic, decision: Decision::Dropped, line: line.clone() });
        }
        self.filtered.code = Some(if has_rules { "ENI_SG_RULES_MISMATCH" } else { "SG_HAS_NO_RULES" });
        self.filtered
    }
}

fn member(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "IpPermissions",
        Direction::Egress => "IpPermissionsEgress",
    }
}

fn whole(traffic: &Traffic, id: &str, gap: Gap) -> (Traffic, Line, Gap) {
    let component = Component::new("security-group", id);
    (traffic.clone(), Line { component, text: format!("the rules of `{id}` are not known"), evidence: Vec::new() }, gap)
}

/// A rule with one peer.
struct Rule {
    line: Line,
    /// The packets that were asked about, cut to the protocol and ports of the rule.
    traffic: Traffic,
    peers: Result<AddressSet, Gap>,
}

impl Traffic {
    fn with_peers(mut self, peers: AddressSet, direction: Direction) -> Option<Self> {
        match direction {
            Direction::Ingress => self.source = self.source.intersection(&peers),
            Direction::Egress => self.destination = self.destination.intersection(&peers),
        }
        (!self.is_empty()).then_some(self)
    }
}

/// The rules of a permission which fit the protocol and ports of `traffic`, one for each peer.
fn rules(
    snapshot: &Snapshot,
    group: &SecurityGroup,
    permission: &IpPermission,
    direction: Direction,
    traffic: &Traffic,
    peer: Peer<'_>,
) -> Vec<Rule> {
    let Some(ports) = ports(permission, traffic.protocol) else { return Vec::new() };
    let traffic = Traffic { ports: traffic.ports.intersection(&ports), ..traffic.clone() };
    if traffic.is_empty() {
        return Vec::new();
    }
    let what = describe(permission, &ports);
    let way = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let rule = |peer: &str, peers| Rule {
        line: Line {
            component: Component::new("security-group", &group.group_id),
            text: format!("rule of `{}`: {what} {way} {peer}", group.group_id),
            evidence: Vec::new(),
        },
        traffic: traffic.clone(),
        peers,
    };
    let block = |text: &str| {
        AddressSet::parse(text)
            .ok_or_else(|| Gap::opaque(format!("the block `{text}` in a rule of security group `{}`", group.group_id)))
    };
    let blocks = permission.ip_ranges.iter().map(|range| range.cidr_ip.as_str());
    let blocks = blocks.chain(permission.ipv6_ranges.iter().map(|range| range.cidr_ipv6.as_str()));
    let lists = permission.prefix_list_ids.iter().map(|list| &list.prefix_list_id);
    let pairs = permission.user_id_group_pairs.iter().filter(|pair| !is(&pair.peering_status, "deleted"));
    let far = match direction {
        Direction::Ingress => &traffic.source,
        Direction::Egress => &traffic.destination,
    };
    blocks
        .map(|text| rule(text, block(text)))
        .chain(lists.map(|id| rule(&format!("`{id}`"), prefix_list::addresses(snapshot, id))))
        .chain(pairs.map(|pair| rule(&format!("`{}`", pair.group_id), members(snapshot, pair, far, peer))))
        .collect()
}

/// Ports (or ICMP messages) of a permission for this protocol; `None` when it is about another one.
fn ports(permission: &IpPermission, protocol: Protocol) -> Option<PortSet> {
    if permission.ip_protocol == "-1" {
        return Some(PortSet::all());
    }
    if Protocol::parse(&permission.ip_protocol) != Some(protocol) {
        return None;
    }
    let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
    Some(if protocol.has_ports() {
        PortSet::of_rule(from, to)
    } else if protocol.is_icmp() {
        PortSet::icmp(from, to)
    } else {
        PortSet::all()
    })
}

fn describe(permission: &IpPermission, ports: &PortSet) -> String {
    match Protocol::parse(&permission.ip_protocol) {
        None => "all traffic".to_owned(),
        Some(protocol) if protocol.has_ports() => format!("{protocol} {ports}"),
        Some(protocol) => protocol.to_string(),
    }
}

/// The part of `far` that carries a group which a rule names.
fn members(snapshot: &Snapshot, pair: &UserIdGroupPair, far: &AddressSet, peer: Peer<'_>) -> Result<AddressSet, Gap> {
    match peer {
        Peer::Outside => Ok(AddressSet::none()),
        Peer::Carrying(groups) if groups.contains(&pair.group_id) => Ok(far.clone()),
        Peer::Carrying(_) => Ok(AddressSet::none()),
        Peer::Unknown => carriers(snapshot, &pair.group_id, far),
    }
}

/// Private addresses of the interfaces that carry a group, within `far`.
fn carriers(snapshot: &Snapshot, group: &str, far: &AddressSet) -> Result<AddressSet, Gap> {
    let carries = |groups: &[GroupIdentifier]| groups.iter().any(|carried| carried.group_id == group);
    let listed = snapshot.network_interfaces.known().iter().filter(|eni| carries(&eni.groups)).flat_map(|eni| {
        let v4 = eni.private_ip_addresses.iter().map(|address| address.private_ip_address.as_str());
        let v6 = eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str());
        v4.chain(v6).chain([eni.private_ip_address.as_str()])
    });
    let instances = snapshot.instances.known().iter().flat_map(|instance| &instance.network_interfaces);
    let of_instances = instances.filter(|eni| carries(&eni.groups)).flat_map(|eni| {
        let v4 = eni.private_ip_addresses.iter().map(|address| address.private_ip_address.as_str());
        let v6 = eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str());
        v4.chain(v6).chain([eni.private_ip_address.as_str()])
    });
    let known = AddressSet::of(listed.chain(of_instances)).intersection(far);
    if *far == known {
        return Ok(known);
    }
    // Whoever else carries the group is only known from a list of all its interfaces.
    snapshot.network_interfaces.select("group-id", group, |_| true).map(|_| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::{deny, world};
    use crate::net::traffic::Family;
    use crate::snapshot::operations;
    use serde_json::{Value, json};

    fn https(destination: &str) -> Traffic {
        let far = AddressSet::parse(destination).unwrap();
        Traffic::new(Protocol::TCP, AddressSet::of(["10.0.0.7"]), far, PortSet::one(443))
    }

    fn group(egress: Value) -> Snapshot {
        world(json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": egress}]}))
    }

    fn out(snapshot: &Snapshot, traffic: &Traffic, peer: Peer<'_>) -> Filtered {
        evaluate(snapshot, &["sg-1".to_owned()], Direction::Egress, traffic, peer)
    }

    #[test]
    fn an_empty_group_lets_nothing_out_and_proves_it() {
        let snapshot = group(json!([]));
        let filtered = out(&snapshot, &https("0.0.0.0/0"), Peer::Outside);
        assert!(filtered.passed().is_empty());
        assert_eq!(filtered.code, Some("SG_HAS_NO_RULES"));
        let line = &filtered.parts[0].line;
        assert_eq!(line.text, "no outbound rule of `sg-1` allows it");
        assert_eq!((line.evidence[0].field.as_str(), &line.evidence[0].value), ("IpPermissionsEgress", &json!([])));
    }

    #[test]
    fn protocols_ports_and_families_are_matched() {
        let cases = [
            (json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), true),
            (json!({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), true),
            (json!({"IpProtocol": "6", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), true),
            (json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 442, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), false),
            (
                json!({"IpProtocol": "udp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}),
                false,
            ),
            (json!({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}), false),
            (json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}), false),
        ];
        for (rule, passes) in cases {
            let filtered = out(&group(json!([rule])), &https("52.94.0.0/16"), Peer::Outside);
            assert_eq!(filtered.dropped().is_empty(), passes, "{rule}");
            assert_eq!(filtered.passed().is_empty(), !passes, "{rule}");
        }
    }

    #[test]
    fn parts_add_up_and_name_their_rules() {
        let snapshot = group(json!([
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "52.94.0.0/16"}, {"CidrIp": "52.94.0.0/15"}]}]));
        let filtered = out(&snapshot, &https("52.0.0.0/8"), Peer::Outside);
        assert_eq!(filtered.passed().destinations().to_string(), "52.94.0.0/15");
        assert_eq!(filtered.parts[0].line.text, "rule of `sg-1`: tcp 443 to 52.94.0.0/16");
        assert_eq!(filtered.passed().union(&filtered.dropped()).destinations().to_string(), "52.0.0.0/8");
    }

    #[test]
    fn a_named_group_is_its_private_addresses() {
        let rule = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-e"}]}]);
        let mut snapshot = group(rule);
        let traffic = https("10.0.1.9");
        let carried = ["sg-e".to_owned()];
        assert!(out(&snapshot, &traffic, Peer::Carrying(&carried)).dropped().is_empty());
        assert!(out(&snapshot, &traffic, Peer::Carrying(&[])).passed().is_empty());
        let filtered = out(&snapshot, &traffic, Peer::Unknown);
        assert!(!filtered.unknown_part().is_empty(), "no interface is known");
        let interface = json!({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-e", "PrivateIpAddress": "10.0.1.9",
            "Groups": [{"GroupId": "sg-e"}]}]});
        crate::net::testing::add(&mut snapshot, interface);
        assert!(out(&snapshot, &traffic, Peer::Unknown).dropped().is_empty());
        assert!(out(&snapshot, &https("10.0.1.10"), Peer::Unknown).passed().is_empty());
        let stale =
            json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-e", "PeeringStatus": "deleted"}]}]);
        assert!(out(&group(stale), &traffic, Peer::Carrying(&carried)).passed().is_empty());
    }

    #[test]
    fn a_group_that_cannot_be_read_is_no_empty_group() {
        let mut snapshot = world(json!({}));
        deny(&mut snapshot, operations::DESCRIBE_SECURITY_GROUPS, json!({}));
        let filtered = out(&snapshot, &https("52.94.0.0/16"), Peer::Outside);
        assert!(filtered.dropped().is_empty());
        assert!(
            matches!(&filtered.parts[0].decision, Decision::Unknown(gap) if gap.action() == Some("ec2:DescribeSecurityGroups"))
        );
        let filtered = evaluate(&snapshot, &[], Direction::Egress, &https("52.94.0.0/16"), Peer::Outside);
        assert!(!filtered.unknown_part().is_empty());
    }

    #[test]
    fn an_unreadable_list_matters_only_for_what_no_other_rule_allows() {
        let list =
            json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-1"}]});
        let open = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
        let filtered = out(&group(json!([list, open])), &https("0.0.0.0/0"), Peer::Outside);
        assert!(filtered.unknown_part().is_empty());
        assert_eq!(filtered.passed().destinations(), AddressSet::all(Family::Ipv4));
        let filtered = out(&group(json!([list])), &https("0.0.0.0/0"), Peer::Outside);
        assert!(filtered.dropped().is_empty() && filtered.passed().is_empty());
    }

    #[test]
    fn icmp_types_are_told_apart() {
        let snapshot =
            group(json!([{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]));
        let ping = |kind| {
            let far = AddressSet::parse("8.8.8.8").unwrap();
            Traffic::new(Protocol::ICMP, AddressSet::of(["10.0.0.7"]), far, PortSet::icmp(kind, 0))
        };
        assert!(out(&snapshot, &ping(8), Peer::Outside).dropped().is_empty());
        assert!(out(&snapshot, &ping(13), Peer::Outside).passed().is_empty());
    }
}
