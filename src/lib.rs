//! The tool: gets the facts, lets [`checks`] judge them, and prints what [`reports`] renders.
//!
//! Only `aws` names an AWS SDK crate, and `collect::live` is the only one to call it; without the feature `aws` both are gone, and
//! everything else works on recorded facts.

#[cfg(feature = "aws")]
pub mod aws;
pub mod cli;
mod clock;
pub mod collect;
pub mod demo;
pub mod error;
pub mod exit;
#[cfg(feature = "ssh")]
pub mod ssh;
pub mod wire;
