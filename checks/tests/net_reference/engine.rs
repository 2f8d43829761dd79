//! The one place where the engine is called, and which features it walks.

use crate::question::{End, Question};
use checks::net::{Family, Flow, Network, Path, Point, PortSet, Protocol};
use checks::snapshot::Snapshot;
use std::net::IpAddr;

/// The engine's answer to a question.
pub(crate) fn path(snapshot: &Snapshot, question: &Question) -> Path {
    let network = Network::new(snapshot);
    let (from, to) = (point(&network, &question.from), point(&network, &question.to));
    let (first, last) = question.ports;
    let ports = match question.message {
        Some((kind, code)) => PortSet::icmp(i64::from(kind), i64::from(code)),
        None => PortSet::range(first, last),
    };
    let flow = Flow { protocol: Protocol::of_number(question.protocol), ports };
    let path = network.path(&from, &to, &flow);
    assert_eq!(network.verdict(&from, &to, &flow), path.verdict, "the short walk and the explained one: {question:?}");
    path
}

fn point<'n, 's>(network: &'n Network<'s>, end: &End) -> Point<'n, 's> {
    match end {
        End::Interface(id) => network.interface(id).expect("the question names an interface").into(),
        End::Address(address) => Point::Address(*address),
        End::Internet { is_v6 } => Point::Internet(if *is_v6 { Family::Ipv6 } else { Family::Ipv4 }),
    }
}

/// What decides for an address: a target, which may be gone, no route, or nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    NoRoute,
    Target { id: String, is_gone: bool },
    NotKnown,
}

/// Which route decides for an address, by the engine.
pub(crate) fn decision(network: &Network<'_>, table: &str, address: IpAddr) -> Decision {
    match network.target(table, address) {
        Err(_) => Decision::NotKnown,
        Ok(None) => Decision::NoRoute,
        Ok(Some((target, is_gone))) => Decision::Target { id: target.id().to_owned(), is_gone },
    }
}
