//! Interface endpoints: which of them a service's name leads to, and the way to one.
//!
//! Source: AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint" (private DNS, address types, security groups).

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::dns::VpcDns;
use crate::net::interface::Interface;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::towards;
use crate::net::path::{Branches, Certainty, Walk};
use crate::net::ports::PortSet;
use crate::net::proof;
use crate::net::security_group::Peer;
use crate::net::traffic::{Family, Protocol, Traffic, TrafficSet};
use crate::net::trip::{Causes, Trip};
use crate::snapshot::ec2::{VpcEndpoint, is};
use crate::snapshot::{Gap, Snapshot};

/// An endpoint of the service in the VPC, and whether the service's name leads to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// The endpoint, `vpc-endpoint`.
    pub component: Component,
    /// Such as `com.amazonaws.eu-west-1.ssm`.
    pub service_name: String,
    /// Why the name does not lead to it. Where the service is not reachable, this is a cause as much as what blocks the other way.
    pub unused: Option<Obstacle>,
    /// What is missing to know whether the name leads to it.
    pub gaps: Vec<Gap>,
}

impl Considered {
    /// Whether the service's name is known to lead to it.
    pub fn is_used(&self) -> bool {
        self.unused.is_none() && self.gaps.is_empty()
    }
}

/// The interface endpoints of a service in a VPC, as far as they can be seen.
pub(in crate::net) fn of_service<'a>(
    snapshot: &'a Snapshot,
    vpc: &str,
    service: &str,
    region: &str,
) -> Vec<&'a VpcEndpoint> {
    let ending = format!(".{region}.{service}");
    let endpoints = snapshot.vpc_endpoints.known().iter();
    endpoints
        .filter(|endpoint| {
            endpoint.vpc_id == vpc
                && is(&endpoint.vpc_endpoint_type, "Interface")
                && endpoint.service_name.ends_with(&ending)
                && !is(&endpoint.state, "deleted")
        })
        .collect()
}

/// Why there may be endpoints that cannot be seen.
pub(in crate::net) fn unseen(network: &Network<'_>, origin: &Interface<'_>) -> Option<Gap> {
    match network.snapshot.vpc_endpoints.covers("vpc-id", network.vpc_id(origin.vpc)) {
        Err(gap) => Some(gap),
        Ok(()) if origin.is_in_shared_subnet(network) => {
            let subnet = network.subnet_id(origin.subnet);
            Some(Gap::opaque(format!("which endpoints the owner of subnet `{subnet}` has")))
        }
        Ok(()) => None,
    }
}

/// Whether the service's name leads to an endpoint for those who ask the Amazon resolver.
pub(in crate::net) fn consider(snapshot: &Snapshot, endpoint: &VpcEndpoint, dns: &VpcDns) -> Considered {
    let component = Component::new("vpc-endpoint", &endpoint.vpc_endpoint_id);
    let mut gaps = Vec::new();
    let unused = if !is(&endpoint.state, "available") {
        Some(not_available(snapshot, endpoint))
    } else if !endpoint.private_dns_enabled {
        let evidence = vec![proof::of::<VpcEndpoint>(snapshot, &endpoint.vpc_endpoint_id, "PrivateDnsEnabled")];
        let obstacle = Obstacle::new(Cause::EndpointPrivateDnsOff, component.clone(), evidence);
        Some(obstacle.by(format!("private DNS of `{}` is off", endpoint.vpc_endpoint_id)))
    } else {
        match (&dns.support, &dns.hostnames) {
            (Ok(false), _) => Some(dns.support_off()),
            (_, Ok(false)) => Some(dns.hostnames_off()),
            (support, hostnames) => {
                gaps.extend([support, hostnames].into_iter().filter_map(|attribute| attribute.clone().err()));
                gaps.dedup();
                None
            }
        }
    };
    Considered { component, service_name: endpoint.service_name.clone(), unused, gaps }
}

/// The obstacle that an endpoint is which is not available.
pub(in crate::net) fn not_available(snapshot: &Snapshot, endpoint: &VpcEndpoint) -> Obstacle {
    let id = &endpoint.vpc_endpoint_id;
    let mut evidence = vec![proof::of::<VpcEndpoint>(snapshot, id, "State")];
    if endpoint.last_error.is_some() {
        evidence.push(proof::of::<VpcEndpoint>(snapshot, id, "LastError"));
    }
    let obstacle = Obstacle::new(Cause::EndpointState, Component::new("vpc-endpoint", id), evidence);
    obstacle.by(format!("`{id}` is {}", endpoint.state))
}

/// Whether an endpoint with this `IpAddressType` has addresses of a family; an older answer without one tells of IPv4.
pub fn serves(kind: &str, family: Family) -> bool {
    match family {
        Family::Ipv4 => !is(kind, "ipv6"),
        Family::Ipv6 => is(kind, "ipv6") || is(kind, "dualstack"),
    }
}

/// The addresses of an endpoint in one subnet.
struct Seat {
    subnet: String,
    addresses: AddressSet,
    /// Why only the subnet's blocks are known and not the addresses themselves.
    gap: Option<Gap>,
}

fn seats(network: &Network<'_>, endpoint: &VpcEndpoint, family: Family) -> Result<Vec<Seat>, Gap> {
    let snapshot = network.snapshot;
    let own = endpoint.network_interface_ids.iter().filter_map(|id| network.interface(id));
    let interfaces: Vec<&Interface<'_>> = own.collect();
    let unlisted = || Gap::opaque(format!("the subnets of endpoint `{}`", endpoint.vpc_endpoint_id));
    let mut seats = Vec::new();
    for subnet in &endpoint.subnet_ids {
        let here = interfaces.iter().filter(|eni| network.subnet_id(eni.subnet) == subnet);
        let addresses = here.fold(AddressSet::none(), |set, eni| set.union(eni.addresses(family)));
        if !addresses.is_empty() {
            seats.push(Seat { subnet: subnet.clone(), addresses, gap: None });
            continue;
        }
        let missing = endpoint.network_interface_ids.iter().find_map(|id| snapshot.network_interfaces.get(id).err());
        let gap = missing.unwrap_or_else(|| {
            Gap::opaque(format!("the addresses of endpoint `{}` in `{subnet}`", endpoint.vpc_endpoint_id))
        });
        let row = snapshot.subnets.get(subnet)?.ok_or_else(|| gap.clone())?;
        let v6 = row.ipv6_cidr_block_association_set.iter().map(|block| block.ipv6_cidr_block.as_str());
        let blocks = AddressSet::of(v6.chain([row.cidr_block.as_str()])).of_family(family);
        if blocks.is_empty() {
            return Err(gap);
        }
        seats.push(Seat { subnet: subnet.clone(), addresses: blocks, gap: Some(gap) });
    }
    if seats.is_empty() { Err(unlisted()) } else { Ok(seats) }
}

/// Walks from an interface to an endpoint in its VPC.
pub(in crate::net) fn walk_to<'w, 's>(
    network: &Network<'s>,
    origin: &Interface<'s>,
    endpoint: &'s VpcEndpoint,
    flow: (Family, u16),
    walk: Walk<'w>,
) -> Walk<'w> {
    let (family, port) = flow;
    let mut walk = walk;
    let component = || Component::new("vpc-endpoint", &endpoint.vpc_endpoint_id);
    if !serves(&endpoint.ip_address_type, family) {
        walk.obstacle(|| {
            let id = &endpoint.vpc_endpoint_id;
            let evidence = vec![proof::of::<VpcEndpoint>(network.snapshot, id, "IpAddressType")];
            let by = format!("`{id}` does not answer on {family}");
            Obstacle::new(Cause::EndpointAddressFamily, component(), evidence).by(by)
        });
        return walk;
    }
    let groups = endpoint.groups.iter().filter_map(|group| network.group(&group.group_id)).collect();
    let target = Interface {
        groups,
        kind: "vpc-endpoint",
        ..Interface::at(origin.subnet, origin.vpc, &endpoint.vpc_endpoint_id)
    };
    let whole = walk.certainty;
    match seats(network, endpoint, family) {
        Ok(seats) => {
            let certainty = seats.iter().find_map(|seat| seat.gap.clone()).map_or(Certainty::Exact, Certainty::Within);
            let inner = to_seats(network, origin, &target, &seats, port, walk.meant(&certainty));
            inner.meant(whole)
        }
        Err(gap) => {
            let certainty = Certainty::Within(gap.clone());
            let mut inner = walk.meant(&certainty);
            inner.gap(|| gap);
            blindly(network, origin, &target, port, &mut inner);
            inner.meant(whole)
        }
    }
}

fn to_seats<'w, 's>(
    network: &Network<'s>,
    origin: &Interface<'s>,
    target: &Interface<'s>,
    seats: &[Seat],
    port: u16,
    walk: Walk<'w>,
) -> Walk<'w> {
    let mut walk = walk;
    let everywhere = AddressSet::joined(seats.iter().map(|seat| &seat.addresses));
    let asked = tcp(origin.addresses(walk.family), everywhere, port);
    let trip = Trip {
        network,
        from: Some(origin),
        to: None,
        is_guess: false,
        service: None,
        causes: Causes::ENDPOINT,
        beyond: None,
    };
    let current = trip.out_of(&mut walk, origin, &asked, peer(target));
    let mut branches = Branches::new();
    for seat in seats {
        let part = towards(&current, &seat.addresses);
        let Some(subnet) = network.subnet(&seat.subnet).filter(|_| !part.is_empty()) else { continue };
        let (ipv4, ipv6) = (seat.addresses.of_family(Family::Ipv4), seat.addresses.of_family(Family::Ipv6));
        let target = Interface { subnet, ipv4, ipv6, ..target.clone() };
        let mut branch = walk.branch();
        Trip { to: Some(&target), ..trip }.on_from_groups(&mut branch, origin, &part);
        branches.push(branch);
    }
    // Every subnet of an endpoint is in use, even where the addresses in it are not known.
    let certainty = walk.certainty;
    walk = walk.meant(&Certainty::Exact);
    walk.join(branches);
    walk.meant(certainty)
}

/// To an endpoint whose addresses and subnets are not known: the groups at both ends are judged all the same.
fn blindly<'s>(network: &Network<'s>, origin: &Interface<'s>, target: &Interface<'s>, port: u16, walk: &mut Walk<'_>) {
    let asked = tcp(origin.addresses(walk.family), AddressSet::all(walk.family), port);
    let trip = Trip {
        network,
        from: Some(origin),
        to: None,
        is_guess: false,
        service: None,
        causes: Causes::ENDPOINT,
        beyond: None,
    };
    let current = trip.out_of(walk, origin, &asked, peer(target));
    trip.enter_groups(walk, target, &current);
}

/// Who an endpoint is for outbound rules that name a group.
fn peer<'n>(target: &'n Interface<'_>) -> Peer<'n> {
    if target.groups.is_empty() { Peer::Unknown } else { Peer::Carrying(&target.groups) }
}

/// TCP to one port.
pub(in crate::net) fn tcp(source: &AddressSet, destination: AddressSet, port: u16) -> TrafficSet {
    Traffic::new(Protocol::TCP, source.clone(), destination, PortSet::one(port)).into()
}
