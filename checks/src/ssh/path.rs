//! The ways from the source to the port of the instance.

use super::case::Case;
use super::question::Origin;
use super::source::Source;
use crate::finding::Judgement;
use crate::instance::Host;
use crate::net::{AddressSet, Cause, Effect, Family, Interface, Path, Protocol, Verdict};
use crate::reach::{self, Fault, Judge, Packets, Subject};
use crate::snapshot::ec2::{AddressAssociation, Instance, InstanceNetworkInterface, Route, is};
use crate::snapshot::{Gap, Observed, Snapshot, operations as op};
use crate::walls::{Lane, Ways};
use ipnetwork::IpNetwork;
use std::net::IpAddr;

/// One way to the instance.
#[derive(Debug, Clone)]
pub struct Road {
    /// The address family, in words; what tells it from another way.
    pub label: String,
    /// The address of the instance that it leads to, where a certain one is meant.
    pub to: Option<IpAddr>,
    /// What the engine found.
    pub path: Path,
    /// What keeps the source from sending at all.
    pub faults: Vec<Fault>,
}

/// The ways of a case: one for each family in which both ends meet.
pub(super) fn of_case(case: &Case<'_>) -> Vec<Road> {
    if !case.has_known_way() {
        return Vec::new();
    }
    let judge = Judge::new(case.host.network);
    let mut roads: Vec<Road> = questions(case).into_iter().map(|question| walked(&judge, question)).collect();
    if roads.is_empty()
        && let Origin::Block(block) = case.source.origin()
    {
        let gap = Gap::opaque(format!("who connects from `{block}`, where no interface is known"));
        let family = Family::of(block.ip());
        roads.push(Road { label: family.to_string(), to: None, path: unknown(family, case, gap), faults: Vec::new() });
    }
    // Of many that may connect, those that do not run are not meant.
    if roads.iter().any(|road| road.faults.is_empty()) {
        roads.retain(|road| road.faults.is_empty());
    }
    // A client that meets a closed address goes on to the next.
    if roads.iter().any(|road| road.path.verdict == Verdict::Reachable) {
        for road in roads.iter_mut().filter(|road| road.path.verdict == Verdict::Blocked) {
            road.path.verdict = Verdict::Degraded;
            for obstacle in &mut road.path.obstacles {
                obstacle.effect = Effect::Degraded;
            }
        }
    }
    roads
}

/// The questions about paths that a question about an instance comes to.
pub(super) fn questions(case: &Case<'_>) -> Vec<Asked> {
    let targets = case.targets();
    let asked = |(to, address): (Subject, Option<IpAddr>)| {
        let family = case.family_to(address);
        let packets = Packets::To(Protocol::TCP, Some(case.question.port));
        let of = move |from| Asked {
            family,
            to: address,
            case: reach::Case { id: None, from, to: to.clone(), packets, family: Some(family), expect: None },
        };
        case.senders(family).into_iter().map(of)
    };
    targets.into_iter().flat_map(asked).collect()
}

/// A question about a path.
pub(super) struct Asked {
    family: Family,
    to: Option<IpAddr>,
    pub(super) case: reach::Case,
}

/// A way of which nothing is known.
fn unknown(family: Family, case: &Case<'_>, gap: Gap) -> Path {
    Path {
        family,
        to: case.host.instance.instance_id.clone(),
        hops: Vec::new(),
        reply_hops: Vec::new(),
        verdict: Verdict::Unknown,
        obstacles: Vec::new(),
        gaps: vec![gap],
    }
}

fn walked(judge: &Judge<'_>, asked: Asked) -> Road {
    let Asked { family, to, case } = asked;
    let label = family.to_string();
    let open = |gap: Gap| Path {
        family,
        to: case.to.to_string(),
        hops: Vec::new(),
        reply_hops: Vec::new(),
        verdict: Verdict::Unknown,
        obstacles: Vec::new(),
        gaps: vec![gap],
    };
    let pair = match judge.pairs(&case) {
        Ok(pairs) => pairs.into_iter().next(),
        Err(reach::Problem::NotReadable(_, gap)) => return Road { label, to, path: open(gap), faults: Vec::new() },
        Err(problem) => {
            let path = open(Gap::opaque(format!("the way from `{}` ({problem})", case.from)));
            return Road { label, to, path, faults: Vec::new() };
        }
    };
    let Some(pair) = pair else {
        return Road { label, to, path: open(Gap::opaque("the way")), faults: Vec::new() };
    };
    let mut answer = judge.answer(&pair, &case);
    let unseen: Vec<Gap> = pair.from.gaps.iter().chain(&pair.to.gaps).cloned().collect();
    let path = match answer.ways.pop() {
        Some(mut way) => {
            if way.path.verdict != Verdict::Blocked && !unseen.is_empty() {
                way.path.verdict = Verdict::Unknown;
                way.path.gaps.extend(unseen);
            }
            way.path
        }
        None => Path { gaps: unseen, ..open(Gap::opaque("the way")) },
    };
    Road { label, to, path, faults: pair.from.faults }
}

impl<'a> Case<'a> {
    /// Whether it is known by which way connections come: over the internet or from where the question says. Whoever says nothing about
    /// an instance that other private networks lead to may sit in one of them.
    pub fn has_known_way(&self) -> bool {
        let is_said = matches!(self.source, Source::Given(_));
        let is_private = |(_, address): &(Subject, Option<IpAddr>)| match address {
            Some(address) => !is_public(*address),
            None => !self.has_public_address(),
        };
        is_said || !(self.is_linked() && self.targets().iter().any(is_private))
    }

    /// Whether the internet has an address for it.
    pub fn has_public_address(&self) -> bool {
        self.own_addresses().into_iter().any(is_public)
    }

    /// Every address of the instance.
    pub fn own_addresses(&self) -> Vec<IpAddr> {
        addresses_of(self.host.instance)
    }

    /// The addresses that the user connects to, when one or a name that was looked up is given.
    ///
    /// # Errors
    /// The name was not looked up.
    pub fn meant(&self) -> Result<Vec<IpAddr>, Gap> {
        let Some(host) = self.question.probe.as_deref() else { return Ok(Vec::new()) };
        named(self.host.snapshot, host)
    }

    /// Addresses of the instance that are meant: those that the user connects to, else none in particular.
    fn targets(&self) -> Vec<(Subject, Option<IpAddr>)> {
        let id = &self.host.instance.instance_id;
        let own = self.own_addresses();
        // A tunnel leads to a private address, whatever this machine connects to.
        let is_led_to = |address: &IpAddr| self.source.connect_endpoint().is_none() || !is_public(*address);
        let meant = self.meant().unwrap_or_default().into_iter();
        let meant = meant.filter(|address| own.contains(address) && is_led_to(address));
        let fits = |address: &IpAddr| self.source.origin().family().is_none_or(|family| family == Family::of(*address));
        let targets: Vec<_> =
            meant.filter(fits).map(|address| (Subject::At(id.clone(), address), Some(address))).collect();
        if !targets.is_empty() {
            return targets;
        }
        let on_primary = self.host.instance.primary_interface().map(addresses_on).unwrap_or_default();
        let elsewhere = own.into_iter().filter(|address| is_public(*address) && fits(address));
        let elsewhere: Vec<IpAddr> = elsewhere.collect();
        let has_primary = elsewhere.iter().any(|address| on_primary.contains(address));
        match elsewhere.first() {
            // A public address on another interface only is the one that can be meant.
            Some(address) if self.is_from_internet() && !has_primary => {
                vec![(Subject::At(id.clone(), *address), Some(*address))]
            }
            _ => vec![(Subject::Instance(id.clone()), None)],
        }
    }

    /// The family of connections to an address: that of the source, of the address, or of the public address that the instance has.
    fn family_to(&self, address: Option<IpAddr>) -> Family {
        if let (None, Some(id)) = (address, self.source.connect_endpoint()) {
            let endpoint = self.host.snapshot.instance_connect_endpoints.get(id).ok().flatten();
            let is_v6 = endpoint.is_some_and(|own| is(&own.ip_address_type, "ipv6"))
                || self.host.instance.private_ip_address.is_empty();
            return if is_v6 { Family::Ipv6 } else { Family::Ipv4 };
        }
        let own = || {
            let has = |family| self.own_addresses().into_iter().any(|own| is_public(own) && Family::of(own) == family);
            if has(Family::Ipv6) && !has(Family::Ipv4) { Family::Ipv6 } else { Family::Ipv4 }
        };
        address.map(Family::of).or_else(|| self.source.origin().family()).unwrap_or_else(own)
    }

    /// Who sends: the interface that has the address here, those here that have one of a block, an address outside, or all of a block.
    fn senders(&self, family: Family) -> Vec<Subject> {
        let origin = self.source.origin();
        if origin.family().is_some_and(|own| own != family) {
            return Vec::new();
        }
        let block = match &origin {
            Origin::Internet => return vec![Subject::Internet],
            Origin::ConnectEndpoint(id) => return vec![Subject::ConnectEndpoint(id.clone())],
            Origin::Block(block) => *block,
        };
        let Some(address) = origin.addresses().single() else { return self.senders_of(block) };
        if is_public(address) {
            return vec![Subject::Outside(address)];
        }
        let owners: Vec<_> = self.host.network.owners(address).collect();
        let vpc = &self.host.instance.vpc_id;
        match (owners.iter().find(|own| own.vpc_id == vpc), owners.as_slice()) {
            (Some(own), _) | (None, [own]) => vec![Subject::At(own.id.to_owned(), address)],
            (None, _) => vec![Subject::Far(block)],
        }
    }

    /// Who sends of a block: what lies in the VPC comes from its interfaces, the rest from beyond.
    fn senders_of(&self, block: IpNetwork) -> Vec<Subject> {
        if self.is_from_internet() {
            return vec![Subject::Far(block)];
        }
        let Host { snapshot, network, instance, .. } = &self.host;
        let sends = |id: &str| match snapshot.network_interfaces.get(id) {
            Ok(Some(row)) => !row.requester_managed && matches!(row.interface_type.as_str(), "" | "interface"),
            Ok(None) | Err(_) => true,
        };
        let is_itself = |id: &str| instance.network_interfaces.iter().any(|eni| eni.network_interface_id == id);
        let here = network
            .interfaces()
            .iter()
            .filter(|own| own.vpc_id == instance.vpc_id && !own.is_foreign && !is_itself(own.id) && sends(own.id));
        let at = |own: &Interface<'_>| {
            let address = own.all_addresses().find(|address| block.contains(*address))?;
            Some(Subject::At(own.id.to_owned(), address))
        };
        let beyond = without(block, &self.vpc_blocks()).into_iter().map(Subject::Far);
        here.filter_map(at).chain(beyond).collect()
    }

    /// The blocks of the VPC, as far as they are known.
    fn vpc_blocks(&self) -> Vec<IpNetwork> {
        let Ok(Some(vpc)) = self.host.snapshot.vpcs.get(&self.host.instance.vpc_id) else { return Vec::new() };
        let v4 = vpc.cidr_block_association_set.iter().map(|own| own.cidr_block.as_str());
        let v6 = vpc.ipv6_cidr_block_association_set.iter().map(|own| own.ipv6_cidr_block.as_str());
        v4.chain(v6).chain([vpc.cidr_block.as_str()]).filter_map(|text| text.parse().ok()).collect()
    }

    /// The id of the interface here that has the address of the source, when it is a private one.
    pub fn sender_inside(&self) -> Option<String> {
        let senders = self.senders(self.source.origin().family()?);
        senders.into_iter().find_map(|sender| match sender {
            Subject::At(id, _) => Some(id),
            _ => None,
        })
    }

    /// The address of a private source that lies in a block of the VPC and that no interface has: the VPC keeps the replies to it.
    ///
    /// # Errors
    /// The interfaces are not known.
    pub fn is_swallowed(&self) -> Observed<IpAddr> {
        let Some(address) = self.source.address().filter(|address| !is_public(*address)) else { return Ok(None) };
        if self.sender_inside().is_some() {
            return Ok(None);
        }
        let snapshot = self.host.snapshot;
        let Some(vpc) = snapshot.vpcs.get(&self.host.instance.vpc_id)? else { return Ok(None) };
        let blocks = vpc.cidr_block_association_set.iter().map(|own| own.cidr_block.as_str());
        let v6 = vpc.ipv6_cidr_block_association_set.iter().map(|own| own.ipv6_cidr_block.as_str());
        if !AddressSet::of(blocks.chain(v6).chain([vpc.cidr_block.as_str()])).contains(address) {
            return Ok(None);
        }
        let interfaces = &snapshot.network_interfaces;
        let known = interfaces.select(address_filter(address), &address.to_string(), |_| false).map(drop);
        known.or_else(|gap| interfaces.covers("vpc-id", &self.host.instance.vpc_id).map_err(|_| gap))?;
        Ok(Some(address))
    }

    /// Whether the name that is connected to leads to private addresses of the instance only, which has a public one, while connections
    /// come over the internet.
    ///
    /// # Errors
    /// The name was not looked up.
    pub fn is_name_split(&self) -> Result<bool, Gap> {
        let is_name = self.question.probe.as_deref().is_some_and(|host| host.parse::<IpAddr>().is_err());
        if !is_name {
            return Ok(false);
        }
        let (meant, own) = (self.meant()?, self.own_addresses());
        let is_inside = !meant.is_empty() && meant.iter().all(|address| !is_public(*address) && own.contains(address));
        Ok(is_inside && self.has_public_address() && self.is_from_internet())
    }

    /// The address that is connected to, or the instance, for commands.
    pub fn address_in_words(&self) -> String {
        let instance = self.host.instance;
        let public = instance.public_ip_address.as_str();
        match self.roads.iter().find_map(|road| road.to) {
            Some(address) => address.to_string(),
            None if self.is_from_internet() && !public.is_empty() => public.to_owned(),
            None => instance.private_ip_address.clone(),
        }
    }

    /// Whether the subnet of the instance has a route to another private network: a VPN, Direct Connect, transit gateway or peering.
    pub fn is_linked(&self) -> bool {
        let table = self.host.network.route_table(&self.host.instance.subnet_id);
        table.is_ok_and(|table| table.routes.iter().any(|route| !is(&route.state, "blackhole") && is_link(route)))
    }

    /// Whether the source is outside, as somebody on the internet.
    pub fn is_from_internet(&self) -> bool {
        self.source.origin().is_public()
    }

    /// The interface that connections arrive at.
    pub fn interface(&self) -> Option<&'a InstanceNetworkInterface> {
        let instance = self.host.instance;
        let address = self.roads.iter().find_map(|road| road.to);
        let has = |eni: &&InstanceNetworkInterface| address.is_some_and(|own| addresses_on(eni).contains(&own));
        instance.network_interfaces.iter().find(has).or_else(|| instance.primary_interface())
    }
}

/// What the rules about an open way say of a tunnel.
pub(crate) fn through_endpoint() -> Judgement {
    Judgement::not_applicable(
        "connections come through an EC2 Instance Connect Endpoint, which `ssh/eice-missing-or-failed` and `ssh/eice-sg-blocked` judge",
    )
}

/// The filter that finds the interface with an address.
pub fn address_filter(address: IpAddr) -> &'static str {
    match address {
        IpAddr::V6(_) => "ipv6-addresses.ipv6-address",
        IpAddr::V4(_) if is_public(address) => "association.public-ip",
        IpAddr::V4(_) => "addresses.private-ip-address",
    }
}

/// What is left of a block without others.
fn without(block: IpNetwork, others: &[IpNetwork]) -> Vec<IpNetwork> {
    let is_in =
        |inner: &IpNetwork, outer: &IpNetwork| inner.prefix() >= outer.prefix() && outer.contains(inner.network());
    if others.iter().any(|other| is_in(&block, other)) {
        return Vec::new();
    }
    if !others.iter().any(|other| is_in(other, &block)) {
        return vec![block];
    }
    halves(block).into_iter().flatten().flat_map(|half| without(half, others)).collect()
}

/// The two halves of a block; none of a single address.
fn halves(block: IpNetwork) -> Option<[IpNetwork; 2]> {
    let prefix = block.prefix().checked_add(1)?;
    let upper = match block.network() {
        IpAddr::V4(first) => {
            let step = 1_u32.checked_shl(32_u32.checked_sub(u32::from(prefix))?)?;
            IpAddr::from((first.to_bits() | step).to_be_bytes())
        }
        IpAddr::V6(first) => {
            let step = 1_u128.checked_shl(128_u32.checked_sub(u32::from(prefix))?)?;
            IpAddr::from((first.to_bits() | step).to_be_bytes())
        }
    };
    Some([IpNetwork::new(block.network(), prefix).ok()?, IpNetwork::new(upper, prefix).ok()?])
}

/// Whether a cause is one of routes and what they lead to, and so of the rules about the way itself.
pub fn is_of_routes(cause: Cause) -> bool {
    !matches!(
        cause,
        Cause::SecurityGroupIngress
            | Cause::SecurityGroupEgress
            | Cause::NetworkAclOutbound
            | Cause::NetworkAclReply
            | Cause::DestinationAclInbound
            | Cause::DestinationAclReply
            | Cause::TransitGatewaySubnetAcl
            | Cause::InternetGatewayMissing
            | Cause::BlockPublicAccess
            | Cause::NoPublicAddress
            | Cause::NoAddress
            | Cause::NotPublicDestination
            | Cause::InternetDenied
    )
}

/// Whether a fact that no read can give is about a firewall or another appliance on the way.
pub fn is_appliance(what: &str) -> bool {
    ["forwards packets", "vpce-", "load balancer", "VPC endpoint"].iter().any(|words| what.contains(words))
}

/// Whether a fact that no read can give is about the way, and no other rule of the network waits for it.
pub fn is_of_way(what: &str) -> bool {
    const OTHERS: &[&str] =
        &["security group", "prefix list", "network ACL", "Block Public Access", "internet gateway", "which address"];
    !is_appliance(what) && !OTHERS.iter().any(|words| what.contains(words))
}

/// Whether a route leads to another private network.
pub fn is_link(route: &Route) -> bool {
    route.gateway_id.starts_with("vgw-")
        || !route.transit_gateway_id.is_empty()
        || !route.vpc_peering_connection_id.is_empty()
        || !route.core_network_arn.is_empty()
        || !route.local_gateway_id.is_empty()
}

/// Whether an address is one of the internet.
pub fn is_public(address: IpAddr) -> bool {
    AddressSet::internet(Family::of(address)).contains(address)
}

/// The addresses that a name or an address stands for.
///
/// # Errors
/// Nobody looked the name up, or it has no address.
pub fn named(snapshot: &Snapshot, host: &str) -> Result<Vec<IpAddr>, Gap> {
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
        return Ok(vec![address]);
    }
    let found = snapshot.resolutions.get(&host.trim_end_matches('.').to_ascii_lowercase())?;
    let not_asked = || Gap::NotAsked { action: op::RESOLVE.action.to_owned() };
    Ok(found.ok_or_else(not_asked)?.addresses.iter().filter_map(|address| address.parse().ok()).collect())
}

/// Every address of an instance.
pub fn addresses_of(instance: &Instance) -> Vec<IpAddr> {
    let of_instance = [&instance.public_ip_address, &instance.private_ip_address];
    let mut all: Vec<IpAddr> = of_instance.into_iter().filter_map(|text| text.parse().ok()).collect();
    all.extend(instance.network_interfaces.iter().flat_map(addresses_on));
    all.sort_unstable();
    all.dedup();
    all
}

/// Every address of an interface.
pub fn addresses_on(eni: &InstanceNetworkInterface) -> Vec<IpAddr> {
    let public = |association: &Option<AddressAssociation>| {
        association.as_ref().map(|own| own.public_ip.clone()).unwrap_or_default()
    };
    let private = eni.private_ip_addresses.iter();
    let pairs = private.flat_map(|own| [own.private_ip_address.clone(), public(&own.association)]);
    let v6 = eni.ipv6_addresses.iter().map(|own| own.ipv6_address.clone());
    let texts = [eni.private_ip_address.clone(), public(&eni.association)].into_iter().chain(pairs).chain(v6);
    texts.filter_map(|text| text.parse().ok()).collect()
}

impl Ways for Case<'_> {
    fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        let is_tunnel = self.source.connect_endpoint().is_some();
        let roads = if is_tunnel { &[][..] } else { self.roads.as_slice() };
        roads.iter().map(|road| Lane::of_path(&road.label, &road.path))
    }

    fn facts(&self) -> &Snapshot {
        self.host.snapshot
    }

    fn without_lanes(&self) -> Judgement {
        if self.host.instance.network_interfaces.is_empty() {
            return Judgement::not_applicable("the instance has no network interface");
        }
        if self.source.connect_endpoint().is_some() {
            return through_endpoint();
        }
        Judgement::not_applicable(
            "asked once it is known from where connections come, which `ssh/no-public-address` asks for",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Verdict as Conclusion;
    use crate::finding::Severity;
    use crate::ssh::Question;
    use crate::testkit::World;
    use crate::testkit::ssh::{bastion, linked, question};
    use crate::triage;

    /// The verdict for a source, and the blockers.
    fn judged(world: &World, source: &str) -> (Conclusion, Vec<&'static str>) {
        let question = Question { from: Origin::parse(source).ok(), ..question() };
        let found = triage::ssh(&world.snapshot(), &question).unwrap();
        let blockers = found.findings.iter().filter(|finding| finding.severity == Severity::Blocker);
        (found.verdict, blockers.map(|finding| finding.rule).collect())
    }

    #[test]
    fn a_block_of_the_vpc_is_walked_from_its_interfaces() {
        assert_eq!(judged(&bastion(), "10.0.9.0/24").1, Vec::<&str>::new());
        let mut closed = bastion();
        crate::testkit::ssh::ingress(&mut closed, serde_json::json!([]));
        assert_eq!(judged(&closed, "10.0.9.0/24"), (Conclusion::Broken, vec!["ssh/sg-ingress-missing"]));
    }

    #[test]
    fn a_block_where_nobody_is_known_stays_open() {
        assert_eq!(judged(&bastion(), "10.0.77.0/24"), (Conclusion::Inconclusive, vec![]));
    }

    #[test]
    fn a_block_wider_than_the_vpc_is_walked_from_both_sides() {
        assert!(!judged(&linked(), "192.0.0.0/2").1.contains(&"ssh/overlapping-cidr"));
        let block = |text: &str| text.parse::<IpNetwork>().unwrap();
        let left = without(block("10.0.0.0/14"), &[block("10.0.0.0/16")]);
        assert_eq!(left, [block("10.1.0.0/16"), block("10.2.0.0/15")]);
        assert_eq!(without(block("10.0.1.0/24"), &[block("10.0.0.0/16")]), []);
        assert_eq!(without(block("10.1.0.0/24"), &[block("10.0.0.0/16")]), [block("10.1.0.0/24")]);
        assert_eq!(without(block("fd00::/63"), &[block("fd00::/64")]), [block("fd00:0:0:1::/64")]);
    }
}
