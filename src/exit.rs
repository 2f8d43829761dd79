//! Exit codes: part of the outside contract, and the only place where they are numbers.

use std::process::ExitCode;

/// How a run ended. Order: what wins with several subjects comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 2: bad option, malformed id, unreadable or malformed input file.
    Usage,
    /// 4: no credentials, endpoint unreachable, subject not found or its own facts not readable.
    CouldNotRun,
    /// 1: at least one finding at or above `--fail-on`.
    Findings,
    /// 3: no such finding, but some check could not be judged.
    Inconclusive,
    /// 0: healthy, or the command did what it was asked.
    Healthy,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Healthy => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::CouldNotRun => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
