//! The tool.
#[cfg(feature = "aws")]
pub use {aws_config, aws_sdk_ec2, aws_sdk_iam, aws_sdk_s3, aws_sigv4, aws_smithy_runtime};

pub mod wire;
