//! EC2 Auto Scaling: groups, their instances, and what they did.
//!
//! Shapes: Amazon EC2 Auto Scaling API reference, data types.

use super::ec2::shapes;
use super::text;
use serde::Deserialize;

shapes! {
    /// `DescribeAutoScalingInstances`.
    AutoScalingInstance {
        /// The instance.
        instance_id: String,
        /// Its group.
        auto_scaling_group_name: String,
        /// `InService`, `Pending:Wait`, `Warmed:Stopped`, …
        lifecycle_state: String,
        /// `HEALTHY` or `UNHEALTHY`.
        health_status: String,
    }
    /// `DescribeAutoScalingGroups`.
    AutoScalingGroup {
        /// Its name.
        auto_scaling_group_name: String,
        /// Least number of instances.
        min_size: i64,
        /// Greatest number of instances.
        max_size: i64,
        /// The number that it keeps.
        desired_capacity: i64,
        /// Its instances.
        instances: Vec<GroupInstance>,
        /// Processes that are switched off.
        suspended_processes: Vec<SuspendedProcess>,
    }
    /// An instance of a group.
    GroupInstance {
        /// The instance.
        instance_id: String,
        /// As in [`AutoScalingInstance`].
        lifecycle_state: String,
    }
    /// A process that is switched off.
    SuspendedProcess {
        /// Such as `Launch`.
        process_name: String,
        /// Who did it, and when.
        suspension_reason: String,
    }
    /// `DescribeScalingActivities` of one group, newest first.
    ScalingActivities {
        /// The activities.
        activities: Vec<ScalingActivity>,
    }
    /// What a group did.
    ScalingActivity {
        /// Its id.
        activity_id: String,
        /// RFC 3339.
        #[serde(deserialize_with = "text::time")]
        start_time: String,
        /// Such as `Launching a new EC2 instance`.
        description: String,
        /// Why.
        cause: String,
        /// `Successful`, `Failed`, `InProgress`, …
        status_code: String,
        /// Why it failed.
        status_message: String,
    }
}
