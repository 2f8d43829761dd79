//! The way between two points: interfaces of one VPC, or an interface and an address on the internet, either way round.
//!
//! What lies in another VPC or behind a transit gateway, peering connection, VPN or appliance ends in a gap that names it.

use super::addresses::AddressSet;
use super::block_public_access::Crossing;
use super::filter::Direction;
use super::gateway;
use super::inside::{self, Causes, Inside, misrouted};
use super::internet::{Outward, behind, deliver, guard, not_public, replies, subnet_stage, towards};
use super::obstacle::{Cause, Obstacle};
use super::origin::{self, Origin, any_client};
use super::path::{Certainty, Path, Stage, Walk, Way};
use super::ports::PortSet;
use super::proof;
use super::route::{self, Target};
use super::security_group::{self, Peer};
use super::traffic::{Family, Protocol, Traffic, TrafficSet};
use crate::evidence::Component;
use crate::snapshot::ec2::{NatGateway, RouteTable, is};
use crate::snapshot::{Gap, Snapshot};
use std::net::IpAddr;

/// An end of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Point {
    /// An interface, under its private address inside its VPC and under its public address outside.
    Interface(Box<Origin>),
    /// An address; whose it is follows from the facts.
    Address(IpAddr),
    /// Any address on the internet.
    Internet(Family),
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The protocol.
    pub protocol: Protocol,
    /// Destination ports, or ICMP type and code (see [`PortSet::icmp`]).
    pub ports: PortSet,
}

impl Flow {
    /// TCP to one port.
    pub fn tcp(port: u16) -> Self {
        Self { protocol: Protocol::TCP, ports: PortSet::one(port) }
    }

    fn to(&self, source: AddressSet, destination: AddressSet) -> Traffic {
        Traffic::new(self.protocol, source, destination, self.ports.clone())
    }
}

/// Walks from one point to another and back.
///
/// Points that are both outside every known VPC give an unknown path.
pub fn between(snapshot: &Snapshot, from: &Point, to: &Point, flow: &Flow) -> Path {
    match (from, to) {
        (Point::Interface(origin), Point::Interface(target)) => {
            let family = if target.ipv4.is_empty() { Family::Ipv6 } else { Family::Ipv4 };
            if origin.vpc == target.vpc {
                within(snapshot, origin, target, family, flow)
            } else {
                outward(snapshot, origin, target.addresses(family).clone(), Certainty::Exact, family, flow)
            }
        }
        (Point::Interface(origin), Point::Address(address)) => match owner_within(snapshot, *address, &origin.vpc) {
            Some(target) => within(snapshot, origin, &target, Family::of(*address), flow),
            None => {
                let destination = AddressSet::one(*address);
                outward(snapshot, origin, destination, Certainty::Exact, Family::of(*address), flow)
            }
        },
        (Point::Interface(origin), Point::Internet(family)) => {
            let certainty = Certainty::Within(Gap::opaque("which address on the internet is meant"));
            outward(snapshot, origin, AddressSet::internet(*family), certainty, *family, flow)
        }
        (Point::Address(_) | Point::Internet(_), _) => from_outside(snapshot, from, to, flow),
    }
}

/// The first known interface for which `matches` holds of VPC, private addresses and public address; those of instances tell more.
fn interface(snapshot: &Snapshot, matches: impl Fn(&str, &AddressSet, Option<&str>) -> bool) -> Option<Origin> {
    let instances = snapshot.instances.known().iter();
    let of_instance = instances.flat_map(|instance| &instance.network_interfaces).find(|eni| {
        let v6 = eni.ipv6_addresses.iter().map(|address| address.ipv6_address.as_str());
        let own = AddressSet::of(v6.chain([eni.private_ip_address.as_str()]));
        matches(&eni.vpc_id, &own, origin::public_address(eni))
    });
    if let Some(eni) = of_instance {
        return Some(Origin::of_interface(snapshot, eni));
    }
    let others = snapshot.network_interfaces.known().iter().map(Origin::of_network_interface);
    others.into_iter().find(|own| matches(&own.vpc, &own.ipv4.union(&own.ipv6), own.public_ipv4.as_deref()))
}

fn owner_within(snapshot: &Snapshot, address: IpAddr, vpc: &str) -> Option<Origin> {
    interface(snapshot, |of, own, _| of == vpc && own.contains(address))
}

fn within(snapshot: &Snapshot, origin: &Origin, target: &Origin, family: Family, flow: &Flow) -> Path {
    let mut walk = Walk::new(snapshot, family, Certainty::Exact);
    let destination = target.addresses(family).clone();
    let asked = flow.to(origin.addresses(family).clone(), destination.clone());
    let current = inside::leave(&mut walk, origin, asked, Peer::Carrying(&target.groups));
    let inside = Inside {
        origin,
        target: target.component.clone(),
        subnet: &target.subnet,
        groups: &target.groups,
        client_ports: &origin.client_ports,
        causes: Causes::INTERFACE,
    };
    inside.walk(&mut walk, &current);
    walk.finish(destination.to_string())
}

fn outward(
    snapshot: &Snapshot,
    origin: &Origin,
    destination: AddressSet,
    certainty: Certainty,
    family: Family,
    flow: &Flow,
) -> Path {
    let mut walk = Walk::new(snapshot, family, certainty);
    let peer = if destination.is_subset(&AddressSet::internet(family)) { Peer::Outside } else { Peer::Unknown };
    let asked = flow.to(origin.addresses(family).clone(), destination.clone());
    let current = inside::leave(&mut walk, origin, asked, peer);
    Outward { origin, service: None }.walk(&mut walk, &current);
    walk.finish(destination.to_string())
}

/// From an address that belongs to no interface here: the internet, as far as it is public.
fn from_outside(snapshot: &Snapshot, from: &Point, to: &Point, flow: &Flow) -> Path {
    let (source, certainty, family) = match from {
        Point::Address(address) => (AddressSet::one(*address), Certainty::Exact, Family::of(*address)),
        Point::Internet(family) => {
            let gap = Gap::opaque("which address on the internet is meant");
            (AddressSet::internet(*family), Certainty::Within(gap), *family)
        }
        Point::Interface(origin) => (origin.ipv4.clone(), Certainty::Exact, Family::Ipv4),
    };
    let mut walk = Walk::new(snapshot, family, certainty);
    if source.intersection(&AddressSet::internet(family)).is_empty() {
        walk.gap(Gap::opaque(format!("who has {source}")));
        return walk.finish("");
    }
    match to {
        Point::Interface(target) => {
            let shown = target.public_ipv4.clone().unwrap_or_else(|| target.addresses(family).to_string());
            Inward { target, flow }.walk(&mut walk, source);
            walk.finish(shown)
        }
        Point::Address(address) => {
            to_address(&mut walk, source, *address, flow);
            walk.finish(address.to_string())
        }
        Point::Internet(_) => {
            walk.gap(Gap::opaque("the internet"));
            walk.finish("internet")
        }
    }
}

/// To an address that somebody outside names: only public ones mean anything there.
fn to_address(walk: &mut Walk<'_>, source: AddressSet, address: IpAddr, flow: &Flow) {
    let destination = AddressSet::one(address);
    if destination.intersection(&AddressSet::internet(walk.family)).is_empty() {
        let mut obstacle = not_public(Component::new("internet", "internet"), &destination);
        obstacle.code = Some("IGW_EXPECTS_PUBLIC_ADDRESS");
        let asked = flow.to(source, destination);
        walk.stop(Component::new("internet", "internet"), &asked.into(), obstacle);
        return;
    }
    let text = address.to_string();
    let is_of = |gateway: &&NatGateway| gateway.nat_gateway_addresses.iter().any(|own| own.public_ip == text);
    if let Some(gateway) = walk.snapshot.nat_gateways.known().iter().find(is_of) {
        let id = &gateway.nat_gateway_id;
        let component = Component::new("nat-gateway", id);
        let evidence = vec![proof::of::<NatGateway>(walk.snapshot, id, "NatGatewayAddresses")];
        let obstacle = Obstacle::new(Cause::NatUnsolicited, component.clone(), evidence);
        let asked = flow.to(source, destination);
        walk.stop(component, &asked.into(), obstacle.by(format!("`{id}` takes no connections from outside")));
        return;
    }
    let owner = interface(walk.snapshot, |_, own, public| match walk.family {
        Family::Ipv4 => public == Some(text.as_str()),
        Family::Ipv6 => own.contains(address),
    });
    match owner {
        Some(target) => Inward { target: &target, flow }.walk(walk, source),
        None => walk.gap(Gap::opaque(format!("who has {text}"))),
    }
}

/// A walk from the internet to an interface.
struct Inward<'a> {
    target: &'a Origin,
    flow: &'a Flow,
}

impl Inward<'_> {
    fn walk(&self, walk: &mut Walk<'_>, source: AddressSet) {
        let target = self.target;
        // The gateway translates before the subnet: filters see the private address.
        let asked = self.flow.to(source, target.addresses(walk.family).clone());
        let current: TrafficSet = asked.into();
        if current.is_empty() {
            walk.obstacle(Obstacle::new(Cause::NoAddress, target.component.clone(), Vec::new()));
            return;
        }
        self.enter_vpc(walk, &current);
        let stage = subnet_stage(Way::Forward, Cause::DestinationAclInbound, &target.subnet);
        let current = guard(walk, &target.subnet, &target.vpc, Direction::Ingress, &current, &stage);
        let Some(hull) = current.hull() else { return };
        let filtered =
            security_group::evaluate(walk.snapshot, &target.groups, Direction::Ingress, &hull, Peer::Outside);
        let stage = Stage { way: Way::Forward, cause: Cause::SecurityGroupIngress, hop: target.component.clone() };
        let current = walk.filter(&current, &filtered, &stage);
        self.reply(walk, &current);
    }

    fn enter_vpc(&self, walk: &mut Walk<'_>, current: &TrafficSet) {
        let target = self.target;
        let attached = walk.snapshot.internet_gateways.known().iter().find(|gateway| {
            gateway.attachments.iter().any(|own| own.vpc_id == target.vpc && !is(&own.state, "detached"))
        });
        let id =
            attached.map(|gateway| gateway.internet_gateway_id.clone()).or_else(|| self.routed_gateway(walk.snapshot));
        let Some(id) = id else {
            match walk.snapshot.internet_gateways.select("attachment.vpc-id", &target.vpc, |_| false) {
                Ok(_) => {
                    let component = Component::new("vpc", &target.vpc);
                    let by = format!("no internet gateway is attached to `{}`", target.vpc);
                    let obstacle = Obstacle::new(Cause::InternetGatewayMissing, component.clone(), Vec::new());
                    walk.stop(component, current, obstacle.by(by));
                }
                Err(gap) => walk.gap(gap),
            }
            return;
        };
        let (mut obstacles, mut gaps) =
            gateway::internet_gateway(walk.snapshot, &id, &target.vpc, &target.subnet, Crossing::Inbound);
        if walk.family == Family::Ipv4 && target.public_ipv4.is_none() {
            let obstacle = Obstacle::new(Cause::NoPublicAddress, target.component.clone(), Vec::new());
            let mut obstacle = obstacle.by(format!("{} has no public address", target.ipv4));
            obstacle.code = Some("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
            obstacles.push(obstacle);
        }
        gaps.extend(self.redirected(walk.snapshot, &id));
        deliver(walk, Component::new("internet-gateway", id), current, (obstacles, gaps));
    }

    /// The gateway to which the subnet's own routes lead.
    fn routed_gateway(&self, snapshot: &Snapshot) -> Option<String> {
        let table = route::of_subnet(snapshot, &self.target.subnet, &self.target.vpc).ok()?;
        table.routes.iter().filter(|route| !is(&route.state, "blackhole")).find_map(|route| match Target::of(route) {
            Target::InternetGateway(id) => Some(id),
            _ => None,
        })
    }

    /// A table on the gateway itself may send packets through an appliance first.
    fn redirected(&self, snapshot: &Snapshot, gateway: &str) -> Vec<Gap> {
        let serves = |table: &&RouteTable| table.associations.iter().any(|own| own.gateway_id == gateway);
        let Some(table) = snapshot.route_tables.known().iter().find(serves) else { return Vec::new() };
        let routed = route::divide(snapshot, table, &self.target.ipv4.union(&self.target.ipv6));
        let choices = routed.legs.iter().filter_map(|leg| leg.choice.as_ref());
        choices.filter(|choice| choice.target != Target::Local).map(|choice| behind(&choice.target)).collect()
    }

    /// The replies have to leave by an internet gateway too: through anything else they get another address or none.
    fn reply(&self, walk: &mut Walk<'_>, current: &TrafficSet) {
        let (target, Some(forward)) = (self.target, current.hull()) else { return };
        let returning = replies(current, &forward.source, &any_client());
        let stage = subnet_stage(Way::Reply, Cause::DestinationAclReply, &target.subnet);
        let returning = guard(walk, &target.subnet, &target.vpc, Direction::Egress, &returning, &stage);
        let table = match route::of_subnet(walk.snapshot, &target.subnet, &target.vpc) {
            Ok(table) => table,
            Err(gap) => return walk.gap(gap),
        };
        let routed = route::divide(walk.snapshot, table, &returning.destinations());
        let mut branches = Vec::new();
        for leg in &routed.legs {
            let mut branch = walk.branch();
            let evidence = route::evidence(walk.snapshot, &routed.table, leg.choice.as_ref());
            let part = towards(&returning, &leg.destination);
            match &leg.choice {
                Some(choice) if choice.is_blackhole => {
                    branch.obstacle(misrouted(Cause::Blackhole, &routed.table, evidence, &part).by(&choice.text));
                }
                Some(choice) if matches!(choice.target, Target::InternetGateway(_)) => {
                    branch.pass(Way::Reply, routed.table.clone(), &part, Some(choice.text.clone()));
                }
                choice => {
                    let by = choice.as_ref().map_or_else(
                        || format!("no route of `{}` leads to {}", routed.table.id, leg.destination),
                        |choice| choice.text.clone(),
                    );
                    branch.obstacle(misrouted(Cause::NoReturnRoute, &routed.table, evidence, &part).by(by));
                }
            }
            branches.push(branch);
        }
        walk.join(branches);
    }
}
