//! What AWS's documentation leaves open.

use std::fmt;

/// A point that AWS's documentation leaves open, so that a statement cannot be decided either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// `NotPrincipal` lists some but not all levels (session, role, account) of the caller.
    PartialNotPrincipal,
    /// `NotPrincipal` with `Allow` is not supported (IAM user guide, NotPrincipal).
    NotPrincipalWithAllow,
    /// A `NotResource` entry holds a policy variable that has no value in this request.
    NotResourceVariableWithoutValue,
    /// `ForAnyValue:…IfExists` and the request does not carry the key.
    ForAnyValueIfExistsMissing {
        /// The condition key.
        key: String,
    },
    /// A key with several values (or an empty list) under an operator without `ForAllValues` or `ForAnyValue`.
    MultivaluedWithoutSetOperator {
        /// The condition key.
        key: String,
    },
    /// A key with several values used as a policy variable.
    MultivaluedVariable {
        /// The condition key.
        key: String,
    },
    /// `Null` on a key that is present with an empty list.
    NullOnEmptyList {
        /// The condition key.
        key: String,
    },
    /// `ArnNotEquals` or `ArnNotLike` against a value that is no ARN.
    ArnNegationOnOtherText {
        /// The value of the request.
        value: String,
    },
    /// An ARN operator with fewer than six segments that fit as far as they go.
    ShortArnInCondition {
        /// The value in the policy.
        pattern: String,
    },
    /// A wildcard in the resource-type part of an ARN.
    ResourceTypeWildcard {
        /// The entry of the policy.
        pattern: String,
    },
    /// Region or account segment that differs from the request in letter case only.
    SegmentCase {
        /// The entry of the policy.
        pattern: String,
    },
    /// `arn:aws:s3:::*` for `s3:ListAllMyBuckets`.
    AllBucketsArn,
    /// An operator that this version does not know.
    UnknownOperator {
        /// As written in the policy.
        operator: String,
    },
    /// A condition value that the operator cannot read.
    UnreadableValue {
        /// The operator family, for example `IpAddress`.
        family: &'static str,
        /// The text that could not be read, from the policy or the request.
        value: String,
    },
    /// An element that needs at least one entry has none.
    EmptyElement {
        /// Name of the element or condition key.
        element: String,
    },
    /// A statement without an element that policies of this layer must have.
    MissingElement {
        /// `Principal` or `Resource`.
        element: &'static str,
    },
    /// A statement with an element that policies of this layer must not have.
    UnexpectedPrincipal,
    /// An S3 canonical user id: which account it belongs to is not known here.
    CanonicalUser {
        /// The id in the policy.
        id: String,
    },
    /// A user or role named in a gateway endpoint policy, which knows only `*` (VPC user guide, gateway endpoints).
    GatewayEndpointPrincipal,
    /// A session of the caller's role is named, but the name of the caller's session is not known.
    SessionNameUnknown,
    /// A caller without credentials, at a service of which nobody says that it takes such requests.
    AnonymousCaller {
        /// Its prefix.
        service: String,
    },
    /// An IAM user is named who may be the one behind the federated user.
    FederatingUser,
}

impl fmt::Display for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PartialNotPrincipal => {
                f.write_str("`NotPrincipal` lists only some of session, role and account of the caller")
            }
            Self::NotPrincipalWithAllow => f.write_str("`NotPrincipal` with `Allow` is not supported by IAM"),
            Self::NotResourceVariableWithoutValue => {
                f.write_str("`NotResource` holds a policy variable without a value")
            }
            Self::ForAnyValueIfExistsMissing { key } => {
                write!(f, "`ForAnyValue` with `IfExists` on the absent key `{key}`")
            }
            Self::MultivaluedWithoutSetOperator { key } => {
                write!(f, "`{key}` does not hold exactly one value and the operator is no set operator")
            }
            Self::MultivaluedVariable { key } => write!(f, "`{key}` is a multivalued key used as a policy variable"),
            Self::NullOnEmptyList { key } => write!(f, "`Null` on `{key}`, which is present with an empty list"),
            Self::ArnNegationOnOtherText { value } => write!(f, "negated ARN operator on `{value}`, which is no ARN"),
            Self::ShortArnInCondition { pattern } => write!(f, "ARN condition `{pattern}` has fewer than six segments"),
            Self::ResourceTypeWildcard { pattern } => write!(f, "`{pattern}` has a wildcard in the resource type"),
            Self::SegmentCase { pattern } => write!(f, "`{pattern}` differs in letter case of region or account"),
            Self::AllBucketsArn => f.write_str("`s3:ListAllMyBuckets` on `arn:aws:s3:::*`"),
            Self::UnknownOperator { operator } => write!(f, "condition operator `{operator}` is not known"),
            Self::UnreadableValue { family, value } => {
                write!(f, "`{value}` is no value that {family} operators can read")
            }
            Self::EmptyElement { element } => write!(f, "`{element}` is an empty list"),
            Self::MissingElement { element } => write!(f, "the statement has no `{element}` element"),
            Self::UnexpectedPrincipal => {
                f.write_str("the statement has a `Principal` element that its policy type does not allow")
            }
            Self::CanonicalUser { id } => write!(f, "the account behind canonical user `{id}` is not known"),
            Self::GatewayEndpointPrincipal => f.write_str("a gateway endpoint policy names a principal other than `*`"),
            Self::SessionNameUnknown => {
                f.write_str("the policy names one session of the role and the session name is not known")
            }
            Self::AnonymousCaller { service } => {
                write!(f, "whether `{service}` takes requests without credentials")
            }
            Self::FederatingUser => f.write_str("the policy names a user who may stand behind the federated user"),
        }
    }
}
