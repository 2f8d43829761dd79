//! A report: what a command says of its subjects, ready for any renderer.

use crate::diagnosis::Diagnosis;
use crate::snapshot::{Outcome, Snapshot, is_denied, operations};
use std::collections::BTreeMap;

/// A whole report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The command, such as `ssm`.
    pub command: String,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub finished_at: String,
    /// Account of the subjects.
    pub account: String,
    /// Region of the subjects.
    pub region: String,
    /// Partition of the subjects.
    pub partition: String,
    /// One answer for each subject.
    pub subjects: Vec<Diagnosis>,
    /// What was read for it.
    pub calls: Calls,
    /// Subjects that could not be diagnosed.
    pub errors: Vec<SubjectError>,
}

/// The reads behind a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many.
    pub count: usize,
    /// Which were refused, and the rules that wanted them.
    pub denied: Vec<Denied>,
}

/// A refused read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The IAM action that is missing.
    pub action: String,
    /// Rules that could not be judged without it.
    pub rules: Vec<&'static str>,
}

impl Calls {
    /// Counts the reads of a snapshot, and ties each refusal to the rules that missed it.
    pub fn of(snapshot: &Snapshot, subjects: &[Diagnosis]) -> Self {
        let mut denied: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for read in snapshot.reads() {
            if let Outcome::Error { code, .. } = &read.outcome
                && is_denied(code)
            {
                let known = operations::ALL.iter().find(|operation| read.is_of(**operation));
                let action = known
                    .map_or_else(|| format!("{}:{}", read.service, read.operation), |known| known.action.to_owned());
                denied.entry(action).or_default();
            }
        }
        for finding in subjects.iter().flat_map(|subject| &subject.findings) {
            for missing in &finding.missing {
                if let Some(rules) = denied.get_mut(missing)
                    && !rules.contains(&finding.rule)
                {
                    rules.push(finding.rule);
                }
            }
        }
        let denied = denied.into_iter().map(|(action, rules)| Denied { action, rules }).collect();
        Self { count: snapshot.reads().len(), denied }
    }
}

/// A subject that could not be diagnosed at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectError {
    /// Its id as it was given.
    pub subject: String,
    /// Why, as a lower-case sentence.
    pub message: String,
}
