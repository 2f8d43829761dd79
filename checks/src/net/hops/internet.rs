//! Internet gateways as hops: out of a VPC, in from the internet, and back.
//!
//! The gateway translates between public and private IPv4 addresses outside the subnets, so that filters see private ones.

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::between::named;
use crate::net::block_public_access::Crossing;
use crate::net::filter::Direction;
use crate::net::gateway;
use crate::net::interface::Interface;
use crate::net::nat;
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Link, Parcel, Place, Role, Translator, Turn, behind, with_source};
use crate::net::path::{Walk, Way};
use crate::net::proof;
use crate::net::route::Target;
use crate::net::traffic::{Family, Traffic, TrafficSet};
use crate::net::trip::Trip;
use crate::snapshot::ec2::{Instance, InstanceNetworkInterface, is};
use crate::snapshot::{Gap, Snapshot};

/// Out through an internet gateway, to the internet or to whoever here has the public address.
pub(in crate::net) fn out<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    id: &str,
    parcel: Parcel<'_, 's>,
) {
    if parcel.way == Way::Reply {
        return back_in(trip, walk, at, id, parcel);
    }
    match (at.role, trip.from) {
        (Role::Nat(nat_gateway), _) => nat::to_internet(trip, walk, at, nat_gateway, id, parcel),
        (Role::End, Some(origin)) => with_public_address(trip, walk, origin, id, parcel),
        (Role::Attachment | Role::End, _) => {
            let vpc = trip.network.vpc_id(at.vpc);
            walk.stop(
                parcel.way,
                || Component::new("internet-gateway", id),
                parcel.traffic,
                || {
                    let by = format!("{} is no address of an interface in `{vpc}`", parcel.traffic.sources());
                    Obstacle::new(Cause::NoPublicAddress, Component::new("internet-gateway", id), Vec::new()).by(by)
                },
            );
            trip.without_way(walk, parcel);
        }
    }
}

fn with_public_address<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    origin: &Interface<'s>,
    id: &str,
    parcel: Parcel<'_, 's>,
) {
    let crossing = Crossing::OutboundPublicAddress;
    let family = parcel.traffic.family();
    let is_open = gateway::is_open(trip.network, id, origin.vpc, origin.subnet, crossing);
    let is_public = parcel.traffic.destinations().intersects(AddressSet::internet_ref(family));
    let has_source = family == Family::Ipv6 || origin.public_ipv4.is_some();
    let hop = || Component::new("internet-gateway", id);
    let source = match (&origin.public_ipv4, family) {
        (Some(public), Family::Ipv4) => public.clone(),
        _ => parcel.traffic.sources(),
    };
    let outside = with_source(parcel.traffic, &source);
    if is_open && is_public && has_source {
        walk.pass(parcel.way, &outside, || (hop(), None, None));
    } else {
        let (mut obstacles, gaps) = gateway::internet_gateway(trip.network, id, origin.vpc, origin.subnet, crossing);
        if !is_public {
            obstacles.push(not_public(hop(), &parcel.traffic.destinations()));
        }
        let mut gaps = gaps;
        match has_source {
            true => {}
            // Another of its addresses has a public one, and its system chooses under which it sends.
            false if !origin.pairs.is_empty() => {
                let (system, own) = (named(origin), &origin.ipv4);
                gaps.push(Gap::opaque(format!("whether {system} sends for {own} under another address")));
            }
            false => obstacles.push(no_public_address(trip.network.snapshot, origin)),
        }
        deliver(walk, parcel.way, hop, &outside, (obstacles, gaps));
    }
    let by = Translator::PublicAddress(origin);
    let turn = Turn {
        by,
        inside: parcel.traffic,
        at: Place::of(origin),
        source: parcel.traffic.sources(),
        before: parcel.turn,
    };
    let is_translated = family == Family::Ipv4;
    let turn = if is_translated { Some(&turn) } else { parcel.turn };
    onward(trip, walk, Parcel { traffic: &outside, turn, ..parcel });
}

/// On from the internet: into a VPC that is known, when somebody there has the address, or back.
pub(in crate::net) fn onward<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>) {
    if walk.is_settled() {
        return;
    }
    let destination = if trip.service.is_some() { None } else { parcel.traffic.destinations().single() };
    match destination.and_then(|address| trip.network.owner_outside(address)) {
        Some(target) => {
            let link = Link::Lost("SG_REFERENCES_NOT_PRESERVED");
            into(trip, walk, target, Parcel { link, ..parcel });
        }
        None => trip.back_from_outside(walk, parcel),
    }
}

/// Replies that leave by an internet gateway: to somebody outside, or to a public address here.
fn back_in<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, at: Place<'_, 's>, id: &str, parcel: Parcel<'_, 's>) {
    let hop = || Component::new("internet-gateway", id);
    let destinations = parcel.traffic.destinations();
    // What came over a transit gateway from a NAT gateway came under its private address.
    let is_private = destinations.intersection(&AddressSet::internet(parcel.traffic.family())).is_empty();
    let stop = |walk: &mut Walk<'_>| {
        walk.stop(Way::Reply, hop, parcel.traffic, || {
            let by = match trip.beyond {
                Some(gateway) if !gateway.is_empty() => format!("packets came from behind `{gateway}`"),
                _ => format!("{destinations} is no address of the internet"),
            };
            Obstacle::new(Cause::NoReturnRoute, hop(), Vec::new()).by(by)
        });
    };
    if matches!(at.role, Role::Attachment) {
        return walk.stop(Way::Reply, hop, parcel.traffic, || {
            let vpc = trip.network.vpc_id(at.vpc);
            let by = format!("{} is no address of an interface in `{vpc}`", parcel.traffic.sources());
            Obstacle::new(Cause::NoReturnRoute, hop(), Vec::new()).by(by)
        });
    }
    match (parcel.turn, trip.from) {
        (Some(_), _) if parcel.traffic.family() == Family::Ipv4 && is_private => stop(walk),
        (Some(turn), _) => {
            walk.pass(Way::Reply, parcel.traffic, || (hop(), None, None));
            // Addresses change at the gateways, and ports do not.
            let (source, destination) = (turn.inside.destinations(), &turn.source);
            let inside =
                |part: &Traffic| Traffic { source: source.clone(), destination: destination.clone(), ..part.clone() };
            let parts = parcel.traffic.parts().iter().map(inside);
            let returning = parts.fold(TrafficSet::default(), |set, part| set.union(&part.into()));
            let parcel = parcel.with(&returning);
            match turn.by {
                Translator::Nat(_) => nat::back(trip, walk, turn, parcel),
                Translator::PublicAddress(_) => trip.home(walk, parcel),
            }
        }
        // Who is behind a virtual private gateway is not met over the internet.
        (None, None) if trip.beyond.is_some() && parcel.traffic.family() == Family::Ipv4 => stop(walk),
        (None, None) if trip.beyond.is_some() => {
            // IPv6 addresses stay what they are, and may find another way there.
            let gap = || Gap::opaque(format!("whether {destinations} is met over the internet"));
            walk.opaque(Way::Reply, hop, parcel.traffic, "UNKNOWN_DESTINATION", gap);
        }
        (None, None) => {}
        (None, Some(origin)) if parcel.traffic.family() == Family::Ipv6 => {
            if !leads_out(trip, origin, &parcel.traffic.sources()) {
                // The request came by another way, and nobody says that the sender's VPC can be met from the internet.
                let gap = || Gap::opaque(format!("how replies over the internet get to `{}`", origin.id));
                walk.opaque(Way::Reply, hop, parcel.traffic, "UNKNOWN_DESTINATION", gap);
            }
            trip.home(walk, parcel);
        }
        (None, Some(_)) => stop(walk),
    }
}

/// Whether an interface sends to these addresses through a gateway to the internet.
fn leads_out(trip: &Trip<'_, '_>, origin: &Interface<'_>, destinations: &AddressSet) -> bool {
    let leads = |target: &Target| matches!(target, Target::InternetGateway(_) | Target::EgressOnlyInternetGateway(_));
    let Ok(table) = trip.network.table_of(origin.subnet) else { return false };
    table.divide(destinations).iter().all(|leg| leg.choice.as_ref().is_some_and(|choice| leads(choice.target)))
}

/// In from the internet to an interface under its public address.
pub(in crate::net) fn into<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    target: &Interface<'s>,
    parcel: Parcel<'_, 's>,
) {
    let family = parcel.traffic.family();
    // The gateway translates before the subnet: filters see the private address.
    let private = match family {
        Family::Ipv4 => {
            let paired = |address| target.pairs.iter().find(|(_, public)| *public == address).map(|(own, _)| *own);
            let own = parcel.traffic.destinations().single().and_then(paired);
            own.map_or_else(|| target.ipv4.clone(), AddressSet::one)
        }
        Family::Ipv6 => target.ipv6.intersection(&parcel.traffic.destinations()),
    };
    let inside = TrafficSet::of_parts(
        parcel.traffic.parts().iter().map(|part| Traffic { destination: private.clone(), ..part.clone() }),
    );
    if inside.is_empty() {
        walk.obstacle(|| Obstacle::new(Cause::NoAddress, target.component(), Vec::new()));
        return;
    }
    let parcel = parcel.with(&inside);
    enter_vpc(trip, walk, target, parcel);
    if walk.is_settled() {
        return;
    }
    let traffic = trip.guard(walk, target.subnet, Direction::Ingress, Cause::DestinationAclInbound, parcel);
    if !walk.is_settled() {
        trip.arrive(walk, target, parcel.with(&traffic));
    }
}

fn enter_vpc<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, target: &Interface<'s>, parcel: Parcel<'_, 's>) {
    let network = trip.network;
    let vpc = network.vpc_id(target.vpc);
    let Some(id) = attached(network.snapshot, vpc).or_else(|| routed(trip, target)) else {
        let listed = network.snapshot.internet_gateways.covers("attachment.vpc-id", vpc);
        match listed.and_then(|()| network.sees_all_of(vpc)) {
            Ok(()) => walk.stop(
                parcel.way,
                || Component::new("vpc", vpc),
                parcel.traffic,
                || {
                    let by = format!("no internet gateway is attached to `{vpc}`");
                    Obstacle::new(Cause::InternetGatewayMissing, Component::new("vpc", vpc), Vec::new()).by(by)
                },
            ),
            Err(gap) => walk.gap(|| gap),
        }
        return;
    };
    let hop = || Component::new("internet-gateway", id);
    if let Some(gap) = network.encryption(target.vpc, || Target::InternetGateway(id.to_owned())) {
        walk.gap(|| gap);
    }
    let family = parcel.traffic.family();
    let is_open = gateway::is_open(network, id, target.vpc, target.subnet, Crossing::Inbound);
    let has_public = family == Family::Ipv6 || !target.pairs.is_empty() || target.public_ipv4.is_some();
    let is_refused = family == Family::Ipv6 && target.denies_internet;
    let redirected = redirected(trip, id, parcel.traffic);
    if is_open && has_public && !is_refused && redirected.is_empty() {
        return walk.pass(parcel.way, parcel.traffic, || (hop(), None, None));
    }
    let (mut obstacles, mut gaps) =
        gateway::internet_gateway(network, id, target.vpc, target.subnet, Crossing::Inbound);
    if !has_public {
        let obstacle = Obstacle::new(Cause::NoPublicAddress, target.component(), Vec::new());
        let mut obstacle = obstacle.by(format!("{} has no public address", target.ipv4));
        obstacle.code = Some("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
        obstacles.push(obstacle);
    }
    if is_refused {
        let obstacle = Obstacle::new(Cause::InternetDenied, target.component(), Vec::new());
        obstacles.push(obstacle.by(format!("`{}` takes nothing from the internet", target.id)));
    }
    gaps.extend(redirected);
    deliver(walk, parcel.way, hop, parcel.traffic, (obstacles, gaps));
}

/// The internet gateway that is attached to a VPC.
fn attached<'s>(snapshot: &'s Snapshot, vpc: &str) -> Option<&'s str> {
    let gateways = snapshot.internet_gateways.known().iter();
    let mut attached = gateways
        .filter(|gateway| gateway.attachments.iter().any(|own| own.vpc_id == vpc && !is(&own.state, "detached")));
    attached.next().map(|gateway| gateway.internet_gateway_id.as_str())
}

/// The gateway to which the subnet's own routes lead.
fn routed<'s>(trip: &Trip<'_, 's>, target: &Interface<'s>) -> Option<&'s str> {
    let table = trip.network.table_of(target.subnet).ok()?;
    let routes = table.row.routes.iter().filter(|route| !is(&route.state, "blackhole"));
    routes.filter(|route| route.gateway_id.starts_with("igw-")).map(|route| route.gateway_id.as_str()).next()
}

/// A table on the gateway itself may send packets through an appliance first.
fn redirected<'s>(trip: &Trip<'_, 's>, gateway: &str, traffic: &TrafficSet) -> Vec<Gap> {
    let Some(table) = trip.network.table_of_gateway(gateway) else { return Vec::new() };
    let legs = table.divide(&traffic.destinations());
    let choices = legs.iter().filter_map(|leg| leg.choice.as_ref());
    choices.filter(|choice| *choice.target != Target::Local).map(|choice| behind(choice.target)).collect()
}

/// That an interface has no public address to leave with.
pub(in crate::net) fn no_public_address(snapshot: &Snapshot, origin: &Interface<'_>) -> Obstacle {
    let evidence = origin.instance.map(|row| {
        let own = |eni: &InstanceNetworkInterface| eni.network_interface_id == origin.id;
        let position = row.network_interfaces.iter().position(own).unwrap_or_default();
        let field = format!("NetworkInterfaces[{position}].Association");
        proof::of::<Instance>(snapshot, &row.instance_id, &field)
    });
    let evidence: Vec<Evidence> = evidence.into_iter().collect();
    Obstacle::new(Cause::NoPublicAddress, origin.component(), evidence)
        .by(format!("{} has no public address", origin.ipv4))
}

/// What a gateway has against destinations that are no public addresses: private ones, or those that only NAT64 translates.
pub(in crate::net) fn not_public(component: Component, destinations: &AddressSet) -> Obstacle {
    let mut obstacle = Obstacle::new(Cause::NotPublicDestination, component, Vec::new());
    if destinations.is_subset(&AddressSet::of(["100.64.0.0/10"])) {
        obstacle.code = Some("IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS");
    }
    obstacle.by(format!("{destinations} is no address of the internet"))
}

/// Hands packets over to a gateway that may have something against them.
pub(in crate::net) fn deliver(
    walk: &mut Walk<'_>,
    way: Way,
    hop: impl Fn() -> Component,
    traffic: &TrafficSet,
    (obstacles, gaps): (Vec<Obstacle>, Vec<Gap>),
) {
    if obstacles.is_empty() {
        walk.pass(way, traffic, || (hop(), None, None));
    }
    for obstacle in obstacles {
        walk.stop(way, &hop, traffic, || obstacle);
    }
    for gap in gaps {
        walk.gap(|| gap);
    }
}
