//! Which reads a snapshot holds, by operation: so that a question about one operation does not go through all of them.

use super::observed::Gap;
use super::read::{Operation, Read, Recorded};
use foldhash::HashMap;
use serde_json::{Map, Value};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The reads of a snapshot by service and operation.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(HashMap<String, HashMap<String, Reads>>);

/// The reads of one operation.
#[derive(Debug, Clone, Default)]
struct Reads {
    /// Positions by the hash of their input.
    by_input: HashMap<u64, Vec<usize>>,
    /// Why the first one gave nothing.
    refusal: Option<Gap>,
    /// Whether one gave something.
    has_answer: bool,
}

impl Asked {
    /// Takes note of the read at a position; `gap` tells why it gave nothing.
    pub(super) fn note(&mut self, position: usize, read: &Recorded, gap: Option<Gap>) {
        let service = self.0.entry(read.service.clone()).or_default();
        let reads = service.entry(read.operation.clone()).or_default();
        reads.by_input.entry(hash(&read.parameters)).or_default().push(position);
        reads.has_answer |= gap.is_none();
        if reads.refusal.is_none() {
            reads.refusal = gap;
        }
    }

    fn of(&self, operation: Operation) -> Option<&Reads> {
        self.0.get(operation.service)?.get(operation.name)
    }

    /// Why an operation gave nothing at all: it was asked, and every time refused or failed.
    pub(super) fn refusal(&self, operation: Operation) -> Option<&Gap> {
        self.of(operation).filter(|reads| !reads.has_answer)?.refusal.as_ref()
    }

    /// Positions of the reads that may be this one.
    pub(super) fn like(&self, read: &Read) -> &[usize] {
        let reads = self.of(read.operation).and_then(|reads| reads.by_input.get(&hash(&read.parameters)));
        reads.map_or(&[], Vec::as_slice)
    }
}

/// Inputs are compared as their text.
fn hash(parameters: &Map<String, Value>) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(parameters).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
