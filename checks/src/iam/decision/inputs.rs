//! What each layer says, gathered before anything is decided.

use super::finding::{Audience, Caller, Outcome, judge};
use super::grant::{Grant, Kind};
use crate::iam::action::Action;
use crate::iam::layer::Layer;
use crate::iam::policies::{OrganizationPolicies, Policies, PolicySet};
use crate::iam::principal::Principal;
use crate::iam::principal_element::Levels;
use crate::iam::request::Request;
use crate::iam::resource::Target;
use crate::iam::services::obeys_rcps;
use crate::iam::statement::Question;
use crate::iam::truth::Truth;

/// A layer, or a level of it, and what it says.
pub(super) struct Part<'p> {
    pub(super) layer: Layer,
    pub(super) level: Option<usize>,
    pub(super) audience: Audience,
    pub(super) said: Said<'p>,
}

pub(super) enum Said<'p> {
    Judged { set: &'p PolicySet, outcome: Outcome<'p> },
    Assumed,
    NotApplicable,
}

impl Part<'_> {
    pub(super) fn outcome(&self) -> Option<&Outcome<'_>> {
        match &self.said {
            Said::Judged { outcome, .. } => Some(outcome),
            Said::Assumed | Said::NotApplicable => None,
        }
    }

    /// Caps what a grant can give and grants nothing itself.
    pub(super) fn is_limit(&self) -> bool {
        matches!(self.layer, Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint)
    }

    /// As a limit: whether it lets the request through.
    pub(super) fn lets_through(&self) -> Truth {
        match self.outcome() {
            // RCPFullAWSAccess stands on every level and cannot be detached (Organizations user guide, RCP evaluation).
            Some(_) if self.layer == Layer::ResourceControl => Truth::True,
            Some(outcome) => outcome.allow(),
            None => Truth::True,
        }
    }
}

/// Everything the verdict is made of.
pub(super) struct Inputs<'p> {
    pub(super) request: &'p Request,
    pub(super) question: Question<'p>,
    pub(super) caller: Caller<'p>,
    pub(super) parts: Vec<Part<'p>>,
    pub(super) grant: Grant,
}

impl<'p> Inputs<'p> {
    pub(super) fn gather(request: &'p Request, policies: &'p Policies) -> Self {
        let principal = &request.principal;
        let question = Question { action: request.action(), target: request.target(), context: &request.context };
        let limits_entity = is_entity(principal) && !principal.is_service_linked();
        let boundary = policies.boundary.as_ref().filter(|_| limits_entity);
        let session = policies.session.as_ref().filter(|_| is_session(principal));
        let caller = Caller { principal, has_boundary: boundary.map_or(Truth::False, has_boundary) };
        let mut parts = Vec::with_capacity(8);
        organization(&mut parts, Layer::ServiceControl, scps_for(request, policies), question.action, |set| {
            judge(set, Audience::Attached, caller, question)
        });
        organization(&mut parts, Layer::ResourceControl, rcps_for(request, policies), question.action, |set| {
            judge(set, Audience::Named, caller, question)
        });
        for (at, endpoint) in policies.endpoints.iter().enumerate() {
            let audience = endpoint.kind.into();
            let outcome = judge(&endpoint.policy, audience, caller, question);
            let said = Said::Judged { set: &endpoint.policy, outcome };
            parts.push(Part { layer: Layer::Endpoint, level: Some(at), audience, said });
        }
        if policies.endpoints.is_empty() {
            parts.push(Part {
                layer: Layer::Endpoint,
                level: None,
                audience: Audience::Named,
                said: Said::NotApplicable,
            });
        }
        let resource_layer = if request.assumes_role() { Layer::Trust } else { Layer::Resource };
        let mut add = |layer, audience, set: Option<&'p PolicySet>| {
            let said = set.map_or(Said::NotApplicable, |set| Said::Judged {
                set,
                outcome: judge(set, audience, caller, question),
            });
            let allow = if let Said::Judged { outcome, .. } = &said { Some(outcome.levels()) } else { None };
            parts.push(Part { layer, level: None, audience, said });
            allow
        };
        let of_resource = policies.resource.as_ref().filter(|_| !is_rescue(request));
        let resource = add(resource_layer, Audience::Resource, of_resource);
        let identity =
            add(Layer::Identity, Audience::Attached, Some(&policies.identity).filter(|_| is_entity(principal)));
        let boundary = add(Layer::Boundary, Audience::Attached, boundary);
        let session = add(Layer::Session, Audience::Attached, session);
        let own_session_only = matches!(principal, Principal::FederatedUser { .. }) && session.is_none();
        let grant = Grant {
            kind: kind(principal),
            same_account: same_account(request),
            needs_resource_policy: request.needs_resource_policy(),
            // A federated user without session policy has no identity permissions (STS API reference, GetFederationToken).
            identity: if own_session_only { Truth::False } else { identity.map_or(Truth::False, Levels::any) },
            resource: resource.unwrap_or(Levels::NONE),
            boundary: boundary.map_or(Truth::True, Levels::any),
            session: session.map_or(Truth::True, Levels::any),
        };
        Self { request, question, caller, parts, grant }
    }
}

/// The root user of the owner can always mend the policy of a bucket, whatever it denies (S3 API reference, `GetBucketPolicy`,
/// `PutBucketPolicy` and `DeleteBucketPolicy`).
fn is_rescue(request: &Request) -> bool {
    let is_owner = matches!(&request.principal, Principal::Root { account, .. } if request.owner() == Some(account));
    let action = request.action();
    is_owner && ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"].iter().any(|name| action.is("s3", name))
}

fn organization<'p>(
    parts: &mut Vec<Part<'p>>,
    layer: Layer,
    policies: &'p OrganizationPolicies,
    action: Action<'_>,
    judge: impl Fn(&'p PolicySet) -> Outcome<'p>,
) {
    let audience = if layer == Layer::ServiceControl { Audience::Attached } else { Audience::Named };
    let mut add = |level, said| parts.push(Part { layer, level, audience, said });
    match policies {
        OrganizationPolicies::Told(set) if set.told(action).is_some() => {
            add(None, Said::Judged { set, outcome: judge(set) });
        }
        OrganizationPolicies::Told(_) => add(None, Said::Assumed),
        OrganizationPolicies::Assumed => add(None, Said::Assumed),
        OrganizationPolicies::Levels(levels) if !levels.is_empty() => {
            for (level, set) in levels.iter().enumerate() {
                add(Some(level), Said::Judged { set, outcome: judge(set) });
            }
        }
        OrganizationPolicies::None | OrganizationPolicies::Levels(_) => add(None, Said::NotApplicable),
    }
}

/// Service control policies limit users, roles and root users of member accounts, not service-linked roles
/// (Organizations user guide, SCPs).
fn scps_for<'p>(request: &Request, policies: &'p Policies) -> &'p OrganizationPolicies {
    let principal = &request.principal;
    let account = principal.account();
    let exempt =
        account.is_none() || principal.is_service_linked() || account == policies.management_account.as_deref();
    if exempt { &OrganizationPolicies::None } else { &policies.service_control }
}

/// Resource control policies limit access to resources of member accounts, in services that support them, by anyone but
/// service-linked roles; nor do they keep a service from assuming such a role (Organizations user guide, RCPs).
fn rcps_for<'p>(request: &Request, policies: &'p Policies) -> &'p OrganizationPolicies {
    if matches!(policies.resource_control, OrganizationPolicies::None) {
        return &OrganizationPolicies::None;
    }
    let action = request.action();
    let managed = policies.management_account.is_some() && request.owner() == policies.management_account.as_deref();
    let exempt = !obeys_rcps(action.service, action.name)
        || match request.target() {
            Target::None { .. } => true,
            Target::Arn(arn) => arn.service == "iam" && arn.resource.starts_with("role/aws-service-role/"),
            Target::Other => false,
        }
        || request.principal.is_service_linked()
        || managed;
    if exempt { &OrganizationPolicies::None } else { &policies.resource_control }
}

/// A boundary of which nothing could be read may not exist at all.
fn has_boundary(set: &PolicySet) -> Truth {
    if set.policies.is_empty() && !set.unreadable.is_empty() { Truth::Unknown } else { Truth::True }
}

/// Has policies of its own: users, roles and their sessions.
fn is_entity(principal: &Principal) -> bool {
    is_session(principal) || matches!(principal, Principal::User { .. })
}

fn is_session(principal: &Principal) -> bool {
    matches!(principal, Principal::RoleSession { .. } | Principal::Role { .. } | Principal::FederatedUser { .. })
}

fn kind(principal: &Principal) -> Kind {
    match principal {
        Principal::Root { .. } => Kind::Root,
        Principal::IdentityProvider(_) | Principal::Service(_) | Principal::Anonymous => Kind::Outside,
        _ => Kind::Identity,
    }
}

fn same_account(request: &Request) -> Truth {
    match (request.principal.account(), request.owner()) {
        (Some(caller), Some(owner)) => (caller == owner).into(),
        (None, _) => Truth::False,
        (Some(_), None) => Truth::Unknown,
    }
}
