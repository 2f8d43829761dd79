//! What is wanted of AWS, and what came of it.

use crate::cli::Connection;
use checks::snapshot::{Read, Snapshot};

/// What can be asked now, given what is known.
pub type Plan<'a> = dyn Fn(&Snapshot) -> Vec<Read> + 'a;

/// Which facts are wanted, and from where.
pub struct Wanted<'a> {
    /// Where AWS is, and who asks.
    pub connection: &'a Connection,
    /// What to ask.
    pub plan: &'a Plan<'a>,
    /// In how many dependent waves at most.
    pub waves: usize,
    /// Instances to look for elsewhere when they are not found.
    pub instances: &'a [String],
    /// Regions to look for them in.
    pub regions: &'a [String],
}

/// Facts, and where a subject that is not among them was seen instead.
pub struct Live {
    /// The facts.
    pub snapshot: Snapshot,
    /// Subject and hint.
    pub elsewhere: Vec<(String, String)>,
}
