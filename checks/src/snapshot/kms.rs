//! KMS keys.
//!
//! Shapes: KMS API reference.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `DescribeKey`.
    KeyMetadata {
        /// Its id.
        key_id: String,
        /// Its ARN.
        arn: String,
        /// `Enabled`, `Disabled`, `PendingDeletion`, …
        key_state: String,
        /// `AWS` for a key that AWS manages, or `CUSTOMER`.
        key_manager: String,
    }
}
