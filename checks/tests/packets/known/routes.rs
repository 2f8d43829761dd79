//! What is known of routes, gateways and NAT gateways.

use super::Works::{All, No};
use super::plain::{
    CLIENT, FAR, FAR_TABLE, NEIGHBOUR, OUTSIDE, PRIVATE, PRIVATE_TABLE, PUBLIC_TABLE, WEB, host_at, route,
};
use super::{Case, case};
use crate::topology::{
    ANYWHERE, Destination, End, INTERNET, INTERNET_CLIENTS, NatState, Route, Target, Topology, block,
};

const OTHER_HALF: End = End::Address(INTERNET[1]);
const OTHER_CLIENT: End = End::Address(INTERNET_CLIENTS[1]);
const GONE: Target = Target::Gone("NetworkInterfaceId", "eni-gone");

pub(super) fn cases() -> Vec<Case> {
    let mut cases = prefixes();
    cases.extend(gateways());
    cases.extend(nat_gateways());
    cases
}

fn prefixes() -> Vec<Case> {
    vec![
        case(
            "no route",
            |topology| topology.tables[PUBLIC_TABLE].routes.clear(),
            &[(WEB, OUTSIDE, 80, No), (CLIENT, WEB, 80, No), (WEB, PRIVATE, 80, All)],
        ),
        case(
            "the longest prefix decides, whatever it leads to",
            |topology| {
                topology.tables[PUBLIC_TABLE].routes.push(route("198.51.100.128/25", GONE));
                let far = &mut topology.tables[PRIVATE_TABLE].routes;
                *far = vec![
                    route("198.51.100.0/24", GONE),
                    route("198.51.100.10/32", Target::Nat(0)),
                    route(ANYWHERE, GONE),
                ];
            },
            &[
                (WEB, OUTSIDE, 80, All),
                (WEB, OTHER_HALF, 80, No),
                (OTHER_CLIENT, WEB, 80, No),
                (PRIVATE, OUTSIDE, 443, All),
                (PRIVATE, OTHER_HALF, 443, No),
            ],
        ),
        case(
            "a block is preferred to a prefix list of the same length",
            |topology| {
                topology.lists = vec![vec![block("198.51.100.0/24"), block("198.51.100.128/25")]];
                let list = |target| Route { to: Destination::List(0), target };
                topology.tables[PUBLIC_TABLE].routes.push(list(GONE));
                topology.tables[PUBLIC_TABLE].routes.push(route("198.51.100.0/24", Target::InternetGateway));
            },
            &[(WEB, OUTSIDE, 80, All), (CLIENT, WEB, 80, All), (WEB, OTHER_HALF, 80, No), (OTHER_CLIENT, WEB, 80, No)],
        ),
        case(
            "a dead route to a subnet beats the local one on the way there and back",
            |topology| topology.tables[PUBLIC_TABLE].routes.push(route("10.0.2.0/24", GONE)),
            &[(WEB, PRIVATE, 80, No), (PRIVATE, WEB, 80, No), (WEB, NEIGHBOUR, 80, All)],
        ),
        case(
            "a subnet without a table of its own uses the main one",
            |topology| topology.subnets[0].table = None,
            &[(WEB, OUTSIDE, 80, No), (WEB, PRIVATE, 80, All)],
        ),
    ]
}

fn gateways() -> Vec<Case> {
    vec![
        case(
            "no internet gateway",
            without_gateway,
            &[(WEB, OUTSIDE, 80, No), (PRIVATE, OUTSIDE, 80, No), (CLIENT, WEB, 80, No), (WEB, PRIVATE, 80, All)],
        ),
        case(
            "replies through a NAT gateway are no replies",
            |topology| {
                host_at(topology, PRIVATE).public = Some([203, 0, 113, 12].into());
                topology.tables[FAR_TABLE].routes.clear();
            },
            &[(CLIENT, PRIVATE, 80, No), (PRIVATE, OUTSIDE, 80, All), (CLIENT, FAR, 80, No)],
        ),
    ]
}

fn without_gateway(topology: &mut Topology) {
    topology.vpcs[0].has_gateway = false;
    host_at(topology, WEB).public = None;
    topology.nats[0].public = None;
}

fn nat_gateways() -> Vec<Case> {
    vec![
        case(
            "a deleted NAT gateway",
            |topology| topology.nats[0].state = NatState::Deleted,
            &[(PRIVATE, OUTSIDE, 80, No)],
        ),
        case(
            "a NAT gateway that is not ready",
            |topology| topology.nats[0].state = NatState::Pending,
            &[(PRIVATE, OUTSIDE, 80, No)],
        ),
        case("a private NAT gateway", |topology| topology.nats[0].public = None, &[(PRIVATE, OUTSIDE, 80, No)]),
        case(
            "a NAT gateway in a subnet whose routes lead to itself",
            |topology| topology.subnets[0].table = Some(PRIVATE_TABLE),
            &[(PRIVATE, OUTSIDE, 80, No), (NEIGHBOUR, OUTSIDE, 443, No), (WEB, OUTSIDE, 22, No)],
        ),
        case(
            "a NAT gateway in a subnet without a way out",
            |topology| topology.tables[PUBLIC_TABLE].routes = vec![route("192.0.2.0/24", Target::InternetGateway)],
            &[(PRIVATE, OUTSIDE, 80, No), (PRIVATE, End::Address(INTERNET[2]), 80, All)],
        ),
    ]
}
