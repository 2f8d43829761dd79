//! Why a question about a path cannot be asked.

use crate::snapshot::{Gap, Observed};
use std::fmt;

/// Why a question cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no such thing in the account and Region of the facts.
    NotFound(String),
    /// Whether there is one could not be read.
    NotReadable(String, Gap),
    /// It can mean several things, or more than can be answered at once; a sentence.
    Ambiguous(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(what) => write!(f, "{what} not found"),
            Self::NotReadable(what, gap) => write!(f, "the facts of {what} could not be read: {gap}"),
            Self::Ambiguous(text) => f.write_str(text),
        }
    }
}

/// The thing that was asked for.
///
/// # Errors
/// There is none, or nobody knows.
pub(super) fn found<T>(observed: Observed<T>, what: &str) -> Result<T, Problem> {
    match observed {
        Ok(Some(thing)) => Ok(thing),
        Ok(None) => Err(Problem::NotFound(what.to_owned())),
        Err(gap) => Err(Problem::NotReadable(what.to_owned(), gap)),
    }
}
