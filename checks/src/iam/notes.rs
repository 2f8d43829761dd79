//! Notes on what kept a statement from being decided.

use super::decision::Missing;
use super::unsettled::Unsettled;

/// Why a statement could not be decided: filled only on the way to an unknown, so a decided statement allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Missing>);

impl Notes {
    pub(crate) fn key(&mut self, key: &str) {
        self.add(Missing::ContextKey(key.to_owned()));
    }

    pub(crate) fn unsettled(&mut self, point: Unsettled) {
        self.add(Missing::Rule(point));
    }

    pub(crate) fn add(&mut self, missing: Missing) {
        if !self.0.contains(&missing) {
            self.0.push(missing);
        }
    }

    pub(crate) fn into_missing(self) -> Vec<Missing> {
        self.0
    }
}
