//! An EC2 instance as every symptom sees it whose subject is one.

mod console;
mod host;
mod status;

pub use console::console_input;
pub use host::{Host, find};
pub(crate) use host::{follows_from, last_sign};
pub(crate) use status::StatusCheck;
