//! A walk along a path: what each hop did to the packets, every obstacle, and every fact that was missing.

use super::filter::{Decision, Filtered, Line};
use super::obstacle::{Cause, Effect, Obstacle};
use super::traffic::{Family, Traffic, TrafficSet};
use crate::evidence::Component;
use crate::snapshot::{Gap, Snapshot};

/// What is said of a path or of a way to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Everything that is needed passes, there and back.
    Reachable,
    /// It works for some client ports or some addresses only.
    Degraded,
    /// A fact that could change the verdict is missing.
    Unknown,
    /// Nothing passes.
    Blocked,
}

/// What happened to the packets at a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HopVerdict {
    /// All passed.
    Passed,
    /// Some passed.
    Partly,
    /// None passed.
    Blocked,
    /// Not known.
    Unknown,
}

/// A component on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// The component.
    pub component: Component,
    /// The packets as they leave it, after translation; those that reached it when none left.
    pub header: Traffic,
    /// What happened to them.
    pub verdict: HopVerdict,
    /// The line that decided, in words; `None` where nothing had to be decided.
    pub by: Option<String>,
}

/// The way of one address family, there and back.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The address family.
    pub family: Family,
    /// The name or address that the path leads to.
    pub to: String,
    /// Components on the way there, in walking order.
    pub hops: Vec<Hop>,
    /// Components on the way back, in walking order.
    pub reply_hops: Vec<Hop>,
    /// What follows from the obstacles and gaps.
    pub verdict: Verdict,
    /// Every obstacle, in the order in which a packet and its reply meet them.
    pub obstacles: Vec<Obstacle>,
    /// Facts that are missing and could change the verdict; empty when it is `Blocked`.
    pub gaps: Vec<Gap>,
}

/// The verdict that follows: an obstacle that stops everything decides, whatever else is not known.
pub fn verdict_of(obstacles: &[Obstacle], gaps: &[Gap]) -> Verdict {
    if obstacles.iter().any(|obstacle| obstacle.effect == Effect::Blocked) {
        Verdict::Blocked
    } else if !gaps.is_empty() {
        Verdict::Unknown
    } else if obstacles.is_empty() {
        Verdict::Reachable
    } else {
        Verdict::Degraded
    }
}

/// How the far addresses of a walk are meant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Certainty {
    /// Each of them is in use.
    Exact,
    /// Those in use are among them; the gap says what would tell which.
    Within(Gap),
}

/// Which side of a walk a stage belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forward,
    Reply,
}

/// A filter on the way.
pub(super) struct Stage {
    pub(super) way: Way,
    pub(super) cause: Cause,
    /// The component that the hop shows: the interface or subnet that is guarded.
    pub(super) hop: Component,
}

/// A walk that is under way.
#[derive(Debug, Clone)]
pub(super) struct Walk<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) family: Family,
    pub(super) certainty: Certainty,
    pub(super) hops: Vec<Hop>,
    pub(super) reply_hops: Vec<Hop>,
    pub(super) obstacles: Vec<Obstacle>,
    pub(super) gaps: Vec<Gap>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, family: Family, certainty: Certainty) -> Self {
        Self {
            snapshot,
            family,
            certainty,
            hops: Vec::new(),
            reply_hops: Vec::new(),
            obstacles: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// An empty walk of the same kind, for one of several branches.
    pub(super) fn branch(&self) -> Self {
        Self::new(self.snapshot, self.family, self.certainty.clone())
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.obstacles.iter().any(|obstacle| obstacle.effect == Effect::Blocked)
    }

    pub(super) fn gap(&mut self, gap: Gap) {
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    pub(super) fn obstacle(&mut self, obstacle: Obstacle) {
        if !self.obstacles.iter().any(|known| known.effect == obstacle.effect && known.is_same_as(&obstacle)) {
            self.obstacles.push(obstacle);
        }
    }

    pub(super) fn hop(&mut self, way: Way, hop: Hop) {
        let hops = match way {
            Way::Forward => &mut self.hops,
            Way::Reply => &mut self.reply_hops,
        };
        if hops.last() != Some(&hop) {
            hops.push(hop);
        }
    }

    /// A hop at which nothing has to be decided.
    pub(super) fn pass(&mut self, way: Way, component: Component, header: &TrafficSet, by: Option<String>) {
        if let Some(header) = header.hull() {
            self.hop(way, Hop { component, header, verdict: HopVerdict::Passed, by });
        }
    }

    /// A hop behind which nothing can be seen.
    pub(super) fn opaque(&mut self, component: Component, header: &TrafficSet, by: Option<String>, gap: Gap) {
        if let Some(header) = header.hull() {
            self.hop(Way::Forward, Hop { component, header, verdict: HopVerdict::Unknown, by });
        }
        self.gap(gap);
    }

    /// Stops the packets with an obstacle, and shows where.
    pub(super) fn stop(&mut self, hop: Component, header: &TrafficSet, obstacle: Obstacle) {
        if let Some(header) = header.hull() {
            let by = obstacle.by.clone();
            let verdict = HopVerdict::Blocked;
            self.hop(Way::Forward, Hop { component: hop, header: header.clone(), verdict, by });
            self.obstacle(obstacle.stopping(header));
        } else {
            self.obstacle(obstacle);
        }
    }

    /// Sends packets through a filter and gives those that go on.
    ///
    /// After a filter that stops everything the walk goes on with the packets as they were, so that the obstacles behind it are found
    /// as well.
    pub(super) fn filter(&mut self, current: &TrafficSet, filtered: &Filtered, stage: &Stage) -> TrafficSet {
        let passed = current.intersection(&filtered.passed());
        let unknown = current.intersection(&filtered.unknown_part());
        let dropped = current.difference(&passed).difference(&unknown);
        if !unknown.is_empty() {
            for part in filtered.touching(&unknown, |decision| matches!(decision, Decision::Unknown(_))) {
                if let Decision::Unknown(gap) = &part.decision {
                    self.gap(gap.clone());
                }
            }
        }
        let onward = passed.union(&unknown);
        let verdict = match (dropped.is_empty(), onward.is_empty()) {
            (false, true) => HopVerdict::Blocked,
            _ if !unknown.is_empty() => HopVerdict::Unknown,
            (true, _) => HopVerdict::Passed,
            (false, false) => HopVerdict::Partly,
        };
        let decisive = match verdict {
            HopVerdict::Blocked | HopVerdict::Partly => {
                lines(filtered, &dropped, |decision| *decision == Decision::Dropped)
            }
            HopVerdict::Passed => lines(filtered, &passed, |decision| *decision == Decision::Passes),
            HopVerdict::Unknown => lines(filtered, &unknown, |decision| matches!(decision, Decision::Unknown(_))),
        };
        let shown = if onward.is_empty() { current } else { &onward };
        if let Some(header) = shown.hull() {
            let by = in_words(&decisive);
            self.hop(stage.way, Hop { component: stage.hop.clone(), header, verdict, by });
        }
        if !dropped.is_empty() {
            let dropping = lines(filtered, &dropped, |decision| *decision == Decision::Dropped);
            self.dropped(current, &onward, &dropped, &dropping, filtered.code, stage);
        }
        if onward.is_empty() { current.clone() } else { onward }
    }

    fn dropped(
        &mut self,
        before: &TrafficSet,
        onward: &TrafficSet,
        dropped: &TrafficSet,
        lines: &[&Line],
        code: Option<&'static str>,
        stage: &Stage,
    ) {
        let (effect, passes) = self.partial(before, onward, dropped);
        let component = lines.first().map_or_else(|| stage.hop.clone(), |line| line.component.clone());
        let evidence = lines.iter().flat_map(|line| line.evidence.iter().cloned()).collect();
        let mut obstacle = Obstacle::new(stage.cause, component, evidence);
        obstacle.effect = effect;
        obstacle.passes = passes;
        obstacle.code = code.or(obstacle.code);
        obstacle.by = in_words(lines);
        obstacle.header = dropped.hull();
        self.obstacle(obstacle);
    }

    /// How much is lost: everything, some ports of every address, or some addresses.
    fn partial(&mut self, before: &TrafficSet, onward: &TrafficSet, dropped: &TrafficSet) -> (Effect, Option<String>) {
        if onward.is_empty() {
            return (Effect::Blocked, None);
        }
        // One side is a single interface and so in every part; what differs are the addresses of the other side.
        let ends = |set: &TrafficSet| set.sources().union(&set.destinations());
        if ends(dropped) == ends(before) && ends(onward) == ends(before) {
            let always = before.ports().difference(&dropped.ports());
            let ports = if always.is_empty() { onward.ports() } else { always };
            return (Effect::Degraded, Some(format!("ports {ports}")));
        }
        let is_sources = before.destinations() == onward.destinations();
        let still = if is_sources { onward.sources() } else { onward.destinations() };
        match self.certainty.clone() {
            Certainty::Exact => (Effect::Degraded, Some(still.to_string())),
            Certainty::Within(gap) => {
                self.gap(gap);
                (Effect::Possible, Some(still.to_string()))
            }
        }
    }

    /// Joins branches that share the packets among them.
    ///
    /// When every branch is blocked, so is the walk. When only some are, their obstacles stop a part: for addresses that are all in
    /// use the walk is degraded, for addresses of which only some are meant it depends on which.
    pub(super) fn join(&mut self, branches: Vec<Walk<'a>>) {
        let all_blocked = branches.iter().all(Self::is_blocked);
        for mut branch in branches {
            if branch.is_blocked() && !all_blocked {
                let effect = match self.certainty.clone() {
                    Certainty::Exact => Effect::Degraded,
                    Certainty::Within(gap) => {
                        self.gap(gap);
                        Effect::Possible
                    }
                };
                branch.gaps.clear();
                for obstacle in &mut branch.obstacles {
                    obstacle.effect = effect;
                    obstacle.passes.get_or_insert_with(|| "other addresses".to_owned());
                }
            }
            for hop in branch.hops {
                self.hop(Way::Forward, hop);
            }
            for hop in branch.reply_hops {
                self.hop(Way::Reply, hop);
            }
            for obstacle in branch.obstacles {
                self.obstacle(obstacle);
            }
            for gap in branch.gaps {
                self.gap(gap);
            }
        }
    }

    /// The path that was walked.
    pub(super) fn finish(self, to: impl Into<String>) -> Path {
        let verdict = verdict_of(&self.obstacles, &self.gaps);
        let gaps = if verdict == Verdict::Blocked { Vec::new() } else { self.gaps };
        let Self { family, hops, reply_hops, obstacles, .. } = self;
        Path { family, to: to.into(), hops, reply_hops, verdict, obstacles, gaps }
    }
}

/// The lines that decide about `traffic`, each once.
fn lines<'f>(filtered: &'f Filtered, traffic: &TrafficSet, matches: impl Fn(&Decision) -> bool) -> Vec<&'f Line> {
    let mut lines: Vec<&Line> = Vec::new();
    for part in &filtered.parts {
        let touches = traffic.parts().iter().any(|other| other.intersection(&part.traffic).is_some());
        if touches && matches(&part.decision) && !lines.contains(&&part.line) {
            lines.push(&part.line);
        }
    }
    lines
}

fn in_words(lines: &[&Line]) -> Option<String> {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
