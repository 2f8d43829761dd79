//! The layers of policy.

use std::fmt;

/// The kinds of policy that take part in a decision (IAM user guide, policy types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Policies of a user, its groups, or a role.
    Identity,
    /// The policy of the resource: bucket policy, key policy, function policy and so on.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// The permissions boundary of a user or role.
    Boundary,
    /// A policy passed when the session was made.
    Session,
    /// Service control policy of an organization.
    ServiceControl,
    /// Resource control policy of an organization.
    ResourceControl,
    /// The policy of a VPC endpoint on the path.
    Endpoint,
}

impl Layer {
    /// The word of the outside contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::ServiceControl => "service-control",
            Self::ResourceControl => "resource-control",
            Self::Endpoint => "endpoint",
        }
    }
}

/// AWS's own name of the kind, as in its access-denied messages.
impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity-based policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Endpoint => "VPC endpoint policy",
        })
    }
}
