//! What a filter answers: which packets pass, which are dropped, and the line that decides for each part.

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::traffic::{Traffic, TrafficSet};
use crate::snapshot::Gap;
use smallvec::SmallVec;

/// Which way packets go through a filter, seen from the interface or subnet that it guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into it.
    Ingress,
    /// Out of it.
    Egress,
}

impl Direction {
    /// The far addresses of packets: where they come from, or where they go.
    pub(in crate::net) fn far(self, traffic: &Traffic) -> &AddressSet {
        match self {
            Self::Ingress => &traffic.source,
            Self::Egress => &traffic.destination,
        }
    }

    /// The packets with other far addresses.
    fn with_far(self, traffic: &Traffic, far: AddressSet) -> Traffic {
        match self {
            Self::Ingress => Traffic { source: far, ..traffic.clone() },
            Self::Egress => Traffic { destination: far, ..traffic.clone() },
        }
    }
}

/// What happens to packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// They go on.
    Passes,
    /// They are dropped.
    Dropped,
    /// A fact is missing.
    Unknown(Gap),
}

/// The line of a configuration that decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The resource that holds it.
    pub component: Component,
    /// The line in words, such as "entry 100 of `acl-1`".
    pub text: String,
    /// The members of the answer that say so; empty for lines that let packets pass.
    pub evidence: Vec<Evidence>,
}

/// Part of the packets that were asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The packets.
    pub traffic: Traffic,
    /// What happens to them.
    pub decision: Decision,
    /// The line that decides.
    pub line: Line,
}

/// The answer of a filter: three disjoint sets which together are the packets that were asked about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filtered {
    /// Packets that pass.
    pub passed: TrafficSet,
    /// Packets that are dropped.
    pub dropped: TrafficSet,
    /// Packets of which nothing is known, with what is missing.
    pub unknown: Vec<(TrafficSet, Gap)>,
    /// The same by the line that decides; empty unless lines were asked for.
    pub parts: Vec<Part>,
    /// Code of Reachability Analyzer for packets that this filter drops.
    pub code: Option<&'static str>,
    /// Code of Reachability Analyzer for packets of which nothing is known.
    pub unknown_code: &'static str,
}

impl Filtered {
    /// An answer that lets everything pass, and names no line.
    pub(in crate::net) fn passed(traffic: &TrafficSet) -> Self {
        Self { passed: traffic.clone(), ..Self::default() }
    }

    /// An answer that is unknown as a whole.
    pub fn unknown(traffic: &TrafficSet, component: Component, gap: &Gap) -> Self {
        let text = format!("`{}` is not known", component.id);
        let line = Line { component, text, evidence: Vec::new() };
        let part = |traffic: &Traffic| Part {
            traffic: traffic.clone(),
            decision: Decision::Unknown(gap.clone()),
            line: line.clone(),
        };
        let parts = traffic.parts().iter().map(part).collect();
        let unknown = vec![(traffic.clone(), gap.clone())];
        Self { unknown, parts, unknown_code: "UNKNOWN_RESOURCE", ..Self::default() }
    }

    /// Every packet of which nothing is known.
    pub fn unknown_part(&self) -> TrafficSet {
        TrafficSet::of_parts(self.unknown.iter().flat_map(|(set, _)| set.parts()).cloned())
    }
}

/// The far addresses that a rule is about.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) enum Far<'a> {
    /// One block, as places in the row of all addresses.
    Block((u128, u128)),
    /// Any addresses.
    Set(&'a AddressSet),
    /// Whatever the packets have.
    Any,
}

impl Far<'_> {
    fn holds(self, set: &AddressSet) -> bool {
        match self {
            Self::Block(block) => set.is_between(block),
            Self::Set(own) => set.is_subset(own),
            Self::Any => true,
        }
    }

    fn touches(self, set: &AddressSet) -> bool {
        match self {
            Self::Block(block) => set.is_touching(block),
            Self::Set(own) => set.intersects(own),
            Self::Any => true,
        }
    }

    fn cut(self, set: &AddressSet) -> AddressSet {
        match self {
            Self::Block(block) => set.between(block),
            Self::Set(own) => set.intersection(own),
            Self::Any => set.clone(),
        }
    }
}

/// What a rule does to the packets that it matches.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) enum Effect<'a> {
    Passes,
    Dropped,
    Unknown(&'a Gap),
}

/// The corners of a set of packets, to pass over rules that are far from all of them.
#[derive(Debug, Clone, Copy)]
struct Corners {
    far: (u128, u128),
    ports: (u16, u16),
}

impl Corners {
    fn of(traffic: &TrafficSet, direction: Direction) -> Self {
        let mut corners = Self { far: (u128::MAX, 0), ports: (u16::MAX, 0) };
        for part in traffic.parts() {
            let (first, last) = direction.far(part).corners();
            corners.far = (corners.far.0.min(first), corners.far.1.max(last));
            let (first, last) = part.ports.corners();
            corners.ports = (corners.ports.0.min(first), corners.ports.1.max(last));
        }
        corners
    }
}

/// Packets on their way through rules, each of which takes those that it matches. `L` names a line.
pub(in crate::net) struct Sieve<'a, L> {
    left: SmallVec<[Traffic; 1]>,
    direction: Direction,
    corners: Corners,
    explains: bool,
    passed: SmallVec<[Traffic; 1]>,
    dropped: SmallVec<[Traffic; 1]>,
    unknown: Vec<(Traffic, &'a Gap)>,
    lines: Vec<(Traffic, Effect<'a>, L)>,
}

impl<'a, L: Copy> Sieve<'a, L> {
    pub(in crate::net) fn new(traffic: &TrafficSet, direction: Direction, explains: bool) -> Self {
        Self {
            left: traffic.parts().iter().cloned().collect(),
            direction,
            corners: Corners::of(traffic, direction),
            explains,
            passed: SmallVec::new(),
            dropped: SmallVec::new(),
            unknown: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Whether no packet that is left can have these ports.
    pub(in crate::net) fn is_beside(&self, (first, last): (u16, u16)) -> bool {
        last < self.corners.ports.0 || self.corners.ports.1 < first
    }

    /// Whether no packet that is left can have a far address in this block.
    pub(in crate::net) fn is_apart(&self, (first, last): (u128, u128)) -> bool {
        last < self.corners.far.0 || self.corners.far.1 < first
    }

    /// Whether every packet is decided.
    pub(in crate::net) fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// Takes the packets with these ports (ICMP messages) and far addresses, and tells whether there were any.
    pub(in crate::net) fn take(&mut self, ports: (u16, u16), far: Far<'_>, effect: Effect<'a>, line: L) -> bool {
        let direction = self.direction;
        let touches = |part: &Traffic| part.ports.is_touching(ports) && far.touches(direction.far(part));
        if !self.left.iter().any(touches) {
            return false;
        }
        for part in std::mem::take(&mut self.left) {
            if !touches(&part) {
                self.left.push(part);
            } else if part.ports.is_between(ports) && far.holds(direction.far(&part)) {
                self.put(part, effect, line);
            } else {
                let mut cut = direction.with_far(&part, far.cut(direction.far(&part)));
                cut.ports = cut.ports.between(ports);
                self.left.extend(part.difference(&cut));
                self.put(cut, effect, line);
            }
        }
        true
    }

    /// Takes every packet that is left.
    pub(in crate::net) fn take_rest(&mut self, effect: Effect<'a>, line: L) {
        for part in std::mem::take(&mut self.left) {
            self.put(part, effect, line);
        }
    }

    fn put(&mut self, part: Traffic, effect: Effect<'a>, line: L) {
        if self.explains {
            self.lines.push((part.clone(), effect, line));
        }
        match effect {
            Effect::Passes => self.passed.push(part),
            Effect::Dropped => self.dropped.push(part),
            Effect::Unknown(gap) => self.unknown.push((part, gap)),
        }
    }

    /// The answer; `describe` makes the line of a name, with evidence where it drops packets.
    pub(in crate::net) fn finish(self, code: &'static str, describe: impl Fn(L, bool) -> Line) -> Filtered {
        let part = |(traffic, effect, line): (Traffic, Effect<'_>, L)| {
            let decision = match effect {
                Effect::Passes => Decision::Passes,
                Effect::Dropped => Decision::Dropped,
                Effect::Unknown(gap) => Decision::Unknown(gap.clone()),
            };
            let line = describe(line, decision == Decision::Dropped);
            Part { traffic, decision, line }
        };
        Filtered {
            passed: TrafficSet::of_parts(self.passed),
            dropped: TrafficSet::of_parts(self.dropped),
            unknown: self.unknown.into_iter().map(|(part, gap)| (part.into(), gap.clone())).collect(),
            parts: self.lines.into_iter().map(part).collect(),
            code: Some(code),
            unknown_code: "UNKNOWN_RESOURCE",
        }
    }
}
