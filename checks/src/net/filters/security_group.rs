//! Security groups: the union of the allow rules of every group on an interface.
//!
//! Source: VPC user guide, "Security group rules" and "Security group referencing".

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::filter::{Direction, Effect, Far, Filtered, Line, Sieve};
use crate::net::network::{GroupIx, Network};
use crate::net::ports::PortSet;
use crate::net::prefix_list;
use crate::net::proof;
use crate::net::traffic::{Protocol, TrafficSet};
use crate::snapshot::Gap;
use crate::snapshot::ec2::{GroupIdentifier, IpPermission, SecurityGroup, UserIdGroupPair, is};

/// Who is at the other end, as far as rules that name a group care.
///
/// A rule that names a group stands for the private addresses of the interfaces that carry it, never for public ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer<'a> {
    /// An interface that carries these groups, seen under its private addresses.
    Carrying(&'a [GroupIx]),
    /// An interface that carries these groups; whether that shows is not known.
    Perhaps(&'a [GroupIx], &'a Gap),
    /// An interface that carries these groups, which something on the way keeps from showing: the code says what.
    Hidden(&'a [GroupIx], &'static str),
    /// Nobody that carries a group: the internet, a translated or an on-premises address.
    Outside,
    /// Somebody who may carry any group, under any address: a rule that names a group may be meant for him.
    Anybody,
    /// Some private address: which groups it carries follows from the interfaces that are known.
    Unknown,
}

/// The rules of a group for one direction, read once: together those with the same protocol and ports.
#[derive(Debug)]
pub(in crate::net) struct Rules<'s> {
    heads: Vec<Head>,
    bundles: Vec<Bundle<'s>>,
    /// First and last port and position of each head, by first port; and the highest last port of it and those before.
    by_port: Vec<((u16, u16), usize, u16)>,
}

/// What the rules of a bundle are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    /// `None`: every protocol.
    protocol: Option<Protocol>,
    /// Ports or ICMP messages, first and last.
    ports: (u16, u16),
}

/// The peers of the rules with one head.
#[derive(Debug, Default)]
struct Bundle<'s> {
    /// Every address that a block or prefix list names.
    addresses: AddressSet,
    /// Its corners, to pass over it.
    corners: (u128, u128),
    peers: Vec<RulePeer<'s>>,
    /// Whether some peer is none of addresses.
    has_others: bool,
}

#[derive(Debug)]
enum RulePeer<'s> {
    Block((u128, u128), &'s str),
    List(AddressSet, &'s str),
    Group(GroupIx, &'s UserIdGroupPair),
    Unreadable(Gap, &'s str),
}

impl RulePeer<'_> {
    fn text(&self) -> String {
        match self {
            Self::Block(_, text) => (*text).to_owned(),
            Self::List(_, id) | Self::Unreadable(_, id) => format!("`{id}`"),
            Self::Group(_, pair) => format!("`{}`", pair.group_id),
        }
    }
}

impl<'s> Rules<'s> {
    pub(in crate::net) fn read(network: &Network<'s>, group: &'s SecurityGroup, direction: Direction) -> Self {
        let mut rules = Self { heads: Vec::new(), bundles: Vec::new(), by_port: Vec::new() };
        for permission in permissions(group, direction) {
            let Some((protocol, ports)) = protocol_and_ports(permission) else { continue };
            rules.add(Head { protocol, ports }, peers(network, group, permission));
        }
        for bundle in &mut rules.bundles {
            bundle.close();
        }
        rules.by_port = rules.heads.iter().enumerate().map(|(at, head)| (head.ports, at, head.ports.1)).collect();
        rules.by_port.sort_unstable();
        let mut highest = 0;
        for (_, _, known) in &mut rules.by_port {
            highest = highest.max(*known);
            *known = highest;
        }
        rules
    }

    /// Whether there is none.
    pub(in crate::net) fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The rules whose ports hold all of these, those for few ports first.
    fn holding(&self, (first, last): (u16, u16)) -> impl Iterator<Item = (&Head, &Bundle<'s>)> {
        let end = self.by_port.partition_point(|((from, _), ..)| *from <= first);
        let near = self.by_port.get(..end).unwrap_or_default().iter().rev();
        let near = near.take_while(move |(.., highest)| *highest >= last).filter(move |((_, to), ..)| *to >= last);
        near.filter_map(|(_, at, _)| Some((self.heads.get(*at)?, self.bundles.get(*at)?)))
    }

    fn add(&mut self, head: Head, peers: Vec<RulePeer<'s>>) {
        if peers.is_empty() {
            return;
        }
        match self.heads.iter().position(|known| *known == head).and_then(|at| self.bundles.get_mut(at)) {
            Some(bundle) => bundle.peers.extend(peers),
            None => {
                self.heads.push(head);
                self.bundles.push(Bundle { peers, ..Bundle::default() });
            }
        }
    }
}

impl Bundle<'_> {
    fn close(&mut self) {
        let blocks = self.peers.iter().flat_map(|peer| match peer {
            RulePeer::Block(block, _) => std::slice::from_ref(block),
            RulePeer::List(addresses, _) => addresses.ranges(),
            RulePeer::Group(..) | RulePeer::Unreadable(..) => &[],
        });
        self.addresses = AddressSet::of_ranges(blocks.copied());
        self.corners = self.addresses.corners();
        self.has_others = self.peers.iter().any(|peer| matches!(peer, RulePeer::Group(..) | RulePeer::Unreadable(..)));
    }
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

fn peers<'s>(network: &Network<'s>, group: &SecurityGroup, permission: &'s IpPermission) -> Vec<RulePeer<'s>> {
    let block = |text: &'s str| match AddressSet::parse(text).as_ref().map(AddressSet::ranges) {
        Some([block]) => RulePeer::Block(*block, text),
        _ => {
            let what = format!("the block `{text}` in a rule of security group `{}`", group.group_id);
            RulePeer::Unreadable(Gap::opaque(what), text)
        }
    };
    let v4 = permission.ip_ranges.iter().map(|range| range.cidr_ip.as_str());
    let v6 = permission.ipv6_ranges.iter().map(|range| range.cidr_ipv6.as_str());
    let lists = permission.prefix_list_ids.iter().map(|list| list.prefix_list_id.as_str());
    let lists = lists.map(|id| match prefix_list::addresses(network.snapshot, id) {
        Ok(addresses) => RulePeer::List(addresses, id),
        Err(gap) => RulePeer::Unreadable(gap, id),
    });
    // A rule that names a group of a deleted peering connection stays in the list and matches nothing.
    let pairs = permission.user_id_group_pairs.iter().filter(|pair| !is(&pair.peering_status, "deleted"));
    let pairs = pairs.filter_map(|pair| Some(RulePeer::Group(network.group(&pair.group_id)?, pair)));
    v4.chain(v6).map(block).chain(lists).chain(pairs).collect()
}

/// Protocol and ports (or ICMP messages) of a permission; `None` where no packet can have them.
fn protocol_and_ports(permission: &IpPermission) -> Option<(Option<Protocol>, (u16, u16))> {
    if permission.ip_protocol == "-1" {
        return Some((None, (0, u16::MAX)));
    }
    let protocol = Protocol::parse(&permission.ip_protocol)?;
    let (from, to) = (permission.from_port.unwrap_or(-1), permission.to_port.unwrap_or(-1));
    let ports = if protocol.has_ports() {
        PortSet::of_rule(from, to)
    } else if protocol.is_icmp() {
        PortSet::icmp(from, to)
    } else {
        PortSet::all()
    };
    Some((Some(protocol), ports.ranges().next()?))
}

/// What decided about packets.
#[derive(Debug, Clone, Copy)]
enum Name {
    /// A rule of a group.
    Rule(GroupIx, usize, usize),
    /// A group whose rules are not known.
    Group(GroupIx),
    /// The interface, whose groups are not known.
    Interface,
    /// That no rule matched.
    Rest,
}

/// A rule that waits until those that are known have taken their packets.
type Pending<'a> = ((u16, u16), &'a Gap, Name);

/// Whether single rules let all the packets through.
fn pass_whole(
    network: &Network<'_>,
    groups: &[GroupIx],
    direction: Direction,
    traffic: &TrafficSet,
    peer: Peer<'_>,
) -> bool {
    let is_named = |rule: &RulePeer<'_>| match (rule, peer) {
        (RulePeer::Group(named, _), Peer::Carrying(carried)) => carried.contains(named),
        (RulePeer::Group(..), Peer::Anybody) => true,
        _ => false,
    };
    traffic.parts().iter().all(|part| {
        let far = direction.far(part);
        let takes_all = |(head, bundle): (&Head, &Bundle<'_>)| {
            head.protocol.is_none_or(|own| own == part.protocol)
                && (far.is_subset(&bundle.addresses) || (bundle.has_others && bundle.peers.iter().any(is_named)))
        };
        let rules = groups.iter().filter_map(|group| network.rules(*group, direction).ok());
        rules.into_iter().any(|rules| rules.holding(part.ports.corners()).any(takes_all))
    })
}

/// What the groups on an interface let through: packets to the peer for egress, from the peer for ingress.
pub fn evaluate<'n>(
    network: &'n Network<'_>,
    groups: &[GroupIx],
    direction: Direction,
    traffic: &TrafficSet,
    peer: Peer<'n>,
    explains: bool,
) -> Filtered {
    static NO_GROUPS: std::sync::LazyLock<Gap> =
        std::sync::LazyLock::new(|| Gap::opaque("which security groups the interface carries"));
    // Without lines to name, the common case needs no sieve.
    if !explains && pass_whole(network, groups, direction, traffic, peer) {
        return Filtered::passed(traffic);
    }
    let mut sieve = Sieve::new(traffic, direction, explains);
    let (mut code, mut hidden) = ("SG_HAS_NO_RULES", None);
    let mut open: Vec<Pending<'n>> = Vec::new();
    for group in groups {
        let rules = match network.rules(*group, direction) {
            Ok(rules) => rules,
            Err(gap) => {
                open.push(((0, u16::MAX), gap, Name::Group(*group)));
                continue;
            }
        };
        if !rules.heads.is_empty() {
            code = "ENI_SG_RULES_MISMATCH";
        }
        for (at, (head, bundle)) in rules.heads.iter().zip(&rules.bundles).enumerate() {
            let is_of_other = head.protocol.is_some_and(|own| Some(own) != traffic.protocol());
            if is_of_other || sieve.is_beside(head.ports) {
                continue;
            }
            if !explains && !sieve.is_apart(bundle.corners) {
                sieve.take(head.ports, Far::Set(&bundle.addresses), Effect::Passes, Name::Rest);
            }
            if explains || bundle.has_others {
                let mut asked = Asked { network, peer, sieve: &mut sieve, open: &mut open, hidden: &mut hidden };
                asked.one_by_one(head, bundle, (*group, at));
            }
            if sieve.is_done() {
                return sieve.finish(code, |name, drops| line(network, groups, direction, name, drops));
            }
        }
    }
    for (ports, gap, name) in open {
        sieve.take(ports, Far::Any, Effect::Unknown(gap), name);
    }
    if groups.is_empty() {
        sieve.take_rest(Effect::Unknown(&NO_GROUPS), Name::Interface);
    }
    sieve.take_rest(Effect::Dropped, Name::Rest);
    sieve.finish(hidden.unwrap_or(code), |name, drops| line(network, groups, direction, name, drops))
}

/// A question to the rules of a bundle, each for itself: so that the line that decides has a name.
struct Asked<'q, 'n, 's> {
    network: &'n Network<'s>,
    peer: Peer<'n>,
    sieve: &'q mut Sieve<'n, Name>,
    open: &'q mut Vec<Pending<'n>>,
    hidden: &'q mut Option<&'static str>,
}

impl<'n, 's> Asked<'_, 'n, 's> {
    fn one_by_one(&mut self, head: &Head, bundle: &'n Bundle<'s>, (group, at): (GroupIx, usize)) {
        for (number, rule) in bundle.peers.iter().enumerate() {
            let name = Name::Rule(group, at, number);
            let far = match rule {
                RulePeer::Block(block, _) => Some(Far::Block(*block)),
                RulePeer::List(addresses, _) => Some(Far::Set(addresses)),
                RulePeer::Unreadable(gap, _) => {
                    self.open.push((head.ports, gap, name));
                    None
                }
                RulePeer::Group(named, pair) => self.carriers((*named, &pair.user_id), head.ports, name),
            };
            if let Some(far) = far {
                self.sieve.take(head.ports, far, Effect::Passes, name);
            }
        }
    }

    /// The far addresses that a rule stands for which names a group.
    fn carriers(&mut self, (named, account): (GroupIx, &str), ports: (u16, u16), name: Name) -> Option<Far<'n>> {
        match self.peer {
            Peer::Anybody => Some(Far::Any),
            Peer::Carrying(carried) if carried.contains(&named) => Some(Far::Any),
            Peer::Hidden(carried, why) if carried.contains(&named) => {
                *self.hidden = Some(why);
                None
            }
            Peer::Perhaps(carried, gap) if carried.contains(&named) => {
                self.open.push((ports, gap, name));
                None
            }
            Peer::Carrying(_) | Peer::Perhaps(..) | Peer::Hidden(..) | Peer::Outside => None,
            Peer::Unknown => {
                if let Some(gap) = self.network.unlisted_carriers(named, account) {
                    self.open.push((ports, gap, name));
                }
                Some(Far::Set(self.network.carriers(named)))
            }
        }
    }
}

fn line(network: &Network<'_>, groups: &[GroupIx], direction: Direction, name: Name, drops: bool) -> Line {
    let ids = || groups.iter().map(|group| network.group_id(*group));
    let (id, text) = match name {
        Name::Rule(group, bundle, number) => {
            let id = network.group_id(group);
            (id, rule_in_words(network, group, direction, (bundle, number)).unwrap_or_default())
        }
        Name::Group(group) => {
            let id = network.group_id(group);
            (id, format!("the rules of `{id}` are not known"))
        }
        Name::Interface => ("", "the groups of the interface are not known".to_owned()),
        Name::Rest => {
            let named: Vec<String> = ids().map(|id| format!("`{id}`")).collect();
            let way = if direction == Direction::Ingress { "inbound" } else { "outbound" };
            (ids().next().unwrap_or_default(), format!("no {way} rule of {} allows it", named.join(", ")))
        }
    };
    let member = if direction == Direction::Ingress { "IpPermissions" } else { "IpPermissionsEgress" };
    let proofs = || ids().map(|id| proof::of::<SecurityGroup>(network.snapshot, id, member)).collect();
    let evidence = if drops { proofs() } else { Vec::new() };
    Line { component: Component::new("security-group", id), text, evidence }
}

/// A rule in words: "rule of `sg-1`: tcp 443 to 10.0.0.0/16".
fn rule_in_words(
    network: &Network<'_>,
    group: GroupIx,
    direction: Direction,
    (bundle, number): (usize, usize),
) -> Option<String> {
    let rules = network.rules(group, direction).ok()?;
    let (head, peer) = (rules.heads.get(bundle)?, rules.bundles.get(bundle)?.peers.get(number)?);
    let what = match head.protocol {
        None => "all traffic".to_owned(),
        Some(protocol) if protocol.has_ports() => format!("{protocol} {}", PortSet::range(head.ports.0, head.ports.1)),
        Some(protocol) => protocol.to_string(),
    };
    let way = if direction == Direction::Ingress { "from" } else { "to" };
    Some(format!("rule of `{}`: {what} {way} {}", network.group_id(group), peer.text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::filter::Decision;
    use crate::net::testing::{deny, world};
    use crate::net::traffic::Family;
    use crate::net::traffic::Traffic;
    use crate::snapshot::Snapshot;
    use crate::snapshot::operations;
    use serde_json::{Value, json};

    fn https(destination: &str) -> Traffic {
        let far = AddressSet::parse(destination).unwrap();
        Traffic::new(Protocol::TCP, AddressSet::of(["10.0.0.7"]), far, PortSet::one(443))
    }

    fn group(egress: Value) -> Snapshot {
        world(json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": egress}]}))
    }

    /// What `sg-1` lets out to nobody in particular, or to interfaces that carry these groups.
    fn out_to(snapshot: &Snapshot, traffic: &Traffic, carried: Option<&[&str]>) -> Filtered {
        let network = Network::new(snapshot);
        let own = network.group("sg-1").unwrap();
        let traffic = traffic.clone().into();
        let judge = |peer| evaluate(&network, &[own], Direction::Egress, &traffic, peer, true);
        match carried {
            None => judge(Peer::Unknown),
            Some(ids) => {
                let groups: Vec<GroupIx> = ids.iter().map(|id| network.group(id).unwrap()).collect();
                judge(Peer::Carrying(&groups))
            }
        }
    }

    fn out(snapshot: &Snapshot, traffic: &Traffic) -> Filtered {
        let network = Network::new(snapshot);
        let own = network.group("sg-1").unwrap();
        evaluate(&network, &[own], Direction::Egress, &traffic.clone().into(), Peer::Outside, true)
    }

    #[test]
    fn an_empty_group_lets_nothing_out_and_proves_it() {
        let snapshot = group(json!([]));
        let filtered = out(&snapshot, &https("0.0.0.0/0"));
        assert!(filtered.passed.is_empty());
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
            let filtered = out(&group(json!([rule])), &https("52.94.0.0/16"));
            assert_eq!(filtered.dropped.is_empty(), passes, "{rule}");
            assert_eq!(filtered.passed.is_empty(), !passes, "{rule}");
        }
    }

    #[test]
    fn parts_add_up_and_name_their_rules() {
        let snapshot = group(json!([
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "52.94.0.0/16"}, {"CidrIp": "52.94.0.0/15"}]}]));
        let filtered = out(&snapshot, &https("52.0.0.0/8"));
        assert_eq!(filtered.passed.destinations().to_string(), "52.94.0.0/15");
        assert_eq!(filtered.parts[0].line.text, "rule of `sg-1`: tcp 443 to 52.94.0.0/16");
        assert_eq!(filtered.passed.union(&filtered.dropped).destinations().to_string(), "52.0.0.0/8");
    }

    #[test]
    fn a_named_group_is_its_private_addresses() {
        let rule = json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-e"}]}]);
        let mut snapshot = group(rule);
        let traffic = https("10.0.1.9");
        let carried = ["sg-e"];
        assert!(out_to(&snapshot, &traffic, Some(&carried)).dropped.is_empty());
        assert!(out_to(&snapshot, &traffic, Some(&[])).passed.is_empty());
        let filtered = out_to(&snapshot, &traffic, None);
        assert!(!filtered.unknown_part().is_empty(), "no interface is known");
        let interface = json!({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-e", "PrivateIpAddress": "10.0.1.9",
            "Groups": [{"GroupId": "sg-e"}]}]});
        crate::net::testing::add(&mut snapshot, interface);
        assert!(out_to(&snapshot, &traffic, None).dropped.is_empty());
        assert!(out_to(&snapshot, &https("10.0.1.10"), None).passed.is_empty());
        let stale =
            json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-e", "PeeringStatus": "deleted"}]}]);
        assert!(out_to(&group(stale), &traffic, Some(&carried)).passed.is_empty());
    }

    #[test]
    fn a_group_that_cannot_be_read_is_no_empty_group() {
        let eni = json!({"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1"}]});
        let mut snapshot = world(json!({"NetworkInterfaces": [eni]}));
        deny(&mut snapshot, operations::DESCRIBE_SECURITY_GROUPS, json!({}));
        let filtered = out(&snapshot, &https("52.94.0.0/16"));
        assert!(filtered.dropped.is_empty());
        assert!(
            matches!(&filtered.parts[0].decision, Decision::Unknown(gap) if gap.action() == Some("ec2:DescribeSecurityGroups"))
        );
        let traffic = https("52.94.0.0/16").into();
        let filtered = evaluate(&Network::new(&snapshot), &[], Direction::Egress, &traffic, Peer::Outside, true);
        assert!(!filtered.unknown_part().is_empty());
    }

    #[test]
    fn an_unreadable_list_matters_only_for_what_no_other_rule_allows() {
        let list =
            json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-1"}]});
        let open = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
        let filtered = out(&group(json!([list, open])), &https("0.0.0.0/0"));
        assert!(filtered.unknown_part().is_empty());
        assert_eq!(filtered.passed.destinations(), AddressSet::all(Family::Ipv4));
        let filtered = out(&group(json!([list])), &https("0.0.0.0/0"));
        assert!(filtered.dropped.is_empty() && filtered.passed.is_empty());
    }

    #[test]
    fn icmp_types_are_told_apart() {
        let snapshot =
            group(json!([{"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]));
        let ping = |kind| {
            let far = AddressSet::parse("8.8.8.8").unwrap();
            Traffic::new(Protocol::ICMP, AddressSet::of(["10.0.0.7"]), far, PortSet::icmp(kind, 0))
        };
        assert!(out(&snapshot, &ping(8)).dropped.is_empty());
        assert!(out(&snapshot, &ping(13)).passed.is_empty());
    }
}
