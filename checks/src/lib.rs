//! The pure core of aws-triage: facts in, verdicts out.
//!
//! Nothing here does I/O, reads a clock or the environment, or can panic. Facts come as a [`snapshot::Snapshot`].

pub mod evidence;
pub mod net;
pub mod snapshot;
