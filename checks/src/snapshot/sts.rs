//! Security Token Service.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `GetCallerIdentity`: who reads, which needs no permission.
    CallerIdentity {
        /// Account, 12 digits.
        account: String,
        /// ARN of the user or session.
        arn: String,
    }
}
