//! From a request and its policies to the decision.

use super::finding::Finding;
use super::grant::Fact;
use super::inputs::{Inputs, Part, Said};
use super::types::{Assumption, Decision, LayerDecision, LayerEffect, Missing, Verdict};
use crate::iam::layer::Layer;
use crate::iam::policies::Policies;
use crate::iam::principal::Principal;
use crate::iam::request::Request;
use crate::iam::truth::Truth;
use crate::iam::unsettled::Unsettled;

/// Decides a request (IAM user guide, policy evaluation logic): an applicable Deny anywhere wins; then every limit
/// (organization levels, endpoint policies) must allow, and something must grant.
///
/// Facts that are not known stay unknown until another fact settles the verdict without them.
#[must_use]
pub fn evaluate(request: &Request, policies: &Policies) -> Decision {
    // Needs no permission, and even an explicit Deny has no effect (STS API reference, GetCallerIdentity).
    let is_free = request.action().is("sts", "GetCallerIdentity");
    // Nor does this, for whoever can call it at all (IAM user guide, "Permissions for GetSessionToken").
    let is_own = matches!(request.principal, Principal::User { .. } | Principal::Root { .. });
    if is_free || (is_own && request.action().is("sts", "GetSessionToken")) {
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

impl Inputs<'_> {
    /// Calls that such callers cannot make, whatever their policies say: the root user assumes no roles, sessions of roles get no further
    /// tokens, federated users call nothing of STS (IAM user guide, comparing the STS API operations).
    pub(super) fn cannot_call(&self) -> bool {
        let action = self.question.action;
        match self.caller.principal {
            Principal::Root { .. } => action.is("sts", "AssumeRole"),
            Principal::RoleSession { .. } | Principal::Role { .. } => {
                action.is("sts", "GetSessionToken") || action.is("sts", "GetFederationToken")
            }
            Principal::FederatedUser { .. } => action.service.eq_ignore_ascii_case("sts"),
            _ => false,
        }
    }

    /// Whether nobody says that a service takes requests without credentials at all (IAM user guide, "Policy variables": SQS, SNS and
    /// S3 only; endpoints of functions and APIs do as well).
    fn may_refuse_anonymous(&self) -> bool {
        let takes =
            ["s3", "sqs", "sns"].iter().any(|service| self.question.action.service.eq_ignore_ascii_case(service));
        matches!(self.caller.principal, Principal::Anonymous) && !takes
    }

    fn denies(&self) -> impl Iterator<Item = &Finding<'_>> {
        self.parts.iter().filter_map(Part::outcome).map(|outcome| &outcome.deny)
    }

    fn limits(&self) -> Truth {
        self.parts.iter().filter(|part| part.is_limit()).map(Part::lets_through).fold(Truth::True, Truth::and)
    }

    fn granted(&self) -> Truth {
        match (self.cannot_call(), self.may_refuse_anonymous()) {
            (true, _) => Truth::False,
            (false, true) => self.grant.holds().and(Truth::Unknown),
            (false, false) => self.grant.holds(),
        }
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
        if self.may_refuse_anonymous() {
            let service = self.question.action.service.to_ascii_lowercase();
            add(&[Missing::Rule(Unsettled::AnonymousCaller { service })]);
        }
        missing
    }

    /// Whether settling one Allow could change the grant. `at` counts the levels, strongest first.
    fn changes_grant(&self, layer: Layer, at: usize) -> bool {
        let fact = match (layer, at) {
            (Layer::Identity, _) => Fact::Identity,
            (Layer::Boundary, _) => Fact::Boundary,
            (Layer::Session, _) => Fact::Session,
            (_, 0) => Fact::Direct,
            (_, 1) => Fact::Role,
            _ => Fact::Account,
        };
        self.granted().is_unknown() && self.grant.depends_on(fact)
    }

    fn owner_matters(&self) -> bool {
        self.granted().is_unknown() && self.grant.depends_on(Fact::SameAccount)
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
}
