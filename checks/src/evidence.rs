//! The proof of a statement: which field of which answer of AWS says so.

use crate::snapshot::Operation;
use serde_json::Value;

/// A field of an answer with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The IAM action of the call that answered, such as `ec2:DescribeSecurityGroups`.
    pub source: &'static str,
    /// Id or name of the resource.
    pub resource: String,
    /// Member of the answer, with dots and positions: `IpPermissionsEgress`, `Routes[1].State`.
    pub field: String,
    /// Its value; `null` where the member is absent.
    pub value: Value,
}

impl Evidence {
    /// Evidence from an answer of `operation`.
    pub fn new(
        operation: Operation,
        resource: impl Into<String>,
        field: impl Into<String>,
        value: impl Into<Value>,
    ) -> Self {
        Self { source: operation.action, resource: resource.into(), field: field.into(), value: value.into() }
    }
}

/// A resource that a finding or a hop is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// In kebab-case: `ec2-instance`, `network-interface`, `security-group`, `network-acl`, `route-table`, `subnet`, `vpc`, `nat-gateway`,
    /// `internet-gateway`, `vpc-endpoint`, `role`, `instance-profile`, `policy`, …
    pub kind: &'static str,
    /// Id, name or ARN.
    pub id: String,
}

impl Component {
    /// A resource by kind and id.
    pub fn new(kind: &'static str, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}
