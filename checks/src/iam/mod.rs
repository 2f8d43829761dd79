//! IAM policy evaluation: documents in, a verdict with its reasons out (IAM user guide, policy evaluation logic).
//!
//! Truth has three values throughout. A policy or condition key that is not at hand makes a verdict unknown only where it
//! could change it, and the decision names it.

mod action;
mod arn;
mod condition;
mod context;
mod decision;
mod document;
mod glob;
mod layer;
mod notes;
mod parse;
mod pattern;
mod policies;
mod principal;
mod principal_element;
mod request;
mod resource;
mod services;
mod statement;
mod text;
mod truth;
mod unsettled;

pub(crate) use arn::Arn;
pub use context::{Context, ContextValue, Unlisted};
pub use decision::{
    Assumption, Decision, FailedElement, LayerDecision, LayerEffect, Missing, NearMiss, StatementRef, Verdict, evaluate,
};
pub use document::{MalformedPolicy, Policy, PolicyDocument, PolicySource};
pub use layer::Layer;
pub use policies::{
    EndpointKind, EndpointPolicy, OrganizationPolicies, Policies, PolicySet, Told, ToldEffect, Unreadable,
    UnreadablePolicy,
};
pub(crate) use principal::base_name;
pub use principal::{InvalidPrincipal, Principal};
pub use request::Request;
pub use truth::Truth;
pub use unsettled::Unsettled;
