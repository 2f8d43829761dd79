//! The symptom "SSH to an instance fails": its case, its reads, its diagnosis.

mod case;
pub(crate) mod clue;
mod inside;
pub(crate) mod local;
pub mod path;
mod question;
mod reads;
mod source;

pub use case::{Case, Ssh};
pub use inside::Settled;
pub(crate) use inside::TurnedAway;
pub use path::Road;
pub use question::{Origin, Question};
pub use reads::{READS, reads};
pub use source::Source;

use crate::diagnosis::Works;

/// The plainest evidence: whether the instance works at this moment.
pub fn works(_case: &Case<'_>) -> Works {
    Works::Untold("nothing in the way was found")
}
