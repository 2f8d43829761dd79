//! What a set of policies says to a request: allow, deny, or neither, with three values each.

use super::finding::Hit;
use super::grant::Kind;
use super::inputs::{Inputs, Part, Said};
use super::near_miss::{self, NearMiss};
use super::types::{LayerDecision, LayerEffect};
use crate::iam::layer::Layer;
use crate::iam::principal::Principal;
use crate::iam::truth::Truth;

impl Inputs<'_> {
    /// What a layer contributes to the verdict.
    pub(super) fn layer_decision(&self, part: &Part<'_>) -> LayerDecision {
        let (effect, by) = match (&part.said, part.outcome()) {
            (Said::Assumed, _) => (LayerEffect::Assumed, None),
            (_, Some(outcome)) => match (outcome.deny.truth, outcome.allow()) {
                (Truth::True, _) => (LayerEffect::ExplicitDeny, outcome.deny.by),
                (Truth::Unknown, _) => (LayerEffect::Unknown, outcome.deny.by),
                (Truth::False, _) if part.layer == Layer::Identity && self.cannot_call() => {
                    (LayerEffect::ImplicitDeny, None)
                }
                (Truth::False, Truth::True) => (LayerEffect::Allows, outcome.allowed_by()),
                (Truth::False, _) if part.is_limit() && part.lets_through().is_true() => (LayerEffect::Allows, None),
                (Truth::False, _) if !self.needs_allow(part.layer) => (LayerEffect::NoImpact, None),
                (Truth::False, Truth::Unknown) => (LayerEffect::Unknown, outcome.allowed_by()),
                (Truth::False, Truth::False) => (LayerEffect::ImplicitDeny, None),
            },
            (_, None) => (self.absent(part.layer), None),
        };
        LayerDecision { layer: part.layer, level: part.level, effect, by: by.map(Hit::reference) }
    }

    /// Whether a layer without an Allow keeps the request from being granted: not when another path grants it.
    fn needs_allow(&self, layer: Layer) -> bool {
        let same_account = !self.grant.same_account.is_false();
        match layer {
            Layer::Identity => !(same_account && self.grant.by_resource().is_true()),
            Layer::Boundary | Layer::Session => !(same_account && self.grant.resource.direct.is_true()),
            Layer::Resource | Layer::Trust => !(same_account && self.grant.by_identity().is_true()),
            _ => true,
        }
    }

    /// A layer without any policy. Mostly that is no limit; a resource policy can be missed, and so can the session policy
    /// of a federated user and, for the root user, anything that would let it assume a role.
    fn absent(&self, layer: Layer) -> LayerEffect {
        let missed = match layer {
            Layer::Resource | Layer::Trust => {
                self.grant.kind == Kind::Outside
                    || self.grant.needs_resource_policy
                    || self.grant.same_account.is_false()
            }
            Layer::Session => {
                matches!(self.caller.principal, Principal::FederatedUser { .. }) && self.needs_allow(layer)
            }
            Layer::Identity => self.cannot_call(),
            _ => false,
        };
        if missed { LayerEffect::ImplicitDeny } else { LayerEffect::NotApplicable }
    }

    /// Allow statements of the layers that lack one, which failed on exactly one element.
    pub(super) fn near_misses(&self) -> Vec<NearMiss> {
        let lacking = self.parts.iter().filter_map(|part| match &part.said {
            Said::Judged { set, .. } if self.layer_decision(part).effect == LayerEffect::ImplicitDeny => {
                Some((*set, part.audience))
            }
            _ => None,
        });
        near_miss::find(lacking, self.caller, self.request, self.question)
    }
}
