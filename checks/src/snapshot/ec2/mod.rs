//! EC2 and VPC resources, with the members that verdicts rest on, under AWS's names.
//!
//! Shapes: EC2 API reference, data types. Unknown members are skipped; states and types stay text, since the service adds values
//! and spells some of them otherwise than its model (`available` for an endpoint that the model calls `Available`).

mod gateway;
mod instance;
mod instance_type;
mod transit_gateway;
mod vpc;

pub use gateway::*;
pub use instance::*;
pub use instance_type::*;
pub use transit_gateway::*;
pub use vpc::*;

use serde::Deserialize;

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
            #[serde(rename_all = "PascalCase", default)]
            pub struct $name { $($(#[$fmeta])* pub $field: $ty),* }
        )*
    };
}
pub(crate) use shapes;

/// Whether two words of AWS are the same, without regard to case: the API and its model do not always agree on it.
pub fn is(value: &str, word: &str) -> bool {
    value.eq_ignore_ascii_case(word)
}
