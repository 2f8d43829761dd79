//! Sets of addresses, ports and packets, with their algebra.

pub(in crate::net) mod addresses;
pub(in crate::net) mod ports;
pub(in crate::net) mod ranges;
pub(in crate::net) mod traffic;
