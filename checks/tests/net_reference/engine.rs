//! The one place where the engine is called, and which features it walks.

use crate::question::{End, Question};
use checks::net::route;
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

/// What decides for an address: a target, which may be gone, no route, or nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    NoRoute,
    Target { id: String, is_gone: bool },
    NotKnown,
}

/// Which route decides for each address, by the engine: it divides all addresses of a family at once.
pub(crate) fn decisions(snapshot: &Snapshot, table: &RouteTable, is_v6: bool) -> impl Fn(IpAddr) -> Decision {
    let family = if is_v6 { Family::Ipv6 } else { Family::Ipv4 };
    let routed = route::divide(snapshot, table, &AddressSet::all(family));
    move |address| {
        if !routed.unknown.is_empty() {
            return Decision::NotKnown;
        }
        let legs: Vec<_> = routed.legs.iter().filter(|leg| leg.destination.contains(address)).collect();
        assert_eq!(legs.len(), 1, "{address} is in one leg: {routed:?}");
        match &legs[0].choice {
            None => Decision::NoRoute,
            Some(choice) => Decision::Target { id: choice.target.id().to_owned(), is_gone: choice.is_blackhole },
        }
    }
}
