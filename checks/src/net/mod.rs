//! The network engine: what passes between two points of a network in AWS, and which line of which resource decides.
//!
//! Packets are sets ([`Traffic`]), so that "some ports" and "some addresses" are answers of their own. Each mechanism has one file and
//! answers with what it lets through and the deciding line ([`Filtered`]); the walks ([`to_service`], [`Network::path`]) put them in the order in which
//! a packet and its reply meet them, and report every obstacle, not the first.

mod filters;
mod hops;
mod network;
#[cfg(test)]
mod scenarios;
mod service;
mod sets;
#[cfg(test)]
mod testing;
mod walk;

// Every file goes by its own name in here, whichever room it is in.
use filters::filter;
pub use filters::{block_public_access, network_acl, security_group};
use hops::{
    connect_endpoint, gateway, internet, lattice, nat, nat_instance, peering, private_gateway, transit_gateway,
};
use network::{interface, proof, transit_table};
pub use network::{prefix_list, route};
pub use service::{dns, endpoint};
use service::{service_path, shared};
use sets::{addresses, ports, ranges, traffic};
use walk::{between, beyond, leaving, obstacle, parcel, path, trip};

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
pub use service_path::{ServicePath, Way, WayKind, to_named_service, to_service, to_service_briefly};
pub use traffic::{Family, Protocol, Traffic, TrafficSet};
