//! What stands in the ways of a subject, and how a rule looks for one kind of it.

use crate::evidence::Component;
use crate::finding::{Finding, Judgement, Severity, Step};
use crate::net::{Cause, Effect, HopVerdict, Obstacle, Path, ServicePath, Verdict};
use crate::rule::{About, Affects};
use crate::snapshot::{Gap, Snapshot};

/// One of the ways that a subject depends on: to a service, or from one of its subnets.
#[derive(Debug, Clone, Copy)]
pub struct Lane<'c> {
    /// What tells it from the others: the short name of a service, or a subnet.
    pub label: &'c str,
    /// Whether it works.
    pub verdict: Verdict,
    /// Everything that stands in it.
    pub obstacles: &'c [Obstacle],
    /// What is not known of it.
    pub gaps: &'c [Gap],
    /// The walks that it is made of.
    pub walks: Walks<'c>,
}

/// The walks of a way. Every rule about ways looks at the lanes of its case, and few of them at a walk.
#[derive(Debug, Clone, Copy)]
pub enum Walks<'c> {
    /// Those to a service.
    Service(&'c ServicePath),
    /// Any others.
    Paths(&'c [Path]),
}

impl<'c> Walks<'c> {
    fn paths(self) -> impl Iterator<Item = &'c Path> {
        let (service, paths) = match self {
            Self::Service(path) => (Some(path), &[][..]),
            Self::Paths(paths) => (None, paths),
        };
        service.into_iter().flat_map(ServicePath::paths).chain(paths)
    }
}

impl<'c> Lane<'c> {
    /// The way to a service.
    pub fn of_service(path: &'c ServicePath) -> Self {
        let ServicePath { service, verdict, obstacles, gaps, .. } = path;
        Self { label: service, verdict: *verdict, obstacles, gaps, walks: Walks::Service(path) }
    }

    /// A way that was walked once.
    pub fn of_path(label: &'c str, path: &'c Path) -> Self {
        Self {
            label,
            verdict: path.verdict,
            obstacles: &path.obstacles,
            gaps: &path.gaps,
            walks: Walks::Paths(std::slice::from_ref(path)),
        }
    }
}

/// A case that depends on ways.
pub trait Ways {
    /// Its ways.
    fn lanes(&self) -> impl Iterator<Item = Lane<'_>>;

    /// The facts that they were walked on.
    fn facts(&self) -> &Snapshot;

    /// What rules about ways say where there are none.
    fn without_lanes(&self) -> Judgement;

    /// Whether a gap leaves nothing open after all.
    fn is_settled(&self, _gap: &Gap) -> bool {
        false
    }

    /// The obstacles with one of the causes, each once, with every lane that it closes.
    fn walls(&self, causes: impl Fn(Cause) -> bool) -> Vec<Wall<'_>> {
        let mut walls: Vec<Wall<'_>> = Vec::new();
        for lane in self.lanes().filter(|lane| lane.verdict != Verdict::Reachable) {
            let own = lane.obstacles.iter().enumerate().filter(|(_, obstacle)| causes(obstacle.cause));
            for (position, obstacle) in own {
                match walls.iter_mut().find(|wall| wall.obstacle.is_same_as(obstacle)) {
                    Some(wall) => wall.labels.push(lane.label),
                    None => {
                        let steps = steps(&lane, obstacle);
                        walls.push(Wall { obstacle, labels: vec![lane.label], steps, position });
                    }
                }
            }
        }
        walls
    }
}

/// An obstacle on the way to one or more services.
#[derive(Debug, Clone)]
pub struct Wall<'c> {
    /// The obstacle.
    pub obstacle: &'c Obstacle,
    /// The lanes that do not get past it: short names of services, or subnets.
    pub labels: Vec<&'c str>,
    /// The path up to it and beyond.
    pub steps: Vec<Step>,
    /// Its place among the obstacles of the way.
    pub position: usize,
}

impl Wall<'_> {
    /// The lanes in words: "`ssm` and `ssmmessages`".
    pub fn labels_in_words(&self) -> String {
        in_words(&self.labels)
    }

    /// A finding about this obstacle, with its proof, its code and the path.
    pub fn finding(&self, detail: impl Into<String>) -> Finding {
        let mut finding = Finding::new(detail)
            .about(self.obstacle.component.kind, &self.obstacle.component.id)
            .proofs(self.obstacle.evidence.iter().cloned());
        finding.reachability_code = self.obstacle.code;
        finding.path.clone_from(&self.steps);
        finding.position = self.position;
        finding.affects = affects(&self.labels);
        finding
    }

    /// The deciding line in brackets, or nothing.
    pub fn by(&self) -> String {
        self.obstacle.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default()
    }
}

/// What a way that is closed to these services keeps from working: registration and heartbeat go to `ssm` or `ecs`, the channel to
/// `ssmmessages`, or `ecs-agent` and `ecs-telemetry`.
pub fn affects(services: &[&str]) -> Option<Affects> {
    let has = |names: &[&str]| services.iter().any(|service| names.contains(service));
    match (has(&["ssm", "ecs"]), has(&["ssmmessages", "ecs-agent", "ecs-telemetry"])) {
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
    pub causes: &'w dyn Fn(Cause) -> bool,
    /// Whether a fact that no read can give leaves its question open.
    pub opaque: &'w dyn Fn(&str) -> bool,
    /// Why the rule passes when nothing of it is in the way.
    pub pass: &'static str,
}

impl Watch<'_> {
    /// Judges the ways of a case; `describe` makes the finding of an obstacle.
    pub fn judge<W: Ways>(&self, case: &W, describe: impl Fn(&Wall<'_>) -> Finding) -> Result<Judgement, Gap> {
        if case.lanes().next().is_none() {
            return Ok(case.without_lanes());
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
        let touched = |lane: &Lane<'_>| walls.iter().any(|wall| wall.labels.contains(&lane.label));
        for lane in case.lanes().filter(touched) {
            gaps.extend(lane.gaps.iter().filter(|gap| !case.is_settled(gap)).cloned());
        }
        Ok(Judgement::settled(Vec::new(), gaps, || Judgement::pass(self.pass)))
    }

    /// What keeps the rule's question open.
    pub fn gaps<W: Ways>(&self, case: &W) -> Vec<Gap> {
        let is_own = |gap: &Gap| match gap {
            Gap::Opaque { what } => (self.opaque)(what),
            _ => self.about.needs.iter().any(|need| Some(need.action) == gap.action()),
        };
        let on_ways = case.lanes().flat_map(|lane| lane.gaps).filter(|gap| is_own(gap)).cloned();
        // A blocked way hides what else is not known about it; a refused read is not known all the same.
        let refused = self.about.needs.iter().filter_map(|need| case.facts().refusal(*need));
        let mut gaps: Vec<Gap> = on_ways.chain(refused).filter(|gap| !case.is_settled(gap)).collect();
        gaps.sort();
        gaps.dedup();
        gaps
    }
}

/// The steps of the path that meets the obstacle, or else of the one that works least.
pub fn steps(lane: &Lane<'_>, obstacle: &Obstacle) -> Vec<Step> {
    let meets = |path: &&Path| path.obstacles.iter().any(|own| own.is_same_as(obstacle));
    let paths = || lane.walks.paths();
    let worst = paths().find(meets).or_else(|| paths().max_by_key(|path| path.verdict));
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
