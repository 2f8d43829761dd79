//! The symptom "SSH to an instance fails": its case, its reads, its diagnosis.

mod case;
pub(crate) mod clue;
mod inside;
mod reads;

pub use case::{Case, Question, Ssh};
pub use inside::Settled;
pub(crate) use inside::TurnedAway;
pub use reads::{READS, reads};

use crate::diagnosis::Works;

/// The plainest evidence: whether the instance works at this moment.
pub fn works(_case: &Case<'_>) -> Works {
    Works::Untold("nothing in the way was found")
}
