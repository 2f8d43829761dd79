//! Where facts come from: AWS, a snapshot document, or a folder of AWS CLI outputs.

pub mod file;
#[cfg(feature = "aws")]
pub mod live;
#[cfg(feature = "aws")]
mod names;
mod redact;
#[cfg(feature = "aws")]
pub mod waves;
