//! What a route can lead to, or connections can start at: one file for each kind of gateway, connection or proxy.

pub(in crate::net) mod connect_endpoint;
pub(in crate::net) mod gateway;
pub(in crate::net) mod internet;
pub(in crate::net) mod lattice;
pub(in crate::net) mod nat;
pub(in crate::net) mod nat_instance;
pub(in crate::net) mod peering;
pub(in crate::net) mod private_gateway;
pub(in crate::net) mod transit_gateway;
