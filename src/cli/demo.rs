//! `aws-triage demo`.

use super::common::Output;
use super::diagnose::{self, Facts, Judged};
use super::question::Question;
use super::{ecs, lambda_internet, s3_event, ssh, ssm};
use crate::clock;
use crate::demo::{DEMOS, Demo};
use crate::error::Error;
use crate::exit::Exit;
use clap::Args;

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The command to show
    #[arg(default_value = "ssm", value_parser = shown())]
    command: String,
    #[command(flatten)]
    output: Output,
}

fn shown() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(DEMOS.iter().map(|demo| demo.command))
}

/// Runs the command. It was asked to show a broken account, and does: findings do not make it fail.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let Some(demo) = Demo::of(&arguments.command) else {
        return Err(Error::usage(format!("there is no account for `{}`", arguments.command)));
    };
    let started_at = clock::now();
    let facts = Facts::of(demo.facts()?, started_at);
    let judged = judged(demo, &facts)?;
    diagnose::report(demo.command, &facts, judged, &arguments.output)?;
    Ok(Exit::Healthy)
}

fn judged(demo: &Demo, facts: &Facts) -> Result<Judged, Error> {
    match demo.command {
        "ssh" => of::<ssh::Subjects>(demo, facts),
        "lambda-internet" => of::<lambda_internet::Subjects>(demo, facts),
        "s3-event" => of::<s3_event::Subjects>(demo, facts),
        "ecs" => of::<ecs::Subjects>(demo, facts),
        _ => of::<ssm::Subjects>(demo, facts),
    }
}

/// Judges what the arguments of the demo ask, read as the command itself reads them.
fn of<Q: Question + Args>(demo: &Demo, facts: &Facts) -> Result<Judged, Error> {
    let command = Q::augment_args(clap::Command::new(demo.command).no_binary_name(true));
    let matches = command.try_get_matches_from(demo.arguments).and_then(|matches| Q::from_arg_matches(&matches));
    let question = matches.map_err(|error| Error::usage(error.to_string()))?;
    Ok(question.judged(facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_answers_its_question() {
        for demo in DEMOS {
            let facts = Facts::of(demo.facts().unwrap(), clock::now());
            let judged = judged(demo, &facts).unwrap();
            assert!(judged.errors.is_empty() && !judged.subjects.is_empty(), "{}", demo.command);
            assert!(judged.subjects[0].verdict == checks::diagnosis::Verdict::Broken, "{}", demo.command);
        }
    }
}
