//! Virtual private gateways as the place where packets come from: a VPN or Direct Connect, whose far side nobody can look at.
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
        Point::Outside(_) | Point::Internet(_) | Point::Gateway(_) | Point::ConnectEndpoint { .. } => {
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
