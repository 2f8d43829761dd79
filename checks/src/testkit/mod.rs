//! Healthy worlds for tests to break: one instance in eu-west-1, managed and connected.
//!
//! A test takes a world, changes what its fault changes, and asks the rule:
//!
//! ```ignore
//! let mut world = testkit::nat();
//! world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
//! assert!(matches!(world.judge(&RULE), Judgement::Fail(_)));
//! ```

pub mod ecs;
#[expect(clippy::arithmetic_side_effects, reason = "small numbers of a world's own")]
pub mod fleet;
pub mod lambda;
pub mod s3;
pub mod ssh;
mod worlds;

pub use worlds::{ACCOUNT, INSTANCE, REGION, closed, nat, public};

use crate::diagnosis::Diagnosis;
use crate::finding::{Finding, Judgement};
use crate::rule::{Rule, Symptom};
use crate::snapshot::{Header, Operation, Outcome, Read, Recorded, Snapshot};
use crate::ssm::{self, Ssm};
use crate::triage;
use serde_json::{Value, json};

/// A symptom whose rules can be tried on a world.
pub trait Tried: Symptom {
    /// Makes the case of the world's own subject and hands it on; hands on nothing when the facts lack the subject.
    fn with_case(snapshot: &Snapshot, judge: &mut dyn FnMut(&Self::Case<'_>));
}

impl Tried for Ssm {
    fn with_case(snapshot: &Snapshot, judge: &mut dyn FnMut(&ssm::Case<'_>)) {
        let estate = ssm::Estate::new(snapshot);
        if let Ok(instance) = crate::instance::find(snapshot, INSTANCE) {
            judge(&ssm::Case::new(&estate, instance));
        }
    }
}

/// An account with its answers, open to change.
#[derive(Debug, Clone)]
pub struct World {
    reads: Vec<Recorded>,
    /// The "now" of the facts, RFC 3339.
    pub now: String,
}

impl World {
    fn new() -> Self {
        Self { reads: Vec::new(), now: "2026-11-22T20:14:00Z".to_owned() }
    }

    /// Adds an answer.
    pub fn answer(&mut self, operation: Operation, parameters: Value, output: Value) -> &mut Self {
        let read = Read::new(operation, parameters);
        self.reads.push(Recorded::new(&read, self.now.clone(), Outcome::Output(output)));
        self
    }

    /// Replaces the first answer of an operation whose input holds every text of `holding`.
    pub fn replace(&mut self, operation: Operation, holding: &[&str], output: Value) -> &mut Self {
        self.outcome(operation, holding, &Outcome::Output(output), false)
    }

    /// Sets the member at a JSON pointer in every answer of an operation; `null` removes it.
    ///
    /// The place must exist, up to its last part.
    pub fn patch(&mut self, operation: Operation, pointer: &str, value: Value) -> &mut Self {
        let (parent, member) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        let mut hits = 0_usize;
        for read in self.reads.iter_mut().filter(|read| read.is_of(operation)) {
            let Outcome::Output(output) = &mut read.outcome else { continue };
            match output.pointer_mut(parent) {
                Some(Value::Object(members)) => {
                    hits = hits.saturating_add(1);
                    if value.is_null() {
                        members.remove(member);
                    } else {
                        members.insert(member.to_owned(), value.clone());
                    }
                }
                Some(Value::Array(values)) => {
                    hits = hits.saturating_add(1);
                    match member.parse::<usize>().ok().filter(|at| *at < values.len()) {
                        Some(at) if value.is_null() => {
                            values.remove(at);
                        }
                        Some(at) => {
                            if let Some(place) = values.get_mut(at) {
                                *place = value.clone();
                            }
                        }
                        None => values.push(value.clone()),
                    }
                }
                _ => {}
            }
        }
        assert!(hits > 0, "no answer of {} has a place for {pointer}", operation.action);
        self
    }

    /// Lets every read of an operation be denied.
    pub fn deny(&mut self, operation: Operation) -> &mut Self {
        let outcome = Outcome::Error {
            code: "AccessDenied".to_owned(),
            message: "no identity-based policy allows it".to_owned(),
        };
        self.outcome(operation, &[], &outcome, true)
    }

    /// Lets every read of an operation fail with a code, such as `NoSuchEntity`.
    pub fn fail(&mut self, operation: Operation, code: &str) -> &mut Self {
        let outcome = Outcome::Error { code: code.to_owned(), message: String::new() };
        self.outcome(operation, &[], &outcome, true)
    }

    /// Forgets every read of an operation: nobody has asked.
    pub fn forget(&mut self, operation: Operation) -> &mut Self {
        self.reads.retain(|read| !read.is_of(operation));
        self
    }

    fn outcome(&mut self, operation: Operation, holding: &[&str], outcome: &Outcome, all: bool) -> &mut Self {
        let mut hits = 0_usize;
        for read in self.reads.iter_mut().filter(|read| read.is_of(operation)) {
            let input = Value::Object(read.parameters.clone()).to_string();
            if holding.iter().all(|text| input.contains(text)) && (all || hits == 0) {
                read.outcome = outcome.clone();
                hits = hits.saturating_add(1);
            }
        }
        assert!(hits > 0, "the world holds no answer of {}", operation.action);
        self
    }

    /// The node does not answer any more: its last heartbeat came two hours ago.
    pub fn lost(&mut self) -> &mut Self {
        use crate::snapshot::operations as op;
        self.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/PingStatus", json!("ConnectionLost"));
        let last = json!("2026-11-22T18:10:00+00:00");
        self.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/LastPingDateTime", last);
        self.patch(op::GET_CONNECTION_STATUS, "/Status", json!("notconnected"))
    }

    /// The node never registered.
    pub fn never(&mut self) -> &mut Self {
        use crate::snapshot::operations as op;
        self.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList", json!([]));
        self.patch(op::GET_CONNECTION_STATUS, "/Status", json!("notconnected"))
    }

    /// The facts as a snapshot.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::new(Header {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            partition: "aws".to_owned(),
            collected_at: self.now.clone(),
        });
        for read in &self.reads {
            let taken = snapshot.record(read.clone());
            assert!(taken.is_ok(), "{taken:?}");
        }
        snapshot
    }

    /// What a rule says of the world's subject.
    pub fn judge<S: Tried>(&self, rule: &Rule<S>) -> Judgement {
        let snapshot = self.snapshot();
        let mut judgement = None;
        S::with_case(&snapshot, &mut |case| {
            judgement = Some((rule.judge)(case).unwrap_or_else(Judgement::from));
        });
        assert!(judgement.is_some(), "the world has its subject");
        judgement.unwrap_or_else(|| Judgement::not_applicable("the world lacks its subject"))
    }

    /// The whole diagnosis of the world's instance.
    pub fn diagnose(&self) -> Diagnosis {
        let snapshot = self.snapshot();
        let outcome = triage::ssm(&ssm::Estate::new(&snapshot), INSTANCE);
        assert!(outcome.is_ok(), "the world has its instance");
        outcome.unwrap_or_else(|_| Diagnosis {
            subject: crate::diagnosis::Subject { kind: "", id: String::new(), arn: String::new(), name: None },
            verdict: crate::diagnosis::Verdict::Inconclusive,
            summary: String::new(),
            findings: Vec::new(),
            checks: Vec::new(),
            ways: Vec::new(),
            decision: None,
        })
    }
}

/// The findings of a judgement that must have some.
pub fn findings(judgement: Judgement) -> Vec<Finding> {
    let is_fail = matches!(judgement, Judgement::Fail(_));
    assert!(is_fail, "expected findings, got {judgement:?}");
    if let Judgement::Fail(findings) = judgement { findings } else { Vec::new() }
}

/// What is missing for a judgement that cannot tell.
pub fn missing(judgement: Judgement) -> Vec<String> {
    let is_open = matches!(judgement, Judgement::CannotTell { .. });
    assert!(is_open, "expected an open question, got {judgement:?}");
    if let Judgement::CannotTell { gaps, .. } = judgement {
        gaps.iter().map(crate::snapshot::Gap::missing).collect()
    } else {
        Vec::new()
    }
}

/// What a read of the tool meets in a world: the answer to the read of the same input, else the first of the same operation; rows of the
/// other inputs are rows of no other question. What the world does not hold is empty.
pub fn replayed(world: &Snapshot, read: &Read) -> Outcome {
    let same = |own: &&Recorded| own.is_of(read.operation);
    let exact = world.reads().iter().filter(same).find(|own| own.parameters == read.parameters);
    let known = exact.or_else(|| world.reads().iter().find(same));
    known.map_or_else(|| Outcome::Output(empty(read.operation)), |own| own.outcome.clone())
}

/// An answer without rows.
fn empty(operation: Operation) -> Value {
    use crate::snapshot::operations as op;
    match operation {
        op::DESCRIBE_INSTANCES => json!({ "Reservations": [] }),
        op::GET_MANAGED_PREFIX_LIST_ENTRIES => json!({ "Entries": [] }),
        op::SEARCH_TRANSIT_GATEWAY_ROUTES => json!({ "Routes": [] }),
        op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS => json!({ "VpcBlockPublicAccessOptions": {} }),
        _ => {
            let member = operation.name.trim_start_matches("Describe");
            json!({ member: [] })
        }
    }
}
