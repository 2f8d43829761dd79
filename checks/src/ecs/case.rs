//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use crate::rule::Symptom;
use crate::snapshot::Snapshot;

/// The symptom "an EC2 instance does not register as a container instance, or is disconnected".
pub enum Ecs {}

impl Symptom for Ecs {
    type Case<'a> = Case<'a>;
}

/// What is asked: a cluster, and an instance that is to be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Name or ARN of the cluster.
    pub cluster: String,
    /// Id of the instance.
    pub instance: String,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// What is asked.
    pub question: &'a Question,
}
