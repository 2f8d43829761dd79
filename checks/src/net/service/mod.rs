//! Services of AWS by name: what their names lead to, and the ways there.

pub mod dns;
pub mod endpoint;
pub(in crate::net) mod service_path;
pub(in crate::net) mod shared;
