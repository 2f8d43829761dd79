//! `aws-triage demo`.

use super::common::Output;
use super::diagnose::{self, Facts};
use super::ssm;
use crate::clock;
use crate::demo;
use crate::error::Error;
use crate::exit::Exit;
use clap::Args;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    output: Output,
}

/// Runs the command. It was asked to show a broken account, and does: findings do not make it fail.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let started_at = clock::now();
    let snapshot = demo::account()?;
    let facts = Facts::of(snapshot, started_at);
    diagnose::report("ssm", &facts, ssm::judged(&facts, &demo::instances()), &arguments.output)?;
    Ok(Exit::Healthy)
}
