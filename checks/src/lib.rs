//! The pure core of aws-triage: facts in, verdicts out.
//!
//! Nothing here does I/O, reads a clock or the environment, or can panic. Facts come as a [`snapshot::Snapshot`], each symptom has its
//! rules under `rules/`, and [`triage`] runs them.

pub mod can;
pub mod diagnosis;
pub mod ecs;
pub mod evidence;
pub mod finding;
pub mod fix;
pub mod iam;
pub mod iam_facts;
pub mod instance;
pub mod lambda;
pub mod net;
pub mod os;
pub mod page;
pub mod reach;
pub mod remedy;
pub mod report;
pub mod resolver;
pub mod rule;
pub mod rules;
pub mod s3;
pub mod snapshot;
pub mod ssh;
pub mod ssm;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
pub mod triage;
pub mod walls;
