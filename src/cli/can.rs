//! `aws-triage can`.

use super::cases;
use super::common::Output;
use super::diagnose;
use crate::error::Error;
use crate::exit::Exit;
use checks::can::{Case, Written};
use clap::Args;
use reports::json::decided::{Decided, line};
use std::path::PathBuf;

/// Arguments of `can`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Decide many requests, one line of JSON for each: one JSON object a line with the request and every policy that takes part in it;
    /// `-` is standard input
    #[arg(long, value_name = "FILE")]
    cases: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    all(&cases::read::<Written>(&arguments.cases)?, &arguments.output)
}

/// Decides many requests with a line for each.
fn all(cases: &[Case], output: &Output) -> Result<Exit, Error> {
    let mut text = String::new();
    let mut exit = Exit::Healthy;
    for case in cases {
        let decision = case.decide();
        let own = match case.expected.map(|expected| expected.is_met(decision.verdict)) {
            None | Some(Some(true)) => Exit::Healthy,
            Some(Some(false)) => Exit::Findings,
            Some(None) => Exit::Inconclusive,
        };
        text.push_str(&line(&Decided { id: case.name(), decision: &decision, expected: case.expected }));
        exit = exit.min(own);
    }
    diagnose::write(&text, output)?;
    Ok(exit)
}
