//! Kernel against engine, flow by flow.

use crate::bed::Bed;
use crate::probe::{self, Listeners, MORE_PATIENCE};
use crate::topology::{End, Flow, Topology};
use crate::{engine, facts};
use checks::net::{Network, Path, Verdict};
use serde_json::{Map, Value};

/// What the kernel says of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every attempt works.
    Reachable,
    /// Some work.
    Degraded,
    /// None works.
    Blocked,
}

impl Outcome {
    pub(crate) fn of(works: &[bool]) -> Self {
        match works.iter().filter(|works| **works).count() {
            0 => Self::Blocked,
            some if some < works.len() => Self::Degraded,
            _ => Self::Reachable,
        }
    }
}

/// What came of one topology.
#[derive(Default)]
pub(crate) struct Comparison {
    /// Which attempts work, by flow.
    pub(crate) kernel: Vec<Vec<bool>>,
    /// Questions that were asked.
    pub(crate) questions: usize,
    /// Flows that work through an appliance.
    pub(crate) through_appliances: usize,
    /// Where the two differ, in words.
    pub(crate) disagreements: Vec<String>,
}

/// Makes every connection of a topology and asks the engine about it.
pub(crate) fn topology(topology: &Topology, withheld: Option<&str>) -> Comparison {
    let facts = facts::of(topology);
    let answers = answers(topology, &facts, false);
    let kernel = kernel(topology, &answers);
    let works = |answer: &&Answer| answer.named == engine::AS_IT_IS && kernel[answer.flow].contains(&true);
    let through_appliances = answers.iter().filter(|answer| meets_appliance(&answer.path)).filter(works).count();
    let mut comparison = Comparison { questions: answers.len(), through_appliances, ..Comparison::default() };
    comparison.disagreements.extend(answers.iter().filter_map(|answer| answer.against(topology, &kernel)));
    if let Some(member) = withheld {
        let mut fewer = facts;
        fewer.remove(member);
        let answers = self::answers(topology, &fewer, true);
        comparison.questions += answers.len();
        let against = answers.iter().filter_map(|answer| answer.against(topology, &kernel));
        comparison.disagreements.extend(against.map(|text| format!("without `{member}`, {text}")));
    }
    Comparison { kernel, ..comparison }
}

/// Which attempts work, by flow. Those that fail against what the engine expects get more time before it is believed.
fn kernel(topology: &Topology, answers: &[Answer]) -> Vec<Vec<bool>> {
    let bed = Bed::of(topology);
    let _listeners = Listeners::of(topology, &bed);
    let tries = probe::tries(topology);
    let mut works: Vec<Vec<bool>> = topology.flows.iter().map(|flow| vec![false; flow.attempts.len()]).collect();
    for (own, is_working) in tries.iter().zip(probe::connect_all(&bed, &tries, None)) {
        works[own.of.0][own.of.1] = is_working;
    }
    let doubtful: Vec<probe::Try> = tries
        .into_iter()
        .filter(|own| {
            let (flow, attempt) = own.of;
            let should_work = |answer: &Answer| answer.expected.as_ref().is_some_and(|expected| expected[attempt]);
            !works[flow][attempt] && answers.iter().any(|answer| answer.flow == flow && should_work(answer))
        })
        .collect();
    if !doubtful.is_empty() {
        for (own, is_working) in doubtful.iter().zip(probe::connect_all(&bed, &doubtful, Some(MORE_PATIENCE))) {
            works[own.of.0][own.of.1] = is_working;
        }
    }
    works
}

/// What the engine says of a flow.
struct Answer {
    /// Position of the flow.
    flow: usize,
    named: &'static str,
    path: Path,
    expected: Option<Vec<bool>>,
    may_be_unknown: bool,
}

fn answers(topology: &Topology, facts: &Map<String, Value>, may_be_unknown: bool) -> Vec<Answer> {
    let snapshot = engine::snapshot_of(facts);
    let network = Network::new(&snapshot);
    let flows = topology.flows.iter().enumerate();
    let answers = flows.flat_map(|(flow, row)| {
        let questions = engine::questions(&network, topology, row).into_iter();
        let answers = questions.map(|question| {
            let path = engine::ask(&network, &question, row);
            // For some addresses of the internet it may be worse than for this one.
            let is_partial = question.is_wider && path.verdict == Verdict::Degraded;
            let expected = if is_partial { None } else { engine::expected(&path, row) };
            let may_be_unknown = may_be_unknown || question.is_wider || meets_appliance(&path);
            Answer { flow, named: question.named, path, expected, may_be_unknown }
        });
        answers.collect::<Vec<_>>()
    });
    answers.collect()
}

/// Whether a path leads through an appliance, which nobody can look into.
fn meets_appliance(path: &Path) -> bool {
    path.hops.iter().chain(&path.reply_hops).any(|hop| hop.component.id.starts_with("eni-a"))
}

impl Answer {
    /// What speaks against the answer.
    fn against(&self, topology: &Topology, kernel: &[Vec<bool>]) -> Option<String> {
        let (flow, works) = (&topology.flows[self.flow], &kernel[self.flow]);
        let is_odd =
            self.path.verdict == Verdict::Degraded && self.expected.is_some() && !engine::is_partial(&self.path, flow);
        let fault = match &self.expected {
            None if self.may_be_unknown => None,
            None => Some("nothing is unknown here".to_owned()),
            Some(_) if is_odd => Some("degraded, but all ports pass or none".to_owned()),
            Some(expected) => differing(flow, expected, works),
        }?;
        let (kernel, engine) = (Outcome::of(works), told(&self.path));
        Some(format!("{} ({}): kernel {kernel:?}, engine {engine}: {fault}", shown(topology, flow), self.named))
    }
}

/// A flow in words.
pub(crate) fn shown(topology: &Topology, flow: &Flow) -> String {
    let end = |end: End| match end {
        End::Host(host) => {
            let row = &topology.hosts[host];
            format!("i-{host} {} in subnet-{}", row.address, row.subnet)
        }
        End::Address(address) => address.to_string(),
    };
    format!("{} -> {} tcp {}", end(flow.from), end(flow.to), flow.port)
}

/// A path in words.
fn told(path: &Path) -> String {
    let obstacles = path.obstacles.iter().map(|own| {
        let by = own.by.as_deref().unwrap_or("-");
        let passes = own.passes.as_ref().map(|passes| format!(", passes {passes}")).unwrap_or_default();
        format!("{:?} {:?} by {by}{passes}", own.effect, own.cause)
    });
    let gaps = path.gaps.iter().map(|gap| format!("missing {}", gap.missing()));
    format!("{:?} [{}]", path.verdict, obstacles.chain(gaps).collect::<Vec<_>>().join("; "))
}

fn differing(flow: &Flow, expected: &[bool], works: &[bool]) -> Option<String> {
    let pairs = flow.attempts.iter().zip(expected.iter().zip(works));
    let wrong: Vec<String> = pairs
        .filter(|(_, (expected, works))| expected != works)
        .map(|(attempt, (_, works))| {
            format!("{} (or {} by NAT) {}", attempt.client, attempt.translated, if *works { "works" } else { "fails" })
        })
        .collect();
    (!wrong.is_empty()).then(|| format!("client port {}", wrong.join(", ")))
}
