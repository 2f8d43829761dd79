//! The symptom "a Lambda function in a VPC has no internet, or does not reach an AWS API": its case, its reads, its diagnosis.

mod case;
mod reads;

pub use case::{Case, Lambda, Question};
pub use reads::{READS, reads};

use crate::diagnosis::Works;

/// The plainest evidence: whether the function works at this moment.
pub fn works(_case: &Case<'_>) -> Works {
    Works::Untold("nothing in the way was found")
}
