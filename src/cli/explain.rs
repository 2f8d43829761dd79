//! `aws-triage explain`.

use super::print;
use crate::error::Error;
use crate::exit::Exit;
use checks::{can, page, reach, rules};
use clap::Args;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Rule id, such as ssm/sg-egress-443-blocked or net/no-route
    #[arg(value_name = "RULE")]
    rule: String,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let wanted = arguments.rule.as_str();
    if let Some(about) = rules::all().find(|about| about.id == wanted) {
        print(&page::page(about))?;
        return Ok(Exit::Healthy);
    }
    let of_paths = reach::catalogue();
    if let Some(entry) = of_paths.iter().find(|entry| entry.id == wanted) {
        print(&entry.page())?;
        return Ok(Exit::Healthy);
    }
    let of_requests = can::catalogue();
    if let Some(entry) = of_requests.iter().find(|entry| entry.id == wanted) {
        print(&entry.page())?;
        return Ok(Exit::Healthy);
    }
    let name = wanted.rsplit('/').next().unwrap_or(wanted);
    let ids = rules::all().map(|about| about.id).chain(of_paths.iter().map(|entry| entry.id));
    let ids = ids.chain(of_requests.iter().map(|entry| entry.id));
    let near: Vec<&str> = ids.filter(|id| !name.is_empty() && id.contains(name)).collect();
    let error = Error::usage(format!("there is no rule `{wanted}`"));
    Err(match near.as_slice() {
        [] => error.hint("`aws-triage rules` lists them"),
        near => error.hint(format!("did you mean {}", near.join(", "))),
    })
}
