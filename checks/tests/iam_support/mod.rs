//! Reads the judged requests of `fixtures/iam/cases.ndjson` and builds small policies for tests.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support, compiled once per test file that needs a part of it"
)]

pub(crate) mod world;

use checks::can::{Case, Written};
use checks::iam::{Layer, Policy, PolicyDocument, PolicySet, PolicySource};
use serde_json::Value;

/// Every judged request.
pub(crate) fn cases() -> Vec<Case> {
    texts().map(case).collect()
}

/// The judged requests as text.
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    include_str!("../fixtures/iam/cases.ndjson").lines()
}

/// Reads one judged request.
pub(crate) fn case(line: &str) -> Case {
    let written: Written = serde_json::from_str(line).expect("a case");
    written.checked().expect("a case that makes sense")
}

/// A set of documents.
pub(crate) fn set(layer: Layer, documents: &[Value]) -> PolicySet {
    let policy = |(at, document): (usize, &Value)| {
        let parsed = PolicyDocument::parse(document).unwrap_or_else(|error| panic!("{error}: {document}"));
        Policy::new(PolicySource::new(layer, format!("{layer} {at}")), parsed)
    };
    PolicySet::of(documents.iter().enumerate().map(policy).collect())
}
