//! What every diagnosing command does: get the facts, report what was judged, and tell how it ended.

use super::common::Output;
use super::{print, tell};
use crate::clock;
use crate::collect::wanted::{Live, Wanted};
use crate::collect::{self, file};
use crate::error::Error;
use crate::exit::Exit;
use checks::diagnosis::{Diagnosis, SubjectGap, Verdict};
use checks::finding::Severity;
use checks::report::{Calls, Report, SubjectError};
use checks::snapshot::Snapshot;
use std::path::Path;

/// Facts with the time it took to get them.
pub(super) struct Facts {
    pub(super) snapshot: Snapshot,
    pub(super) started_at: String,
    pub(super) finished_at: String,
    /// What to say of a subject that is not in the facts.
    pub(super) hints: Vec<(String, String)>,
}

/// What became of the subjects.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) subjects: Vec<Diagnosis>,
    pub(super) errors: Vec<SubjectError>,
}

impl Facts {
    /// Facts with nothing to add to them.
    pub(super) fn of(snapshot: Snapshot, started_at: String) -> Self {
        Self { snapshot, started_at, finished_at: clock::now(), hints: Vec::new() }
    }

    /// Facts from AWS.
    pub(super) fn of_live(live: Live, started_at: String) -> Self {
        let facts = Self::of(live.snapshot, started_at);
        Self { hints: live.elsewhere, ..facts }
    }

    /// Where a subject was looked for, in words.
    pub(super) fn place(&self) -> String {
        let region = &self.snapshot.header.region;
        if region.is_empty() { "these facts".to_owned() } else { format!("`{region}`") }
    }

    /// The error of a subject, with the hints that belong to it.
    pub(super) fn error(&self, subject: &str, mut message: String) -> SubjectError {
        for (_, hint) in self.hints.iter().filter(|(of, _)| of == subject) {
            message.push_str("\n  hint: ");
            message.push_str(hint);
        }
        SubjectError { subject: subject.to_owned(), message }
    }
}

/// Facts from a snapshot or a folder.
pub(super) fn recorded(path: &Path) -> Result<Facts, Error> {
    let started_at = clock::now();
    Ok(Facts::of(file::read(path)?, started_at))
}

/// Facts from AWS.
pub(super) fn live(wanted: &Wanted<'_>, output: &Output) -> Result<Facts, Error> {
    let started_at = clock::now();
    let live = collect::facts(wanted, output.verbose, output.quiet)?;
    Ok(Facts::of_live(live, started_at))
}

/// Prints the report.
pub(super) fn report(command: &str, facts: &Facts, judged: Judged, output: &Output) -> Result<(), Error> {
    for error in &judged.errors {
        tell(&Error::could_not_run(error.message.clone()));
    }
    let header = &facts.snapshot.header;
    let report = Report {
        command: command.to_owned(),
        started_at: facts.started_at.clone(),
        finished_at: facts.finished_at.clone(),
        account: header.account.clone(),
        region: header.region.clone(),
        partition: header.partition.clone(),
        calls: Calls::of(&facts.snapshot, &judged.subjects),
        subjects: judged.subjects,
        errors: judged.errors,
    };
    write(&reports::render(&report, output.format(), output.style(), env!("CARGO_PKG_VERSION")), output)
}

/// Writes a result to where it is wanted.
pub(super) fn write(text: &str, output: &Output) -> Result<(), Error> {
    match &output.output_file {
        Some(path) => file::write(path, text),
        None => print(text),
    }
}

impl Judged {
    /// Takes over what came of one subject; `what` is its kind in words, such as "instance".
    pub(super) fn take(&mut self, facts: &Facts, what: &str, id: &str, outcome: Result<Diagnosis, SubjectGap>) {
        let message = match outcome {
            Ok(diagnosis) => return self.subjects.push(diagnosis),
            Err(SubjectGap::NotFound) => format!("{what} `{id}` not found in {}", facts.place()),
            Err(SubjectGap::NotReadable(gap)) => format!("the facts of {what} `{id}` could not be read: {gap}"),
        };
        self.errors.push(facts.error(id, message));
    }

    /// How it ended. With several subjects: the worst of 4, 1, 3, 0, in that order.
    pub(super) fn exit(&self, output: &Output) -> Exit {
        self.exit_by(|subject| {
            let fails = subject.findings.iter().any(|finding| output.fail_on.counts(finding.severity));
            let open = subject.findings.iter().any(|finding| finding.severity == Severity::CannotTell);
            match (fails, open || subject.verdict == Verdict::Inconclusive) {
                (true, _) => Exit::Findings,
                (false, true) => Exit::Inconclusive,
                (false, false) => Exit::Healthy,
            }
        })
    }

    /// The same with another measure for each subject.
    pub(super) fn exit_by(&self, of: impl Fn(&Diagnosis) -> Exit) -> Exit {
        let of_errors = (!self.errors.is_empty()).then_some(Exit::CouldNotRun);
        self.subjects.iter().map(of).chain(of_errors).min().unwrap_or(Exit::Healthy)
    }
}
