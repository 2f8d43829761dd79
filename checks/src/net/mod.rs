//! The network engine: what passes between two points of a network in AWS, and which line of which resource decides.
//!
//! Packets are sets ([`Traffic`]), so that "some ports" and "some addresses" are answers of their own. Each mechanism has one file and
//! answers with what it lets through and the deciding line ([`Filtered`]); the walks ([`to_service`], [`Network::path`]) put them in the order in which
//! a packet and its reply meet them, and report every obstacle, not the first.

mod addresses;
mod between;
mod beyond;
pub mod block_public_access;
mod connect_endpoint;
mod delivery;
pub mod dns;
pub mod endpoint;
mod filter;
mod gateway;
mod interface;
mod internet;
mod nat;
mod nat_instance;
mod network;
pub mod network_acl;
mod obstacle;
mod parcel;
mod path;
mod peering;
mod ports;
pub mod prefix_list;
mod private_gateway;
mod proof;
mod ranges;
mod returning;
pub mod route;
mod routing;
#[cfg(test)]
mod scenarios;
pub mod security_group;
mod service_path;
mod shared;
#[cfg(test)]
mod testing;
mod traffic;
mod transit_gateway;
mod transit_table;
mod trip;

pub use addresses::AddressSet;
pub use between::{Flow, Point};
pub use endpoint::Considered;
pub use filter::{Decision, Direction, Filtered, Line, Part};
pub use interface::{Interface, client_ports};
pub use network::{GroupIx, Network, SubnetIx};
pub use obstacle::{Cause, Effect, NatInstanceFault, Obstacle};
pub use path::{Hop, HopVerdict, Path, Verdict, verdict_of};
pub use ports::PortSet;
pub use route::PassedOver;
pub use service_path::{ServicePath, Way, WayKind, to_service, to_service_briefly};
pub use traffic::{Family, Protocol, Traffic, TrafficSet};
