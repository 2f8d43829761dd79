//! The ways out of a function: one for each of its subnets and each family of addresses, since any call may use any of the subnets.
//!
//! Source: Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC".

use super::target::{Service, Target};
use super::{Case, names};
use crate::finding::Judgement;
use crate::net::{
    AddressSet, Cause, Effect, Family, Interface, Obstacle, Path, Protocol, ServicePath, Verdict, WayKind,
    to_named_service,
};
use crate::reach::{self, End, Judge, Packets, Pair, Place, Spot, Subject};
use crate::snapshot::{Gap, Snapshot};
use crate::walls::{Lane, Walks, Ways};

/// The way from one subnet over one family of addresses.
#[derive(Debug, Clone)]
pub struct SubnetWay {
    /// The subnet.
    pub subnet: String,
    /// The family of addresses.
    pub family: Family,
    /// Whether it works.
    pub verdict: Verdict,
    /// What stands in it. It blocks only where nothing else works: what some subnets let pass and others stop works in part.
    pub obstacles: Vec<Obstacle>,
    /// What is not known of it.
    pub gaps: Vec<Gap>,
    /// The walks that it is made of.
    pub paths: Vec<Path>,
    /// Which way the name of a service leads, for one.
    pub service: Option<ServicePath>,
}

impl SubnetWay {
    fn unknown(subnet: &str, family: Family, gaps: Vec<Gap>) -> Self {
        Self {
            subnet: subnet.to_owned(),
            family,
            verdict: Verdict::Unknown,
            obstacles: Vec::new(),
            gaps,
            paths: Vec::new(),
            service: None,
        }
    }

    fn lane(&self) -> Lane<'_> {
        Lane {
            label: &self.subnet,
            verdict: self.verdict,
            obstacles: &self.obstacles,
            gaps: &self.gaps,
            walks: Walks::Paths(&self.paths),
        }
    }

    /// Ids of the interface endpoints that the name leads to.
    pub fn endpoints(&self) -> &[String] {
        match self.service.as_ref().and_then(|path| path.ways.first()).map(|way| &way.kind) {
            Some(WayKind::Endpoint(ids)) => ids,
            _ => &[],
        }
    }
}

/// What a target is for questions about paths: a service has public addresses.
pub(super) fn subject(target: &Target) -> Subject {
    match target {
        Target::Internet | Target::Service(_) => Subject::Internet,
        Target::Address(address) => Subject::Address(*address),
        Target::Host(host) => Subject::Host(host.clone()),
    }
}

/// The question about the paths of a function.
pub(crate) fn question(function: &str, target: &Target, port: u16, family: Option<Family>) -> reach::Case {
    reach::Case {
        id: None,
        from: Subject::Function(function.to_owned()),
        to: subject(target),
        packets: Packets::To(Protocol::TCP, Some(port)),
        family,
        expect: None,
    }
}

/// The ways of a case, and the interfaces where they start.
pub(super) fn of_case<'a>(case: &Case<'a>) -> (Vec<SubnetWay>, Vec<Interface<'a>>) {
    let Some(config) = case.vpc() else { return (Vec::new(), Vec::new()) };
    let judge = Judge::new(case.network);
    let asked = question(&case.question.function, &case.target, case.question.port, None);
    let pair = match judge.pairs(&asked) {
        Ok(pairs) => pairs.into_iter().next(),
        Err(_) => None,
    };
    let Some(pair) = pair else { return (Vec::new(), Vec::new()) };
    let places = pair.from.spots.iter().filter_map(|spot| match &spot.place {
        Place::Interface(own) => Some(own.as_ref().clone()),
        _ => None,
    });
    let interfaces = places.collect();
    let mut ways = Vec::new();
    for family in families(case, &pair.to) {
        let asked = reach::Case { family: Some(family), ..asked.clone() };
        for subnet in &config.subnet_ids {
            ways.push(match pair.from.spots.iter().find(|spot| spot.label == *subnet) {
                Some(spot) => way(case, &judge, (&asked, family), &pair, spot),
                None => SubnetWay::unknown(subnet, family, pair.from.gaps.clone()),
            });
        }
    }
    if let Some(gap) = names::hidden(case) {
        for way in &mut ways {
            hide(way, &gap);
        }
    }
    weigh(case, &mut ways);
    (ways, interfaces)
}

/// A way to an address that may not be the one that the VPC is told.
fn hide(way: &mut SubnetWay, gap: &Gap) {
    for obstacle in way.obstacles.iter_mut().filter(|obstacle| obstacle.effect == Effect::Blocked) {
        obstacle.effect = Effect::Possible;
    }
    way.verdict = Verdict::Unknown;
    way.gaps = vec![gap.clone()];
}

/// Whether the internet is reached over a family from every subnet, whatever the target is.
pub(super) fn leads_out(case: &Case<'_>, family: Family) -> bool {
    let judge = Judge::new(case.network);
    let asked = question(&case.question.function, &Target::Internet, case.question.port, Some(family));
    let Ok(pairs) = judge.pairs(&asked) else { return false };
    pairs.first().is_some_and(|pair| judge.answer(pair, &asked).verdict == Verdict::Reachable)
}

/// The families that count: IPv4 unless the target has no such address, IPv6 where the target has such addresses and the function may use
/// them, or has no other way.
fn families(case: &Case<'_>, to: &End<'_>) -> Vec<Family> {
    let may_use_ipv6 = case.vpc().is_some_and(|config| config.ipv6_allowed_for_dual_stack);
    let (ipv4, ipv6) = match &case.target {
        Target::Internet => (true, may_use_ipv6),
        Target::Address(address) => (address.is_ipv4(), address.is_ipv6()),
        Target::Service(service) => (true, service.is_dual_stack && may_use_ipv6),
        Target::Host(_) => {
            let ipv4 = has(to, Family::Ipv4) || !has(to, Family::Ipv6);
            (ipv4, has(to, Family::Ipv6) && (may_use_ipv6 || !ipv4))
        }
    };
    [(Family::Ipv4, ipv4), (Family::Ipv6, ipv6)].into_iter().filter(|(_, counts)| *counts).map(|(own, _)| own).collect()
}

/// Whether an end has an address of a family.
fn has(end: &End<'_>, family: Family) -> bool {
    end.spots.iter().any(|spot| match &spot.place {
        Place::Interface(own) | Place::ConnectEndpoint { interface: own, .. } => !own.addresses(family).is_empty(),
        Place::Address(address) | Place::Outside(address) => Family::of(*address) == family,
        Place::Internet | Place::Far(_) | Place::ServiceNetwork => true,
    })
}

fn way<'a>(
    case: &Case<'a>,
    judge: &Judge<'a>,
    (asked, family): (&reach::Case, Family),
    pair: &Pair<'a>,
    spot: &Spot<'a>,
) -> SubnetWay {
    if let (Target::Service(service), Place::Interface(own)) = (&case.target, &spot.place) {
        return to_service(case, service, own, family, &spot.label);
    }
    let from = End { spots: vec![spot.clone()], faults: Vec::new(), gaps: Vec::new(), ..pair.from.clone() };
    let to = End { faults: Vec::new(), ..pair.to.clone() };
    let answer = judge.answer(&Pair { from, to }, asked);
    let mut obstacles: Vec<Obstacle> = Vec::new();
    for mut obstacle in answer.ways.iter().flat_map(|walked| walked.path.obstacles.iter().cloned()) {
        if obstacle.effect == Effect::Blocked && answer.verdict != Verdict::Blocked {
            obstacle.effect = Effect::Degraded;
        }
        if !obstacles.iter().any(|known| known.is_same_as(&obstacle)) {
            obstacles.push(obstacle);
        }
    }
    SubnetWay {
        subnet: spot.label.clone(),
        family,
        verdict: answer.verdict,
        obstacles,
        gaps: answer.gaps,
        paths: answer.ways.into_iter().map(|walked| walked.path).collect(),
        service: None,
    }
}

/// The way to a service over one family: the name of another family is another name.
fn to_service<'a>(case: &Case<'a>, service: &Service, own: &Interface<'a>, family: Family, subnet: &str) -> SubnetWay {
    let mut own = own.clone();
    match family {
        Family::Ipv4 => own.ipv6 = AddressSet::none(),
        Family::Ipv6 => own.ipv4 = AddressSet::none(),
    }
    let names = vec![service.host.clone(), service.host.clone()];
    let mut path = to_named_service(case.network, &own, (&service.name, &service.region), names, case.question.port);
    if let Some(gap) = unnamed(case, service, &path) {
        for obstacle in &mut path.obstacles {
            obstacle.effect = Effect::Possible;
        }
        path.gaps.push(gap);
        path.verdict = Verdict::Unknown;
    }
    SubnetWay {
        subnet: subnet.to_owned(),
        family,
        verdict: path.verdict,
        obstacles: path.obstacles.clone(),
        gaps: path.gaps.clone(),
        paths: path.paths().cloned().collect(),
        service: Some(path),
    }
}

/// Private DNS of an endpoint gives only the names that the endpoint lists; a dual-stack name may not be among them.
fn unnamed(case: &Case<'_>, service: &Service, path: &ServicePath) -> Option<Gap> {
    if !service.is_dual_stack || !path.is_over_endpoint() {
        return None;
    }
    let ids = path.ways.iter().find_map(|way| if let WayKind::Endpoint(ids) = &way.kind { Some(ids) } else { None })?;
    let is_named = |id: &String| {
        let endpoint = case.snapshot.vpc_endpoints.get(id).ok().flatten();
        endpoint.is_some_and(|own| own.dns_entries.iter().any(|entry| covers(&entry.dns_name, &service.host)))
    };
    let id = ids.first().filter(|_| !ids.iter().any(is_named))?;
    Some(Gap::opaque(format!("whether private DNS of endpoint `{id}` gives addresses for `{}`", service.host)))
}

/// Whether a DNS entry is a name or covers it with a wildcard.
fn covers(entry: &str, host: &str) -> bool {
    match entry.strip_prefix('*') {
        Some(rest) => host.ends_with(rest),
        None => entry.eq_ignore_ascii_case(host),
    }
}

/// Softens what stops only a part of all calls: some of the subnets, or the family that is not the only one.
fn weigh(case: &Case<'_>, ways: &mut [SubnetWay]) {
    let is_blocked = |family: Family| {
        let mut own = ways.iter().filter(|way| way.family == family).peekable();
        own.peek().is_some().then(|| own.all(|way| way.verdict == Verdict::Blocked))
    };
    let (ipv4, ipv6) = (is_blocked(Family::Ipv4), is_blocked(Family::Ipv6));
    let has_choice = case.target.host().is_some();
    for way in ways {
        let (own, other) = match way.family {
            // The internet over IPv4 is the question where nothing else is asked.
            Family::Ipv4 => (ipv4, if has_choice { ipv6 } else { None }),
            Family::Ipv6 => (ipv6, ipv4),
        };
        if own == Some(true) && other != Some(false) {
            continue;
        }
        for obstacle in way.obstacles.iter_mut().filter(|obstacle| obstacle.effect == Effect::Blocked) {
            obstacle.effect = Effect::Degraded;
        }
    }
}

impl Ways for Case<'_> {
    fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        self.ways.iter().map(SubnetWay::lane)
    }

    fn facts(&self) -> &Snapshot {
        self.snapshot
    }

    fn without_lanes(&self) -> Judgement {
        not_in_vpc()
    }
}

/// What rules about the network say of a function in no VPC.
pub fn not_in_vpc() -> Judgement {
    Judgement::not_applicable("the function is attached to no VPC")
}

/// The ways of one family of addresses.
pub struct Over<'c, 'a> {
    /// The case.
    pub case: &'c Case<'a>,
    /// The family.
    pub family: Family,
}

impl Ways for Over<'_, '_> {
    fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        self.case.over(self.family).map(SubnetWay::lane)
    }

    fn facts(&self) -> &Snapshot {
        self.case.snapshot
    }

    fn without_lanes(&self) -> Judgement {
        if self.case.vpc().is_none() {
            return not_in_vpc();
        }
        let to = self.case.target.words();
        match self.family {
            Family::Ipv4 => Judgement::not_applicable(format!("{to} is reached over IPv6 only")),
            Family::Ipv6 => Judgement::not_applicable(format!("the function does not reach {to} over IPv6")),
        }
    }
}

impl<'a> Case<'a> {
    /// The ways over IPv4.
    pub fn ipv4(&self) -> Over<'_, 'a> {
        Over { case: self, family: Family::Ipv4 }
    }

    /// The ways over IPv6.
    pub fn ipv6(&self) -> Over<'_, 'a> {
        Over { case: self, family: Family::Ipv6 }
    }

    /// Whether a way out of some subnet meets an obstacle of this kind.
    pub fn meets(&self, causes: fn(Cause) -> bool) -> bool {
        self.ways.iter().flat_map(|way| &way.obstacles).any(|obstacle| causes(obstacle.cause))
    }
}
