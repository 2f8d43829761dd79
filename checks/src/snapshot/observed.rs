//! What is known of a fact, and why when it is not.

use std::fmt;

/// A fact: `Ok(Some(_))` is known, `Ok(None)` is known to be absent, and `Err(_)` says why nothing is known.
///
/// A read that was denied or failed is never absence: `?` on it ends a judgement as *cannot tell*.
pub type Observed<T> = Result<Option<T>, Gap>;

/// A fact that is not known, and what would make it known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// AWS refused the read.
    Denied {
        /// The IAM action that is missing, such as `ec2:DescribeSubnets`.
        action: String,
        /// The error code that AWS gave, such as `UnauthorizedOperation`.
        code: String,
    },
    /// The read failed for another reason: throttled past the retries, timed out, an answer that is no answer.
    Failed {
        /// The IAM action of the read.
        action: String,
        /// The error code, or a word of our own such as `Timeout`.
        code: String,
        /// What the service or the transport said.
        message: String,
    },
    /// Nobody has asked: the snapshot does not hold this read.
    NotAsked {
        /// The IAM action of the read that would answer.
        action: String,
    },
    /// No read of this account can answer: what lies behind it belongs to somebody else or to the inside of a machine.
    Opaque {
        /// What cannot be seen, as a noun phrase: "what is behind transit gateway `tgw-1`".
        what: String,
    },
}

impl Gap {
    /// A gap that no read can close; `what` is a noun phrase.
    pub fn opaque(what: impl Into<String>) -> Self {
        Self::Opaque { what: what.into() }
    }

    /// The gap of a read that this IAM action permits.
    pub(super) fn of(mut self, permission: &str) -> Self {
        if let Self::Denied { action, .. } | Self::Failed { action, .. } | Self::NotAsked { action } = &mut self {
            permission.clone_into(action);
        }
        self
    }

    /// The IAM action that would close the gap, when one would.
    pub fn action(&self) -> Option<&str> {
        match self {
            Self::Denied { action, .. } | Self::Failed { action, .. } | Self::NotAsked { action } => Some(action),
            Self::Opaque { .. } => None,
        }
    }

    /// What is missing, as one entry of a finding's `missing` list: the IAM action, or the fact in words.
    pub fn missing(&self) -> String {
        match self {
            Self::Opaque { what } => what.clone(),
            Self::Denied { action, .. } | Self::Failed { action, .. } | Self::NotAsked { action } => action.clone(),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied { action, code } => write!(f, "`{action}` is denied ({code})"),
            Self::Failed { action, code, message } if message.is_empty() => write!(f, "`{action}` failed ({code})"),
            Self::Failed { action, code, message } => write!(f, "`{action}` failed ({code}: {message})"),
            Self::NotAsked { action } => write!(f, "the facts hold no answer to `{action}`"),
            Self::Opaque { what } => write!(f, "{what} cannot be seen from here"),
        }
    }
}
