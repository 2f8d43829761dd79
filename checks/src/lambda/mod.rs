//! The symptom "a Lambda function in a VPC has no internet, or does not reach an AWS API": its case, its reads, its diagnosis.

mod case;
pub mod endpoints;
pub mod gateways;
mod inside;
pub mod names;
pub mod obstacles;
pub mod openings;
pub mod paths;
mod reads;
pub(crate) mod state;
pub mod target;
pub(crate) mod versions;

pub use case::{Case, Lambda, Question, find};
pub use inside::Settled;
pub use reads::{READS, reads};

use crate::diagnosis::Works;

/// The plainest evidence: whether the function works at this moment. Nothing that can be read tells of its connections.
pub fn works(case: &Case<'_>) -> Works {
    Works::Untold(match case.vpc() {
        Some(_) => "nothing in the way was found",
        None => "the function is attached to no VPC, so no VPC is the cause",
    })
}
