//! `aws-triage ssm`.

use super::common::{Connection, Output};
use super::diagnose;
use crate::error::Error;
use crate::exit::Exit;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `ssm`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) subjects: Subjects,
    #[command(flatten)]
    pub(super) output: Output,
    /// Judge recorded facts instead of calling AWS: a snapshot, or a folder of AWS CLI outputs
    #[arg(long, value_name = "FILE|DIR", help_heading = "Facts")]
    pub(super) snapshot: Option<PathBuf>,
}

/// The instances, and where they are; `collect ssm` takes the same.
#[derive(Debug, Clone, Args)]
pub(crate) struct Subjects {
    /// Ids of the instances, such as i-0123456789abcdef0
    #[arg(required = true, value_name = "INSTANCE", value_parser = instance_id)]
    pub(crate) instances: Vec<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Other Regions to look in when an instance is not found, separated by commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "AWS")]
    pub(crate) regions: Vec<String>,
    /// Read existing flow logs too, for the rejections of the last hour; two calls more, or a few
    #[arg(long, help_heading = "Facts")]
    pub(crate) flow_logs: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let facts = match &arguments.snapshot {
        Some(path) => diagnose::recorded(path)?,
        None => diagnose::live(&arguments.subjects, &arguments.output)?,
    };
    diagnose::report("ssm", &facts, &arguments.subjects.instances, &arguments.output)
}

/// An instance id: `i-` and 8 or 17 hexadecimal digits.
///
/// Source: EC2 user guide, "Resource IDs".
fn instance_id(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("i-").unwrap_or_default();
    let is_hex = digits.chars().all(|digit| digit.is_ascii_digit() || matches!(digit, 'a'..='f'));
    match digits.len() {
        8 | 17 if is_hex => Ok(text.to_owned()),
        _ if text.starts_with("mi-") => {
            Err("a hybrid node is no EC2 instance; give the id of an instance, `i-` and 8 or 17 hexadecimal digits"
                .to_owned())
        }
        _ => Err("an instance id is `i-` and 8 or 17 hexadecimal digits".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::instance_id;

    #[test]
    fn ids_are_checked_before_anything_is_read() {
        for good in ["i-0123456789abcdef0", "i-0abc1234"] {
            assert_eq!(instance_id(good).as_deref(), Ok(good));
        }
        for bad in ["", "i-", "i-123", "i-0123456789ABCDEF0", "web-1", "mi-0123456789abcdef0", "i-0123456789abcdef0 "] {
            assert!(instance_id(bad).is_err(), "{bad}");
        }
    }
}
