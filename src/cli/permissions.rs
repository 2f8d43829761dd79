//! `aws-triage permissions`.

use super::print;
use crate::error::Error;
use crate::exit::Exit;
use checks::{can, reach, ssm};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::collections::BTreeSet;

/// Arguments of `permissions`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The command whose policy is wanted
    #[arg(value_enum)]
    command: Command,
    /// With what `--flow-logs` reads
    #[arg(long)]
    flow_logs: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Command {
    /// `aws-triage ssm` and `aws-triage collect ssm`
    Ssm,
    /// `aws-triage reach` and `aws-triage collect reach`
    Reach,
    /// `aws-triage can` and `aws-triage collect can`
    Can,
}

/// Runs the command: an identity policy with exactly the actions that the command can call.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let (sid, reads, more) = match arguments.command {
        Command::Ssm if arguments.flow_logs => ("AwsTriageSsm", ssm::READS, ssm::FLOW_LOG_READS),
        Command::Ssm => ("AwsTriageSsm", ssm::READS, &[][..]),
        Command::Reach if arguments.flow_logs => return Err(Error::usage("`reach` reads no flow logs")),
        Command::Can if arguments.flow_logs => return Err(Error::usage("`can` reads no flow logs")),
        Command::Reach => ("AwsTriageReach", reach::READS, &[][..]),
        Command::Can => ("AwsTriageCan", can::READS, &[][..]),
    };
    let actions: BTreeSet<&str> = reads.iter().chain(more).map(|operation| operation.action).collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*" }],
    });
    let mut text = serde_json::to_string_pretty(&policy).unwrap_or_default();
    text.push('\n');
    print(&text)?;
    Ok(Exit::Healthy)
}
