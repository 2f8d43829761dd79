//! Requests.

use super::action::Action;
use super::arn::Arn;
use super::context::Context;
use super::principal::{Principal, is_account_id};
use super::resource::Target;

/// One (action, resource) pair of an API call. A call that needs several pairs is allowed when each of them is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who calls.
    pub principal: Principal,
    /// `service:Name`, in any letter case.
    pub action: String,
    /// The ARN of the resource, or `*` for an action without resource types. For `sts:AssumeRole` it is the role.
    pub resource: String,
    /// The account that owns the resource. When `None`, the account in the ARN counts; for `*` it is the caller's.
    pub resource_account: Option<String>,
    /// The condition keys.
    pub context: Context,
}

impl Request {
    /// A request whose owner follows from the resource.
    pub fn new(principal: Principal, action: impl Into<String>, resource: impl Into<String>, context: Context) -> Self {
        Self { principal, action: action.into(), resource: resource.into(), resource_account: None, context }
    }

    /// The same request with the account that owns the resource: bucket ARNs do not name it.
    #[must_use]
    pub fn owned_by(mut self, account: impl Into<String>) -> Self {
        self.resource_account = Some(account.into());
        self
    }

    pub(crate) fn action(&self) -> Action<'_> {
        Action::split(&self.action)
    }

    pub(crate) fn target(&self) -> Target<'_> {
        if self.resource == "*" {
            return Target::None { lists_buckets: self.action().is("s3", "ListAllMyBuckets") };
        }
        Arn::parse(&self.resource).map_or(Target::Other, Target::Arn)
    }

    /// The owner of the resource, as far as it is known.
    pub(crate) fn owner(&self) -> Option<&str> {
        let given = self.resource_account.as_deref().filter(|account| !account.is_empty());
        given.or_else(|| match self.target() {
            Target::None { .. } => self.principal.account(),
            Target::Arn(arn) if is_account_id(arn.account) => Some(arn.account),
            // AWS's own policies are as good as everybody's.
            Target::Arn(arn) if arn.service == "iam" && arn.account == "aws" => self.principal.account(),
            _ => None,
        })
    }

    /// The policy of the resource must match even for callers of the same account: role trust policies and key policies.
    pub(crate) fn needs_resource_policy(&self) -> bool {
        let action = self.action();
        let of_key = |arn: &Arn<'_>| {
            action.service.eq_ignore_ascii_case("kms") && arn.service == "kms" && arn.resource.starts_with("key/")
        };
        self.assumes_role() || matches!(self.target(), Target::Arn(arn) if of_key(&arn))
    }

    /// The request is about becoming a role, so that the policy of the resource is a trust policy.
    pub(crate) fn assumes_role(&self) -> bool {
        const ACTIONS: [&str; 5] =
            ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "SetSourceIdentity", "TagSession"];
        let action = self.action();
        let role = |arn: &Arn<'_>| arn.service == "iam" && arn.resource.starts_with("role/");
        action.service.eq_ignore_ascii_case("sts")
            && ACTIONS.iter().any(|name| name.eq_ignore_ascii_case(action.name))
            && matches!(self.target(), Target::Arn(arn) if role(&arn))
    }
}
