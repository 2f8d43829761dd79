//! The calls of the agent.

/// The agent's call that registers the node and repeats as its heartbeat.
pub const REGISTER: &str = "ssm:UpdateInstanceInformation";

/// The agent's calls that open the session and message channels.
///
/// Source: Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations".
pub const CHANNELS: &[&str] = &[
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

/// All of them.
pub const ALL: &[&str] = &[
    REGISTER,
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];
