//! `aws-triage collect`.

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
}

#[derive(Debug, Args)]
struct SsmArguments {
    #[command(flatten)]
    subjects: Subjects,
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
    let Symptom::Ssm(arguments) = &arguments.symptom;
    let live = crate::collect::live::ssm(&arguments.subjects, arguments.verbose, arguments.quiet)?;
    for id in &arguments.subjects.instances {
        checks::ssm::find(&live.snapshot, id).map_err(|gap| Error::could_not_run(format!("instance `{id}`: {gap}")))?;
    }
    let mut text = serde_json::to_string_pretty(&live.snapshot.to_json()).unwrap_or_default();
    text.push('\n');
    crate::collect::file::write_private(&arguments.out, &text)?;
    Ok(Exit::Healthy)
}

/// Without the SDK there is nothing to collect from.
#[cfg(not(feature = "aws"))]
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let Symptom::Ssm(arguments) = &arguments.symptom;
    Err(super::diagnose::without_aws(&format!("cannot write `{}`", arguments.out.display())))
}
