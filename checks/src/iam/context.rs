//! The condition keys of a request, as far as they are known.

use std::collections::BTreeMap;

use super::principal::{Principal, base_name};

/// What is known of one condition key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue {
    /// The request carries the key with these values, one for most keys.
    Values(Vec<String>),
    /// The request does not carry the key, for sure.
    Absent,
    /// Whether the request carries the key, or with which value, is not known.
    Unknown,
}

/// What holds for keys that were never mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unlisted {
    /// The context is complete: other keys are absent.
    Absent,
    /// Only the listed keys are known.
    #[default]
    Unknown,
}

/// The condition keys of a request. Key names ignore case, tag keys inside them too (IAM user guide, Condition).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<Box<str>, ContextValue>,
    unlisted: Unlisted,
}

impl Context {
    /// A context in which every key of the request is listed.
    #[must_use]
    pub fn complete() -> Self {
        Self { unlisted: Unlisted::Absent, ..Self::default() }
    }

    /// A context of which only the listed keys are known.
    #[must_use]
    pub fn partial() -> Self {
        Self::default()
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        self.values.insert(key.to_ascii_lowercase().into(), value);
    }

    /// The same context with a key of one value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.set(key, ContextValue::Values(vec![value.into()]));
        self
    }

    /// The same context with a key of several values.
    #[must_use]
    pub fn with_values<T: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.set(key, ContextValue::Values(values.into_iter().map(Into::into).collect()));
        self
    }

    /// The same context with a key that the request does not carry.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.set(key, ContextValue::Absent);
        self
    }

    /// The same context with a key of which nothing is known.
    #[must_use]
    pub fn with_unknown(mut self, key: &str) -> Self {
        self.set(key, ContextValue::Unknown);
        self
    }

    /// Adds the keys that follow from the principal alone (IAM user guide, global condition keys): `aws:PrincipalAccount`,
    /// `aws:PrincipalType`, `aws:username`, `aws:PrincipalIsAWSService`, and `aws:PrincipalArn` where the ARN is certain.
    /// A session ARN lacks the path of its role, so for a session `aws:PrincipalArn` is left to the caller.
    #[must_use]
    pub fn with_principal(mut self, principal: &Principal) -> Self {
        // Requests without credentials do not carry it; those to a provider's endpoint are not signed either.
        self = match principal {
            Principal::Service(_) => self.with("aws:PrincipalIsAWSService", "true"),
            Principal::Anonymous => self.without("aws:PrincipalIsAWSService"),
            Principal::IdentityProvider(_) => self,
            _ => self.with("aws:PrincipalIsAWSService", "false"),
        };
        if let Some(account) = principal.account() {
            self = self.with("aws:PrincipalAccount", account);
        }
        let kind = match principal {
            Principal::RoleSession { .. } | Principal::Role { .. } => Some("AssumedRole"),
            Principal::User { .. } => Some("User"),
            Principal::Root { .. } => Some("Account"),
            Principal::FederatedUser { .. } => Some("FederatedUser"),
            Principal::Anonymous => Some("Anonymous"),
            Principal::Service(_) | Principal::IdentityProvider(_) => None,
        };
        if let Some(kind) = kind {
            self = self.with("aws:PrincipalType", kind);
        }
        match principal {
            Principal::User { name, .. } => {
                self = self.with("aws:username", base_name(name));
                self.with("aws:PrincipalArn", principal.to_string())
            }
            Principal::Role { .. } | Principal::Root { .. } | Principal::FederatedUser { .. } => {
                self.without("aws:username").with("aws:PrincipalArn", principal.to_string())
            }
            _ => self.without("aws:username"),
        }
    }

    /// Looks a key up that is already in lower case.
    pub(crate) fn get(&self, key: &str) -> Known<'_> {
        match (self.values.get(key), self.unlisted) {
            (Some(ContextValue::Values(values)), _) => Known::Values(values),
            (Some(ContextValue::Absent), _) | (None, Unlisted::Absent) => Known::Absent,
            (Some(ContextValue::Unknown), _) | (None, Unlisted::Unknown) => Known::Unknown,
        }
    }

    /// Looks a key up, whatever its case.
    #[must_use]
    pub fn value(&self, key: &str) -> ContextValue {
        match self.get(&key.to_ascii_lowercase()) {
            Known::Values(values) => ContextValue::Values(values.to_vec()),
            Known::Absent => ContextValue::Absent,
            Known::Unknown => ContextValue::Unknown,
        }
    }
}

/// A borrowed [`ContextValue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known<'a> {
    Values(&'a [String]),
    Absent,
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ignore_case_and_unlisted_keys_follow_the_default() {
        let context = Context::partial().with("aws:PrincipalTag/Team", "blue").without("aws:username");
        assert_eq!(context.value("AWS:principaltag/TEAM"), ContextValue::Values(vec!["blue".into()]));
        assert_eq!(context.value("aws:UserName"), ContextValue::Absent);
        assert_eq!(context.value("aws:SourceIp"), ContextValue::Unknown);
        assert_eq!(Context::complete().value("aws:SourceIp"), ContextValue::Absent);
    }

    #[test]
    fn a_principal_brings_the_keys_that_follow_from_it() {
        let user = Principal::parse("arn:aws:iam::111122223333:user/ops/bob").unwrap();
        let context = Context::partial().with_principal(&user);
        assert_eq!(context.value("aws:username"), ContextValue::Values(vec!["bob".into()]));
        assert_eq!(context.value("aws:PrincipalAccount"), ContextValue::Values(vec!["111122223333".into()]));
        let session = Principal::parse("arn:aws:sts::111122223333:assumed-role/web/i-0abc").unwrap();
        let context = Context::partial().with_principal(&session);
        assert_eq!(context.value("aws:PrincipalArn"), ContextValue::Unknown);
        assert_eq!(context.value("aws:username"), ContextValue::Absent);
    }
}
