//! CloudWatch, CloudWatch Logs and S3, as far as a diagnosis asks them.
//!
//! Shapes: CloudWatch, CloudWatch Logs and S3 API references.

use super::ec2::shapes;
use serde::Deserialize;

/// Metric of the CPU credits that a burstable instance has left.
///
/// Source: EC2 user guide, "Monitor your CPU credits for burstable instances".
pub const CREDIT_BALANCE: &str = "CPUCreditBalance";

/// Metric of the connections that a NAT gateway could not open for lack of a port.
///
/// Source: VPC user guide, "NAT gateway metrics and dimensions", for this and the following.
pub const PORT_ERRORS: &str = "ErrorPortAllocation";
/// Metric of the connections that a NAT gateway gave up after 350 idle seconds.
pub const IDLE_TIMEOUTS: &str = "IdleTimeoutCount";
/// Metric of the packets that a NAT gateway dropped.
pub const DROPPED_PACKETS: &str = "PacketsDropCount";
/// Metric of the packets that a NAT gateway got from its VPC.
pub const PACKETS_FROM_SOURCE: &str = "PacketsInFromSource";
/// Metric of the packets that a NAT gateway got from the other side.
pub const PACKETS_FROM_DESTINATION: &str = "PacketsInFromDestination";

shapes! {
    /// `GetMetricStatistics` of one metric.
    MetricStatistics {
        /// Values by time, in no order.
        datapoints: Vec<Datapoint>,
    }
    /// A value of a metric.
    Datapoint {
        /// RFC 3339.
        timestamp: String,
        /// Largest value of the period.
        maximum: Option<f64>,
        /// Sum over the period.
        sum: Option<f64>,
    }
    /// A row of `DescribeInstanceCreditSpecifications`.
    CreditSpecification {
        /// The instance.
        instance_id: String,
        /// `standard` or `unlimited`.
        cpu_credits: String,
    }
    /// `HeadBucket`: the bucket exists and the caller may list it.
    Bucket {
        /// Region of the bucket; empty in older answers.
        bucket_region: String,
    }
}

/// `DescribeLogGroups` by prefix.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogGroups {
    /// Groups whose name begins with the prefix.
    pub log_groups: Vec<LogGroup>,
}

/// A log group.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogGroup {
    /// Its name.
    pub log_group_name: String,
    /// Key that encrypts it with a key of the customer; empty when none does.
    pub kms_key_id: String,
}

impl MetricStatistics {
    /// The sum over all periods; nothing where there are no values.
    pub fn total(&self) -> f64 {
        self.datapoints.iter().filter_map(|point| point.sum).sum()
    }

    /// Whether there are values, and none of them is above a half: a balance of credits that is used up.
    pub fn is_used_up(&self) -> bool {
        let values = || self.datapoints.iter().filter_map(|point| point.maximum);
        values().next().is_some() && values().all(|value| value < 0.5)
    }
}
