//! `aws-triage collect`.

use super::can::{self, Words};
use super::question;
use super::reach::{self, Question};
use super::ssm::Subjects;
use super::{ecs, lambda_internet, s3_event, ssh};
use crate::collect;
use crate::collect::wanted::{Live, Wanted};
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
    Ssm(Recorded<Subjects>),
    /// The facts of `aws-triage ssh`
    Ssh(Recorded<ssh::Subjects>),
    /// The facts of `aws-triage lambda-internet`
    LambdaInternet(Recorded<lambda_internet::Subjects>),
    /// The facts of `aws-triage s3-event`
    S3Event(Recorded<s3_event::Subjects>),
    /// The facts of `aws-triage ecs`
    Ecs(Recorded<ecs::Subjects>),
    /// The facts of `aws-triage reach`
    Reach(ReachArguments),
    /// The facts of `aws-triage can`
    Can(CanArguments),
}

/// A question, and where its facts go.
#[derive(Debug, Args)]
struct Recorded<Q: Args> {
    #[command(flatten)]
    question: Q,
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
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    match &arguments.symptom {
        Symptom::Ssm(recorded) => recorded.run(),
        Symptom::Ssh(recorded) => recorded.run(),
        Symptom::LambdaInternet(recorded) => recorded.run(),
        Symptom::S3Event(recorded) => recorded.run(),
        Symptom::Ecs(recorded) => recorded.run(),
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
            let wanted =
                Wanted { connection: &connection, plan: &plan, waves: can::WAVES, instances: &[], regions: &[] };
            let live = target.collect(&wanted)?;
            let missing = checks::can::decide(&live.snapshot, &question).err().map(Error::could_not_run);
            Ok(told(missing.as_slice()))
        }
    }
}

impl<Q: question::Question + Args> Recorded<Q> {
    /// Collects, and tells which subjects are missing.
    fn run(&self) -> Result<Exit, Error> {
        self.question.checked()?;
        let connection = self.question.connection();
        let started_at = crate::clock::now();
        let live = self
            .target
            .collect(&question::wanted(&self.question, &connection, &|snapshot| self.question.reads(snapshot)))?;
        let facts = super::diagnose::Facts::of_live(live, started_at);
        let missing = self.question.judged(&facts).errors.into_iter().map(|error| Error::could_not_run(error.message));
        Ok(told(&missing.collect::<Vec<Error>>()))
    }
}

impl Target {
    /// Collects and writes. What was collected is kept whatever is missing: the refusals are facts as well.
    fn collect(&self, wanted: &Wanted<'_>) -> Result<Live, Error> {
        if !cfg!(feature = "aws") {
            return Err(collect::without_aws(&format!("cannot write `{}`", self.out.display())));
        }
        let live = collect::facts(wanted, self.verbose, self.quiet)?;
        let mut text = serde_json::to_string_pretty(&live.snapshot.to_json()).unwrap_or_default();
        text.push('\n');
        collect::file::write_private(&self.out, &text)?;
        Ok(live)
    }
}

/// Tells what is missing, and how it ended.
fn told(missing: &[Error]) -> Exit {
    missing.iter().for_each(super::tell);
    if missing.is_empty() { Exit::Healthy } else { Exit::CouldNotRun }
}

/// An error for each end that the facts do not hold. What is not clear is a question for whoever judges them.
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
