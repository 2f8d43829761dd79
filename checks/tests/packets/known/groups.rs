//! What is known of security groups.

use super::Works::{All, No};
use super::plain::{CLIENT, FAR, FAR_PRIVATE, NEIGHBOUR, OUTSIDE, PRIVATE, WEB, host_at};
use super::{Case, case};
use crate::topology::{End, Group, Peer, Permission, Protocol, Topology, block};
use std::net::Ipv4Addr;

/// The public address of the host in the public subnet.
const WEB_OUTSIDE: End = End::Address(Ipv4Addr::new(203, 0, 113, 10));

fn tcp(ports: (u16, u16), peer: Peer) -> Permission {
    Permission { protocol: Protocol::Tcp, ports, peers: vec![peer] }
}

/// A second group of the first VPC.
fn second(topology: &mut Topology, inbound: Vec<Permission>, outbound: Vec<Permission>) -> usize {
    topology.groups.push(Group { vpc: 0, inbound, outbound });
    topology.groups.len() - 1
}

fn from(text: &str) -> Peer {
    Peer::Block(block(text))
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = rules();
    cases.extend(references());
    cases
}

fn rules() -> Vec<Case> {
    vec![
        case(
            "a group without outbound rules lets nothing be started",
            |topology| topology.groups[0].outbound.clear(),
            &[(WEB, NEIGHBOUR, 80, No), (WEB, OUTSIDE, 80, No), (CLIENT, WEB, 80, All)],
        ),
        case(
            "a group without inbound rules lets only replies in",
            |topology| topology.groups[0].inbound.clear(),
            &[(WEB, NEIGHBOUR, 80, No), (CLIENT, WEB, 80, No), (WEB, OUTSIDE, 80, All), (PRIVATE, OUTSIDE, 80, All)],
        ),
        case(
            "ports and protocols of rules",
            |topology| {
                let udp = Permission { protocol: Protocol::Udp, ..tcp((22, 22), from("0.0.0.0/0")) };
                let icmp = Permission { protocol: Protocol::Icmp, ..tcp((0, 65535), from("0.0.0.0/0")) };
                topology.groups[0].inbound = vec![tcp((80, 443), from("0.0.0.0/0")), udp, icmp];
            },
            &[(WEB, NEIGHBOUR, 22, No), (WEB, NEIGHBOUR, 80, All), (WEB, PRIVATE, 443, All), (WEB, PRIVATE, 3306, No)],
        ),
        case(
            "blocks of rules",
            |topology| {
                topology.groups[0].inbound =
                    vec![tcp((0, 65535), from("10.0.1.4/31")), tcp((443, 443), from("198.51.100.0/24"))];
            },
            &[
                (WEB, NEIGHBOUR, 80, All),
                (NEIGHBOUR, WEB, 80, No),
                (WEB, PRIVATE, 80, All),
                (NEIGHBOUR, PRIVATE, 80, No),
                (CLIENT, WEB, 443, All),
                (CLIENT, WEB, 80, No),
            ],
        ),
        case(
            "the rules of all groups add up",
            |topology| {
                topology.groups[0].inbound = vec![tcp((80, 80), from("0.0.0.0/0"))];
                let more = second(topology, vec![tcp((443, 443), from("0.0.0.0/0"))], Vec::new());
                host_at(topology, WEB).groups.push(more);
            },
            &[(CLIENT, WEB, 80, All), (CLIENT, WEB, 443, All), (CLIENT, WEB, 22, No), (WEB, NEIGHBOUR, 443, No)],
        ),
    ]
}

fn references() -> Vec<Case> {
    vec![
        case(
            "a group that names itself",
            |topology| topology.groups[0].inbound = vec![tcp((0, 65535), Peer::Group(0))],
            &[(WEB, NEIGHBOUR, 80, All), (WEB, PRIVATE, 443, All), (CLIENT, WEB, 80, No)],
        ),
        case(
            "members of one group need a rule for each other",
            |topology| topology.groups[0].inbound = vec![tcp((0, 65535), from("198.51.100.0/24"))],
            &[(WEB, NEIGHBOUR, 80, No), (CLIENT, WEB, 80, All)],
        ),
        case(
            "a group that names another one",
            |topology| {
                let clients = second(topology, Vec::new(), Vec::new());
                host_at(topology, WEB).groups.push(clients);
                topology.groups[0].inbound = vec![tcp((0, 65535), Peer::Group(clients))];
            },
            &[(WEB, PRIVATE, 80, All), (WEB, NEIGHBOUR, 80, All), (NEIGHBOUR, PRIVATE, 80, No), (PRIVATE, WEB, 80, No)],
        ),
        case(
            "a group that lets packets out to another one only",
            |topology| {
                let servers = second(topology, Vec::new(), Vec::new());
                host_at(topology, PRIVATE).groups.push(servers);
                topology.groups[0].outbound = vec![tcp((443, 443), Peer::Group(servers))];
            },
            &[(WEB, PRIVATE, 443, All), (WEB, PRIVATE, 80, No), (WEB, NEIGHBOUR, 443, No), (WEB, OUTSIDE, 443, No)],
        ),
        case(
            "a prefix list",
            |topology| {
                topology.lists = vec![vec![block("10.0.1.5/32"), block("198.51.100.0/24")]];
                topology.groups[0].inbound = vec![tcp((0, 65535), Peer::List(0))];
            },
            &[(WEB, PRIVATE, 80, All), (NEIGHBOUR, PRIVATE, 80, No), (CLIENT, WEB, 80, All)],
        ),
        case(
            "a group is the private addresses of its members",
            |topology| topology.groups[0].inbound = vec![tcp((0, 65535), Peer::Group(0))],
            &[(WEB, NEIGHBOUR, 80, All), (PRIVATE, WEB_OUTSIDE, 80, No)],
        ),
        case(
            "hosts that reach each other by public addresses",
            |topology| {
                host_at(topology, NEIGHBOUR).public = Some([203, 0, 113, 11].into());
                topology.groups[0].inbound =
                    vec![tcp((80, 80), from("203.0.113.0/24")), tcp((443, 443), Peer::Group(0))];
            },
            &[
                (NEIGHBOUR, WEB_OUTSIDE, 80, All),
                (NEIGHBOUR, WEB_OUTSIDE, 443, No),
                (NEIGHBOUR, WEB, 443, All),
                (NEIGHBOUR, WEB, 80, No),
                (PRIVATE, WEB_OUTSIDE, 80, All),
                (FAR, WEB_OUTSIDE, 80, All),
                (FAR_PRIVATE, WEB_OUTSIDE, 80, No),
            ],
        ),
        case(
            "a stale reference matches nothing",
            |topology| topology.groups[0].inbound = vec![tcp((0, 65535), Peer::Stale(0))],
            &[(WEB, NEIGHBOUR, 80, No), (WEB, PRIVATE, 80, No)],
        ),
    ]
}
