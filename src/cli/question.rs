//! What diagnosing commands have in common: a question in words, the reads that it needs, and what follows from the facts.

use super::common::{Connection, Output};
use super::diagnose::{self, Facts, Judged};
use crate::collect::wanted::{Plan, Wanted};
use crate::error::Error;
use crate::exit::Exit;
use checks::snapshot::{Read, Snapshot};
use clap::Args;
use std::path::PathBuf;

/// What a diagnosing command is asked; `collect` takes the same words.
pub(super) trait Question {
    /// Name of the command.
    const COMMAND: &'static str;
    /// Dependent waves of reads at most: what would need one more stays a question.
    const WAVES: usize;

    /// Where AWS is, and who asks.
    fn connection(&self) -> Connection;

    /// Whether the words make sense together.
    ///
    /// # Errors
    /// What is wrong with them.
    fn checked(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Instances to look for elsewhere when they are not found, and the Regions to look in.
    fn elsewhere(&self) -> (&[String], &[String]) {
        (&[], &[])
    }

    /// What can be asked now, given what is known.
    fn reads(&self, snapshot: &Snapshot) -> Vec<Read>;

    /// Judges the subjects.
    fn judged(&self, facts: &Facts) -> Judged;
}

/// Arguments of a diagnosing command.
#[derive(Debug, Args)]
pub(super) struct Asked<Q: Args> {
    #[command(flatten)]
    question: Q,
    #[command(flatten)]
    output: Output,
    /// Judge recorded facts instead of calling AWS: a snapshot, or a folder of AWS CLI outputs
    #[arg(long, value_name = "FILE|DIR", help_heading = "Facts")]
    snapshot: Option<PathBuf>,
}

/// Runs a diagnosing command.
pub(super) fn run<Q: Question + Args>(asked: &Asked<Q>) -> Result<Exit, Error> {
    asked.question.checked()?;
    let facts = match &asked.snapshot {
        Some(path) => with_this_machine(diagnose::recorded(path)?, &asked.question),
        None => {
            let (question, connection) = (&asked.question, asked.question.connection());
            diagnose::live(&wanted(question, &connection, &|snapshot| question.reads(snapshot)), &asked.output)?
        }
    };
    let judged = asked.question.judged(&facts);
    let exit = judged.exit(&asked.output);
    diagnose::report(Q::COMMAND, &facts, judged, &asked.output)?;
    Ok(exit)
}

/// Recorded facts with what the question wants to know of this machine and they do not hold: a key file or a connection can be judged
/// against the facts of another day.
#[cfg(feature = "ssh")]
fn with_this_machine<Q: Question>(mut facts: Facts, question: &Q) -> Facts {
    for _ in 0..Q::WAVES {
        let mut reads = question.reads(&facts.snapshot);
        reads.retain(|read| read.operation.service == "ssh");
        if reads.is_empty() {
            break;
        }
        for read in crate::ssh::answers(reads) {
            // What this program itself answers has the shape that it reads.
            let _ = facts.snapshot.record(read);
        }
    }
    facts
}

/// Without the feature `ssh` there are only recorded facts of this machine.
#[cfg(not(feature = "ssh"))]
fn with_this_machine<Q: Question>(facts: Facts, _: &Q) -> Facts {
    facts
}

/// The facts of a question as the collector takes them.
pub(super) fn wanted<'a, Q: Question>(question: &'a Q, connection: &'a Connection, plan: &'a Plan<'a>) -> Wanted<'a> {
    let (instances, regions) = question.elsewhere();
    Wanted { connection, plan, waves: Q::WAVES, instances, regions }
}
