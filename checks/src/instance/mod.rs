//! An EC2 instance as every symptom sees it whose subject is one.

mod asleep;
mod boot;
mod calls;
mod console;
pub mod endpoint_policies;
pub mod endpoints;
pub mod findings;
pub mod firewall;
pub mod guards;
mod host;
mod identity;
mod paths;
pub mod profile;
mod proof;
pub mod reads;
pub mod resolution;
mod role;
pub mod simulation;
mod status;
pub mod trust;

pub(crate) use asleep::not_running;
pub(crate) use boot::{failed_boot, rescue};
pub use calls::Target;
pub use console::console_input;
pub(crate) use console::is_nitro;
pub use endpoints::Named;
pub(crate) use host::last_sign;
pub use host::{Host, find};
pub use identity::Identity;
pub use paths::is_claimed;
pub use proof::{add_new, calls_in_words, is_other, nearly};
pub use role::{Grant, RoleFacts, ec2_services, effect, gaps};
pub(crate) use status::StatusCheck;
