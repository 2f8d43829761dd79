//! The whole tool from outside: the program is run as users run it, offline or against a served AWS.
//!
//! Suites that need a program which can call AWS are gone without the feature `aws`.

#[cfg(feature = "aws")]
mod backend;
mod can;
#[cfg(feature = "aws")]
mod can_live;
mod cli;
#[cfg(feature = "aws")]
mod denials;
#[cfg(feature = "aws")]
mod faults;
#[cfg(feature = "aws")]
mod http;
#[cfg(feature = "aws")]
mod live;
mod reach;
#[cfg(feature = "aws")]
mod reach_live;
mod run;
#[cfg(feature = "aws")]
mod scenarios;
mod snapshots;
#[cfg(all(feature = "ssh", unix))]
mod ssh_keys;
#[cfg(all(feature = "ssh", unix))]
mod ssh_probe;
#[cfg(all(feature = "ssh", unix))]
mod sshd;
mod tidy;
