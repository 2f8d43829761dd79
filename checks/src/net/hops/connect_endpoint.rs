//! EC2 Instance Connect Endpoints as the place where connections start: proxies in a subnet to which AWS brings clients by their IAM
//! identity, whatever the inbound rules there.
//!
//! Source: EC2 user guide, "Connect to your instances using EC2 Instance Connect Endpoint" with its limitations, and "Security groups for EC2
//! Instance Connect Endpoint".

use crate::net::addresses::AddressSet;
use crate::net::between::{Flow, Point, absent};
use crate::net::filter::Direction;
use crate::net::interface::{Interface, any_client};
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::parcel::{Parcel, behind, replies};
use crate::net::path::{Certainty, Walk, Way};
use crate::net::ports::PortSet;
use crate::net::proof;
use crate::net::route::Target;
use crate::net::traffic::{Family, Protocol, TrafficSet};
use crate::net::trip::{Causes, Trip};
use crate::snapshot::Gap;
use crate::snapshot::ec2::{Instance, is};
use std::borrow::Cow;

/// It carries nothing but SSH and RDP.
const SSH: u16 = 22;
const RDP: u16 = 3389;

/// Families of instance types that cannot be reached with the client's own address.
const WITHOUT_CLIENT_ADDRESS: [&str; 9] = ["c1", "cg1", "cg2", "g1", "hi1", "m1", "m2", "m3", "t1"];

/// From an endpoint, under its own address or, when it preserves that, under the client's.
pub(in crate::net) fn leave<'s>(
    network: &Network<'s>,
    walk: &mut Walk<'_>,
    (endpoint, preserves_client_ip): (&Interface<'s>, bool),
    to: &Point<'_, 's>,
    flow: &Flow,
) {
    let Some(flow) = carried(walk, endpoint, flow) else { return };
    let what = if preserves_client_ip { "which address the client has" } else { "which address the endpoint has" };
    let certainty = match endpoint.addresses(walk.family).single() {
        Some(_) if !preserves_client_ip => Certainty::Exact,
        _ => Certainty::Within(Gap::opaque(what)),
    };
    let mut own = Walk::new(walk.family, &certainty, walk.explains);
    if preserves_client_ip {
        with_client_address(network, &mut own, endpoint, to, &flow);
    } else {
        if is_public(to) {
            own.gap(|| Gap::opaque(format!("whether `{}` connects to public addresses", endpoint.id)));
        }
        network.leave_interface(&mut own, endpoint, to, &flow);
    }
    walk.take_over(own);
}

/// Whether a point is meant under a public IPv4 address; the documentation speaks of private ones only.
fn is_public(to: &Point<'_, '_>) -> bool {
    match to {
        Point::Address(address) | Point::Outside(address) => AddressSet::internet_ref(Family::Ipv4).contains(*address),
        Point::Internet(family) => *family == Family::Ipv4,
        Point::Interface(_) | Point::Gateway(_) | Point::Far(_) | Point::ConnectEndpoint { .. } => false,
    }
}

/// What it carries of the packets; `None` when that is nothing.
fn carried(walk: &mut Walk<'_>, endpoint: &Interface<'_>, flow: &Flow) -> Option<Flow> {
    let fault = |cause| Obstacle::new(cause, endpoint.component(), Vec::new());
    if flow.protocol != Protocol::TCP {
        walk.obstacle(|| fault(Cause::ProtocolNotCarried).by("an EC2 Instance Connect Endpoint carries TCP only"));
        return None;
    }
    let open = PortSet::one(SSH).union(&PortSet::one(RDP));
    let ports = flow.ports.intersection(&open);
    let by = format!("`{}` carries ports {open} only", endpoint.id);
    if ports.is_empty() {
        walk.obstacle(|| fault(Cause::InstanceConnectPort).by(by));
        return None;
    }
    if ports != flow.ports {
        let passes = Some(format!("ports {ports}"));
        walk.partial_obstacle(|| Obstacle {
            effect: Effect::Degraded,
            passes,
            ..fault(Cause::InstanceConnectPort).by(by)
        });
    }
    Some(Flow { ports, ..flow.clone() })
}

/// Only to interfaces of the same VPC. Their groups see the client's address, and that the endpoint carries its groups; how replies find
/// back is the endpoint's business, and only the ACLs are asked about them.
fn with_client_address<'s>(
    network: &Network<'s>,
    walk: &mut Walk<'_>,
    endpoint: &Interface<'s>,
    to: &Point<'_, 's>,
    flow: &Flow,
) {
    let all = AddressSet::all(walk.family);
    let target = match to {
        Point::Interface(target) if target.is_foreign => return walk.obstacle(|| absent(target)),
        Point::Interface(target) => Some(Cow::Borrowed(&**target)),
        Point::Address(address) => match network.owner(endpoint.vpc, *address) {
            Some(owner) => Some(Cow::Owned(owner.narrowed(*address))),
            None if network.blocks_of(endpoint.vpc).is_some_and(|own| !own.contains(*address)) => None,
            None => match network.lists_interfaces(endpoint.vpc_id) {
                Ok(()) => None,
                Err(gap) => return walk.gap(|| gap),
            },
        },
        _ => None,
    };
    let Some(target) = target.filter(|target| target.vpc == endpoint.vpc) else {
        return walk.obstacle(|| unfit(endpoint).by(format!("the receiver is not in `{}`", endpoint.vpc_id)));
    };
    if let Some(instance) = target.instance.filter(|instance| is_too_old(&instance.instance_type)) {
        walk.obstacle(|| {
            let evidence = vec![proof::of::<Instance>(network.snapshot, &instance.instance_id, "InstanceType")];
            Obstacle { evidence, ..unfit(endpoint).by(format!("the receiver is a `{}`", instance.instance_type)) }
        });
    }
    let asked: TrafficSet = flow.to(all.clone(), target.addresses(walk.family).clone()).into();
    if asked.is_empty() {
        return walk.obstacle(|| Obstacle::new(Cause::NoAddress, target.component(), Vec::new()));
    }
    let trip = Trip {
        network,
        from: Some(endpoint),
        to: Some(&target),
        is_guess: false,
        service: None,
        causes: Causes::INTERFACE,
        beyond: None,
    };
    let peer = trip.peer_at_start(endpoint, &asked);
    let traffic = trip.out_of(walk, endpoint, &asked, peer);
    let sent = Parcel::new(&traffic, Way::Forward);
    if target.subnet == endpoint.subnet {
        if trip.may_take(walk, &target, sent) {
            trip.in_through(walk, &target, &traffic, trip.peer_at_end(sent.link));
        }
        return;
    }
    let is_seen = !diverted(network, walk, endpoint, &traffic);
    let mut far = walk.branch();
    let traffic = trip.guard(&mut far, endpoint.subnet, Direction::Egress, Cause::NetworkAclOutbound, sent);
    let sent = sent.with(&traffic);
    let traffic = trip.guard(&mut far, target.subnet, Direction::Ingress, trip.causes.acl_inbound, sent);
    if trip.may_take(&mut far, &target, sent.with(&traffic)) {
        let traffic = trip.in_through(&mut far, &target, &traffic, trip.peer_at_end(sent.link));
        let returning = replies(&traffic, &all, &any_client());
        let parcel = Parcel::new(&returning, Way::Reply);
        let back = trip.guard(&mut far, target.subnet, Direction::Egress, trip.causes.acl_reply, parcel);
        trip.guard(&mut far, endpoint.subnet, Direction::Ingress, Cause::NetworkAclReply, parcel.with(&back));
    }
    if far.tally.is_blocked && !is_seen {
        far.soften(Effect::Possible, "packets that something on the way translates");
    }
    walk.take_over(far);
}

/// Inside a VPC too a route may lead through an appliance; whether one does, or none may be known.
fn diverted(network: &Network<'_>, walk: &mut Walk<'_>, endpoint: &Interface<'_>, traffic: &TrafficSet) -> bool {
    let table = match network.table_of(endpoint.subnet) {
        Ok(table) => table,
        Err(gap) => {
            walk.gap(|| gap.clone());
            return true;
        }
    };
    let legs = table.divide(&traffic.destinations());
    let mut choices = legs.iter().filter_map(|leg| leg.choice.as_ref()).filter(|own| *own.target != Target::Local);
    let first = choices.next();
    for choice in first.iter().copied().chain(choices) {
        let hop = || choice.target.component();
        walk.opaque(Way::Forward, hop, traffic, "UNKNOWN_DESTINATION", || behind(choice.target));
    }
    first.is_some()
}

fn unfit(endpoint: &Interface<'_>) -> Obstacle {
    Obstacle::new(Cause::InstanceConnectClientIp, endpoint.component(), Vec::new())
}

fn is_too_old(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    WITHOUT_CLIENT_ADDRESS.iter().any(|known| is(known, family))
}
