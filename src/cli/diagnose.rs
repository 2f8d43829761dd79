//! What every diagnosing command does: get the facts, judge each subject, report, and tell how it ended.

use super::common::Output;
use super::ssm::Subjects;
use super::{print, tell};
use crate::clock;
use crate::collect::file;
use crate::error::Error;
use crate::exit::Exit;
use checks::diagnosis::{Diagnosis, Verdict};
use checks::finding::Severity;
use checks::report::{Calls, Report, SubjectError};
use checks::snapshot::Snapshot;
use checks::ssm::{Estate, SubjectGap};
use checks::triage;
use std::path::Path;

/// Facts with the time it took to get them.
pub(super) struct Facts {
    pub(super) snapshot: Snapshot,
    pub(super) started_at: String,
    pub(super) finished_at: String,
    /// What to say of a subject that is not in the facts.
    pub(super) hints: Vec<(String, String)>,
}

/// Facts from a snapshot or a folder.
pub(super) fn recorded(path: &Path) -> Result<Facts, Error> {
    let started_at = clock::now();
    let snapshot = file::read(path)?;
    Ok(Facts { snapshot, started_at, finished_at: clock::now(), hints: Vec::new() })
}

/// Facts from AWS.
#[cfg(feature = "aws")]
pub(super) fn live(subjects: &Subjects, output: &Output) -> Result<Facts, Error> {
    let started_at = clock::now();
    let live = crate::collect::live::ssm(subjects, output.verbose, output.quiet)?;
    Ok(Facts { snapshot: live.snapshot, started_at, finished_at: clock::now(), hints: live.elsewhere })
}

/// Without the SDK there are only recorded facts.
#[cfg(not(feature = "aws"))]
pub(super) fn live(_: &Subjects, _: &Output) -> Result<Facts, Error> {
    Err(without_aws("cannot call AWS"))
}

/// What a build without the SDK says when it is asked for live facts.
#[cfg(not(feature = "aws"))]
pub(super) fn without_aws(what: &str) -> Error {
    Error::could_not_run(format!("{what}: this build was made without the feature `aws`"))
        .hint("give recorded facts with --snapshot, or build with default features")
}

/// Judges the instances, prints the report, and tells how it ended.
pub(super) fn report(command: &str, facts: &Facts, instances: &[String], output: &Output) -> Result<Exit, Error> {
    let estate = Estate::new(&facts.snapshot);
    let mut subjects = Vec::new();
    let mut errors = Vec::new();
    for id in instances {
        match triage::ssm(&estate, id) {
            Ok(diagnosis) => subjects.push(diagnosis),
            Err(gap) => errors.push(subject_error(id, &gap, facts)),
        }
    }
    for error in &errors {
        tell(&Error::could_not_run(error.message.clone()));
    }
    let exit = exit_of(&subjects, !errors.is_empty(), output);
    let header = &facts.snapshot.header;
    let report = Report {
        command: command.to_owned(),
        started_at: facts.started_at.clone(),
        finished_at: facts.finished_at.clone(),
        account: header.account.clone(),
        region: header.region.clone(),
        partition: header.partition.clone(),
        calls: Calls::of(&facts.snapshot, &subjects),
        subjects,
        errors,
    };
    let text = reports::render(&report, output.format(), output.style(), env!("CARGO_PKG_VERSION"));
    match &output.output_file {
        Some(path) => file::write(path, &text)?,
        None => print(&text)?,
    }
    Ok(exit)
}

fn subject_error(id: &str, gap: &SubjectGap, facts: &Facts) -> SubjectError {
    let region = &facts.snapshot.header.region;
    let place = if region.is_empty() { "these facts".to_owned() } else { format!("`{region}`") };
    let mut message = match gap {
        SubjectGap::NotFound => format!("instance `{id}` not found in {place}"),
        SubjectGap::NotReadable(gap) => format!("the facts of instance `{id}` could not be read: {gap}"),
    };
    for (_, hint) in facts.hints.iter().filter(|(subject, _)| subject == id) {
        message.push_str("\n  hint: ");
        message.push_str(hint);
    }
    SubjectError { subject: id.to_owned(), message }
}

/// With several subjects: the worst of 4, 1, 3, 0, in that order.
fn exit_of(subjects: &[Diagnosis], has_errors: bool, output: &Output) -> Exit {
    let of_errors = has_errors.then_some(Exit::CouldNotRun);
    let of_subjects = subjects.iter().map(|subject| {
        let fails = subject.findings.iter().any(|finding| output.fail_on.counts(finding.severity));
        let open = subject.findings.iter().any(|finding| finding.severity == Severity::CannotTell);
        match (fails, open || subject.verdict == Verdict::Inconclusive) {
            (true, _) => Exit::Findings,
            (false, true) => Exit::Inconclusive,
            (false, false) => Exit::Healthy,
        }
    });
    of_subjects.chain(of_errors).min().unwrap_or(Exit::Healthy)
}
