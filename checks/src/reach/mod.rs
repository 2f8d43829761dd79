//! Connectivity: whether packets get from one end to another and back, and what stops them.
//!
//! A [`Case`] is a question in the user's words. [`Judge`] turns its [`Subject`]s into ends that the facts know, asks the network engine
//! about every way between them, and puts the answers together.

mod answer;
mod atlas;
mod case;
mod catalogue;
mod connect_endpoint;
mod diagnosis;
mod end;
mod fault;
mod function;
mod host;
mod problem;
mod reads;
mod rules;
mod subject;
#[cfg(test)]
mod testing;

pub use answer::{Answer, Blocker, Judge, MOST_PAIRS, Pair, Walked, verdict_over};
pub use atlas::Atlas;
pub use case::{Case, Expect, Packets, Written};
pub use catalogue::{Entry, catalogue};
pub use diagnosis::{deciding, diagnosis};
pub use end::{End, Place, Spot};
pub use fault::Fault;
pub use problem::Problem;
pub use reads::{READS, reads};
pub use rules::Direction;
pub use subject::Subject;
