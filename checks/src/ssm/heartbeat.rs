//! Whether the node answers: the plainest evidence there is.

use crate::snapshot::{Gap, Snapshot, ec2::is, ssm::InstanceInformation};

/// What Systems Manager knows of the node.
#[derive(Debug, Clone, PartialEq)]
pub enum Heartbeat<'a> {
    /// `PingStatus` is `Online`.
    Online(&'a InstanceInformation),
    /// It was managed once and does not answer now.
    Lost(&'a InstanceInformation),
    /// It is not in the list of managed nodes: never registered, stopped, or forgotten since.
    Never,
    /// The list could not be read.
    Unknown(Gap),
}

impl<'a> Heartbeat<'a> {
    /// What the snapshot says of this node.
    pub fn of(snapshot: &'a Snapshot, id: &str) -> Self {
        match snapshot.managed_nodes.get(id) {
            Ok(Some(node)) if is(&node.ping_status, "Online") => Self::Online(node),
            Ok(Some(node)) => Self::Lost(node),
            Ok(None) => Self::Never,
            Err(gap) => Self::Unknown(gap),
        }
    }

    /// Whether the node answers now.
    pub fn is_online(&self) -> bool {
        matches!(self, Self::Online(_))
    }

    /// The node as Systems Manager lists it, when it does.
    pub fn node(&self) -> Option<&'a InstanceInformation> {
        match self {
            Self::Online(node) | Self::Lost(node) => Some(node),
            Self::Never | Self::Unknown(_) => None,
        }
    }

    /// In a few words, for reasons and summaries.
    pub fn words(&self) -> String {
        match self {
            Self::Online(node) => {
                format!("the node is online, its last heartbeat came at {}", node.last_ping_date_time)
            }
            Self::Lost(node) => {
                format!("the node is {}, its last heartbeat came at {}", node.ping_status, node.last_ping_date_time)
            }
            Self::Never => "Systems Manager does not list the instance as a managed node".to_owned(),
            Self::Unknown(gap) => format!("it is not known whether the node is online: {gap}"),
        }
    }
}
