//! The policies that take part in a decision, those among them that could not be read included.

use std::fmt;

use super::action::Action;
use super::document::{MalformedPolicy, Policy, PolicyDocument, PolicySource};
use super::statement::Statement;
use serde_json::Value;

/// A policy that exists, or may exist, but whose text is not at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadablePolicy {
    /// Layer and name; where not even the names could be listed, a description such as `inline policies of role web`.
    pub source: PolicySource,
    /// Why it could not be read.
    pub why: Unreadable,
}

/// Why a policy could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The reader lacks this IAM action.
    Permission(String),
    /// The document is no policy.
    Malformed(MalformedPolicy),
    /// Anything else, in a few words.
    Other(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission(action) => write!(f, "`{action}` is needed to read it"),
            Self::Malformed(error) => write!(f, "{error}"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// What AWS itself told of one action, in place of policies whose text is not at hand (`iam:SimulatePrincipalPolicy`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The action, such as `ssm:UpdateInstanceInformation`.
    pub action: String,
    /// What the policies do to it.
    pub effect: ToldEffect,
}

/// What policies do to an action, as AWS told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldEffect {
    /// They let it pass.
    Allow,
    /// One of them denies it.
    ExplicitDeny,
    /// None of them allows it.
    ImplicitDeny,
    /// AWS's word was not to be had, or does not hold for the real request.
    Unknown(UnreadablePolicy),
}

/// The policies of one layer, or of one level of an organization. They are united: one Allow among them is enough.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    /// Those that were read.
    pub policies: Vec<Policy>,
    /// Those that were not: any of them could hold an Allow as well as a Deny.
    pub unreadable: Vec<UnreadablePolicy>,
    /// What is known of single actions all the same; it outweighs `unreadable` for them.
    pub told: Vec<Told>,
    /// What was not read and can only allow: grants of a key, access control lists.
    pub unread_grants: Vec<UnreadablePolicy>,
}

impl PolicySet {
    /// Whether what it says depends on the action alone: no conditions, no resources but `*`, no principals.
    pub fn looks_at_actions_only(&self) -> bool {
        self.statements().all(Statement::looks_at_action_only)
    }

    /// Whether it says the same whatever the context of a request is.
    pub fn has_no_conditions(&self) -> bool {
        self.statements().all(Statement::has_no_conditions)
    }

    fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.policies.iter().flat_map(|policy| policy.document.statements.iter())
    }

    /// A set of policies that were all read.
    #[must_use]
    pub fn of(policies: Vec<Policy>) -> Self {
        Self { policies, ..Self::default() }
    }

    /// A set of which nothing could be read.
    #[must_use]
    pub fn unreadable(source: PolicySource, why: Unreadable) -> Self {
        Self { unreadable: vec![UnreadablePolicy { source, why }], ..Self::default() }
    }

    /// Adds a document as text; one that is no policy counts as unreadable.
    pub fn add_text(&mut self, source: PolicySource, text: &str) {
        self.add(source, PolicyDocument::parse_text(text));
    }

    /// Adds a document as JSON or as its text; one that is no policy counts as unreadable.
    pub fn add_document(&mut self, source: PolicySource, document: &Value) {
        self.add(source, PolicyDocument::parse(document));
    }

    fn add(&mut self, source: PolicySource, document: Result<PolicyDocument, MalformedPolicy>) {
        match document {
            Ok(document) => self.policies.push(Policy::new(source, document)),
            Err(error) => self.add_unreadable(source, Unreadable::Malformed(error)),
        }
    }

    /// What AWS told of an action.
    pub(crate) fn told(&self, action: Action<'_>) -> Option<&ToldEffect> {
        let is_asked = |told: &&Told| {
            let of = Action::split(&told.action);
            action.is(of.service, of.name)
        };
        self.told.iter().find(is_asked).map(|told| &told.effect)
    }

    /// Adds a policy that could not be read.
    pub fn add_unreadable(&mut self, source: PolicySource, why: Unreadable) {
        self.unreadable.push(UnreadablePolicy { source, why });
    }
}

/// Service or resource control policies.
#[derive(Clone, Debug, Default)]
pub enum OrganizationPolicies {
    /// There are none: the account is in no organization, or the policy type is not enabled.
    #[default]
    None,
    /// They were not asked for, the normal case seen from a member account. They are taken to allow everything, and a
    /// decision that rests on this lists it as an assumption.
    Assumed,
    /// One set for the root, each organizational unit and the account, in this order. Every level needs an Allow.
    Levels(Vec<PolicySet>),
    /// Their text is not at hand, but AWS told what they do to some actions. Others are taken to be allowed, as with
    /// [`OrganizationPolicies::Assumed`].
    Told(PolicySet),
}

impl OrganizationPolicies {
    /// Whether what they say depends on the action alone.
    pub fn look_at_actions_only(&self) -> bool {
        match self {
            Self::None | Self::Assumed => true,
            Self::Levels(levels) => levels.iter().all(PolicySet::looks_at_actions_only),
            Self::Told(told) => told.looks_at_actions_only(),
        }
    }
}

/// The kinds of VPC endpoint, which read `Principal` differently (VPC user guide, endpoint policies).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointKind {
    /// S3 and DynamoDB. `Principal` is `*`; an account there means its root user only.
    Gateway,
    /// Everything else. `Principal` is read as in other resource policies.
    Interface,
}

/// The policy of a VPC endpoint that the request passes.
#[derive(Clone, Debug)]
pub struct EndpointPolicy {
    /// Kind of the endpoint.
    pub kind: EndpointKind,
    /// Its policy.
    pub policy: PolicySet,
}

/// Everything that takes part in a decision. The default is a caller without any policy.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Policies of the user and its groups, or of the role.
    pub identity: PolicySet,
    /// The policy of the resource; for `sts:AssumeRole` the trust policy of the role. `None` when it has none.
    pub resource: Option<PolicySet>,
    /// The permissions boundary of the user or role. `None` when it has none.
    pub boundary: Option<PolicySet>,
    /// The policies passed when the session was made, united. `None` when there were none.
    pub session: Option<PolicySet>,
    /// Service control policies over the caller's account.
    pub service_control: OrganizationPolicies,
    /// Resource control policies over the owner's account. `RCPFullAWSAccess` stands on every level and may be left out.
    pub resource_control: OrganizationPolicies,
    /// Policies of the VPC endpoints that the request passes; an endpoint with the default policy may be left out.
    pub endpoints: Vec<EndpointPolicy>,
    /// The management account of the organization, which its policies do not limit.
    pub management_account: Option<String>,
}
