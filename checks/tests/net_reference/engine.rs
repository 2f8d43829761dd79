//! The one place where the engine is called, and which features it walks.

use crate::question::{End, Question};
use checks::net::route::{self, Target};
use checks::net::{AddressSet, Family, Flow, Origin, Path, Point, PortSet, Protocol, between};
use checks::snapshot::Snapshot;
use checks::snapshot::ec2::{InstanceNetworkInterface, RouteTable};
use std::net::IpAddr;

/// The engine's answer to a question.
pub(crate) fn path(snapshot: &Snapshot, question: &Question) -> Path {
    let (from, to) = (point(snapshot, &question.from), point(snapshot, &question.to));
    let (first, last) = question.ports;
    let ports = match question.message {
        Some((kind, code)) => PortSet::icmp(i64::from(kind), i64::from(code)),
        None => PortSet::range(first, last),
    };
    between(snapshot, &from, &to, &Flow { protocol: Protocol::of_number(question.protocol), ports })
}

fn point(snapshot: &Snapshot, end: &End) -> Point {
    match end {
        End::Interface(id) => Point::Interface(Box::new(Origin::of_interface(snapshot, interface(snapshot, id)))),
        End::Address(address) => Point::Address(*address),
        End::Internet { is_v6 } => Point::Internet(if *is_v6 { Family::Ipv6 } else { Family::Ipv4 }),
    }
}

fn interface<'a>(snapshot: &'a Snapshot, id: &str) -> &'a InstanceNetworkInterface {
    let interfaces = snapshot.instances.known().iter().flat_map(|instance| &instance.network_interfaces);
    interfaces.into_iter().find(|own| own.network_interface_id == id).expect("the question names an interface")
}

/// What the engine says of a table and an address: the deciding target with whether it is gone, no route, or that it cannot tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    NoRoute,
    Target { id: String, is_gone: bool },
    NotKnown,
}

/// Which route decides for one address, by the engine.
pub(crate) fn decision(snapshot: &Snapshot, table: &RouteTable, address: IpAddr) -> Decision {
    let routed = route::divide(snapshot, table, &AddressSet::one(address));
    if !routed.unknown.is_empty() {
        return Decision::NotKnown;
    }
    assert_eq!(routed.legs.len(), 1, "one address has one leg: {routed:?}");
    match &routed.legs[0].choice {
        None => Decision::NoRoute,
        Some(choice) => Decision::Target { id: Target::id(&choice.target).to_owned(), is_gone: choice.is_blackhole },
    }
}
