//! The command line: one file per command.

mod can;
mod cases;
mod collect;
mod common;
mod completions;
mod demo;
mod diagnose;
mod ecs;
mod explain;
mod lambda_internet;
mod permissions;
mod question;
mod reach;
mod rules;
mod s3_event;
mod ssh;
mod ssm;

pub use common::{Color, Connection, FailOn, Output};

use crate::error::Error;
use crate::exit::Exit;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Names every cause why something in AWS does not work, with the field that proves it.
///
/// Reads facts from the AWS API (or from a snapshot), judges them, and reports what is broken, what is in order, and what could not be
/// told. Makes no changes.
#[derive(Debug, Parser)]
#[command(name = "aws-triage", version, propagate_version = true, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Invocation {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0  healthy, or the command did what it was asked
  1  at least one finding at or above --fail-on
  2  usage error: bad option, malformed id, unreadable or malformed input file
  3  inconclusive: some check could not be judged
  4  could not run: no credentials, endpoint unreachable, subject not found";

#[derive(Debug, Subcommand)]
enum Command {
    /// Why an EC2 instance is not managed by Systems Manager, or sessions to it fail
    Ssm(question::Asked<ssm::Subjects>),
    /// Why SSH to an EC2 instance fails
    Ssh(question::Asked<ssh::Subjects>),
    /// Why a Lambda function in a VPC has no internet, or does not reach an AWS API
    LambdaInternet(question::Asked<lambda_internet::Subjects>),
    /// Why an S3 event does not reach its function, queue, topic or rule
    S3Event(question::Asked<s3_event::Subjects>),
    /// Why an EC2 instance does not register with an ECS cluster, or is disconnected
    Ecs(question::Asked<ecs::Subjects>),
    /// Whether packets get from one end to another and back, and everything that stops them
    Reach(reach::Arguments),
    /// Whether a principal may do an action on a resource, and which statement of which policy decides
    Can(can::Arguments),
    /// Record the facts of a diagnosis to a file, and judge nothing
    Collect(collect::Arguments),
    /// A diagnosis of a broken account that is part of this program: no credentials, no network
    Demo(demo::Arguments),
    /// List the rules
    Rules(rules::Arguments),
    /// Show the page of a rule
    Explain(explain::Arguments),
    /// Print the least-privilege IAM policy of a command
    Permissions(permissions::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
    /// Print the manual page
    Man,
}

/// Parses a command line; on bad usage or `--help` prints what clap has to say and gives the exit code.
///
/// # Errors
/// The exit code, when there is nothing to run.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Invocation, ExitCode> {
    let outcome =
        Invocation::command().try_get_matches_from(words).and_then(|matches| Invocation::from_arg_matches(&matches));
    outcome.map_err(|error| {
        let exit = if error.use_stderr() { Exit::Usage } else { Exit::Healthy };
        // A closed pipe on `--help | head` is no failure.
        let _ = error.print();
        exit.into()
    })
}

/// Runs a command and tells how it ended; errors are printed to standard error.
pub fn run(invocation: &Invocation) -> Exit {
    let outcome = match &invocation.command {
        Command::Ssm(asked) => question::run(asked),
        Command::Ssh(asked) => question::run(asked),
        Command::LambdaInternet(asked) => question::run(asked),
        Command::S3Event(asked) => question::run(asked),
        Command::Ecs(asked) => question::run(asked),
        Command::Reach(arguments) => reach::run(arguments),
        Command::Can(arguments) => can::run(arguments),
        Command::Collect(arguments) => collect::run(arguments),
        Command::Demo(arguments) => demo::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Permissions(arguments) => permissions::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man => completions::man(),
    };
    outcome.unwrap_or_else(|error| {
        tell(&error);
        error.exit
    })
}

/// Prints an error to standard error.
pub(crate) fn tell(error: &Error) {
    let mut out = std::io::stderr().lock();
    for (number, line) in error.to_string().lines().enumerate() {
        let lead = if number == 0 { "error: " } else { "" };
        let _ = writeln!(out, "{lead}{}", reports::escape::terminal(line));
    }
}

/// Writes a result to standard output.
///
/// # Errors
/// Standard output cannot be written; a closed pipe is no error, since whoever reads has read enough.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::could_not_run(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
