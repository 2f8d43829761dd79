use super::decision::{Assumption, Decision, LayerDecision, LayerEffect, Missing, Verdict};
use super::finding::{Audience, Caller, Finding, Outcome, judge};
use super::grant::{Grant, Kind};
use super::layer::Layer;
use super::near_miss;
use super::policies::{OrganizationPolicies, Policies, PolicySet};
use super::principal::Principal;
use super::principal_element::Levels;
use super::request::Request;
use super::resource::Target;
use super::services::obeys_rcps;
use super::statement::Question;
use super::truth::Truth;

/// Decides a request (IAM user guide, policy evaluation logic): an applicable Deny anywhere wins; then every limit
/// (organization levels, endpoint policies) must allow, and something must grant.
///
/// Facts that are not known stay unknown until another fact settles the verdict without them.
#[must_use]
pub fn evaluate(request: &Request, policies: &Policies) -> Decision {
    // Needs no permission, and even an explicit Deny has no effect (STS API reference, GetCallerIdentity).
    if request.action().is("sts", "GetCallerIdentity") {
        return without_permission();
    }
    let inputs = Inputs::gather(request, policies);
    let verdict = inputs.verdict();
    let near_misses = match verdict {
        Verdict::ImplicitlyDenied => inputs.near_misses(),
        _ => Vec::new(),
    };
    Decision {
        verdict,
        layers: inputs.parts.iter().map(|part| inputs.layer_decision(part)).collect(),
        missing: if verdict == Verdict::Unknown { inputs.missing() } else { Vec::new() },
        assumptions: match verdict {
            Verdict::Allowed | Verdict::Unknown => inputs.assumptions(),
            _ => Vec::new(),
        },
        near_misses,
    }
}

fn without_permission() -> Decision {
    const LAYERS: [Layer; 7] = [
        Layer::ServiceControl,
        Layer::ResourceControl,
        Layer::Endpoint,
        Layer::Resource,
        Layer::Identity,
        Layer::Boundary,
        Layer::Session,
    ];
    let not_asked = |layer| LayerDecision { layer, level: None, effect: LayerEffect::NotApplicable, by: None };
    Decision {
        verdict: Verdict::Allowed,
        layers: LAYERS.into_iter().map(not_asked).collect(),
        missing: Vec::new(),
        assumptions: Vec::new(),
        near_misses: Vec::new(),
    }
}

/// A layer, or a level of it, and what it says.
struct Part<'p> {
    layer: Layer,
    level: Option<usize>,
    audience: Audience,
    said: Said<'p>,
}

enum Said<'p> {
    Judged { set: &'p PolicySet, outcome: Outcome<'p> },
    Assumed,
    NotApplicable,
}

impl Part<'_> {
    fn outcome(&self) -> Option<&Outcome<'_>> {
        match &self.said {
            Said::Judged { outcome, .. } => Some(outcome),
            Said::Assumed | Said::NotApplicable => None,
        }
    }

    /// Caps what a grant can give and grants nothing itself.
    fn is_limit(&self) -> bool {
        matches!(self.layer, Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint)
    }

    /// As a limit: whether it lets the request through.
    fn lets_through(&self) -> Truth {
        match self.outcome() {
            // RCPFullAWSAccess stands on every level and cannot be detached (Organizations user guide, RCP evaluation).
            Some(_) if self.layer == Layer::ResourceControl => Truth::True,
            Some(outcome) => outcome.allow(),
            None => Truth::True,
        }
    }
}

/// Everything the verdict is made of.
struct Inputs<'p> {
    request: &'p Request,
    question: Question<'p>,
    caller: Caller<'p>,
    parts: Vec<Part<'p>>,
    grant: Grant,
}

impl<'p> Inputs<'p> {
    fn gather(request: &'p Request, policies: &'p Policies) -> Self {
        let principal = &request.principal;
        let question = Question { action: request.action(), target: request.target(), context: &request.context };
        let limits_entity = is_entity(principal) && !principal.is_service_linked();
        let boundary = policies.boundary.as_ref().filter(|_| limits_entity);
        let session = policies.session.as_ref().filter(|_| is_session(principal));
        let caller = Caller { principal, has_boundary: boundary.map_or(Truth::False, has_boundary) };
        let mut parts = Vec::with_capacity(8);
        organization(&mut parts, Layer::ServiceControl, scps_for(request, policies), |set| {
            judge(set, Audience::Attached, caller, question)
        });
        organization(&mut parts, Layer::ResourceControl, rcps_for(request, policies), |set| {
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
        let resource = add(resource_layer, Audience::Resource, policies.resource.as_ref());
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

    fn denies(&self) -> impl Iterator<Item = &Finding<'_>> {
        self.parts.iter().filter_map(Part::outcome).map(|outcome| &outcome.deny)
    }

    fn limits(&self) -> Truth {
        self.parts.iter().filter(|part| part.is_limit()).map(Part::lets_through).fold(Truth::True, Truth::and)
    }

    fn granted(&self) -> Truth {
        // The root user cannot assume roles (IAM user guide, comparing the STS API operations).
        if self.grant.kind == Kind::Root && self.question.action.is("sts", "AssumeRole") {
            return Truth::False;
        }
        self.grant.holds()
    }

    fn verdict(&self) -> Verdict {
        let denied = self.denies().map(|finding| finding.truth).fold(Truth::False, Truth::or);
        let allowed = self.limits().and(self.granted());
        match (denied, allowed) {
            (Truth::True, _) => Verdict::ExplicitlyDenied,
            (_, Truth::False) => Verdict::ImplicitlyDenied,
            (Truth::False, Truth::True) => Verdict::Allowed,
            _ => Verdict::Unknown,
        }
    }

    /// The facts that keep the verdict open. Every undecided Deny and limit counts, because nothing else settled the
    /// verdict; of the grant only what could still change it.
    fn missing(&self) -> Vec<Missing> {
        let mut missing: Vec<Missing> = Vec::new();
        let mut add = |found: &[Missing]| {
            for fact in found {
                if !missing.contains(fact) {
                    missing.push(fact.clone());
                }
            }
        };
        for finding in self.denies().filter(|finding| finding.truth.is_unknown()) {
            add(&finding.missing);
        }
        for part in &self.parts {
            let Some(outcome) = part.outcome() else { continue };
            let open_limit = part.is_limit() && part.lets_through().is_unknown();
            for (at, finding) in outcome.allows().into_iter().enumerate() {
                let open = open_limit || (!part.is_limit() && self.changes_grant(part.layer, at));
                if open && finding.truth.is_unknown() {
                    add(&finding.missing);
                }
            }
        }
        if self.owner_matters() {
            add(&[Missing::ResourceOwner]);
        }
        missing
    }

    /// Whether settling one Allow would change the grant. `at` counts the levels, strongest first.
    fn changes_grant(&self, layer: Layer, at: usize) -> bool {
        let with = |truth: Truth| {
            let mut grant = self.grant;
            let slot = match (layer, at) {
                (Layer::Identity, _) => &mut grant.identity,
                (Layer::Boundary, _) => &mut grant.boundary,
                (Layer::Session, _) => &mut grant.session,
                (_, 0) => &mut grant.resource.direct,
                (_, 1) => &mut grant.resource.role,
                _ => &mut grant.resource.account,
            };
            *slot = truth;
            grant.holds()
        };
        self.granted().is_unknown() && with(Truth::True) != with(Truth::False)
    }

    fn owner_matters(&self) -> bool {
        let with = |same_account| Grant { same_account, ..self.grant }.holds();
        self.grant.same_account.is_unknown() && self.granted().is_unknown() && with(Truth::True) != with(Truth::False)
    }

    fn assumptions(&self) -> Vec<Assumption> {
        let assumed = |layer| self.parts.iter().any(|part| part.layer == layer && matches!(part.said, Said::Assumed));
        let public = matches!(self.request.principal, Principal::Anonymous)
            && self.question.action.service.eq_ignore_ascii_case("s3");
        [
            (assumed(Layer::ServiceControl), Assumption::ServiceControlPoliciesAllow),
            (assumed(Layer::ResourceControl), Assumption::ResourceControlPoliciesAllow),
            (public, Assumption::PublicAccessNotBlocked),
        ]
        .into_iter()
        .filter_map(|(made, assumption)| made.then_some(assumption))
        .collect()
    }

    fn layer_decision(&self, part: &Part<'_>) -> LayerDecision {
        let (effect, by) = match (&part.said, part.outcome()) {
            (Said::Assumed, _) => (LayerEffect::Assumed, None),
            (_, Some(outcome)) => match (outcome.deny.truth, outcome.allow()) {
                (Truth::True, _) => (LayerEffect::ExplicitDeny, outcome.deny.by),
                (Truth::Unknown, _) => (LayerEffect::Unknown, outcome.deny.by),
                (Truth::False, Truth::True) => (LayerEffect::Allows, outcome.allowed_by()),
                (Truth::False, _) if part.is_limit() && part.lets_through().is_true() => (LayerEffect::Allows, None),
                (Truth::False, Truth::Unknown) => (LayerEffect::Unknown, outcome.allowed_by()),
                (Truth::False, Truth::False) => (self.without_allow(part), None),
            },
            (_, None) => (self.absent(part.layer), None),
        };
        LayerDecision { layer: part.layer, level: part.level, effect, by: by.map(super::finding::Hit::reference) }
    }

    /// A layer that takes part and holds no Allow.
    fn without_allow(&self, part: &Part<'_>) -> LayerEffect {
        let same_account = !self.grant.same_account.is_false();
        let needed = match part.layer {
            Layer::Identity => !(same_account && self.grant.by_resource().is_true()),
            Layer::Boundary | Layer::Session => !(same_account && self.grant.resource.direct.is_true()),
            Layer::Resource | Layer::Trust => !(same_account && self.grant.by_identity().is_true()),
            _ => true,
        };
        if needed { LayerEffect::ImplicitDeny } else { LayerEffect::NoImpact }
    }

    /// A layer without any policy: only a resource policy can be missed.
    fn absent(&self, layer: Layer) -> LayerEffect {
        let required =
            self.grant.kind == Kind::Outside || self.grant.needs_resource_policy || self.grant.same_account.is_false();
        match layer {
            Layer::Resource | Layer::Trust if required => LayerEffect::ImplicitDeny,
            _ => LayerEffect::NotApplicable,
        }
    }

    fn near_misses(&self) -> Vec<near_miss::NearMiss> {
        let lacking = self.parts.iter().filter_map(|part| match &part.said {
            Said::Judged { set, .. } if self.layer_decision(part).effect == LayerEffect::ImplicitDeny => {
                Some((*set, part.audience))
            }
            _ => None,
        });
        near_miss::find(lacking, self.caller, self.request, self.question)
    }
}

fn organization<'p>(
    parts: &mut Vec<Part<'p>>,
    layer: Layer,
    policies: &'p OrganizationPolicies,
    judge: impl Fn(&'p PolicySet) -> Outcome<'p>,
) {
    let audience = if layer == Layer::ServiceControl { Audience::Attached } else { Audience::Named };
    let mut add = |level, said| parts.push(Part { layer, level, audience, said });
    match policies {
        OrganizationPolicies::None => add(None, Said::NotApplicable),
        OrganizationPolicies::Assumed => add(None, Said::Assumed),
        OrganizationPolicies::Levels(levels) => {
            for (level, set) in levels.iter().enumerate() {
                add(Some(level), Said::Judged { set, outcome: judge(set) });
            }
        }
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
/// service-linked roles (Organizations user guide, RCPs).
fn rcps_for<'p>(request: &Request, policies: &'p Policies) -> &'p OrganizationPolicies {
    let action = request.action();
    let managed = policies.management_account.is_some() && request.owner() == policies.management_account.as_deref();
    let exempt = !obeys_rcps(action.service, action.name)
        || matches!(request.target(), Target::None { .. })
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
