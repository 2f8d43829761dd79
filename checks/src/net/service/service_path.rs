//! The way from an interface to a service of AWS, by name: which way the name leads, and whether that way works.

use crate::net::addresses::AddressSet;
use crate::net::between::{Flow, Point};
use crate::net::dns::{self, Servers, VpcDns};
use crate::net::endpoint::{self, Considered};
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::parcel::Parcel;
use crate::net::path::{Certainty, Path, Verdict, Walk, Way as Direct};
use crate::net::ports::PortSet;
use crate::net::prefix_list;
use crate::net::route::Target;
use crate::net::security_group::Peer;
use crate::net::shared;
use crate::net::traffic::{Family, Protocol};
use crate::net::trip::{Causes, Trip};
use crate::snapshot::Gap;
use crate::snapshot::ec2::{VpcEndpoint, is};
use std::net::IpAddr;
use std::sync::Arc;

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayKind {
    /// Interface endpoints in the same VPC whose private DNS is in effect, by id.
    Endpoint(Vec<String>),
    /// Addresses that a private hosted zone gives, such as those of an endpoint in a hub VPC.
    HostedZone {
        /// Id of the zone.
        id: String,
        /// Name of the zone, with its final dot.
        name: String,
    },
    /// The public addresses of the service.
    Public,
    /// Something that cannot be seen; the gap of the way says why.
    Unseen,
}

/// One way that a name may lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Where to.
    pub kind: WayKind,
    /// One path for each family of addresses that the interface has, and for each name where families have names of their own.
    pub paths: Vec<Path>,
    /// The best of the paths.
    pub verdict: Verdict,
    /// What is missing to know the verdict.
    pub gaps: Vec<Gap>,
}

/// Whether and how an interface reaches a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServicePath {
    /// The service as in its host name: `ssm`.
    pub service: String,
    /// Host names of the service in the Region: the IPv4 one first, then the dual-stack one.
    pub dns_names: Vec<String>,
    /// Where the name leads. More than one when a fact is missing that decides between them.
    pub ways: Vec<Way>,
    /// Works if one family works.
    pub verdict: Verdict,
    /// What stands in the way of resolving the name, and then of each way, in the order in which it is met.
    pub obstacles: Vec<Obstacle>,
    /// What is missing and could change the verdict; empty when it is `Blocked`.
    pub gaps: Vec<Gap>,
    /// Interface endpoints of the service in this VPC, and why the name does not lead to them.
    pub endpoints: Vec<Considered>,
}

impl ServicePath {
    /// Whether the name is known to lead to interface endpoints of this VPC.
    pub fn is_over_endpoint(&self) -> bool {
        matches!(self.ways.as_slice(), [Way { kind: WayKind::Endpoint(_), .. }])
    }

    /// Whether every way that can be seen works, so that there is nothing to say about hops.
    fn has_nothing_to_explain(&self) -> bool {
        let is_empty = |way: &Way| way.kind == WayKind::Unseen && way.paths.is_empty();
        let works = |way: &Way| is_empty(way) || way.verdict == Verdict::Reachable;
        self.obstacles.is_empty() && self.ways.iter().all(works)
    }

    /// Why endpoints of the service are not used. Where the service is not reachable, each is a cause beside [`Self::obstacles`].
    pub fn unused_endpoints(&self) -> impl Iterator<Item = &Obstacle> {
        self.endpoints.iter().filter_map(|considered| considered.unused.as_ref())
    }

    /// The paths of every way.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.ways.iter().flat_map(|way| &way.paths)
    }
}

/// Judges the way from an interface to a service over TCP: `to_service(&network, interface, "ssm", "eu-west-1", 443)`.
///
/// An interface endpoint with effective private DNS takes the name over: if it is broken, the service is not reached, whatever other
/// way there is. A private hosted zone of the VPC is next. Else the name leads to public addresses.
///
/// The public addresses of a service are not known here, so that the whole public address space stands for them, without the addresses
/// that AWS publishes as those of other services (prefix lists). Filters and routes that treat all of it alike give a verdict. Where they
/// let only a part pass (an allow-list of address blocks, a deny of some) the verdict is unknown, with the gap "which addresses the name
/// has": guessing would call a working allow-list broken or a broken one working.
pub fn to_service<'s>(
    network: &Network<'s>,
    origin: &Interface<'s>,
    service: &str,
    region: &str,
    port: u16,
) -> ServicePath {
    Question { network, origin, service, region, port, names: dns_names(service, region), explains: true }.answer()
}

/// [`to_service`] by host names other than the usual ones: that of a bucket, or the dual-stack one in place of both.
pub fn to_named_service<'s>(
    network: &Network<'s>,
    origin: &Interface<'s>,
    (service, region): (&str, &str),
    names: Vec<String>,
    port: u16,
) -> ServicePath {
    Question { network, origin, service, region, port, names, explains: true }.answer()
}

/// [`to_service`], without hops where everything passes: that takes a fraction of the time.
///
/// What passes from every address of a subnet passes from each of them: the question is asked once for all interfaces in a subnet that
/// are alike, and again for one of them only where something is in the way.
pub fn to_service_briefly<'s>(
    network: &Network<'s>,
    origin: &Interface<'s>,
    service: &str,
    region: &str,
    port: u16,
) -> Arc<ServicePath> {
    let answer = |origin: &Interface<'s>| {
        let names = dns_names(service, region);
        let brief = Question { network, origin, service, region, port, names, explains: false }.answer();
        brief.has_nothing_to_explain().then(|| Arc::new(brief))
    };
    let shared = shared::way(network, origin, (service, region, port), answer);
    shared.or_else(|| answer(origin)).unwrap_or_else(|| Arc::new(to_service(network, origin, service, region, port)))
}

/// Host names of a service: the regional one, and the one with IPv6 addresses.
///
/// Source: AWS General Reference, "AWS service endpoints".
fn dns_names(service: &str, region: &str) -> Vec<String> {
    let (suffix, dual_stack) = match region.split('-').next() {
        Some("cn") => ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        _ => ("amazonaws.com", "api.aws"),
    };
    // The private names of the endpoints for the agent of ECS; the public ones have a number behind the letter.
    let host = match service {
        "ecs-agent" => "ecs-a",
        "ecs-telemetry" => "ecs-t",
        other => other,
    };
    vec![format!("{host}.{region}.{suffix}"), format!("{host}.{region}.{dual_stack}")]
}

struct Question<'a, 's> {
    network: &'a Network<'s>,
    origin: &'a Interface<'s>,
    service: &'a str,
    region: &'a str,
    port: u16,
    names: Vec<String>,
    explains: bool,
}

/// What is known of the answer that the name gets.
#[derive(Default)]
struct Resolution {
    obstacles: Vec<Obstacle>,
    /// Facts that decide whether there is an answer at all.
    answer: Vec<Gap>,
    /// Facts that decide between the ways.
    choice: Vec<Gap>,
}

impl<'s> Question<'_, 's> {
    fn vpc(&self) -> &'s str {
        self.network.vpc_id(self.origin.vpc)
    }

    fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    fn dual_stack_name(&self) -> &str {
        self.names.get(1).map_or("", String::as_str)
    }

    fn answer(self) -> ServicePath {
        let snapshot = self.network.snapshot;
        let dns = self.network.dns_of(self.origin.vpc);
        let endpoints = endpoint::of_service(snapshot, self.vpc(), self.service, self.region);
        let considered: Vec<Considered> =
            endpoints.iter().map(|endpoint| endpoint::consider(snapshot, endpoint, dns)).collect();
        let mut resolution = Resolution::default();
        let is_custom = self.resolve(dns, &mut resolution);
        let ways = self.ways(&endpoints, &considered, is_custom, &mut resolution);
        self.conclude(ways, considered, resolution)
    }

    /// Whether names are answered, and by others than the Amazon resolver as far as is known.
    fn resolve(&self, dns: &VpcDns, resolution: &mut Resolution) -> bool {
        let mut is_amazon = true;
        match &dns.servers {
            Ok(Servers::Amazon) => {}
            Ok(Servers::Custom(servers)) => {
                is_amazon = false;
                resolution.obstacles.push(dns.custom_servers(self.network.snapshot, servers));
                resolution.obstacles.extend(self.unreachable_servers(servers));
                resolution.answer.push(dns::answers_gap(servers, self.name()));
            }
            Err(gap) => {
                is_amazon = false;
                resolution.answer.push(gap.clone());
            }
        }
        match (&dns.support, &dns.servers) {
            (Ok(false), Ok(Servers::Amazon)) => resolution.obstacles.push(dns.support_off()),
            (Err(gap), Ok(Servers::Amazon)) => resolution.answer.push(gap.clone()),
            _ => {}
        }
        !is_amazon
    }

    /// The obstacle that DNS servers are of which none can be asked. Only UDP counts: TCP is for long answers.
    fn unreachable_servers(&self, servers: &[String]) -> Option<Obstacle> {
        let from = Point::from(self.origin);
        let flow = Flow { protocol: Protocol::UDP, ports: PortSet::one(53) };
        let addresses: Vec<IpAddr> = servers.iter().filter_map(|server| server.parse().ok()).collect();
        if addresses.is_empty() || addresses.len() < servers.len() {
            return None;
        }
        let paths = addresses.iter().map(|address| self.network.path(&from, &Point::Address(*address), &flow));
        let paths: Vec<Path> = paths.collect();
        if paths.iter().any(|path| path.verdict != Verdict::Blocked) {
            return None;
        }
        let first = paths.iter().flat_map(|path| &path.obstacles).find(|one| one.effect == Effect::Blocked)?;
        let by = first.by.clone().unwrap_or_default();
        let mut obstacle =
            Obstacle { cause: Cause::DnsServerUnreachable, code: first.code, passes: None, ..first.clone() };
        obstacle.by = Some(format!("udp 53 to {}: {by}", servers.join(", ")));
        Some(obstacle)
    }

    /// Every way that the name may lead, given what is known.
    fn ways(
        &self,
        endpoints: &[&'s VpcEndpoint],
        considered: &[Considered],
        is_custom: bool,
        resolution: &mut Resolution,
    ) -> Vec<Way> {
        let pairs = || endpoints.iter().copied().zip(considered);
        // Where no name is resolved at all, the way that it would lead is that over the endpoint.
        let is_mute = |own: &Considered| own.unused.as_ref().is_some_and(|one| one.cause == Cause::DnsSupportOff);
        let mute: Vec<&'s VpcEndpoint> =
            pairs().filter(|(_, own)| is_mute(own)).map(|(endpoint, _)| endpoint).collect();
        if !mute.is_empty() && !is_custom {
            return vec![self.over_endpoints(&mute)];
        }
        let used: Vec<&'s VpcEndpoint> =
            pairs().filter(|(_, own)| own.is_used()).map(|(endpoint, _)| endpoint).collect();
        let mut ways = Vec::new();
        if !used.is_empty() {
            ways.push(self.over_endpoints(&used));
            if !is_custom {
                return ways;
            }
        }
        let perhaps = pairs().filter(|(_, own)| own.unused.is_none() && !own.gaps.is_empty());
        let (perhaps, gaps): (Vec<_>, Vec<_>) = perhaps.map(|(endpoint, own)| (endpoint, own.gaps.clone())).unzip();
        if !perhaps.is_empty() {
            ways.push(self.over_endpoints(&perhaps));
            resolution.choice.extend(gaps.into_iter().flatten());
        }
        if used.is_empty()
            && let Some(gap) = endpoint::unseen(self.network, self.origin)
        {
            ways.push(unseen(&gap));
            resolution.choice.push(gap);
        }
        // Other servers may name an endpoint in another network, or one here whatever the Amazon resolver says of it.
        if let Some(gap) = resolution.answer.first().filter(|_| is_custom) {
            let is_nameable = |(endpoint, own): &(&VpcEndpoint, &Considered)| {
                is(&endpoint.state, "available") && own.unused.as_ref().is_some_and(|one| is_of_dns(one.cause))
            };
            let nameable: Vec<&'s VpcEndpoint> = pairs().filter(is_nameable).map(|(endpoint, _)| endpoint).collect();
            if !nameable.is_empty() {
                ways.push(self.over_endpoints(&nameable));
            }
            if self.can_have_a_hub(endpoints) {
                ways.push(self.to_private(WayKind::Unseen, gap, endpoints));
            }
        }
        match dns::private_zone(self.network.snapshot, self.vpc(), self.name()) {
            Ok(Some(zone)) => ways.push(self.over_zone(&zone.hosted_zone_id, &zone.name, endpoints)),
            Ok(None) => ways.push(self.over_internet()),
            Err(gap) => {
                let public = self.over_internet();
                // A zone that nobody can read saves a blocked way only if it can lead anywhere.
                if public.verdict != Verdict::Blocked || self.can_have_a_hub(endpoints) {
                    ways.push(unseen(&gap));
                    resolution.choice.push(gap);
                }
                ways.push(public);
            }
        }
        ways
    }

    /// Whether a name could lead to an endpoint elsewhere: one of this VPC without private DNS, or one behind a way out of the VPC.
    fn can_have_a_hub(&self, endpoints: &[&VpcEndpoint]) -> bool {
        let Ok(table) = self.network.table_of(self.origin.subnet) else { return true };
        let leads_to_networks = |target: &Target| {
            !matches!(
                target,
                Target::Local
                    | Target::InternetGateway(_)
                    | Target::EgressOnlyInternetGateway(_)
                    | Target::NatGateway(_)
            )
        };
        let is_gateway_endpoint = |target: &Target| match target {
            Target::Endpoint(id) => {
                let known = self.network.snapshot.vpc_endpoints.get(id).ok().flatten();
                known.is_some_and(|known| is(&known.vpc_endpoint_type, "Gateway"))
            }
            _ => false,
        };
        let targets = table.row.routes.iter().filter(|route| !is(&route.state, "blackhole")).map(Target::of);
        endpoints.iter().any(|endpoint| is(&endpoint.state, "available") && !endpoint.private_dns_enabled)
            || targets.into_iter().any(|target| leads_to_networks(&target) && !is_gateway_endpoint(&target))
    }

    fn families(&self) -> Vec<Family> {
        let has = |family: &Family| !self.origin.addresses(*family).is_empty();
        [Family::Ipv4, Family::Ipv6].into_iter().filter(has).collect()
    }

    fn over_endpoints(&self, endpoints: &[&'s VpcEndpoint]) -> Way {
        let ids = endpoints.iter().map(|endpoint| endpoint.vpc_endpoint_id.clone()).collect();
        let mut paths = Vec::new();
        for family in self.families() {
            let mut whole = Walk::new(family, &Certainty::Exact, self.explains);
            let flow = (family, self.port);
            let walks = endpoints
                .iter()
                .map(|endpoint| endpoint::walk_to(self.network, self.origin, endpoint, flow, whole.branch()));
            let walks = walks.collect();
            whole.join(walks);
            paths.push(whole.finish(self.name()));
        }
        way(WayKind::Endpoint(ids), paths)
    }

    fn over_zone(&self, id: &str, name: &str, endpoints: &[&VpcEndpoint]) -> Way {
        let gap = Gap::opaque(format!("where the private hosted zone `{id}` ({name}) leads `{}`", self.name()));
        self.to_private(WayKind::HostedZone { id: id.to_owned(), name: name.to_owned() }, &gap, endpoints)
    }

    /// What the interface's groups and the ACL of its subnet say to a private address; the gap says why that is not known.
    ///
    /// No ACL is asked for an endpoint in the very subnet.
    fn to_private(&self, kind: WayKind, gap: &Gap, endpoints: &[&VpcEndpoint]) -> Way {
        let subnet = self.network.subnet_id(self.origin.subnet);
        let may_stay = endpoints.iter().any(|endpoint| endpoint.subnet_ids.iter().any(|id| id == subnet));
        let mut paths = Vec::new();
        let certainty = Certainty::Within(gap.clone());
        for family in self.families() {
            let mut walk = Walk::new(family, &certainty, self.explains);
            let trip = self.trip(None);
            let asked = endpoint::tcp(self.origin.addresses(family), AddressSet::all(family), self.port);
            let current = trip.out_of(&mut walk, self.origin, &asked, Peer::Unknown);
            let parcel = Parcel::new(&current, Direct::Forward);
            let mut leaving = walk.branch();
            trip.guard(&mut leaving, self.origin.subnet, Direction::Egress, Cause::NetworkAclOutbound, parcel);
            if may_stay && leaving.tally.is_blocked {
                leaving.soften(Effect::Possible, "packets inside the subnet");
            }
            walk.take_over(leaving);
            walk.gap(|| gap.clone());
            paths.push(walk.finish(self.name()));
        }
        way(kind, paths)
    }

    fn over_internet(&self) -> Way {
        let mut paths = Vec::new();
        for family in self.families() {
            match family {
                Family::Ipv4 => paths.push(self.to_public(family, self.public_addresses(family), self.name())),
                Family::Ipv6 => {
                    paths.push(self.to_public(family, self.public_addresses(family), self.dual_stack_name()));
                    paths.extend(self.over_nat64());
                }
            }
        }
        way(WayKind::Public, paths)
    }

    /// DNS64 gives an IPv6-only subnet addresses in 64:ff9b::/96 for names that have only IPv4 addresses.
    fn over_nat64(&self) -> Option<Path> {
        let subnet = self.network.subnet_row(self.origin.subnet)?;
        let translated = AddressSet::of(["64:ff9b::/96"]);
        subnet.enable_dns64.then(|| self.to_public(Family::Ipv6, translated, self.name()))
    }

    /// The addresses that the service may have: its own prefix list where AWS publishes one, else every public address that is not
    /// published as another service's.
    fn public_addresses(&self, family: Family) -> AddressSet {
        let snapshot = self.network.snapshot;
        let own = snapshot.prefix_lists.known().iter().find(|list| {
            list.prefix_list_name.contains("com.amazonaws.")
                && list.prefix_list_name.ends_with(&format!(".{}.{}", self.region, self.service))
        });
        let own = own.and_then(|list| prefix_list::addresses(snapshot, &list.prefix_list_id).ok());
        match own.map(|addresses| addresses.of_family(family)) {
            Some(addresses) if !addresses.is_empty() => addresses,
            _ => AddressSet::public(family).difference(&prefix_list::of_other_services(snapshot, self.service)),
        }
    }

    fn to_public(&self, family: Family, destination: AddressSet, name: &str) -> Path {
        let certainty = Certainty::Within(Gap::opaque(format!("which addresses `{name}` has")));
        let mut walk = Walk::new(family, &certainty, self.explains);
        let trip = self.trip(Some(self.service));
        let asked = endpoint::tcp(self.origin.addresses(family), destination, self.port);
        let current = trip.out_of(&mut walk, self.origin, &asked, Peer::Outside);
        trip.on_from_groups(&mut walk, self.origin, &current);
        walk.finish(name)
    }

    fn trip<'q>(&'q self, service: Option<&'q str>) -> Trip<'q, 's> {
        Trip {
            network: self.network,
            from: Some(self.origin),
            to: None,
            is_guess: false,
            service,
            causes: Causes::INTERFACE,
            beyond: None,
        }
    }

    fn conclude(self, ways: Vec<Way>, endpoints: Vec<Considered>, resolution: Resolution) -> ServicePath {
        let Resolution { mut obstacles, answer, choice } = resolution;
        let is_unanswered = obstacles.iter().any(|obstacle| obstacle.effect == Effect::Blocked);
        let first = ways.first().map_or(Verdict::Unknown, |way| way.verdict);
        let is_same = ways.iter().all(|way| way.verdict == first);
        let verdict = if self.families().is_empty() {
            let component = self.origin.component();
            obstacles.push(Obstacle::new(Cause::NoAddress, component, Vec::new()));
            Verdict::Blocked
        } else if is_unanswered || (is_same && first == Verdict::Blocked) {
            Verdict::Blocked
        } else if !answer.is_empty() || !is_same {
            Verdict::Unknown
        } else {
            first
        };
        let mut gaps = Vec::new();
        if verdict == Verdict::Unknown {
            let of_ways = ways.iter().flat_map(|way| &way.gaps).cloned();
            let of_choice = if is_same { Vec::new() } else { choice };
            for gap in answer.into_iter().chain(of_choice).chain(of_ways) {
                if !gaps.contains(&gap) {
                    gaps.push(gap);
                }
            }
        }
        obstacles.extend(self.on_the_ways(&ways, verdict));
        let Self { service, names, .. } = self;
        ServicePath { service: service.to_owned(), dns_names: names, ways, verdict, obstacles, gaps, endpoints }
    }

    /// The obstacles of the paths that count: where one family works, what is wrong with the other does not.
    fn on_the_ways(&self, ways: &[Way], verdict: Verdict) -> Vec<Obstacle> {
        let mut obstacles: Vec<Obstacle> = Vec::new();
        for way in ways {
            let works = matches!(way.verdict, Verdict::Reachable | Verdict::Degraded);
            let paths = way.paths.iter().filter(|path| !works || path.verdict == way.verdict);
            for mut obstacle in paths.flat_map(|path| path.obstacles.iter().cloned()) {
                if verdict == Verdict::Unknown && obstacle.effect == Effect::Blocked {
                    obstacle.effect = Effect::Possible;
                }
                if !obstacles.iter().any(|known| known.effect == obstacle.effect && known.is_same_as(&obstacle)) {
                    obstacles.push(obstacle);
                }
            }
        }
        obstacles
    }
}

/// Whether it is only names that keep an endpoint from being used.
fn is_of_dns(cause: Cause) -> bool {
    matches!(cause, Cause::DnsSupportOff | Cause::DnsHostnamesOff | Cause::EndpointPrivateDnsOff)
}

fn unseen(gap: &Gap) -> Way {
    Way { kind: WayKind::Unseen, paths: Vec::new(), verdict: Verdict::Unknown, gaps: vec![gap.clone()] }
}

/// A way with the best verdict of its paths.
///
/// An interface with both families uses the IPv4 name of a service unless it is told otherwise: where only the IPv6 path to another name
/// works, it depends on that.
fn way(kind: WayKind, paths: Vec<Path>) -> Way {
    let best = paths.iter().min_by_key(|path| path.verdict);
    let mut gaps = Vec::new();
    let mut verdict = best.map_or(Verdict::Unknown, |path| path.verdict);
    if verdict == Verdict::Unknown {
        gaps = paths.iter().flat_map(|path| path.gaps.iter().cloned()).collect();
    }
    let first = paths.iter().find(|path| path.family == Family::Ipv4);
    if let (Some(best), Some(first)) = (best, first)
        && best.to != first.to
        && verdict < Verdict::Blocked
        && first.verdict != verdict
    {
        gaps = first.gaps.clone();
        gaps.push(Gap::opaque(format!("whether `{}` is used instead of `{}`", best.to, first.to)));
        verdict = Verdict::Unknown;
    }
    Way { kind, paths, verdict, gaps }
}
