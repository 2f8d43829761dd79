//! The symptom "not managed by Systems Manager, connection lost, or sessions fail": its case, its reads, its diagnosis.

pub mod calls;
mod case;
pub mod credentials;
mod default_host;
pub mod endpoints;
mod estate;
mod heartbeat;
mod hybrid;
pub(crate) mod inside;
mod names;
mod paths;
mod reads;
pub mod resolution;
pub mod sessions;

pub use case::{Case, Ssm};
pub use default_host::DefaultHost;
pub use estate::Estate;
pub use heartbeat::Heartbeat;
pub use names::{AgentVersion, services};
pub(crate) use reads::is_burstable;
pub use reads::{FLOW_LOG_READS, READS, ReadOptions, reads};
pub use sessions::Preferences;

use crate::diagnosis::Works;
use crate::snapshot::ec2::is;

/// The plainest evidence: the heartbeat, and whether the session channel is open.
pub fn works(case: &Case<'_>) -> Works {
    match &case.heartbeat {
        Heartbeat::Unknown(gap) => Works::Unknown(gap.clone()),
        Heartbeat::Online(_) => {
            let channel = case.channel().map(|status| is(status, "connected"));
            let words = match channel {
                Some(true) => " and its session channel is open",
                Some(false) => " but its session channel is not open",
                None => "",
            };
            Works::Yes { sign: format!("{}{words}", case.heartbeat.words()), channel }
        }
        Heartbeat::Lost(_) | Heartbeat::Never => Works::No(case.heartbeat.words()),
    }
}
