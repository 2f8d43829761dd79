//! One read of the AWS API: what was asked and what came of it.

use super::observed::Gap;
use serde_json::{Map, Value};

/// An operation of the AWS API and the IAM action that permits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation {
    /// Service name as the AWS CLI spells it: `ec2`, `iam`, `ssm`, …
    pub service: &'static str,
    /// Operation name as the service model spells it: `DescribeSubnets`.
    pub name: &'static str,
    /// The IAM action, mostly `service:Name`.
    pub action: &'static str,
}

/// What to ask: an operation with its input, in the shape that the AWS CLI takes as `--cli-input-json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The operation.
    pub operation: Operation,
    /// Its input members.
    pub parameters: Map<String, Value>,
}

impl Read {
    /// A read with the given input, an object; anything else counts as no input.
    pub fn new(operation: Operation, parameters: Value) -> Self {
        let parameters = match parameters {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        Self { operation, parameters }
    }
}

/// What came of a read.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The whole answer, pages merged, in the shape that the AWS CLI prints.
    Output(Value),
    /// The error that the service or the transport gave.
    Error {
        /// Error code, such as `UnauthorizedOperation`.
        code: String,
        /// Text of the error.
        message: String,
    },
}

/// A read that was made, as a snapshot keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Service name.
    pub service: String,
    /// Operation name.
    pub operation: String,
    /// Input of the call.
    pub parameters: Map<String, Value>,
    /// When it was answered, RFC 3339; empty when not known.
    pub at: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl Recorded {
    /// A read with what came of it.
    pub fn new(read: &Read, at: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            service: read.operation.service.to_owned(),
            operation: read.operation.name.to_owned(),
            parameters: read.parameters.clone(),
            at: at.into(),
            outcome,
        }
    }

    /// Whether it is a read of this operation.
    pub fn is_of(&self, operation: Operation) -> bool {
        self.service == operation.service && self.operation == operation.name
    }

    /// Why nothing is known from this read, when it failed with something else than "there is no such thing".
    pub(crate) fn gap(&self, operation: Operation) -> Option<Gap> {
        match &self.outcome {
            Outcome::Error { code, .. } if is_not_found(code) => None,
            _ => self.failure(operation),
        }
    }

    /// Why nothing is known from this read, whatever its operation.
    pub(super) fn why_empty(&self) -> Option<Gap> {
        self.gap(Operation { service: "", name: "", action: "" })
    }

    /// Why this answer is not whole, when it says that there is more: one page of an output that was saved page by page or with a limit.
    ///
    /// Members: AWS CLI user guide, "Using the pagination options", and the tokens of each service's API reference.
    pub(crate) fn cut(&self, operation: Operation) -> Option<Gap> {
        let Outcome::Output(output) = &self.outcome else { return None };
        let says_more = ["NextToken", "nextToken", "Marker", "NextMarker"]
            .iter()
            .any(|token| output.get(token).and_then(Value::as_str).is_some_and(|token| !token.is_empty()));
        let is_truncated = output.get("IsTruncated").and_then(Value::as_bool) == Some(true);
        (says_more || is_truncated).then(|| Gap::Failed {
            action: operation.action.to_owned(),
            code: "IncompleteAnswer".to_owned(),
            message: "the answer is one page of several".to_owned(),
        })
    }

    /// The error of this read, "there is no such thing" among them.
    pub(crate) fn failure(&self, operation: Operation) -> Option<Gap> {
        let Outcome::Error { code, message } = &self.outcome else { return None };
        let action = operation.action.to_owned();
        Some(if is_denied(code) {
            Gap::Denied { action, code: code.clone() }
        } else {
            Gap::Failed { action, code: code.clone(), message: message.clone() }
        })
    }
}

/// Whether an error code says that the caller may not make the call.
///
/// Codes: "Common errors" of each service's API reference, and EC2's `UnauthorizedOperation`.
pub fn is_denied(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "NotAuthorized"
            | "AuthorizationError"
            | "UnauthorizedAccess"
            | "403"
    )
}

/// Whether an error code says that what was asked for does not exist.
///
/// EC2 writes `InvalidGroup.NotFound` as well as `NatGatewayNotFound` (EC2 API reference, "Error codes"); the other services' codes
/// stand with each operation in their API references.
pub fn is_not_found(code: &str) -> bool {
    code.ends_with("NotFound")
        || matches!(
            code,
            "NoSuchEntity"
                | "NoSuchEntityException"
                | "InvalidDocument"
                | "ResourceNotFoundException"
                | "NoSuchBucket"
                | "NoSuchBucketPolicy"
                | "OwnershipControlsNotFoundError"
                | "AWSOrganizationsNotInUseException"
                | "AWS.SimpleQueueService.NonExistentQueue"
                | "QueueDoesNotExist"
                | "ServerSideEncryptionConfigurationNotFoundError"
                | "NotFoundException"
                | "ClusterNotFoundException"
                | "404"
        )
}

/// The text of an input member that is a string.
pub(crate) fn text_of<'a>(parameters: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    parameters.get(member).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::{is_denied, is_not_found};

    #[test]
    fn codes_are_told_apart() {
        for code in ["InvalidGroup.NotFound", "NatGatewayNotFound", "ServiceSettingNotFound", "NoSuchEntity", "404"] {
            assert!(is_not_found(code) && !is_denied(code), "{code}");
        }
        for code in ["InvalidGroup.Malformed", "UnauthorizedOperation", "Throttling", "UnexpectedAnswer", ""] {
            assert!(!is_not_found(code), "{code}");
        }
    }
}
