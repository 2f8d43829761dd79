//! The symptom "an EC2 instance does not register as a container instance, or is disconnected": its case, its reads, its diagnosis.

mod absent;
pub mod calls;
pub(crate) mod capacity;
mod case;
pub(crate) mod endpoints;
pub(crate) mod health;
mod host;
mod host_reads;
pub(crate) mod identity;
mod paths;
mod reads;
pub(crate) mod registration;
#[cfg(test)]
mod tests;

pub use absent::absent;
pub use case::{Case, Ecs, Question, SERVICES, Settled};
pub use endpoints::ENDPOINTS;
pub(crate) use host::{LOOK_AT_CONFIG, LOOK_AT_CONFIG_WINDOWS};
pub use reads::{READS, reads};
pub use registration::{DEFAULT, entries};

use crate::diagnosis::Works;

/// The account setting that gives instances a trunk interface for the tasks' own.
pub const TRUNKING: &str = "awsvpcTrunking";

/// The account setting that asks for `ecs:TagResource` where tags are given on creation.
pub const TAGGING: &str = "tagResourceAuthorization";

/// The plainest evidence: the entry of the instance in the cluster, and whether its agent is connected.
pub fn works(case: &Case<'_>) -> Works {
    match case.entry() {
        Err(gap) => Works::Unknown(gap),
        Ok(_) if case.registered().is_some() => Works::Yes { sign: case.sign(), channel: case.is_connected() },
        Ok(_) => Works::No(case.sign()),
    }
}
