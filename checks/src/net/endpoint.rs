//! Interface endpoints: which of them a service's name leads to, and the way to one.
//!
//! Source: AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint" (private DNS, address types, security groups).

use super::addresses::AddressSet;
use super::dns::VpcDns;
use super::inside::{self, Causes, Inside};
use super::internet::towards;
use super::obstacle::{Cause, Obstacle};
use super::origin::Origin;
use super::path::{Certainty, Walk};
use super::proof;
use super::security_group::{self, Peer};
use super::traffic::Family;
use crate::evidence::Component;
use crate::snapshot::ec2::{NetworkInterface, VpcEndpoint, is};
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
pub(super) fn of_service<'a>(snapshot: &'a Snapshot, vpc: &str, service: &str, region: &str) -> Vec<&'a VpcEndpoint> {
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
pub(super) fn unseen(snapshot: &Snapshot, origin: &Origin) -> Option<Gap> {
    match snapshot.vpc_endpoints.select("vpc-id", &origin.vpc, |_| false) {
        Err(gap) => Some(gap),
        Ok(_) if origin.is_in_shared_subnet(snapshot) => {
            Some(Gap::opaque(format!("which endpoints the owner of subnet `{}` has", origin.subnet)))
        }
        Ok(_) => None,
    }
}

/// Whether the service's name leads to an endpoint for those who ask the Amazon resolver.
pub(super) fn consider(snapshot: &Snapshot, endpoint: &VpcEndpoint, dns: &VpcDns) -> Considered {
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
pub(super) fn not_available(snapshot: &Snapshot, endpoint: &VpcEndpoint) -> Obstacle {
    let id = &endpoint.vpc_endpoint_id;
    let mut evidence = vec![proof::of::<VpcEndpoint>(snapshot, id, "State")];
    if endpoint.last_error.is_some() {
        evidence.push(proof::of::<VpcEndpoint>(snapshot, id, "LastError"));
    }
    let obstacle = Obstacle::new(Cause::EndpointState, Component::new("vpc-endpoint", id), evidence);
    obstacle.by(format!("`{id}` is {}", endpoint.state))
}

/// Whether an endpoint answers on addresses of a family.
fn serves(endpoint: &VpcEndpoint, family: Family) -> bool {
    let kind = endpoint.ip_address_type.as_str();
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

fn seats(snapshot: &Snapshot, endpoint: &VpcEndpoint, family: Family) -> Result<Vec<Seat>, Gap> {
    let own = |eni: &&NetworkInterface| endpoint.network_interface_ids.contains(&eni.network_interface_id);
    let interfaces: Vec<&NetworkInterface> = snapshot.network_interfaces.known().iter().filter(own).collect();
    let unlisted = || Gap::opaque(format!("the subnets of endpoint `{}`", endpoint.vpc_endpoint_id));
    let mut seats = Vec::new();
    for subnet in &endpoint.subnet_ids {
        let here = interfaces.iter().filter(|eni| eni.subnet_id == *subnet);
        let addresses = here.fold(AddressSet::none(), |set, eni| set.union(&addresses_of(eni, family)));
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

fn addresses_of(eni: &NetworkInterface, family: Family) -> AddressSet {
    let v4 = eni.private_ip_addresses.iter().map(|address| address.private_ip_address.as_str());
    let v6 = eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str());
    AddressSet::of(v4.chain(v6).chain([eni.private_ip_address.as_str()])).of_family(family)
}

/// Walks from an interface to an endpoint in its VPC.
pub(super) fn walk_to<'a>(
    snapshot: &'a Snapshot,
    origin: &Origin,
    endpoint: &VpcEndpoint,
    family: Family,
    port: u16,
) -> Walk<'a> {
    let component = Component::new("vpc-endpoint", &endpoint.vpc_endpoint_id);
    let mut walk = Walk::new(snapshot, family, Certainty::Exact);
    if !serves(endpoint, family) {
        let evidence = vec![proof::of::<VpcEndpoint>(snapshot, &endpoint.vpc_endpoint_id, "IpAddressType")];
        let by = format!("`{}` does not answer on {family}", endpoint.vpc_endpoint_id);
        walk.obstacle(Obstacle::new(Cause::EndpointAddressFamily, component, evidence).by(by));
        return walk;
    }
    let seats = match seats(snapshot, endpoint, family) {
        Ok(seats) => seats,
        Err(gap) => {
            walk_blindly(&mut walk, origin, endpoint, port, gap);
            return walk;
        }
    };
    if let Some(gap) = seats.iter().find_map(|seat| seat.gap.clone()) {
        walk.certainty = Certainty::Within(gap);
    }
    let everywhere = seats.iter().fold(AddressSet::none(), |set, seat| set.union(&seat.addresses));
    let asked = origin.tcp_to(family, everywhere, port);
    let groups = security_group::ids(&endpoint.groups);
    let peer = if groups.is_empty() { Peer::Unknown } else { Peer::Carrying(&groups) };
    let current = inside::leave(&mut walk, origin, asked, peer);
    let mut branches = Vec::new();
    for seat in &seats {
        let part = towards(&current, &seat.addresses);
        if !part.is_empty() {
            let mut branch = walk.branch();
            let inside = Inside {
                origin,
                target: component.clone(),
                subnet: &seat.subnet,
                groups: &groups,
                client_ports: &origin.client_ports,
                causes: Causes::ENDPOINT,
            };
            inside.walk(&mut branch, &part);
            branches.push(branch);
        }
    }
    // Every subnet of an endpoint is in use, even where the addresses in it are not known.
    let certainty = std::mem::replace(&mut walk.certainty, Certainty::Exact);
    walk.join(branches);
    walk.certainty = certainty;
    walk
}

/// To an endpoint whose addresses and subnets are not known: the groups at both ends are judged all the same.
fn walk_blindly(walk: &mut Walk<'_>, origin: &Origin, endpoint: &VpcEndpoint, port: u16, gap: Gap) {
    let groups = security_group::ids(&endpoint.groups);
    let asked = origin.tcp_to(walk.family, AddressSet::all(walk.family), port);
    walk.certainty = Certainty::Within(gap.clone());
    walk.gap(gap);
    let peer = if groups.is_empty() { Peer::Unknown } else { Peer::Carrying(&groups) };
    let current = inside::leave(walk, origin, asked, peer);
    let inside = Inside {
        origin,
        target: Component::new("vpc-endpoint", &endpoint.vpc_endpoint_id),
        subnet: &origin.subnet,
        groups: &groups,
        client_ports: &origin.client_ports,
        causes: Causes::ENDPOINT,
    };
    inside.enter(walk, &current);
}
