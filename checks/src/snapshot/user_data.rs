//! What is kept of an instance's user data.

use super::ec2::shapes;
use crate::os::user_data::UserDataSigns;
use serde::Deserialize;

shapes! {
    /// `DescribeInstanceAttribute`: the attribute that was asked for.
    InstanceAttribute {
        /// The instance.
        instance_id: String,
        /// Signs in place of the user data, which may hold secrets.
        user_data_signs: Option<UserDataSigns>,
    }
}

/// The attribute that user data is.
pub const USER_DATA: &str = "userData";
