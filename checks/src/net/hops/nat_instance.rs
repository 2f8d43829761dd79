//! Instances and appliances that a route leads to, as NAT instances do.
//!
//! What their system does with packets is not known. What decides all the same: whether packets get in, and whether those that it hands on
//! get out, by whichever of its interfaces. It is taken to hand on packets for the internet, and for a receiver in its own VPC, under their
//! destination; to other places it may as well carry them in a tunnel, which other rules and routes let out.
//!
//! Source: VPC user guide, "NAT instances".

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::beyond::Sight;
use crate::net::filter::Direction;
use crate::net::interface::{Interface, any_client};
use crate::net::leaving::Stay;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Effect, NatInstanceFault, Obstacle};
use crate::net::parcel::{Next, Parcel, Place, Translator, behind, replies};
use crate::net::path::{Stage, Walk, Way};
use crate::net::proof;
use crate::net::route::{Leg, Target};
use crate::net::security_group;
use crate::net::traffic::{Family, TrafficSet};
use crate::net::trip::Trip;
use crate::snapshot::ec2::{Instance, InstanceNetworkInterface, NetworkInterface, is};
use crate::snapshot::{Gap, Snapshot};
use smallvec::{SmallVec, smallvec};

/// Through an instance or appliance that a route leads to.
pub(in crate::net) fn through<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    target: &Target,
    parcel: Parcel<'_, 's>,
) {
    let hop = || target.component();
    let Some(forwarder) = trip.network.forwarder(target) else {
        return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || behind(target), parcel);
    };
    // A route may lead straight to whom packets are for.
    if let Some(Next::Target(own)) = trip.next(at.vpc, &parcel)
        && own.id == forwarder.id
    {
        return trip.deliver(walk, at, Next::Target(own), parcel);
    }
    if parcel.way == Way::Reply {
        if drops(forwarder, parcel.traffic) {
            let checked = checked(trip.network.snapshot, forwarder);
            walk.stop(parcel.way, || forwarder.component(), parcel.traffic, || checked);
            return trip.without_way(walk, parcel);
        }
        return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || behind(target), parcel);
    }
    let mut traffic = parcel.traffic.clone();
    let crosses_subnets = at.subnet != Some(forwarder.subnet);
    if crosses_subnets {
        traffic = trip.guard(walk, forwarder.subnet, Direction::Ingress, Cause::NatSubnetAclFromClient, parcel);
    }
    for obstacle in faults(trip.network.snapshot, forwarder) {
        walk.stop(Way::Forward, || forwarder.component(), &traffic, || obstacle);
    }
    let peer = trip.peer_at_end(parcel.link);
    let groups = &forwarder.groups;
    let filtered = security_group::evaluate(trip.network, groups, Direction::Ingress, &traffic, peer, walk.explains);
    let cause = Cause::NatInstance(NatInstanceFault::SecurityGroupIngress);
    traffic = walk.filter(&traffic, filtered, || Stage { way: Way::Forward, cause, hop: forwarder.component() });
    let exits = exits(trip, forwarder);
    traffic = out_by_any(trip, walk, &exits, &traffic, parcel);
    let gap = || Gap::opaque(format!("whether `{}` forwards packets", forwarder.instance_id.unwrap_or(forwarder.id)));
    walk.opaque(Way::Forward, || forwarder.component(), &traffic, "UNKNOWN_DESTINATION", gap);
    let mut back = walk.branch();
    let is_known = brings_replies(trip, &exits, parcel.with(&traffic));
    if is_known {
        let returning = replies(&traffic, &forwarder.ipv4, &any_client());
        let parcel = Parcel { traffic: &returning, way: Way::Reply, ..parcel };
        trip.guard(&mut back, forwarder.subnet, Direction::Ingress, Cause::NatSubnetAclReply, parcel);
    }
    if crosses_subnets {
        let returning = replies(&traffic, &traffic.sources(), &trip.ports_of_replies(parcel.turn));
        let parcel = Parcel { traffic: &returning, way: Way::Reply, ..parcel };
        trip.guard(&mut back, forwarder.subnet, Direction::Egress, Cause::NatSubnetAclToClient, parcel);
    }
    if back.tally.is_blocked && !is_known {
        back.soften(Effect::Possible, "replies on another way");
    }
    walk.take_over(back);
    trip.out_of_sight(walk, parcel.with(&traffic), Sight::Anything);
}

impl<'s> Network<'s> {
    /// The interface that a route leads to, when it is known.
    pub(in crate::net) fn forwarder(&self, target: &Target) -> Option<&Interface<'s>> {
        let Target::Interface { interface, instance } = target else { return None };
        if !interface.is_empty() {
            return self.interface(interface);
        }
        let row = self.snapshot.instances.get(instance).ok().flatten()?;
        self.interface(&row.primary_interface()?.network_interface_id)
    }
}

/// Whether the source/destination check of an interface drops packets.
fn drops(interface: &Interface<'_>, traffic: &TrafficSet) -> bool {
    interface.source_dest_check == Some(true) && !interface.own_addresses().intersects(&traffic.destinations())
}

fn faults(snapshot: &Snapshot, forwarder: &Interface<'_>) -> Vec<Obstacle> {
    let mut faults = Vec::new();
    if let Some(instance) = forwarder.instance
        && !is(&instance.state.name, "running")
    {
        let evidence = vec![proof::of::<Instance>(snapshot, &instance.instance_id, "State.Name")];
        let component = Component::new("ec2-instance", &instance.instance_id);
        faults.push(Obstacle::new(Cause::NatInstance(NatInstanceFault::NotRunning), component, evidence));
    }
    if forwarder.source_dest_check == Some(true) {
        faults.push(checked(snapshot, forwarder));
    }
    faults
}

fn checked(snapshot: &Snapshot, forwarder: &Interface<'_>) -> Obstacle {
    let evidence = vec![check_evidence(snapshot, forwarder)];
    let cause = Cause::NatInstance(NatInstanceFault::SourceDestCheck);
    let obstacle = Obstacle::new(cause, forwarder.component(), evidence);
    obstacle.by("the source/destination check drops packets that are not its own")
}

fn check_evidence(snapshot: &Snapshot, forwarder: &Interface<'_>) -> Evidence {
    let Some(instance) = forwarder.instance else {
        return proof::of::<NetworkInterface>(snapshot, forwarder.id, "SourceDestCheck");
    };
    let own = |eni: &InstanceNetworkInterface| eni.network_interface_id == forwarder.id;
    let position = instance.network_interfaces.iter().position(own).unwrap_or_default();
    let field = format!("NetworkInterfaces[{position}].SourceDestCheck");
    proof::of::<Instance>(snapshot, &instance.instance_id, &field)
}

/// By which interfaces packets may leave.
struct Exits<'n, 's> {
    known: SmallVec<[&'n Interface<'s>; 2]>,
    /// Whether there is no other: the row of an instance lists all of its interfaces.
    is_complete: bool,
}

fn exits<'n, 's>(trip: &Trip<'n, 's>, forwarder: &'n Interface<'s>) -> Exits<'n, 's> {
    let Some(instance) = forwarder.instance else { return Exits { known: smallvec![forwarder], is_complete: false } };
    let rows = &instance.network_interfaces;
    let known = rows.iter().filter_map(|eni| trip.network.interface(&eni.network_interface_id)).collect();
    Exits { known, is_complete: true }
}

/// Out by one of the interfaces, and the packets that get out; what stops them decides where it does so at each of them.
fn out_by_any<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    exits: &Exits<'_, 's>,
    traffic: &TrafficSet,
    parcel: Parcel<'_, 's>,
) -> TrafficSet {
    let mut ways: SmallVec<[(Walk<'_>, TrafficSet); 2]> = SmallVec::new();
    for exit in &exits.known {
        let mut way = walk.branch();
        let passing = out_by(trip, &mut way, exit, traffic, parcel);
        ways.push((way, passing));
    }
    let is_shut = ways.iter().all(|(way, _)| way.tally.is_blocked);
    if !is_shut {
        ways.retain(|(way, _)| !way.tally.is_blocked);
    }
    let is_decided = exits.is_complete && hands_on_as_sent(trip, exits, traffic);
    let passing = match ways.as_slice() {
        [(_, only)] => only.clone(),
        _ => traffic.clone(),
    };
    for (mut way, _) in ways {
        if is_shut && !is_decided {
            way.soften(Effect::Possible, "packets in a tunnel, or by another interface");
        }
        walk.take_over(way);
    }
    passing
}

/// Whether what an appliance does not hand on under its destination cannot arrive.
fn hands_on_as_sent(trip: &Trip<'_, '_>, exits: &Exits<'_, '_>, traffic: &TrafficSet) -> bool {
    let is_internet = traffic.destinations().is_subset(AddressSet::internet_ref(traffic.family()));
    is_internet || trip.to.is_some_and(|target| exits.known.iter().all(|exit| exit.vpc == target.vpc))
}

fn out_by<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    exit: &Interface<'s>,
    traffic: &TrafficSet,
    parcel: Parcel<'_, 's>,
) -> TrafficSet {
    let peer = trip.peer_at_start(exit, traffic);
    let filtered =
        security_group::evaluate(trip.network, &exit.groups, Direction::Egress, traffic, peer, walk.explains);
    let cause = Cause::NatInstance(NatInstanceFault::SecurityGroupEgress);
    let traffic = walk.filter(traffic, filtered, || Stage { way: Way::Forward, cause, hop: exit.component() });
    let Ok(table) = trip.network.table_of(exit.subnet) else { return traffic };
    let destinations = traffic.destinations();
    // Neither an ACL nor a route is asked inside the subnet.
    if trip.network.block_of(exit.subnet).is_none_or(|own| own.intersects(&destinations)) || !table.unknown.is_empty() {
        return traffic;
    }
    let legs = table.divide(&destinations);
    let leaves = |leg: &Leg<'_>| trip.stay_of_leg(Place::of(exit), leg) == Stay::Leaves;
    if legs.iter().all(leaves) {
        trip.guard(walk, exit.subnet, Direction::Egress, Cause::NatSubnetAclOutbound, parcel.with(&traffic));
    }
    if let Some(cause) = no_way_out(trip, exit, &legs, parcel.with(&traffic)) {
        walk.stop(
            Way::Forward,
            || exit.component(),
            &traffic,
            || {
                let choice = outward(&legs).next().and_then(|leg| leg.choice.as_ref());
                let evidence = table.evidence(trip.network.snapshot, choice);
                Obstacle::new(Cause::NatInstance(cause), exit.component(), evidence)
            },
        );
    }
    traffic
}

/// The legs that do not lead to somebody in the VPC itself.
fn outward<'l, 'c>(legs: &'l [Leg<'c>]) -> impl Iterator<Item = &'l Leg<'c>> {
    legs.iter().filter(|leg| leg.choice.as_ref().is_none_or(|choice| *choice.target != Target::Local))
}

/// The outward legs on which packets get on from an interface.
fn open<'l, 'c>(
    trip: &Trip<'_, '_>,
    exit: &Interface<'_>,
    legs: &'l [Leg<'c>],
    traffic: &TrafficSet,
) -> SmallVec<[&'l Leg<'c>; 4]> {
    let is_internet = traffic.destinations().is_subset(AddressSet::internet_ref(traffic.family()));
    let is_own = |next: &Interface<'_>| {
        next.id == exit.id || (next.instance_id.is_some() && next.instance_id == exit.instance_id)
    };
    // The next one may be the same again or one that drops what is not its own, and a peering connection carries nothing to the internet.
    let ends = |target: &Target| {
        trip.network.forwarder(target).is_some_and(|next| is_own(next) || drops(next, traffic))
            || (is_internet && traffic.family() == Family::Ipv4 && matches!(target, Target::Peering(_)))
    };
    let leads_out =
        |leg: &&Leg<'_>| leg.choice.as_ref().is_some_and(|choice| !choice.is_blackhole && !ends(choice.target));
    outward(legs).filter(leads_out).collect()
}

fn is_to_internet_gateway(leg: &Leg<'_>) -> bool {
    leg.choice.as_ref().is_some_and(|choice| matches!(choice.target, Target::InternetGateway(_)))
}

/// Whether IPv4 packets that nobody translates have a public address at an internet gateway, whichever interface hands them on.
///
/// Source: VPC user guide, "Routing for a middlebox appliance".
fn is_public_as_sent<'s>(trip: &Trip<'_, 's>, exit: &Interface<'s>, parcel: Parcel<'_, 's>) -> bool {
    match (parcel.turn.map(|turn| turn.by), trip.from) {
        (Some(Translator::Nat(nat)), _) => nat.vpc == exit.vpc && !nat.public.is_empty(),
        (Some(Translator::PublicAddress(_)), _) | (None, None) => true,
        (None, Some(origin)) => origin.vpc == exit.vpc && origin.public_ipv4.is_some(),
    }
}

/// An instance that translates needs the way out that a NAT gateway needs: a public address where the next hop is an internet gateway,
/// which gives one to IPv4 packets only.
fn no_way_out<'s>(
    trip: &Trip<'_, 's>,
    exit: &Interface<'s>,
    legs: &[Leg<'_>],
    parcel: Parcel<'_, 's>,
) -> Option<NatInstanceFault> {
    outward(legs).next()?;
    let open = open(trip, exit, legs, parcel.traffic);
    let has_public = !exit.pairs.is_empty() || exit.public_ipv4.is_some() || is_public_as_sent(trip, exit, parcel);
    let needs_public = parcel.traffic.family() == Family::Ipv4 && !has_public;
    if open.is_empty() {
        Some(NatInstanceFault::NoRoute)
    } else if needs_public && open.iter().all(|leg| is_to_internet_gateway(leg)) {
        Some(NatInstanceFault::NoPublicAddress)
    } else {
        None
    }
}

/// Whether replies come back by the only interface for certain: behind an internet gateway only a packet with a public address gets any.
fn brings_replies<'s>(trip: &Trip<'_, 's>, exits: &Exits<'_, 's>, parcel: Parcel<'_, 's>) -> bool {
    let [only] = exits.known.as_slice() else { return false };
    let Ok(table) = trip.network.table_of(only.subnet) else { return false };
    let legs = table.divide(&parcel.traffic.destinations());
    let open = open(trip, only, &legs, parcel.traffic);
    let is_out = outward(&legs).next().is_some() && open.iter().all(|leg| is_to_internet_gateway(leg));
    let is_translated = parcel.traffic.family() == Family::Ipv4 && !is_public_as_sent(trip, only, parcel);
    exits.is_complete && table.unknown.is_empty() && is_out && is_translated
}
