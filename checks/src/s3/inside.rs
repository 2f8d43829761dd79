//! What only code, templates and logs show of a bucket's events.

use super::case::Case;
use crate::finding::{Judgement, Place};

/// What proves that a fault that no API shows is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Nothing that can be read.
    Nothing,
}

impl Case<'_> {
    /// A question that only somebody with the code, the template or the log answers.
    pub(crate) fn inside(
        &self,
        _settled: Settled,
        place: Place,
        command: &'static str,
        look_for: &'static str,
    ) -> Judgement {
        Judgement::Elsewhere { place, command: command.into(), look_for: look_for.into() }
    }
}
