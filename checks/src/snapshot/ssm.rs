//! Systems Manager: managed nodes, settings and session preferences.
//!
//! Shapes: Systems Manager API reference.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `DescribeInstanceInformation`: a managed node.
    InstanceInformation {
        /// `i-…` or `mi-…`.
        instance_id: String,
        /// `Online`, `ConnectionLost` or `Inactive`.
        ping_status: String,
        /// RFC 3339, of the last heartbeat; one is due every five minutes.
        #[serde(deserialize_with = "super::text::time")]
        last_ping_date_time: String,
        /// Such as `3.3.987.0`.
        agent_version: String,
        /// Whether it is the newest the Region offers; unreliable on Windows.
        is_latest_version: Option<bool>,
        /// `Windows`, `Linux` or `MacOS`.
        platform_type: String,
        /// Such as `Amazon Linux`.
        platform_name: String,
        /// Such as `2023`.
        platform_version: String,
        /// `EC2Instance`, `ManagedInstance`, …
        resource_type: String,
        /// Address that the agent reported.
        #[serde(rename = "IPAddress")]
        ip_address: String,
        /// Host name that the agent reported.
        computer_name: String,
        /// Role of a hybrid node.
        iam_role: String,
        /// Overall status of its associations: `Success`, `Failed`, …
        association_status: String,
        /// RFC 3339.
        #[serde(deserialize_with = "super::text::time")]
        last_association_execution_date: String,
    }
    /// `GetConnectionStatus`: whether the session channel is open.
    ConnectionStatus {
        /// The node.
        target: String,
        /// `connected` or `notconnected`.
        status: String,
    }
    /// `GetServiceSetting`.
    ServiceSetting {
        /// Such as `/ssm/managed-instance/default-ec2-instance-management-role`.
        setting_id: String,
        /// Its value; `$None` when nothing is set.
        setting_value: String,
        /// `Default`, `Customized` or `PendingUpdate`.
        status: String,
    }
    /// `GetDocument`.
    Document {
        /// Name.
        name: String,
        /// JSON text of the document.
        content: String,
        /// Version in force.
        document_version: String,
    }
    /// `GetConsoleOutput` of EC2, with the text decoded as the AWS CLI prints it.
    ConsoleOutput {
        /// The instance.
        instance_id: String,
        /// What it wrote to its serial console, at most 64 KiB.
        output: String,
        /// RFC 3339, when the text was taken.
        #[serde(deserialize_with = "super::text::time")]
        timestamp: String,
    }
    /// `DescribeVpcAttribute`: the attribute that was asked for.
    VpcAttribute {
        /// The VPC.
        vpc_id: String,
        /// Whether the Amazon resolver answers.
        enable_dns_support: Option<Flag>,
        /// Whether public host names and private endpoint names work.
        enable_dns_hostnames: Option<Flag>,
    }
    /// A boolean in an object.
    Flag {
        /// Its value.
        value: bool,
    }
}

/// The setting that names the role of Default Host Management Configuration.
///
/// Source: Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration".
pub const DEFAULT_HOST_MANAGEMENT: &str = "/ssm/managed-instance/default-ec2-instance-management-role";

/// Path and name of the role that the console makes for Default Host Management Configuration, as the setting holds them.
///
/// Source: Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration".
pub const DEFAULT_HOST_ROLE: &str = "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole";

/// The setting of the tier that hybrid nodes are in.
///
/// Source: Systems Manager user guide, "Configuring instance tiers".
pub const ACTIVATION_TIER: &str = "/ssm/managed-instance/activation-tier";

/// The document that holds the Region's Session Manager preferences.
pub const SESSION_PREFERENCES: &str = "SSM-SessionManagerRunShell";
