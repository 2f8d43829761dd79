//! The symptom "an S3 event does not reach its destination": its case, its reads, its diagnosis.

mod case;
mod reads;

pub use case::{Case, Question, S3};
pub use reads::{READS, reads};

use crate::diagnosis::Works;

/// The plainest evidence: whether the bucket works at this moment.
pub fn works(_case: &Case<'_>) -> Works {
    Works::Untold("nothing in the way was found")
}
