//! The symptom "not managed by Systems Manager, connection lost, or sessions fail": its case and the reads it needs.

mod case;
mod heartbeat;
mod identity;
mod names;
mod reads;
mod sessions;

pub use case::{Case, Ssm};
pub use heartbeat::Heartbeat;
pub use identity::{Identity, PolicyOfRole, RoleFacts};
pub use names::{AgentVersion, services};
pub use reads::{READS, reads};
pub use sessions::Preferences;
