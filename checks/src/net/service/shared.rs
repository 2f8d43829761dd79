//! Answers that many interfaces share: those in one subnet that differ in nothing but their addresses.

use crate::net::addresses::AddressSet;
use crate::net::interface::Interface;
use crate::net::network::{GroupIx, Network};
use crate::net::ports::PortSet;
use crate::net::service_path::ServicePath;
use crate::net::traffic::Family;
use foldhash::HashMap;
use smallvec::SmallVec;
use std::sync::{Arc, Mutex, PoisonError};

/// What a walk to a service looks at in the interface where it starts, beside its subnet and addresses.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind<'s> {
    owner: &'s str,
    groups: SmallVec<[GroupIx; 5]>,
    client_ports: PortSet,
    has_ipv4: bool,
    has_ipv6: bool,
    has_public_ipv4: bool,
    denies_internet: bool,
    source_dest_check: Option<bool>,
}

/// Service, Region and port, with the answer that holds for every address of the subnet; `None` where there is none.
type Known = (String, String, u16, Option<Arc<ServicePath>>);

/// The ways to services from one subnet.
#[derive(Debug, Default)]
pub(in crate::net) struct Ways<'s>(Mutex<HashMap<Kind<'s>, Vec<Known>>>);

/// The way to a service that everybody in the subnet of `origin` has who is like it, found by `answer` for an interface with all the
/// addresses of the subnet. `None` where there is no such way, or where the interface has addresses that are not of its subnet.
pub(in crate::net) fn way<'s>(
    network: &Network<'s>,
    origin: &Interface<'s>,
    (service, region, port): (&str, &str, u16),
    answer: impl FnOnce(&Interface<'s>) -> Option<Arc<ServicePath>>,
) -> Option<Arc<ServicePath>> {
    let (ways, block) = (network.ways_of(origin.subnet)?, network.block_of(origin.subnet)?);
    if origin.is_foreign || !origin.ipv4.is_subset(block) || !origin.ipv6.is_subset(block) {
        return None;
    }
    let kind = Kind {
        owner: origin.owner,
        groups: origin.groups.clone(),
        client_ports: origin.client_ports.clone(),
        has_ipv4: !origin.ipv4.is_empty(),
        has_ipv6: !origin.ipv6.is_empty(),
        has_public_ipv4: origin.public_ipv4.is_some(),
        denies_internet: origin.denies_internet,
        source_dest_check: origin.source_dest_check,
    };
    let mut kinds = ways.0.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kinds.entry(kind).or_default();
    let is_asked = |own: &&Known| own.0 == service && own.1 == region && own.2 == port;
    if let Some((.., way)) = known.iter().find(is_asked) {
        return way.clone();
    }
    let all = |family| if origin.addresses(family).is_empty() { AddressSet::none() } else { block.of_family(family) };
    let way = answer(&Interface { ipv4: all(Family::Ipv4), ipv6: all(Family::Ipv6), ..origin.clone() });
    known.push((service.to_owned(), region.to_owned(), port, way.clone()));
    way
}
