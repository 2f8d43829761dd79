//! `aws-triage collect`.

use super::can::{self, Words};
use super::reach::{self, Question};
use super::ssm::Subjects;
use crate::error::Error;
use crate::exit::Exit;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Arguments of `collect`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    symptom: Symptom,
}

#[derive(Debug, Subcommand)]
enum Symptom {
    /// The facts of `aws-triage ssm`
    Ssm(SsmArguments),
    /// The facts of `aws-triage reach`
    Reach(ReachArguments),
    /// The facts of `aws-triage can`
    Can(CanArguments),
}

#[derive(Debug, Args)]
struct SsmArguments {
    #[command(flatten)]
    subjects: Subjects,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
#[command(after_help = reach::SUBJECTS)]
struct ReachArguments {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Args)]
#[command(after_help = can::WORDS)]
struct CanArguments {
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    target: Target,
}

/// Where the snapshot goes.
#[derive(Debug, Args)]
struct Target {
    /// File to write the snapshot to
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: PathBuf,
    /// Tell each call and wave
    #[arg(short, long)]
    verbose: bool,
    /// Nothing on standard error but errors
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
}

/// Runs the command.
#[cfg(feature = "aws")]
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    match &arguments.symptom {
        Symptom::Ssm(SsmArguments { subjects, target }) => {
            let live = target.collect(&subjects.wanted(&|snapshot| subjects.reads(snapshot)))?;
            Ok(told(&missing(&live.snapshot, &subjects.instances, &live.elsewhere)))
        }
        Symptom::Reach(ReachArguments { question, target }) => {
            let cases = question.cases()?;
            let instances = reach::instances(&cases);
            let plan = |snapshot: &checks::snapshot::Snapshot| checks::reach::reads(snapshot, &cases);
            let live = target.collect(&question.wanted(&plan, &instances))?;
            Ok(told(&missing_ends(&live.snapshot, &cases)))
        }
        Symptom::Can(CanArguments { words, target }) => {
            let (question, connection) = (words.question()?, words.connection());
            let plan = |snapshot: &checks::snapshot::Snapshot| checks::can::reads(snapshot, &question);
            let wanted = crate::collect::live::Wanted {
                connection: &connection,
                plan: &plan,
                waves: can::WAVES,
                instances: &[],
                regions: &[],
            };
            let live = target.collect(&wanted)?;
            let missing = checks::can::decide(&live.snapshot, &question).err().map(Error::could_not_run);
            Ok(told(missing.as_slice()))
        }
    }
}

#[cfg(feature = "aws")]
impl Target {
    /// Collects and writes. What was collected is kept whatever is missing: the refusals are facts as well.
    fn collect(&self, wanted: &crate::collect::live::Wanted<'_>) -> Result<crate::collect::live::Live, Error> {
        let live = crate::collect::live::facts(wanted, self.verbose, self.quiet)?;
        let mut text = serde_json::to_string_pretty(&live.snapshot.to_json()).unwrap_or_default();
        text.push('\n');
        crate::collect::file::write_private(&self.out, &text)?;
        Ok(live)
    }
}

/// Tells what is missing, and how it ended.
#[cfg(feature = "aws")]
fn told(missing: &[Error]) -> Exit {
    missing.iter().for_each(super::tell);
    if missing.is_empty() { Exit::Healthy } else { Exit::CouldNotRun }
}

/// An error for each instance that the facts do not hold, with the hints that belong to it.
#[cfg(any(feature = "aws", test))]
fn missing(snapshot: &checks::snapshot::Snapshot, instances: &[String], hints: &[(String, String)]) -> Vec<Error> {
    let error_of = |id: &String| {
        let gap = checks::ssm::find(snapshot, id).err()?;
        let error = Error::could_not_run(format!("instance `{id}`: {gap}"));
        let own = hints.iter().filter(|(subject, _)| subject == id);
        Some(own.fold(error, |error, (_, hint)| error.hint(hint)))
    };
    instances.iter().filter_map(error_of).collect()
}

/// An error for each end that the facts do not hold. What is not clear is a question for whoever judges them.
#[cfg(feature = "aws")]
fn missing_ends(snapshot: &checks::snapshot::Snapshot, cases: &[checks::reach::Case]) -> Vec<Error> {
    let network = checks::net::Network::new(snapshot);
    let judge = checks::reach::Judge::new(&network);
    let mut errors: Vec<Error> = Vec::new();
    for case in cases {
        let error = match judge.pairs(case) {
            Ok(_) | Err(checks::reach::Problem::Ambiguous(_)) => continue,
            Err(problem) => Error::could_not_run(problem.to_string()),
        };
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// Without the SDK there is nothing to collect from.
#[cfg(not(feature = "aws"))]
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let target = match &arguments.symptom {
        Symptom::Ssm(SsmArguments { target, .. }) => target,
        Symptom::Reach(ReachArguments { question, target }) => {
            question.cases()?;
            target
        }
        Symptom::Can(CanArguments { words, target }) => {
            words.question()?;
            target
        }
    };
    Err(super::diagnose::without_aws(&format!("cannot write `{}`", target.out.display())))
}

#[cfg(test)]
mod tests {
    use super::missing;
    use crate::exit::Exit;
    use checks::snapshot::{Header, Outcome, Read, Recorded, Snapshot, operations as op};
    use serde_json::json;

    #[test]
    fn every_missing_instance_is_told_with_its_own_hints() {
        let mut snapshot = Snapshot::new(Header::default());
        let mut record = |id: &str, outcome: Outcome| {
            let read = Read::new(op::DESCRIBE_INSTANCES, json!({ "InstanceIds": [id] }));
            snapshot.record(Recorded::new(&read, "", outcome)).unwrap();
        };
        let error = |code: &str| Outcome::Error { code: code.to_owned(), message: String::new() };
        let found =
            json!({ "Reservations": [{ "OwnerId": "123456789012", "Instances": [{ "InstanceId": "i-0000000a" }] }] });
        record("i-0000000a", Outcome::Output(found));
        record("i-0000000b", error("InvalidInstanceID.NotFound"));
        record("i-0000000c", error("UnauthorizedOperation"));
        let ids: Vec<String> = ["i-0000000a", "i-0000000b", "i-0000000c"].map(str::to_owned).into();
        let hints = [("i-0000000b".to_owned(), "it is in `eu-west-1`".to_owned())];
        let errors = missing(&snapshot, &ids, &hints);
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "instance `i-0000000b`: not found\n  hint: it is in `eu-west-1`",
                "instance `i-0000000c`: its facts could not be read: `ec2:DescribeInstances` is denied (UnauthorizedOperation)",
            ]
        );
        assert!(errors.iter().all(|error| error.exit == Exit::CouldNotRun));
        assert!(missing(&snapshot, &ids[..1], &hints).is_empty());
    }
}
