//! Names as the operating system of whoever collected the facts resolved them.

use super::ec2::shapes;
use serde::Deserialize;

/// The error code of a look-up that gave no address. It is no "not found": another resolver may well know the name.
pub const NOT_RESOLVED: &str = "NameNotResolved";

shapes! {
    /// The addresses of a name.
    Resolution {
        /// Each of them as text, of either family.
        addresses: Vec<String>,
    }
}
