//! One bucket under diagnosis: its facts, and what several rules need of them, worked out once.

use crate::rule::Symptom;
use crate::snapshot::Snapshot;

/// The symptom "an S3 event does not reach its destination".
pub enum S3 {}

impl Symptom for S3 {
    type Case<'a> = Case<'a>;
}

/// What is asked: a bucket, and what is to happen at which event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Name of the bucket.
    pub bucket: String,
    /// The function that is to be called: name, partial or whole ARN, with a version or alias behind a colon where one is meant.
    pub function: Option<String>,
    /// The event, such as `s3:ObjectCreated:Put`.
    pub event: Option<String>,
    /// The key of the object.
    pub key: Option<String>,
}

/// What was found of it, with everything its rules look at.
pub struct Case<'a> {
    /// All facts.
    pub snapshot: &'a Snapshot,
    /// What is asked.
    pub question: &'a Question,
}
