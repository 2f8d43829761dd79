//! Authorization: whether a principal may do an action on a resource, and which statement of which policy decides.
//!
//! A [`Case`] brings every policy along, as tests of policies do. A [`Question`] is asked of the facts of an account: [`reads`] says which
//! facts it takes, [`Judge`] gathers the policies from them and decides.

mod case;

pub use case::{Case, Expected, Written};
