//! The ways from the instance to the services that its agent needs, and what stands in them.

use super::Case;
use crate::evidence::Component;
use crate::finding::{Finding, Judgement, Severity, Step};
use crate::net::{Cause, Effect, HopVerdict, Obstacle, Path, ServicePath, Verdict, Way, WayKind, to_service_briefly};
use crate::rule::{About, Affects};
use crate::snapshot::ec2::VpcEndpoint;
use crate::snapshot::{Gap, operations as op};
use std::sync::Arc;

/// An obstacle on the way to one or more services.
#[derive(Debug, Clone)]
pub struct Wall<'c> {
    /// The obstacle.
    pub obstacle: &'c Obstacle,
    /// Short names of the services that do not get past it.
    pub services: Vec<&'c str>,
    /// The path up to it and beyond.
    pub steps: Vec<Step>,
    /// Its place among the obstacles of the way.
    pub position: usize,
}

impl Wall<'_> {
    /// The services in words: "`ssm` and `ssmmessages`".
    pub fn services_in_words(&self) -> String {
        in_words(&self.services)
    }

    /// A finding about this obstacle, with its proof, its code and the path.
    pub fn finding(&self, detail: impl Into<String>) -> Finding {
        let mut finding = Finding::new(detail)
            .about(self.obstacle.component.kind, &self.obstacle.component.id)
            .proofs(self.obstacle.evidence.iter().cloned());
        finding.reachability_code = self.obstacle.code;
        finding.path.clone_from(&self.steps);
        finding.position = self.position;
        finding.affects = affects(&self.services);
        finding
    }

    /// The deciding line in brackets, or nothing.
    pub fn by(&self) -> String {
        self.obstacle.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default()
    }
}

/// What a way that is closed to these services keeps from working: the heartbeat goes to `ssm`, the session channel to `ssmmessages`.
pub fn affects(services: &[&str]) -> Option<Affects> {
    match (services.contains(&"ssm"), services.contains(&"ssmmessages")) {
        (true, true) => Some(Affects::Agent),
        (true, false) => Some(Affects::Registration),
        (false, true) => Some(Affects::Channel),
        (false, false) => None,
    }
}

/// Names in words: "`a`, `b` and `c`".
pub fn in_words(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// What a rule of the network layer looks for.
pub struct Watch<'w> {
    /// The rule.
    pub about: &'w About,
    /// Its causes.
    pub causes: fn(Cause) -> bool,
    /// Whether a fact that no read can give leaves its question open.
    pub opaque: fn(&str) -> bool,
    /// Why the rule passes when nothing of it is in the way.
    pub pass: &'static str,
}

impl Watch<'_> {
    /// Judges the ways of a case; `describe` makes the finding of an obstacle.
    pub fn judge(&self, case: &Case<'_>, describe: impl Fn(&Wall<'_>) -> Finding) -> Result<Judgement, Gap> {
        if case.paths.is_empty() {
            return Ok(Judgement::not_applicable("the instance has no network interface"));
        }
        let walls = case.walls(self.causes);
        let findings: Vec<Finding> = walls
            .iter()
            .filter(|wall| wall.obstacle.effect != Effect::Possible)
            .map(|wall| {
                let mut finding = describe(wall);
                if wall.obstacle.effect == Effect::Degraded {
                    finding.rule = self.about.id;
                    finding.severity = Severity::Degraded;
                }
                finding
            })
            .collect();
        if !findings.is_empty() {
            return Ok(Judgement::Fail(findings));
        }
        let mut gaps = self.gaps(case);
        // An obstacle that stops some addresses leaves open whether they are the ones that count.
        for path in walls.iter().flat_map(|wall| &wall.services).filter_map(|service| case.path_to(service)) {
            gaps.extend(path.gaps.iter().filter(|gap| !case.is_settled(gap)).cloned());
        }
        gaps.sort();
        gaps.dedup();
        if gaps.is_empty() { Ok(Judgement::pass(self.pass)) } else { Ok(open(gaps)) }
    }

    /// What keeps the rule's question open.
    pub fn gaps(&self, case: &Case<'_>) -> Vec<Gap> {
        let is_own = |gap: &Gap| match gap {
            Gap::Opaque { what } => (self.opaque)(what),
            _ => self.about.needs.iter().any(|need| Some(need.action) == gap.action()),
        };
        let on_ways = case.paths.iter().flat_map(|path| &path.gaps).filter(|gap| is_own(gap)).cloned();
        // A blocked way hides what else is not known about it; a refused read is not known all the same.
        let refused = self.about.needs.iter().filter_map(|need| case.snapshot.refusal(*need));
        let mut gaps: Vec<Gap> = on_ways.chain(refused).filter(|gap| !case.is_settled(gap)).collect();
        gaps.sort();
        gaps.dedup();
        gaps
    }
}

/// Words of facts that no read can give, and that a rule of the network layer other than `ssm/no-egress-path` waits for.
const CLAIMED: &[&str] = &[
    "security group",
    "network ACL",
    "NAT gateway",
    "forwards packets",
    "Block Public Access",
    "enableDns",
    "DNS server",
    "DHCP options",
    "Resolver rule",
    "endpoint",
    "main route table",
    "which addresses",
];

/// Whether another rule of the network layer waits for a fact that no read can give. Whatever nobody waits for is the question of
/// `ssm/no-egress-path`, so that a way which is not known never passes everywhere.
pub fn is_claimed(what: &str) -> bool {
    CLAIMED.iter().any(|words| what.contains(words))
}

/// An open question with its reasons.
pub fn open(gaps: Vec<Gap>) -> Judgement {
    let reasons: Vec<String> = gaps.iter().map(Gap::to_string).collect();
    Judgement::cannot_tell(reasons.join("; "), gaps)
}

/// The ways of an interface to each service that the agent needs.
pub(super) fn of_case(case: &Case<'_>) -> Vec<Arc<ServicePath>> {
    let Some(eni) = case.instance.primary_interface() else { return Vec::new() };
    let names = super::services(case.agent_version(), case.region());
    let Some(interface) = case.network.interface(&eni.network_interface_id) else { return Vec::new() };
    let ways = names.iter().map(|name| to_service_briefly(case.network, interface, name, case.region(), 443));
    // Only what is blocked has something to weigh.
    let is_blocked = |way: &Way| way.verdict == Verdict::Blocked;
    let weighed = |path: Arc<ServicePath>| {
        let has_blocked = path.verdict == Verdict::Blocked || path.ways.iter().any(is_blocked);
        if has_blocked { Arc::new(forwarded(case, preferred(Arc::unwrap_or_clone(path)))) } else { path }
    };
    ways.map(weighed).collect()
}

/// A name that a Resolver rule forwards to servers elsewhere may be answered with an address that another network reaches: a way to public
/// addresses that is blocked then proves nothing.
fn forwarded(case: &Case<'_>, mut path: ServicePath) -> ServicePath {
    if path.verdict != Verdict::Blocked || path.is_over_endpoint() {
        return path;
    }
    let Some(name) = path.dns_names.first().cloned() else { return path };
    let Some(rule) = super::resolution::forwarding(case, &name) else { return path };
    for obstacle in &mut path.obstacles {
        if obstacle.effect == Effect::Blocked {
            obstacle.effect = Effect::Possible;
        }
    }
    path.gaps.push(Gap::opaque(format!("what the servers of Resolver rule `{rule}` answer for `{name}`")));
    path.verdict = Verdict::Unknown;
    path
}

/// Without the paths of a family that has no way out at all, where the other family has one that is broken: the broken one is what was
/// meant to work.
fn preferred(mut path: ServicePath) -> ServicePath {
    let lacks_route = |path: &Path| path.obstacles.iter().any(|obstacle| obstacle.cause == Cause::NoRoute);
    for way in &mut path.ways {
        if way.verdict == Verdict::Blocked && way.paths.iter().any(lacks_route) && !way.paths.iter().all(lacks_route) {
            let dropped: Vec<Obstacle> =
                way.paths.iter().filter(|path| lacks_route(path)).flat_map(|path| path.obstacles.clone()).collect();
            way.paths.retain(|path| !lacks_route(path));
            let kept = |obstacle: &Obstacle| way.paths.iter().any(|path| path.obstacles.contains(obstacle));
            path.obstacles.retain(|obstacle| !dropped.contains(obstacle) || kept(obstacle));
        }
    }
    path
}

impl<'a> Case<'a> {
    /// The obstacles with one of the causes, each once, with every service that it keeps away.
    pub fn walls(&self, causes: fn(Cause) -> bool) -> Vec<Wall<'_>> {
        let mut walls: Vec<Wall<'_>> = Vec::new();
        for path in self.paths.iter().filter(|path| path.verdict != Verdict::Reachable) {
            for (position, obstacle) in path.obstacles.iter().enumerate() {
                if !causes(obstacle.cause) {
                    continue;
                }
                match walls.iter_mut().find(|wall| wall.obstacle.is_same_as(obstacle)) {
                    Some(wall) => wall.services.push(&path.service),
                    None => walls.push(Wall {
                        obstacle,
                        services: vec![&path.service],
                        steps: steps(path, obstacle),
                        position,
                    }),
                }
            }
        }
        walls
    }

    /// The way to a service.
    pub fn path_to(&self, service: &str) -> Option<&ServicePath> {
        self.paths.iter().find(|path| path.service == service).map(Arc::as_ref)
    }

    /// The interface endpoint that the name of a service leads to.
    pub fn endpoint_for(&self, service: &str) -> Option<&'a VpcEndpoint> {
        let WayKind::Endpoint(ids) = &self.path_to(service)?.ways.first()?.kind else { return None };
        self.snapshot.vpc_endpoints.get(ids.first()?).ok().flatten()
    }

    /// Whether the VPC was built to reach Systems Manager over endpoints: it has one for some service of the agent.
    pub fn has_endpoints(&self) -> bool {
        self.paths.iter().any(|path| !path.endpoints.is_empty())
    }

    /// Services that have no way because their name leads to the internet and no route does; without those whose endpoint is there but
    /// not in use, which is a cause of its own.
    pub fn services_without_route(&self) -> Vec<&ServicePath> {
        let blocked = self
            .paths
            .iter()
            .map(Arc::as_ref)
            .filter(|path| path.verdict == Verdict::Blocked && path.endpoints.is_empty());
        blocked.filter(|path| path.obstacles.iter().any(|obstacle| obstacle.cause == Cause::NoRoute)).collect()
    }

    /// Whether a gap leaves nothing open: private hosted zones are not read for a node that answers, nor where the VPC has a way to the
    /// internet that works.
    pub fn is_settled(&self, gap: &Gap) -> bool {
        let zones = op::LIST_HOSTED_ZONES_BY_VPC.action;
        let works =
            |way: &Way| way.kind == WayKind::Public && matches!(way.verdict, Verdict::Reachable | Verdict::Degraded);
        let leads = self.paths.iter().flat_map(|path| &path.ways).any(works);
        (self.heartbeat.is_online() || leads) && matches!(gap, Gap::NotAsked { action } if action == zones)
    }
}

/// The steps of the path that meets the obstacle, or else of the one that works least.
pub(super) fn steps(path: &ServicePath, obstacle: &Obstacle) -> Vec<Step> {
    let meets = |path: &&Path| path.obstacles.iter().any(|own| own.is_same_as(obstacle));
    let worst = path.paths().find(meets).or_else(|| path.paths().max_by_key(|path| path.verdict));
    let forward = worst.into_iter().flat_map(|path| &path.hops);
    let reply = worst.into_iter().flat_map(|path| &path.reply_hops);
    forward
        .chain(reply)
        .map(|hop| Step {
            component: Component::new(hop.component.kind, &hop.component.id),
            verdict: match hop.verdict {
                HopVerdict::Passed => "passed",
                HopVerdict::Partly => "degraded",
                HopVerdict::Blocked => "blocked",
                HopVerdict::Unknown => "unknown",
            },
            by: hop.by.clone(),
        })
        .collect()
}
