//! `aws-triage ssm`.

use super::common::Connection;
use super::diagnose::{Facts, Judged};
use super::question::Question;
use checks::snapshot::{Read, Round, Snapshot};
use checks::ssm::{self, Estate, ReadOptions};
use checks::triage;
use clap::Args;

/// The instances, and where they are; `collect ssm` takes the same.
#[derive(Debug, Clone, Args)]
pub(super) struct Subjects {
    /// Ids of the instances, such as i-0123456789abcdef0
    #[arg(required = true, value_name = "INSTANCE", value_parser = instance_id)]
    pub(super) instances: Vec<String>,
    #[command(flatten)]
    connection: Connection,
    /// Other Regions to look in when an instance is not found, separated by commas
    #[arg(long, value_name = "REGION", value_delimiter = ',', help_heading = "AWS")]
    regions: Vec<String>,
    /// Read existing flow logs too, for the rejections of the last hour; two calls more, or a few
    #[arg(long, help_heading = "Facts")]
    flow_logs: bool,
}

impl Question for Subjects {
    const COMMAND: &'static str = "ssm";
    const WAVES: usize = 4;

    fn connection(&self) -> Connection {
        self.connection.clone()
    }

    fn elsewhere(&self) -> (&[String], &[String]) {
        (&self.instances, &self.regions)
    }

    fn reads(&self, snapshot: &Snapshot) -> Vec<Read> {
        let options = ReadOptions { flow_logs: self.flow_logs };
        let estate = Estate::new(snapshot);
        Round::new(snapshot).with(self.instances.iter().flat_map(|id| ssm::reads(&estate, id, options))).into_reads()
    }

    fn judged(&self, facts: &Facts) -> Judged {
        let estate = Estate::new(&facts.snapshot);
        let mut judged = Judged::default();
        for id in &self.instances {
            judged.take(facts, "instance", id, triage::ssm(&estate, id));
        }
        judged
    }
}

/// An instance id: `i-` and 8 or 17 hexadecimal digits.
///
/// Source: EC2 user guide, "Resource IDs".
pub(super) fn instance_id(text: &str) -> Result<String, String> {
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
