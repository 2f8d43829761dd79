//! What tells of the function itself: its versions, its role, its limits.

use super::Plan;
use crate::snapshot::lambda::FunctionConfiguration;

impl Plan<'_> {
    pub(super) fn state(&mut self, _function: &FunctionConfiguration) {}
}
