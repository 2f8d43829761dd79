//! A walk along a path: what each hop did to the packets, every obstacle, and every fact that was missing.

use crate::evidence::Component;
use crate::net::filter::{Decision, Filtered, Line};
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::traffic::{Family, Traffic, TrafficSet};
use crate::snapshot::Gap;
use smallvec::SmallVec;

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
    /// Code of Reachability Analyzer for what stopped the packets here, hides them, or changed them.
    pub code: Option<&'static str>,
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
pub(in crate::net) enum Certainty {
    /// Each of them is in use.
    Exact,
    /// Those in use are among them; the gap says what would tell which.
    Within(Gap),
}

/// Which side of a walk a stage belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::net) enum Way {
    Forward,
    Reply,
}

/// A filter on the way.
pub(in crate::net) struct Stage {
    pub(in crate::net) way: Way,
    pub(in crate::net) cause: Cause,
    /// The component that the hop shows: the interface or subnet that is guarded.
    pub(in crate::net) hop: Component,
}

/// A walk that is under way.
///
/// With `explains` it keeps hops, obstacles and gaps; without it only what the verdict needs, and no text is made.
#[derive(Debug, Clone)]
pub(in crate::net) struct Walk<'w> {
    pub(in crate::net) explains: bool,
    pub(in crate::net) family: Family,
    pub(in crate::net) certainty: &'w Certainty,
    pub(in crate::net) tally: Tally,
    pub(in crate::net) hops: Vec<Hop>,
    pub(in crate::net) reply_hops: Vec<Hop>,
    pub(in crate::net) obstacles: Vec<Obstacle>,
    pub(in crate::net) gaps: Vec<Gap>,
}

/// What was met so far, as far as the verdict needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::net) struct Tally {
    pub(in crate::net) is_blocked: bool,
    pub(in crate::net) is_degraded: bool,
    pub(in crate::net) has_gaps: bool,
}

impl Tally {
    pub(in crate::net) fn verdict(self) -> Verdict {
        match self {
            Self { is_blocked: true, .. } => Verdict::Blocked,
            Self { has_gaps: true, .. } => Verdict::Unknown,
            Self { is_degraded: true, .. } => Verdict::Degraded,
            _ => Verdict::Reachable,
        }
    }
}

/// Walks of parts of the packets.
pub(in crate::net) type Branches<'w> = SmallVec<[Walk<'w>; 2]>;

impl<'w> Walk<'w> {
    pub(in crate::net) fn new(family: Family, certainty: &'w Certainty, explains: bool) -> Self {
        Self {
            explains,
            family,
            certainty,
            tally: Tally::default(),
            hops: Vec::new(),
            reply_hops: Vec::new(),
            obstacles: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// An empty walk of the same kind, for one of several branches.
    pub(in crate::net) fn branch(&self) -> Self {
        Self::new(self.family, self.certainty, self.explains)
    }

    /// Whether nothing that is still to come can change what is asked for: a blocked walk that explains nothing.
    pub(in crate::net) fn is_settled(&self) -> bool {
        self.tally.is_blocked && !self.explains
    }

    pub(in crate::net) fn gap(&mut self, gap: impl FnOnce() -> Gap) {
        self.tally.has_gaps = true;
        if self.explains {
            let gap = gap();
            if !self.gaps.contains(&gap) {
                self.gaps.push(gap);
            }
        }
    }

    fn count(&mut self, effect: Effect) {
        match effect {
            Effect::Blocked => self.tally.is_blocked = true,
            Effect::Degraded | Effect::Possible => self.tally.is_degraded = true,
        }
    }

    /// An obstacle that stops everything.
    pub(in crate::net) fn obstacle(&mut self, obstacle: impl FnOnce() -> Obstacle) {
        self.count(Effect::Blocked);
        if self.explains {
            self.keep(obstacle());
        }
    }

    /// An obstacle that stops a part for certain.
    pub(in crate::net) fn partial_obstacle(&mut self, obstacle: impl FnOnce() -> Obstacle) {
        self.count(Effect::Degraded);
        if self.explains {
            self.keep(obstacle());
        }
    }

    fn keep(&mut self, obstacle: Obstacle) {
        self.count(obstacle.effect);
        if !self.obstacles.iter().any(|known| known.effect == obstacle.effect && known.is_same_as(&obstacle)) {
            self.obstacles.push(obstacle);
        }
    }

    fn hop(&mut self, way: Way, hop: Hop) {
        let hops = match way {
            Way::Forward => &mut self.hops,
            Way::Reply => &mut self.reply_hops,
        };
        if hops.last() != Some(&hop) {
            hops.push(hop);
        }
    }

    /// A hop at which nothing has to be decided; `hop` makes its component, the line that leads there, and what Reachability Analyzer
    /// calls what happens there.
    pub(in crate::net) fn pass(
        &mut self,
        way: Way,
        header: &TrafficSet,
        hop: impl FnOnce() -> (Component, Option<String>, Option<&'static str>),
    ) {
        if self.explains
            && let Some(header) = header.hull()
        {
            let (component, by, code) = hop();
            self.hop(way, Hop { component, header, verdict: HopVerdict::Passed, by, code });
        }
    }

    /// A hop behind which nothing can be seen.
    pub(in crate::net) fn opaque(
        &mut self,
        way: Way,
        component: impl FnOnce() -> Component,
        header: &TrafficSet,
        code: &'static str,
        gap: impl FnOnce() -> Gap,
    ) {
        if self.explains
            && let Some(header) = header.hull()
        {
            let verdict = HopVerdict::Unknown;
            self.hop(way, Hop { component: component(), header, verdict, by: None, code: Some(code) });
        }
        self.gap(gap);
    }

    /// Stops the packets with an obstacle, and shows where.
    pub(in crate::net) fn stop(
        &mut self,
        way: Way,
        hop: impl FnOnce() -> Component,
        header: &TrafficSet,
        obstacle: impl FnOnce() -> Obstacle,
    ) {
        self.count(Effect::Blocked);
        if !self.explains {
            return;
        }
        let obstacle = obstacle();
        let obstacle = Obstacle { is_on_return: way == Way::Reply, ..obstacle };
        let Some(header) = header.hull() else { return self.keep(obstacle) };
        let verdict = HopVerdict::Blocked;
        let (by, code) = (obstacle.by.clone(), obstacle.code);
        self.hop(way, Hop { component: hop(), header: header.clone(), verdict, by, code });
        self.keep(obstacle.stopping(header));
    }

    /// Sends packets through a filter and gives those that go on.
    ///
    /// After a filter that stops everything the walk goes on with the packets as they were, so that the obstacles behind it are found
    /// as well.
    pub(in crate::net) fn filter(
        &mut self,
        current: &TrafficSet,
        filtered: Filtered,
        stage: impl FnOnce() -> Stage,
    ) -> TrafficSet {
        for (_, gap) in &filtered.unknown {
            self.gap(|| gap.clone());
        }
        let dropped = !filtered.dropped.is_empty();
        if !dropped && filtered.unknown.is_empty() && !self.explains {
            return filtered.passed;
        }
        let onward = if filtered.unknown.is_empty() {
            filtered.passed.clone()
        } else {
            filtered.passed.union(&filtered.unknown_part())
        };
        let effect = dropped.then(|| self.partial(current, &onward, &filtered.dropped));
        if let Some((effect, _)) = &effect {
            self.count(*effect);
        }
        if self.explains {
            self.show(current, &onward, &filtered, &stage(), effect);
        }
        if onward.is_empty() { current.clone() } else { onward }
    }

    fn show(
        &mut self,
        current: &TrafficSet,
        onward: &TrafficSet,
        filtered: &Filtered,
        stage: &Stage,
        effect: Option<(Effect, Option<String>)>,
    ) {
        let verdict = match (effect.is_some(), onward.is_empty()) {
            (true, true) => HopVerdict::Blocked,
            _ if !filtered.unknown.is_empty() => HopVerdict::Unknown,
            (false, _) => HopVerdict::Passed,
            (true, false) => HopVerdict::Partly,
        };
        let dropping = lines(filtered, |decision| *decision == Decision::Dropped);
        let decisive = match verdict {
            HopVerdict::Blocked | HopVerdict::Partly => dropping.clone(),
            HopVerdict::Passed => lines(filtered, |decision| *decision == Decision::Passes),
            HopVerdict::Unknown => lines(filtered, |decision| matches!(decision, Decision::Unknown(_))),
        };
        let code = match verdict {
            HopVerdict::Unknown => Some(filtered.unknown_code),
            _ => effect.as_ref().and(filtered.code),
        };
        let shown = if onward.is_empty() { current } else { onward };
        if let Some(header) = shown.hull() {
            let by = in_words(&decisive);
            self.hop(stage.way, Hop { component: stage.hop.clone(), header, verdict, by, code });
        }
        if let Some((effect, passes)) = effect {
            let component = dropping.first().map_or_else(|| stage.hop.clone(), |line| line.component.clone());
            let evidence = dropping.iter().flat_map(|line| line.evidence.iter().cloned()).collect();
            let mut obstacle = Obstacle::new(stage.cause, component, evidence);
            obstacle.effect = effect;
            obstacle.passes = passes;
            obstacle.is_on_return = stage.way == Way::Reply;
            obstacle.code = filtered.code.or(obstacle.code);
            obstacle.by = in_words(&dropping);
            obstacle.header = filtered.dropped.hull();
            self.keep(obstacle);
        }
    }

    /// How much is lost: everything, some ports of every address, or some addresses.
    fn partial(&mut self, before: &TrafficSet, onward: &TrafficSet, dropped: &TrafficSet) -> (Effect, Option<String>) {
        if onward.is_empty() {
            return (Effect::Blocked, None);
        }
        let words = |set: String| self.explains.then_some(set);
        // One side is a single interface and so in every part; what differs are the addresses of the other side.
        let ends = |set: &TrafficSet| set.sources().union(&set.destinations());
        if ends(dropped) == ends(before) && ends(onward) == ends(before) {
            let always = before.ports().difference(&dropped.ports());
            let ports = if always.is_empty() { onward.ports() } else { always };
            return (Effect::Degraded, words(format!("ports {ports}")));
        }
        let is_sources = before.destinations() == onward.destinations();
        let still = if is_sources { onward.sources() } else { onward.destinations() };
        let still = words(still.to_string());
        match self.certainty {
            Certainty::Exact => (Effect::Degraded, still),
            Certainty::Within(gap) => {
                self.gap(|| gap.clone());
                (Effect::Possible, still)
            }
        }
    }

    /// Joins branches that share the packets among them.
    ///
    /// When every branch is blocked, so is the walk. When only some are, their obstacles stop a part: for addresses that are all in
    /// use the walk is degraded, for addresses of which only some are meant it depends on which.
    pub(in crate::net) fn join(&mut self, branches: Branches<'_>) {
        let all_blocked = branches.iter().all(|branch| branch.tally.is_blocked);
        for mut branch in branches {
            if branch.tally.is_blocked && !all_blocked {
                let effect = match self.certainty {
                    Certainty::Exact => Effect::Degraded,
                    Certainty::Within(gap) => {
                        self.gap(|| gap.clone());
                        Effect::Possible
                    }
                };
                branch.soften(effect, "other addresses");
            }
            self.take_over(branch);
        }
    }

    /// Takes a blocked walk for one that stops only a part, or perhaps nothing: something else passes.
    pub(in crate::net) fn soften(&mut self, effect: Effect, passes: &str) {
        self.tally = Tally::default();
        self.gaps.clear();
        self.count(effect);
        for obstacle in &mut self.obstacles {
            obstacle.effect = effect;
            obstacle.passes.get_or_insert_with(|| passes.to_owned());
        }
    }

    /// Takes the obstacles of a blocked walk that a certain one does not have for such as stop only perhaps.
    pub(in crate::net) fn keep_certain(&mut self, certain: &Walk<'_>, passes: &str) {
        // Other packets may meet other lines of the same list.
        let is_same = |one: &Obstacle, other: &Obstacle| one.cause == other.cause && one.component == other.component;
        let is_in = |all: &[Obstacle], own: &Obstacle| {
            all.iter().any(|known| known.effect == Effect::Blocked && is_same(known, own))
        };
        for obstacle in self.obstacles.iter_mut().filter(|own| own.effect == Effect::Blocked) {
            if !is_in(&certain.obstacles, obstacle) {
                obstacle.effect = Effect::Possible;
                obstacle.passes.get_or_insert_with(|| passes.to_owned());
            }
        }
        for obstacle in certain.obstacles.iter().filter(|own| own.effect == Effect::Blocked) {
            if !is_in(&self.obstacles, obstacle) {
                self.obstacles.push(obstacle.clone());
            }
        }
    }

    /// Goes on where another walk of the same packets ended.
    pub(in crate::net) fn take_over(&mut self, other: Walk<'_>) {
        self.tally.is_blocked |= other.tally.is_blocked;
        self.tally.is_degraded |= other.tally.is_degraded;
        self.tally.has_gaps |= other.tally.has_gaps;
        for hop in other.hops {
            self.hop(Way::Forward, hop);
        }
        for hop in other.reply_hops {
            self.hop(Way::Reply, hop);
        }
        for obstacle in other.obstacles {
            self.keep(obstacle);
        }
        for gap in other.gaps {
            self.gap(|| gap);
        }
    }

    /// The same walk, for which far addresses are meant otherwise.
    pub(in crate::net) fn meant(self, certainty: &Certainty) -> Walk<'_> {
        let Self { explains, family, tally, hops, reply_hops, obstacles, gaps, .. } = self;
        Walk { explains, family, certainty, tally, hops, reply_hops, obstacles, gaps }
    }

    /// The path that was walked.
    pub(in crate::net) fn finish(self, to: impl Into<String>) -> Path {
        let verdict = if self.explains { verdict_of(&self.obstacles, &self.gaps) } else { self.tally.verdict() };
        let gaps = if verdict == Verdict::Blocked { Vec::new() } else { self.gaps };
        let Self { family, hops, reply_hops, obstacles, .. } = self;
        Path { family, to: to.into(), hops, reply_hops, verdict, obstacles, gaps }
    }
}

/// The lines with such a decision, each once.
fn lines(filtered: &Filtered, matches: impl Fn(&Decision) -> bool) -> Vec<&Line> {
    let mut lines: Vec<&Line> = Vec::new();
    for part in filtered.parts.iter().filter(|part| matches(&part.decision)) {
        if !lines.contains(&&part.line) {
            lines.push(&part.line);
        }
    }
    lines
}

fn in_words(lines: &[&Line]) -> Option<String> {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}
