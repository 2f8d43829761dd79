//! The symptom "an EC2 instance does not register as a container instance, or is disconnected": its case, its reads, its diagnosis.

mod case;
mod reads;

pub use case::{Case, Ecs, Question};
pub use reads::{READS, reads};

use crate::diagnosis::Works;

/// The plainest evidence: whether the instance works at this moment.
pub fn works(_case: &Case<'_>) -> Works {
    Works::Untold("nothing in the way was found")
}
