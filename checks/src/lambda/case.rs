//! One function under diagnosis: its facts, and what several rules need of them, worked out once.

use crate::rule::Symptom;
use crate::snapshot::Snapshot;

/// The symptom "a Lambda function in a VPC has no internet, or does not reach an AWS API".
pub enum Lambda {}

impl Symptom for Lambda {
    type Case<'a> = Case<'a>;
}

/// What is asked: a function, and where it connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Name, partial or whole ARN, with a version or alias behind a colon where one is meant.
    pub function: String,
    /// An address or a host name; any address on the internet where none is given.
    pub to: Option<String>,
    /// The port that it connects to.
    pub port: u16,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// What is asked.
    pub question: &'a Question,
}
