//! From policies and a request to a verdict with its reasons.

mod effect;
mod evaluate;
mod explain;
mod finding;
mod grant;
mod inputs;
mod near_miss;
mod types;

pub use evaluate::evaluate;
pub use near_miss::{FailedElement, NearMiss};
pub use types::{Assumption, Decision, LayerDecision, LayerEffect, Missing, StatementRef, Verdict};
