//! The decision and its parts.

use super::near_miss::NearMiss;
use crate::iam::document::PolicySource;
use crate::iam::layer::Layer;
use crate::iam::policies::{Unreadable, UnreadablePolicy};
use crate::iam::unsettled::Unsettled;

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Allowed.
    Allowed,
    /// A Deny statement applies.
    ExplicitlyDenied,
    /// A required Allow is missing. Whether some undecided Deny would apply as well makes no difference.
    ImplicitlyDenied,
    /// It depends on facts that are not at hand; see [`Decision::missing`].
    Unknown,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Allowed, Self::ExplicitlyDenied, Self::ImplicitlyDenied, Self::Unknown];

    /// The word of the outside contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::Unknown => "Unknown",
        }
    }
}

/// What one layer, or one level of it, contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LayerEffect {
    /// A statement allows; for resource control policies: nothing denies.
    Allows,
    /// A Deny statement applies.
    ExplicitDeny,
    /// The Allow that is needed here is missing.
    ImplicitDeny,
    /// No Allow here, but none needed because another path grants.
    NoImpact,
    /// Not decided.
    Unknown,
    /// Not read, taken to allow; see [`Decision::assumptions`].
    Assumed,
    /// The layer does not take part in this request.
    NotApplicable,
}

impl LayerEffect {
    /// The word of the outside contract.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Allows => "allows",
            Self::ExplicitDeny => "explicit-deny",
            Self::ImplicitDeny => "implicit-deny",
            Self::NoImpact => "no-impact",
            Self::Unknown => "unknown",
            Self::Assumed => "assumed",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// The part of one layer in a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerDecision {
    /// The layer.
    pub layer: Layer,
    /// For organization policies the level, from 0 for the root; for VPC endpoints their position. `None` elsewhere.
    pub level: Option<usize>,
    /// What it contributes.
    pub effect: LayerEffect,
    /// The statement that decided, or that may apply when the effect is unknown.
    pub by: Option<StatementRef>,
}

/// A statement, as shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRef {
    /// The policy.
    pub source: PolicySource,
    /// Whether it denies.
    pub is_deny: bool,
    /// Position in the document, from 0.
    pub index: usize,
    /// The `Sid`, if it has one.
    pub sid: Option<String>,
    /// The line at which it begins, from 1, when the document was read from text.
    pub line: Option<u32>,
}

/// A fact without which the verdict stays open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The value of a condition key, or whether the request carries it.
    ContextKey(String),
    /// The text of a policy.
    Policy(UnreadablePolicy),
    /// Which account owns the resource.
    ResourceOwner,
    /// AWS's documentation does not say.
    Rule(Unsettled),
}

impl Missing {
    /// The IAM action that the reader lacks, when that is what stands in the way.
    #[must_use]
    pub fn iam_action(&self) -> Option<&str> {
        match self {
            Self::Policy(UnreadablePolicy { why: Unreadable::Permission(action), .. }) => Some(action),
            _ => None,
        }
    }
}

/// What was taken for granted on the way to a verdict that is not a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assumption {
    /// The service control policies of the organization allow the request.
    ServiceControlPoliciesAllow,
    /// The resource control policies of the organization do not deny the request.
    ResourceControlPoliciesAllow,
    /// S3 Block Public Access does not stop this anonymous request.
    PublicAccessNotBlocked,
    /// No policy was passed when the session was made.
    NoSessionPolicy,
    /// No tags were passed when the session was made, which would outweigh those of the role.
    NoSessionTags,
    /// The object belongs to the owner of the bucket, whose policies do not reach it else.
    ObjectOfBucketOwner,
    /// The request passes no VPC endpoint whose policy stops it.
    NoEndpointPolicy,
}

/// The verdict on a request and what led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// Every layer, also those that had no part.
    pub layers: Vec<LayerDecision>,
    /// When the verdict is unknown: the facts that would settle it.
    pub missing: Vec<Missing>,
    /// What the verdict rests on without proof.
    pub assumptions: Vec<Assumption>,
    /// When the verdict is an implicit denial: Allow statements that failed on exactly one element, the closest first.
    pub near_misses: Vec<NearMiss>,
}

impl Decision {
    /// Allowed for sure.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// Denied for sure, one way or the other.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self.verdict, Verdict::ExplicitlyDenied | Verdict::ImplicitlyDenied)
    }

    /// The layers that deny, explicitly or for want of an Allow. Fixing one may uncover the next, so all are listed.
    pub fn denying(&self) -> impl Iterator<Item = &LayerDecision> {
        self.layers.iter().filter(|layer| matches!(layer.effect, LayerEffect::ExplicitDeny | LayerEffect::ImplicitDeny))
    }

    /// The part of the layer that decides: the first that denies or is open, else the one that grants. `None` where nothing had to
    /// grant, as for the root user.
    #[must_use]
    pub fn deciding(&self) -> Option<&LayerDecision> {
        let first = |effect: LayerEffect| self.layers.iter().find(move |layer| layer.effect == effect);
        match self.verdict {
            Verdict::ExplicitlyDenied => first(LayerEffect::ExplicitDeny),
            Verdict::ImplicitlyDenied => first(LayerEffect::ImplicitDeny),
            Verdict::Unknown => first(LayerEffect::Unknown),
            Verdict::Allowed => [Layer::Identity, Layer::Trust, Layer::Resource].into_iter().find_map(|layer| {
                self.layers
                    .iter()
                    .find(|own| own.layer == layer && own.effect == LayerEffect::Allows && own.by.is_some())
            }),
        }
    }

    /// The closest near miss.
    #[must_use]
    pub fn near_miss(&self) -> Option<&NearMiss> {
        self.near_misses.first()
    }
}
