//! The tool.

#[cfg(feature = "aws")]
pub mod aws;
pub mod wire;
