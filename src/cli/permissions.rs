//! `aws-triage permissions`.

use super::print;
use crate::error::Error;
use crate::exit::Exit;
use checks::{can, ecs, lambda, reach, s3, ssh, ssm};
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
    /// `aws-triage ssh` and `aws-triage collect ssh`
    Ssh,
    /// `aws-triage lambda-internet` and `aws-triage collect lambda-internet`
    LambdaInternet,
    /// `aws-triage s3-event` and `aws-triage collect s3-event`
    S3Event,
    /// `aws-triage ecs` and `aws-triage collect ecs`
    Ecs,
    /// `aws-triage reach` and `aws-triage collect reach`
    Reach,
    /// `aws-triage can` and `aws-triage collect can`
    Can,
}

/// Runs the command: an identity policy with exactly the actions that the command can call.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let (sid, reads, more) = match arguments.command {
        Command::Ssm => ("AwsTriageSsm", ssm::READS, ssm::FLOW_LOG_READS),
        Command::Ssh => ("AwsTriageSsh", ssh::READS, &[][..]),
        Command::LambdaInternet => ("AwsTriageLambdaInternet", lambda::READS, &[][..]),
        Command::S3Event => ("AwsTriageS3Event", s3::READS, &[][..]),
        Command::Ecs => ("AwsTriageEcs", ecs::READS, &[][..]),
        Command::Reach => ("AwsTriageReach", reach::READS, &[][..]),
        Command::Can => ("AwsTriageCan", can::READS, &[][..]),
    };
    if arguments.flow_logs && more.is_empty() {
        let command = arguments.command.to_possible_value();
        let name = command.as_ref().map_or("it", |command| command.get_name());
        return Err(Error::usage(format!("`{name}` reads no flow logs")));
    }
    let more = if arguments.flow_logs { more } else { &[] };
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
