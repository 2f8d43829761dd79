//! VPC flow logs, and the records that CloudWatch Logs holds of them.
//!
//! Shapes: EC2 API reference, `DescribeFlowLogs`; CloudWatch Logs API reference, `FilterLogEvents`; VPC user guide, "Flow log records".

use super::ec2::{is, shapes};
use serde::Deserialize;
use std::collections::HashMap;

shapes! {
    /// A row of `DescribeFlowLogs`.
    FlowLog {
        /// `fl-…`.
        flow_log_id: String,
        /// The VPC, subnet or interface that it records.
        resource_id: String,
        /// `ACTIVE`, or why not.
        flow_log_status: String,
        /// `ACCEPT`, `REJECT` or `ALL`.
        traffic_type: String,
        /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
        log_destination_type: String,
        /// ARN of the destination; empty for older ones to CloudWatch Logs.
        log_destination: String,
        /// Log group; empty for other destinations.
        log_group_name: String,
        /// Fields of a record, in order; empty for the default format.
        log_format: String,
    }
}

/// `FilterLogEvents` of one group.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogEvents {
    /// The events, oldest first.
    pub events: Vec<LogEvent>,
}

/// A line of a log.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogEvent {
    /// Stream that holds it.
    pub log_stream_name: String,
    /// The line.
    pub message: String,
}

/// Fields of the default format, version 2.
const DEFAULT_FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                              ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

impl FlowLog {
    /// Whether it records rejected packets, now.
    pub fn records_rejections(&self) -> bool {
        is(&self.flow_log_status, "ACTIVE") && !is(&self.traffic_type, "ACCEPT")
    }

    /// The log group that its records go to, when they go to CloudWatch Logs.
    pub fn group(&self) -> Option<&str> {
        let is_logs = matches!(self.log_destination_type.as_str(), "" | "cloud-watch-logs");
        let named = Some(self.log_group_name.as_str()).filter(|name| !name.is_empty());
        // arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*
        let of_arn = || self.log_destination.split(':').nth(6).filter(|name| !name.is_empty());
        named.or_else(of_arn).filter(|_| is_logs)
    }

    /// The fields of a record by name (`dstport`, `action`); a field without value (`-`) is left out.
    pub fn record<'a>(&'a self, message: &'a str) -> HashMap<&'a str, &'a str> {
        let format = if self.log_format.is_empty() { DEFAULT_FORMAT } else { self.log_format.as_str() };
        let names = format.split_whitespace().map(|field| field.trim_start_matches("${").trim_end_matches('}'));
        names.zip(message.split_whitespace()).filter(|(_, value)| *value != "-").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_in_the_log_s_own_format() {
        let default = FlowLog::default();
        let record = default.record("2 123456789012 eni-1 10.0.1.10 52.95.119.53 48122 443 6 3 180 1 2 REJECT OK");
        assert_eq!((record["interface-id"], record["dstport"], record["action"]), ("eni-1", "443", "REJECT"));
        let own = FlowLog { log_format: "${action} ${dstport} ${pkt-dstaddr}".to_owned(), ..FlowLog::default() };
        let record = own.record("REJECT 443 -");
        assert_eq!((record["action"], record.get("pkt-dstaddr")), ("REJECT", None));
    }

    #[test]
    fn the_group_stands_in_either_member() {
        let by_arn = FlowLog {
            log_destination_type: "cloud-watch-logs".to_owned(),
            log_destination: "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow:*".to_owned(),
            ..FlowLog::default()
        };
        assert_eq!(by_arn.group(), Some("/vpc/flow"));
        let bucket = FlowLog { log_destination_type: "s3".to_owned(), ..by_arn };
        assert_eq!(bucket.group(), None);
    }
}
