//! Private networks as the place where packets come from: over a virtual private gateway, a transit gateway or whatever else leads back
//! to them. Nobody can look at their far side.
//!
//! Source: VPC user guide, "Gateway route tables"; only addresses of interfaces are delivered to.

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::between::{Flow, Point};
use crate::net::interface::Interface;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Link, Parcel, behind};
use crate::net::path::{Walk, Way};
use crate::net::route::Target;
use crate::net::traffic::TrafficSet;
use crate::net::trip::{Causes, Trip};
use crate::snapshot::Gap;

/// From behind a virtual private gateway to an interface or address of its VPC.
pub(in crate::net) fn from_private<'s>(
    network: &Network<'s>,
    walk: &mut Walk<'_>,
    gateway: &str,
    to: &Point<'_, 's>,
    flow: &Flow,
) {
    let narrowed;
    let target = match to {
        Point::Interface(target) => &**target,
        Point::Address(address) => match network.only_owner(*address) {
            Some(owner) => {
                narrowed = owner.narrowed(*address);
                &narrowed
            }
            None => {
                let asked = flow.to(AddressSet::all(walk.family), AddressSet::one(*address)).into();
                return nobody(network, walk, gateway, &asked);
            }
        },
        Point::Outside(_) | Point::Internet(_) | Point::Gateway(_) | Point::Far(_) | Point::ConnectEndpoint { .. } => {
            return walk.gap(|| behind(&Target::VirtualPrivateGateway(gateway.to_owned())));
        }
    };
    let source = routed(network, target, gateway, walk);
    let asked: TrafficSet = flow.to(source, target.addresses(walk.family).clone()).into();
    let trip = Trip {
        network,
        from: None,
        to: Some(target),
        is_guess: false,
        service: None,
        causes: Causes::INTERFACE,
        beyond: Some(gateway),
    };
    walk.pass(Way::Forward, &asked, || (Component::new("vpn-gateway", gateway), None, None));
    let parcel = Parcel { link: Link::Lost("SG_REFERENCES_NOT_PRESERVED"), ..Parcel::new(&asked, Way::Forward) };
    trip.enter_vpc(walk, target.vpc, || Component::new("vpn-gateway", gateway), parcel);
}

/// From private addresses that no interface here has, to an interface: in by whatever its subnet answers them over. What lies behind that
/// is not known, so that such a way is never more than not blocked.
pub(in crate::net) fn from_beyond<'s>(
    network: &Network<'s>,
    walk: &mut Walk<'_>,
    source: AddressSet,
    to: &Point<'_, 's>,
    flow: &Flow,
) {
    let narrowed;
    let target = match to {
        Point::Interface(target) => &**target,
        Point::Address(address) => match network.only_owner(*address) {
            Some(owner) => {
                narrowed = owner.narrowed(*address);
                &narrowed
            }
            None => return walk.gap(|| Gap::opaque(format!("who has {address}"))),
        },
        _ => return walk.gap(|| Gap::opaque(format!("how packets come from {source}"))),
    };
    let gateway = gateway_to(network, target, &source);
    let asked: TrafficSet = flow.to(source, target.addresses(walk.family).clone()).into();
    if asked.is_empty() {
        return walk.obstacle(|| Obstacle::new(Cause::NoAddress, target.component(), Vec::new()));
    }
    let beyond = gateway.as_ref().map_or("", |target| match target {
        Target::VirtualPrivateGateway(id) => id,
        _ => "",
    });
    let trip = Trip {
        network,
        from: None,
        to: Some(target),
        is_guess: false,
        service: None,
        causes: Causes::INTERFACE,
        beyond: Some(beyond),
    };
    if let Some(gateway) = &gateway {
        walk.opaque(Way::Forward, || gateway.component(), &asked, "UNSUPPORTED_COMPONENT", || behind(gateway));
    }
    let parcel = Parcel { link: Link::Lost("SG_REFERENCES_NOT_PRESERVED"), ..Parcel::new(&asked, Way::Forward) };
    let vpc = || Component::new("vpc", network.vpc_id(target.vpc));
    trip.enter_vpc(walk, target.vpc, vpc, parcel);
}

/// Where the subnet of an interface sends its answers to private addresses, when all of them leave by one gateway to other networks.
fn gateway_to(network: &Network<'_>, target: &Interface<'_>, source: &AddressSet) -> Option<Target> {
    let table = network.table_of(target.subnet).ok()?;
    let legs = table.divide(source);
    let is_link = |target: &&Target| {
        matches!(
            target,
            Target::VirtualPrivateGateway(_) | Target::TransitGateway(_) | Target::Peering(_) | Target::Other(_)
        )
    };
    let live = legs.iter().filter_map(|leg| leg.choice.as_ref()).filter(|choice| !choice.is_blackhole);
    live.map(|choice| choice.target).find(is_link).cloned()
}

/// The addresses that the subnet of the target routes to the gateway; every address where there are none, so that the missing way back
/// shows.
fn routed(network: &Network<'_>, target: &Interface<'_>, gateway: &str, walk: &Walk<'_>) -> AddressSet {
    let all = AddressSet::all(walk.family);
    let Ok(table) = network.table_of(target.subnet) else { return all };
    let leads = |target: &Target| matches!(target, Target::VirtualPrivateGateway(id) if id == gateway);
    let legs = table.divide(&all);
    let own = legs.iter().filter(|leg| leg.choice.as_ref().is_some_and(|choice| leads(choice.target)));
    let routed = AddressSet::joined(own.map(|leg| &leg.destination));
    if routed.is_empty() { all } else { routed }
}

fn nobody(network: &Network<'_>, walk: &mut Walk<'_>, gateway: &str, asked: &TrafficSet) {
    let hop = || Component::new("vpn-gateway", gateway);
    match network.snapshot.network_interfaces.all() {
        Ok(_) => walk.stop(Way::Forward, hop, asked, || {
            let by = format!("no interface has {}", asked.destinations());
            let mut obstacle = Obstacle::new(Cause::NoDestination, hop(), Vec::new()).by(by);
            obstacle.code = Some("VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
            obstacle
        }),
        Err(gap) => walk.opaque(Way::Forward, hop, asked, "UNKNOWN_DESTINATION", || Gap::clone(&gap)),
    }
}
