//! What a filter answers: which packets pass, which are dropped, and the line that decides for each part.

use super::traffic::{Traffic, TrafficSet};
use crate::evidence::{Component, Evidence};
use crate::snapshot::Gap;

/// Which way packets go through a filter, seen from the interface or subnet that it guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into it.
    Ingress,
    /// Out of it.
    Egress,
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

/// The answer of a filter: disjoint parts which together are the packets that were asked about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filtered {
    /// The parts.
    pub parts: Vec<Part>,
    /// Code of Reachability Analyzer for packets that this filter drops.
    pub code: Option<&'static str>,
}

impl Filtered {
    /// An answer that is unknown as a whole.
    pub fn unknown(traffic: &Traffic, component: Component, gap: Gap) -> Self {
        let text = format!("`{}` is not known", component.id);
        let line = Line { component, text, evidence: Vec::new() };
        Self { parts: vec![Part { traffic: traffic.clone(), decision: Decision::Unknown(gap), line }], code: None }
    }

    /// Packets that pass.
    pub fn passed(&self) -> TrafficSet {
        self.select(|decision| *decision == Decision::Passes)
    }

    /// Packets that are dropped.
    pub fn dropped(&self) -> TrafficSet {
        self.select(|decision| *decision == Decision::Dropped)
    }

    /// Packets of which nothing is known.
    pub fn unknown_part(&self) -> TrafficSet {
        self.select(|decision| matches!(decision, Decision::Unknown(_)))
    }

    /// Parts that hold some of `traffic` and for which `matches` holds.
    pub fn touching<'a>(
        &'a self,
        traffic: &'a TrafficSet,
        matches: impl Fn(&Decision) -> bool + 'a,
    ) -> impl Iterator<Item = &'a Part> {
        self.parts.iter().filter(move |part| {
            matches(&part.decision) && traffic.parts().iter().any(|other| other.intersection(&part.traffic).is_some())
        })
    }

    fn select(&self, matches: impl Fn(&Decision) -> bool) -> TrafficSet {
        let parts = self.parts.iter().filter(|part| matches(&part.decision));
        parts.fold(TrafficSet::default(), |set, part| set.union(&part.traffic.clone().into()))
    }
}
