//! A round of reads: what can be asked now, given what is known.

use super::Snapshot;
use super::read::{Operation, Read};
use serde_json::Value;

/// Reads to ask together: each once, and none that was asked before.
#[derive(Debug)]
pub struct Round<'s> {
    snapshot: &'s Snapshot,
    reads: Vec<Read>,
}

impl<'s> Round<'s> {
    /// A round after all reads of a snapshot.
    pub fn new(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, reads: Vec::new() }
    }

    /// Asks an operation with an input.
    pub fn ask(&mut self, operation: Operation, parameters: Value) {
        self.add([Read::new(operation, parameters)]);
    }

    /// Asks what others want to know.
    pub fn add(&mut self, reads: impl IntoIterator<Item = Read>) {
        for read in reads {
            if !self.snapshot.has_asked(&read) && !self.reads.contains(&read) {
                self.reads.push(read);
            }
        }
    }

    /// The same with what others want to know.
    #[must_use]
    pub fn with(mut self, reads: impl IntoIterator<Item = Read>) -> Self {
        self.add(reads);
        self
    }

    /// The reads, in the order in which they were asked for.
    pub fn into_reads(self) -> Vec<Read> {
        self.reads
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Header, Outcome, Recorded, operations as op};
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_asked_twice() {
        let mut snapshot = Snapshot::new(Header::default());
        let known = Read::new(op::DESCRIBE_VPCS, json!({ "VpcIds": ["vpc-1"] }));
        snapshot.record(Recorded::new(&known, "", Outcome::Output(json!({ "Vpcs": [] })))).unwrap();
        let mut round = Round::new(&snapshot);
        round.ask(op::DESCRIBE_VPCS, json!({ "VpcIds": ["vpc-2"] }));
        round.add([known, Read::new(op::DESCRIBE_VPCS, json!({ "VpcIds": ["vpc-2"] }))]);
        let asked = round.into_reads();
        assert_eq!(asked, [Read::new(op::DESCRIBE_VPCS, json!({ "VpcIds": ["vpc-2"] }))]);
    }
}
