//! `aws-triage ssm`.

use super::common::{Connection, Output};
use super::diagnose::{self, Facts, Judged};
#[cfg(feature = "aws")]
use crate::collect::live::{Plan, Wanted};
use crate::error::Error;
use crate::exit::Exit;
use checks::ssm::{Estate, SubjectGap};
use checks::triage;
#[cfg(feature = "aws")]
use checks::{
    snapshot::{Read, Snapshot},
    ssm::{self, ReadOptions},
};
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
pub(super) struct Subjects {
    /// Ids of the instances, such as i-0123456789abcdef0
    #[arg(required = true, value_name = "INSTANCE", value_parser = instance_id)]
    pub(super) instances: Vec<String>,
    #[command(flatten)]
    pub(super) connection: Connection,
    /// Other Regions to look in when an instance is not found, separated by commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "AWS")]
    pub(super) regions: Vec<String>,
    /// Read existing flow logs too, for the rejections of the last hour; two calls more, or a few
    #[arg(long, help_heading = "Facts")]
    pub(super) flow_logs: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Error> {
    let facts = match &arguments.snapshot {
        Some(path) => diagnose::recorded(path)?,
        None => live(&arguments.subjects, &arguments.output)?,
    };
    let judged = judged(&facts, &arguments.subjects.instances);
    let exit = judged.exit(&arguments.output);
    diagnose::report("ssm", &facts, judged, &arguments.output)?;
    Ok(exit)
}

/// Judges the instances.
pub(super) fn judged(facts: &Facts, instances: &[String]) -> Judged {
    let estate = Estate::new(&facts.snapshot);
    let mut judged = Judged::default();
    for id in instances {
        match triage::ssm(&estate, id) {
            Ok(diagnosis) => judged.subjects.push(diagnosis),
            Err(SubjectGap::NotFound) => {
                let message = format!("instance `{id}` not found in {}", facts.place());
                judged.errors.push(facts.error(id, message));
            }
            Err(SubjectGap::NotReadable(gap)) => {
                let message = format!("the facts of instance `{id}` could not be read: {gap}");
                judged.errors.push(facts.error(id, message));
            }
        }
    }
    judged
}

#[cfg(feature = "aws")]
fn live(subjects: &Subjects, output: &Output) -> Result<Facts, Error> {
    diagnose::live(&subjects.wanted(&|snapshot| subjects.reads(snapshot)), output)
}

/// Without the SDK there are only recorded facts.
#[cfg(not(feature = "aws"))]
fn live(_: &Subjects, _: &Output) -> Result<Facts, Error> {
    Err(diagnose::without_aws("cannot call AWS"))
}

/// What would need a fifth wave stays a question.
#[cfg(feature = "aws")]
const WAVES: usize = 4;

#[cfg(feature = "aws")]
impl Subjects {
    /// What can be asked now about all instances.
    pub(super) fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        let options = ReadOptions { flow_logs: self.flow_logs };
        let estate = Estate::new(snapshot);
        let mut reads = Vec::new();
        for read in self.instances.iter().flat_map(|id| ssm::reads(&estate, id, options)) {
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        reads
    }

    pub(super) fn wanted<'a>(&'a self, plan: &'a Plan<'a>) -> Wanted<'a> {
        Wanted { connection: &self.connection, plan, waves: WAVES, instances: &self.instances, regions: &self.regions }
    }
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
