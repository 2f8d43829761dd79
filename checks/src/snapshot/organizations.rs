//! Organizations: where an account stands, and the policies on the way there.
//!
//! Shapes: Organizations API reference.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `DescribeOrganization`.
    Organization {
        /// `o-…`.
        id: String,
        /// The management account.
        master_account_id: String,
    }
    /// `ListParents`.
    Parents {
        /// The root or the organizational unit right above: one.
        parents: Vec<Parent>,
    }
    /// A root or an organizational unit.
    Parent {
        /// `r-…` or `ou-…`.
        id: String,
        /// `ROOT` or `ORGANIZATIONAL_UNIT`.
        r#type: String,
    }
    /// `ListPoliciesForTarget` of one type.
    PoliciesForTarget {
        /// Those attached right there.
        policies: Vec<PolicySummary>,
    }
    /// A policy of an organization.
    PolicySummary {
        /// `p-…`.
        id: String,
        /// Name.
        name: String,
    }
    /// `DescribePolicy`.
    OrganizationPolicy {
        /// The document.
        content: String,
    }
}
