//! `aws-triage rules`.

use super::print;
use crate::error::Error;
use crate::exit::Exit;
use checks::{can, reach, rules};
use clap::Args;
use std::fmt::Write;

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only the rules of one symptom: ssm, net for paths, or iam for requests
    #[arg(long, value_name = "SYMPTOM", value_parser = symptom)]
    symptom: Option<String>,
}

/// Stands for the ids of findings about paths.
const PATHS: &str = "net";
/// Stands for the ids of findings about requests.
const REQUESTS: &str = "iam";

fn symptom(text: &str) -> Result<String, String> {
    let mut known = rules::symptoms();
    known.extend([PATHS, REQUESTS]);
    if known.contains(&text) { Ok(text.to_owned()) } else { Err(format!("expected one of: {}", known.join(", "))) }
}

/// Runs the command: id, severity, fix class and title, one rule a line.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let mut text = String::new();
    for about in
        rules::all().filter(|about| arguments.symptom.as_deref().is_none_or(|wanted| about.symptom() == wanted))
    {
        let _ =
            writeln!(text, "{:<42} {:<11} {}  {}", about.id, about.severity.word(), about.fix.letter(), about.title);
    }
    if arguments.symptom.as_deref().is_none_or(|wanted| wanted == PATHS) {
        for entry in reach::catalogue() {
            let _ = writeln!(text, "{:<42} {:<11} -  {}", entry.id, entry.severity.word(), entry.title);
        }
    }
    if arguments.symptom.as_deref().is_none_or(|wanted| wanted == REQUESTS) {
        for entry in can::catalogue() {
            let _ = writeln!(text, "{:<42} {:<11} -  {}", entry.id, entry.severity.word(), entry.title);
        }
    }
    print(&text)?;
    Ok(Exit::Healthy)
}
