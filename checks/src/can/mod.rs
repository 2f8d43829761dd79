//! Authorization: whether a principal may do an action on a resource, and which statement of which policy decides.
//!
//! A [`Case`] brings every policy along, as tests of policies do. A [`Question`] is asked of the facts of an account: [`reads`] says which
//! facts it takes, [`decide`] gathers the policies from them and decides, and [`diagnosis`] turns the answer into one for any renderer.

mod case;
mod context;
mod diagnosis;
mod grants;
mod judge;
mod organization;
mod question;
mod reader;
mod reads;
mod resource;
mod rules;
#[cfg(test)]
mod tests;

pub use case::{Case, Expected, Written};
pub use diagnosis::diagnosis;
pub use judge::{Answer, decide};
pub use question::Question;
pub use reads::{READS, reads};
pub(crate) use resource::queue_url;
pub use rules::{Entry, catalogue};
