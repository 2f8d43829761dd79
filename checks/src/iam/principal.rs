//! Callers.

use std::fmt;

use super::arn::Arn;

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A session of a role: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. On EC2 the session name is the instance id.
    RoleSession {
        /// Partition, for example `aws`.
        partition: String,
        /// Account of the role.
        account: String,
        /// Name of the role, without its path.
        role: String,
        /// Name of the session.
        session: String,
    },
    /// A role of which no session is named: `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    Role {
        /// Partition, for example `aws`.
        partition: String,
        /// Account of the role.
        account: String,
        /// Path and name, for example `ops/web`.
        name: String,
    },
    /// An IAM user: `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    User {
        /// Partition, for example `aws`.
        partition: String,
        /// Account of the user.
        account: String,
        /// Path and name, for example `ops/bob`.
        name: String,
    },
    /// The root user of an account: `arn:aws:iam::ACCOUNT:root`.
    Root {
        /// Partition, for example `aws`.
        partition: String,
        /// The account.
        account: String,
    },
    /// A session of `sts:GetFederationToken`: `arn:aws:sts::ACCOUNT:federated-user/NAME`.
    FederatedUser {
        /// Partition, for example `aws`.
        partition: String,
        /// Account of the user behind the session.
        account: String,
        /// Name of the session.
        name: String,
    },
    /// An identity that a SAML or OIDC provider vouches for, before it has a role session: the ARN or host name of the
    /// provider.
    IdentityProvider(String),
    /// An AWS service by its service principal, for example `ec2.amazonaws.com`.
    Service(String),
    /// A caller without credentials.
    Anonymous,
}

/// The text names no principal that can make a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPrincipal(String);

impl fmt::Display for InvalidPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no caller: give the ARN of a role session, role, user or account root, a service principal such as `ec2.amazonaws.com`, or `anonymous`",
            self.0
        )
    }
}

impl std::error::Error for InvalidPrincipal {}

/// Identity providers that trust policies name by host.
///
/// Source: IAM user guide, "AWS JSON policy elements: Principal", "Web identity federated users principals".
const PROVIDERS: &[&str] =
    &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

impl Principal {
    /// Reads a caller: an ARN, a service principal, or `anonymous`.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn parse(text: &str) -> Result<Self, InvalidPrincipal> {
        let invalid = || InvalidPrincipal(text.to_owned());
        if text == "anonymous" {
            return Ok(Self::Anonymous);
        }
        let Some(arn) = Arn::parse(text) else {
            if PROVIDERS.contains(&text) {
                return Ok(Self::IdentityProvider(text.to_owned()));
            }
            let service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            return if service { Ok(Self::Service(text.to_owned())) } else { Err(invalid()) };
        };
        Self::from_arn(&arn, text).ok_or_else(invalid)
    }

    fn from_arn(arn: &Arn<'_>, text: &str) -> Option<Self> {
        if !is_account_id(arn.account) {
            return None;
        }
        let (partition, account) = (arn.partition.to_owned(), arn.account.to_owned());
        if arn.service == "iam" && arn.resource == "root" {
            return Some(Self::Root { partition, account });
        }
        let (kind, name) = arn.resource.split_once('/')?;
        if name.is_empty() {
            return None;
        }
        match (arn.service, kind) {
            ("sts", "assumed-role") => {
                let (role, session) = name.split_once('/')?;
                let (role, session) = (role.to_owned(), session.to_owned());
                Some(Self::RoleSession { partition, account, role, session })
            }
            ("sts", "federated-user") => Some(Self::FederatedUser { partition, account, name: name.to_owned() }),
            ("iam", "role") => Some(Self::Role { partition, account, name: name.to_owned() }),
            ("iam", "user") => Some(Self::User { partition, account, name: name.to_owned() }),
            ("iam", "saml-provider" | "oidc-provider") => Some(Self::IdentityProvider(text.to_owned())),
            _ => None,
        }
    }

    /// The account of the caller; none for services, anonymous callers and identities of a provider.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::RoleSession { account, .. }
            | Self::Role { account, .. }
            | Self::User { account, .. }
            | Self::Root { account, .. }
            | Self::FederatedUser { account, .. } => Some(account),
            Self::IdentityProvider(_) | Self::Service(_) | Self::Anonymous => None,
        }
    }

    /// A role that a service created for itself: neither permissions boundaries nor organization policies limit it
    /// (IAM user guide, service-linked roles). A session ARN lacks the path, but the name prefix is reserved.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        match self {
            Self::RoleSession { role, .. } => role.starts_with("AWSServiceRoleFor"),
            Self::Role { name, .. } => {
                name.starts_with("aws-service-role/") || base_name(name).starts_with("AWSServiceRoleFor")
            }
            _ => false,
        }
    }

    /// The name of the caller's role, without its path.
    pub(crate) fn role_name(&self) -> Option<&str> {
        match self {
            Self::RoleSession { role, .. } => Some(role),
            Self::Role { name, .. } => Some(base_name(name)),
            _ => None,
        }
    }

    pub(crate) fn partition(&self) -> Option<&str> {
        match self {
            Self::RoleSession { partition, .. }
            | Self::Role { partition, .. }
            | Self::User { partition, .. }
            | Self::Root { partition, .. }
            | Self::FederatedUser { partition, .. } => Some(partition),
            Self::IdentityProvider(_) | Self::Service(_) | Self::Anonymous => None,
        }
    }
}

/// The last part of an ARN, or of a path and name.
pub(crate) fn base_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Twelve digits.
pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ARN of the caller, its service name, or `anonymous`.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoleSession { partition, account, role, session } => {
                write!(f, "arn:{partition}:sts::{account}:assumed-role/{role}/{session}")
            }
            Self::Role { partition, account, name } => write!(f, "arn:{partition}:iam::{account}:role/{name}"),
            Self::User { partition, account, name } => write!(f, "arn:{partition}:iam::{account}:user/{name}"),
            Self::Root { partition, account } => write!(f, "arn:{partition}:iam::{account}:root"),
            Self::FederatedUser { partition, account, name } => {
                write!(f, "arn:{partition}:sts::{account}:federated-user/{name}")
            }
            Self::IdentityProvider(name) | Self::Service(name) => f.write_str(name),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_caller_is_read_and_shown_alike() {
        for text in [
            "arn:aws:sts::111122223333:assumed-role/web/i-0abc",
            "arn:aws:iam::111122223333:role/ops/web",
            "arn:aws-cn:iam::111122223333:user/ops/bob",
            "arn:aws:iam::111122223333:root",
            "arn:aws:sts::111122223333:federated-user/bob",
            "arn:aws:iam::111122223333:saml-provider/corp",
            "ec2.amazonaws.com",
            "anonymous",
        ] {
            assert_eq!(Principal::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_cannot_call_is_refused() {
        for text in [
            "",
            "*",
            "111122223333",
            "arn:aws:s3:::b",
            "arn:aws:sts::111122223333:assumed-role/web",
            "arn:aws:iam::1:user/x",
        ] {
            assert!(Principal::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn service_linked_roles_are_known_by_path_and_name() {
        let linked = |text| Principal::parse(text).unwrap().is_service_linked();
        assert!(linked("arn:aws:iam::111122223333:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"));
        assert!(linked("arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonSSM/s"));
        assert!(!linked("arn:aws:sts::111122223333:assumed-role/web/s"));
    }
}
