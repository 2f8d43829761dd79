//! Which reads a diagnosis of this symptom needs, given what is known already.

use super::Question;
use crate::snapshot::{Operation, Read, Snapshot};

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[];

/// The reads that can be asked now and have not been asked yet.
pub fn reads(_snapshot: &Snapshot, _question: &Question) -> Vec<Read> {
    Vec::new()
}
