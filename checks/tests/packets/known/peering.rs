//! What is known of peering connections.

use super::Works::{All, From, No};
use super::plain::{FAR, FAR_PRIVATE, FAR_TABLE, OUTSIDE, PRIVATE, PRIVATE_TABLE, PUBLIC_TABLE, WEB, allow, route};
use super::{Case, case};
use crate::topology::{
    ANYWHERE, Acl, Destination, Entry, Peer, Peering, Permission, Protocol, Target, Topology, block,
};

fn peered(topology: &mut Topology) {
    topology.peering = Some(Peering::Active);
    for table in [PUBLIC_TABLE, PRIVATE_TABLE] {
        topology.tables[table].routes.push(route("10.1.0.0/16", Target::Peering));
    }
    topology.tables[FAR_TABLE].routes.push(route("10.0.0.0/16", Target::Peering));
}

fn without_routes_to(topology: &mut Topology, text: &str) {
    for table in &mut topology.tables {
        table.routes.retain(|own| own.to != Destination::Block(block(text)));
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = routes();
    cases.extend(filters());
    cases
}

fn routes() -> Vec<Case> {
    vec![
        case(
            "routes on both sides",
            peered,
            &[
                (WEB, FAR, 80, All),
                (PRIVATE, FAR_PRIVATE, 443, All),
                (FAR, PRIVATE, 22, All),
                (FAR_PRIVATE, WEB, 80, All),
                (PRIVATE, OUTSIDE, 80, All),
            ],
        ),
        case(
            "a route on the side of the first VPC only",
            |topology| {
                peered(topology);
                without_routes_to(topology, "10.0.0.0/16");
            },
            &[(WEB, FAR, 80, No), (FAR, WEB, 80, No)],
        ),
        case(
            "a route on the side of the second VPC only",
            |topology| {
                peered(topology);
                without_routes_to(topology, "10.1.0.0/16");
            },
            &[(WEB, FAR, 80, No), (FAR, WEB, 80, No)],
        ),
        case(
            "a route to one subnet of the peer",
            |topology| {
                peered(topology);
                topology.tables[PUBLIC_TABLE].routes[1] = route("10.1.1.0/24", Target::Peering);
            },
            &[
                (WEB, FAR, 80, All),
                (WEB, FAR_PRIVATE, 80, No),
                (FAR_PRIVATE, WEB, 80, No),
                (FAR_PRIVATE, PRIVATE, 80, All),
            ],
        ),
        case(
            "a deleted peering connection",
            |topology| {
                peered(topology);
                topology.peering = Some(Peering::Deleted);
            },
            &[(WEB, FAR, 80, No), (FAR, WEB, 80, No)],
        ),
        case(
            "a peer lends no gateway",
            |topology| {
                peered(topology);
                topology.tables[PRIVATE_TABLE].routes = vec![route(ANYWHERE, Target::Peering)];
            },
            &[(PRIVATE, OUTSIDE, 80, No), (PRIVATE, FAR, 80, All)],
        ),
    ]
}

fn filters() -> Vec<Case> {
    vec![
        case(
            "a group of the peer can be named",
            |topology| {
                peered(topology);
                let rule = Permission { protocol: Protocol::Tcp, ports: (443, 443), peers: vec![Peer::Group(0)] };
                topology.groups[1].inbound = vec![rule];
            },
            &[(WEB, FAR, 443, All), (WEB, FAR, 80, No), (FAR_PRIVATE, FAR, 443, No), (FAR, WEB, 443, All)],
        ),
        case(
            "the peer's ACL lets a part of the replies out",
            |topology| {
                peered(topology);
                let deny = Entry {
                    allow: false,
                    protocol: Protocol::Tcp,
                    ports: (40001, 65535),
                    ..allow(true, 10, "10.0.0.0/16")
                };
                let open = [allow(true, 20, ANYWHERE), allow(false, 20, ANYWHERE)];
                topology.subnets[2].acl = topology.acls.len();
                topology.acls.push(Acl {
                    vpc: 1,
                    is_default: false,
                    entries: [deny].into_iter().chain(open).collect(),
                });
            },
            &[(WEB, FAR, 80, From((32768, 40000))), (WEB, FAR_PRIVATE, 80, All), (FAR, WEB, 80, All)],
        ),
    ]
}
