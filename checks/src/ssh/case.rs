//! One instance under diagnosis: its facts, and what several rules need of them, worked out once.

use crate::rule::Symptom;
use crate::snapshot::Snapshot;

/// The symptom "SSH to an instance fails".
pub enum Ssh {}

impl Symptom for Ssh {
    type Case<'a> = Case<'a>;
}

/// What is asked: an instance, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id of the instance.
    pub instance: String,
    /// The port of the SSH server.
    pub port: u16,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// What is asked.
    pub question: &'a Question,
}
