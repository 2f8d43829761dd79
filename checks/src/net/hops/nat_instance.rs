//! Instances and appliances that a route leads to, as NAT instances do.
//!
//! What their system does with packets is not known: it may translate them, send them on by another interface, or carry them in a tunnel,
//! which other rules and routes let out. What decides all the same: whether packets get in, and whether anything at all gets out.
//!
//! Source: VPC user guide, "NAT instances" and "Routing for a middlebox appliance".

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::beyond::Sight;
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::leaving::Stay;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Effect, NatInstanceFault, Obstacle};
use crate::net::parcel::{Next, Parcel, Place, Translator, behind, replies};
use crate::net::path::{Branches, Stage, Tally, Walk, Way};
use crate::net::peering;
use crate::net::proof;
use crate::net::route::{Leg, Table, Target};
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
    out_by_any(trip, walk, &exits, parcel.with(&traffic));
    let gap = || Gap::opaque(format!("whether `{}` forwards packets", forwarder.instance_id.unwrap_or(forwarder.id)));
    walk.opaque(Way::Forward, || forwarder.component(), &traffic, "UNKNOWN_DESTINATION", gap);
    if crosses_subnets {
        let returning = replies(&traffic, &traffic.sources(), &trip.ports_of_replies(parcel.turn));
        let back = Parcel { traffic: &returning, way: Way::Reply, ..parcel };
        let mut own = walk.branch();
        trip.guard(&mut own, forwarder.subnet, Direction::Egress, Cause::NatSubnetAclToClient, back);
        if own.tally.is_blocked && !brings_replies(trip, &exits, parcel.with(&traffic)) {
            own.soften(Effect::Possible, "replies on another way");
        }
        walk.take_over(own);
    }
    // Its own addresses are met from inside, whatever guards them.
    if !trip.to.is_some_and(|target| is_own(forwarder, target)) {
        trip.out_of_sight(walk, parcel.with(&traffic), Sight::Anything);
    }
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

/// Out by one of the interfaces; what stops everything decides where it does so at each of them.
fn out_by_any<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, exits: &Exits<'_, 's>, parcel: Parcel<'_, 's>) {
    let mut ways: Branches<'_> = exits
        .known
        .iter()
        .map(|exit| {
            let mut way = walk.branch();
            out_by(trip, &mut way, exit, parcel);
            way
        })
        .collect();
    let is_shut = ways.iter().all(|way| way.tally.is_blocked);
    let is_for_others = is_for_others(trip, exits, parcel);
    if !is_shut {
        ways.retain(|way| !way.tally.is_blocked);
    }
    // What the others let out is all the same where one lets out everything.
    if let Some(open) = ways.iter().position(|way| way.tally == Tally::default()) {
        ways.swap(0, open);
        ways.truncate(1);
    }
    for mut way in ways {
        if is_shut && !is_for_others {
            way.soften(Effect::Possible, "packets for the appliance itself");
        } else if is_shut && !exits.is_complete {
            way.soften(Effect::Possible, "packets by another interface");
        }
        walk.take_over(way);
    }
}

/// Whether packets are certain to be for somebody else: an appliance may answer addresses that are not on its interfaces, as the members
/// of a cluster and VPN servers do.
fn is_for_others<'s>(trip: &Trip<'_, 's>, exits: &Exits<'_, 's>, parcel: Parcel<'_, 's>) -> bool {
    let is_known = |target: &Interface<'s>| !trip.is_guess && !exits.known.iter().any(|exit| is_own(exit, target));
    trip.to.is_some_and(is_known)
        || parcel.traffic.destinations().is_subset(AddressSet::internet_ref(parcel.traffic.family()))
}

fn out_by<'s>(trip: &Trip<'_, 's>, walk: &mut Walk<'_>, exit: &Interface<'s>, parcel: Parcel<'_, 's>) {
    let network = trip.network;
    let mut way = walk.branch();
    let peer = trip.peer_at_start(exit, parcel.traffic);
    let filtered =
        security_group::evaluate(network, &exit.groups, Direction::Egress, parcel.traffic, peer, walk.explains);
    let cause = Cause::NatInstance(NatInstanceFault::SecurityGroupEgress);
    let traffic = way.filter(parcel.traffic, filtered, || Stage { way: Way::Forward, cause, hop: exit.component() });
    if way.tally.is_blocked && !exit.groups.iter().all(|group| network.lets_nothing_out(*group)) {
        way.soften(Effect::Possible, TUNNEL);
    }
    walk.take_over(way);
    let Ok(table) = network.table_of(exit.subnet) else { return };
    let destinations = traffic.destinations();
    // Neither an ACL nor a route is asked inside the subnet.
    if network.block_of(exit.subnet).is_none_or(|own| own.intersects(&destinations)) || !table.unknown.is_empty() {
        return;
    }
    let legs = table.divide(&destinations);
    let leaves = |leg: &Leg<'_>| trip.stay_of_leg(Place::of(exit), table, leg) == Stay::Leaves;
    if legs.iter().all(leaves) {
        let mut way = walk.branch();
        trip.guard(&mut way, exit.subnet, Direction::Egress, Cause::NatSubnetAclOutbound, parcel.with(&traffic));
        if way.tally.is_blocked {
            way.soften(Effect::Possible, TUNNEL);
        }
        walk.take_over(way);
    }
    let Some(cause) = no_way_out(trip, exit, &legs, parcel.with(&traffic)) else { return };
    let mut way = walk.branch();
    way.stop(
        Way::Forward,
        || exit.component(),
        &traffic,
        || {
            let choice = outward(&legs).next().and_then(|leg| leg.choice.as_ref());
            let evidence = table.evidence(network.snapshot, choice);
            Obstacle::new(Cause::NatInstance(cause), exit.component(), evidence)
        },
    );
    // Without a public address an internet gateway is no way out for a tunnel either.
    let needs_public = cause == NatInstanceFault::NoPublicAddress;
    let is_other = |target: &Target| !needs_public || !matches!(target, Target::InternetGateway(_));
    if leads_out(trip, exit, table, is_other) {
        way.soften(Effect::Possible, TUNNEL);
    }
    walk.take_over(way);
}

/// What may get out where packets as they are do not.
const TUNNEL: &str = "packets in a tunnel";

/// Whether some live route of a table leads out to a target of this kind, whatever its destination.
fn leads_out<'s>(
    trip: &Trip<'_, 's>,
    exit: &Interface<'s>,
    table: &Table<'s>,
    is_meant: impl Fn(&Target) -> bool,
) -> bool {
    let live = table.row.routes.iter().filter(|route| !is(&route.state, "blackhole"));
    live.map(Target::of).any(|target| {
        let is_back = trip.network.forwarder(&target).is_some_and(|next| is_own(exit, next));
        target != Target::Local && !is_back && is_meant(&target)
    })
}

/// Whether two interfaces belong to one instance.
fn is_own(exit: &Interface<'_>, next: &Interface<'_>) -> bool {
    next.id == exit.id || (next.instance_id.is_some() && next.instance_id == exit.instance_id)
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
    let is_wide = peering::is_wide_internet(&traffic.destinations());
    // The next one may be the same again or one that drops what is not its own, and a peering connection carries nothing to the internet.
    let ends = |target: &Target| {
        trip.network.forwarder(target).is_some_and(|next| is_own(exit, next) || drops(next, traffic))
            || (is_wide && matches!(target, Target::Peering(_)))
    };
    let leads_on =
        |leg: &&Leg<'_>| leg.choice.as_ref().is_some_and(|choice| !choice.is_blackhole && !ends(choice.target));
    outward(legs).filter(leads_on).collect()
}

fn is_to_internet_gateway(leg: &Leg<'_>) -> bool {
    leg.choice.as_ref().is_some_and(|choice| matches!(choice.target, Target::InternetGateway(_)))
}

/// Whether IPv4 packets that nobody translates have a public address at an internet gateway, whichever interface hands them on.
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

/// Whether replies come back by the only interface for certain: those of the internet, to which all packets have to be translated.
fn brings_replies<'s>(trip: &Trip<'_, 's>, exits: &Exits<'_, 's>, parcel: Parcel<'_, 's>) -> bool {
    let [only] = exits.known.as_slice() else { return false };
    let Ok(table) = trip.network.table_of(only.subnet) else { return false };
    let legs = table.divide(&parcel.traffic.destinations());
    let open = open(trip, only, &legs, parcel.traffic);
    let is_internet = parcel.traffic.destinations().is_subset(AddressSet::internet_ref(Family::Ipv4));
    let is_out = is_internet && !open.is_empty() && open.iter().all(|leg| is_to_internet_gateway(leg));
    exits.is_complete && table.unknown.is_empty() && is_out && !is_public_as_sent(trip, only, parcel)
}
