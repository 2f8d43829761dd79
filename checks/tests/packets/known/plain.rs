//! The topology that the others are changes of: everything is open and in order, the two VPCs are not connected.

use super::Works::{All, No};
use super::{Case, case};
use crate::topology::{
    ANYWHERE, Acl, Destination, End, Entry, Group, Host, INTERNET, INTERNET_CLIENTS, Nat, NatState, Peer, Permission,
    Protocol, Route, Subnet, Table, Target, Topology, Vpc, block,
};
use std::net::Ipv4Addr;

/// In the public subnet, with a public address.
pub(super) const WEB: End = End::Host(0);
/// In the public subnet, without a public address.
pub(super) const NEIGHBOUR: End = End::Host(1);
/// In the private subnet, behind the NAT gateway.
pub(super) const PRIVATE: End = End::Host(2);
/// In the other VPC, with a public address.
pub(super) const FAR: End = End::Host(3);
/// In the other subnet of the other VPC, without a public address.
pub(super) const FAR_PRIVATE: End = End::Host(4);
/// A client on the internet.
pub(super) const CLIENT: End = End::Address(INTERNET_CLIENTS[0]);
/// A server on the internet.
pub(super) const OUTSIDE: End = End::Address(INTERNET[0]);

/// The host at an end, to be changed.
pub(super) fn host_at(topology: &mut Topology, end: End) -> &mut Host {
    let End::Host(host) = end else { panic!("no host") };
    &mut topology.hosts[host]
}

/// The route tables: main and unused, of the public subnet, of the private subnet, and main of the other VPC.
pub(super) const PUBLIC_TABLE: usize = 1;
pub(super) const PRIVATE_TABLE: usize = 2;
pub(super) const FAR_TABLE: usize = 3;

/// The address of the NAT gateway inside.
pub(super) const NAT: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 9);

pub(super) fn topology() -> Topology {
    let table = |vpc, is_main, routes| Table { vpc, is_main, routes };
    Topology {
        vpcs: ["10.0.0.0/16", "10.1.0.0/16"].map(|text| Vpc { block: block(text), has_gateway: true }).to_vec(),
        subnets: vec![
            Subnet { vpc: 0, block: block("10.0.1.0/24"), acl: 0, table: Some(PUBLIC_TABLE) },
            Subnet { vpc: 0, block: block("10.0.2.0/24"), acl: 0, table: Some(PRIVATE_TABLE) },
            Subnet { vpc: 1, block: block("10.1.1.0/24"), acl: 1, table: None },
            Subnet { vpc: 1, block: block("10.1.2.0/24"), acl: 1, table: None },
        ],
        hosts: vec![
            host(0, [10, 0, 1, 5], Some([203, 0, 113, 10]), 0),
            host(0, [10, 0, 1, 6], None, 0),
            host(1, [10, 0, 2, 5], None, 0),
            host(2, [10, 1, 1, 5], Some([203, 0, 113, 13]), 1),
            host(3, [10, 1, 2, 5], None, 1),
        ],
        groups: [0, 1].map(|vpc| Group { vpc, inbound: vec![open()], outbound: vec![open()] }).to_vec(),
        acls: [0, 1].map(|vpc| Acl { vpc, is_default: true, entries: open_entries() }).to_vec(),
        tables: vec![
            table(0, true, Vec::new()),
            table(0, false, vec![route(ANYWHERE, Target::InternetGateway)]),
            table(0, false, vec![route(ANYWHERE, Target::Nat(0))]),
            table(1, true, vec![route(ANYWHERE, Target::InternetGateway)]),
        ],
        nats: vec![Nat {
            subnet: 0,
            address: NAT,
            public: Some(Ipv4Addr::new(203, 0, 113, 100)),
            state: NatState::Available,
        }],
        ..Topology::default()
    }
}

fn host(subnet: usize, address: [u8; 4], public: Option<[u8; 4]>, group: usize) -> Host {
    Host { subnet, address: address.into(), public: public.map(Into::into), groups: vec![group], is_windows: false }
}

pub(super) fn route(to: &str, target: Target) -> Route {
    Route { to: Destination::Block(block(to)), target }
}

/// A rule of a group for everything from or to everywhere.
pub(super) fn open() -> Permission {
    Permission { protocol: Protocol::All, ports: (0, 65535), peers: vec![Peer::Block(block(ANYWHERE))] }
}

/// The entries of a default ACL.
pub(super) fn open_entries() -> Vec<Entry> {
    [false, true].map(|egress| allow(egress, 100, ANYWHERE)).to_vec()
}

/// An entry that allows everything.
pub(super) fn allow(egress: bool, number: u16, blocks: &str) -> Entry {
    Entry { number, egress, allow: true, protocol: Protocol::All, ports: (0, 65535), block: block(blocks) }
}

pub(super) fn cases() -> Vec<Case> {
    let nat = End::Address(NAT);
    let nat_outside = End::Address(Ipv4Addr::new(203, 0, 113, 100));
    let nobody = End::Address(Ipv4Addr::new(10, 0, 2, 77));
    vec![
        case(
            "plain",
            |_| {},
            &[
                (WEB, NEIGHBOUR, 80, All),
                (WEB, PRIVATE, 443, All),
                (PRIVATE, WEB, 22, All),
                (WEB, OUTSIDE, 80, All),
                (PRIVATE, OUTSIDE, 443, All),
                (CLIENT, WEB, 443, All),
                (CLIENT, FAR, 8080, All),
                // No public address, no way through the internet gateway.
                (NEIGHBOUR, OUTSIDE, 22, No),
                (CLIENT, NEIGHBOUR, 80, No),
                (CLIENT, PRIVATE, 80, No),
                // The internet gateway carries nothing to private addresses.
                (WEB, FAR, 80, No),
                (PRIVATE, FAR_PRIVATE, 80, No),
            ],
        ),
        case(
            "nobody answers for a NAT gateway",
            |_| {},
            &[(CLIENT, nat_outside, 443, No), (WEB, nat, 443, No), (PRIVATE, nat, 80, No), (WEB, nobody, 80, No)],
        ),
    ]
}
