//! The inside of a function: what only its own code, log or caller shows.

use super::case::Case;
use crate::finding::{Judgement, Place};
use std::borrow::Cow;

/// What proves that a fault is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Nothing that can be read.
    Nothing,
}

impl Case<'_> {
    /// A question that only the inside of the function or its caller answers.
    pub(crate) fn inside(
        &self,
        settled: Settled,
        place: Place,
        command: impl Into<Cow<'static, str>>,
        look_for: impl Into<Cow<'static, str>>,
    ) -> Judgement {
        match settled {
            Settled::Nothing => Judgement::Elsewhere { place, command: command.into(), look_for: look_for.into() },
        }
    }
}
