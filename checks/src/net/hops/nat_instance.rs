//! Instances and appliances that a route leads to, as NAT instances do.
//!
//! Source: VPC user guide, "NAT instances".

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::obstacle::{Cause, NatInstanceFault, Obstacle};
use crate::net::parcel::{Link, Parcel, Place, behind, replies};
use crate::net::path::{Stage, Walk, Way};
use crate::net::proof;
use crate::net::route::{Leg, Target};
use crate::net::security_group::{self, Peer};
use crate::net::traffic::{Family, TrafficSet};
use crate::net::trip::Trip;
use crate::snapshot::ec2::{Instance, InstanceNetworkInterface, NetworkInterface, is};
use crate::snapshot::{Gap, Snapshot};

/// Through an instance or appliance that a route leads to; what its system does with packets is not known.
pub(in crate::net) fn through<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    target: &Target,
    parcel: Parcel<'_, 's>,
) {
    let hop = || target.component();
    let forwarder = forwarder_of(trip, target);
    if parcel.way == Way::Reply
        && let Some(next) = forwarder.filter(|next| next.source_dest_check == Some(true))
        && !is_meant(next, parcel.traffic)
    {
        let checked = checked(trip.network.snapshot, next);
        walk.stop(parcel.way, || next.component(), parcel.traffic, || checked);
        return trip.without_way(walk, parcel);
    }
    let Some(forwarder) = forwarder.filter(|_| parcel.way == Way::Forward) else {
        return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || behind(target), parcel);
    };
    let mut traffic = parcel.traffic.clone();
    let crosses_subnets = at.subnet != Some(forwarder.subnet);
    if crosses_subnets {
        traffic = trip.guard(walk, forwarder.subnet, Direction::Ingress, Cause::NatSubnetAclFromClient, parcel);
    }
    for obstacle in faults(trip.network.snapshot, forwarder) {
        walk.stop(Way::Forward, || forwarder.component(), &traffic, || obstacle);
    }
    let from = match (trip.from, parcel.link) {
        (Some(origin), Link::Kept) => Peer::Carrying(&origin.groups),
        (Some(origin), _) => Peer::Hidden(&origin.groups, "SG_REFERENCES_NOT_PRESERVED"),
        (None, _) => Peer::Outside,
    };
    let sides = [
        (Direction::Ingress, NatInstanceFault::SecurityGroupIngress, from),
        (Direction::Egress, NatInstanceFault::SecurityGroupEgress, Peer::Outside),
    ];
    for (direction, fault, peer) in sides {
        let filtered =
            security_group::evaluate(trip.network, &forwarder.groups, direction, &traffic, peer, walk.explains);
        let stage = || Stage { way: Way::Forward, cause: Cause::NatInstance(fault), hop: forwarder.component() };
        traffic = walk.filter(&traffic, filtered, stage);
    }
    way_out(trip, walk, forwarder, &traffic);
    let gap = || Gap::opaque(format!("whether `{}` forwards packets", forwarder.instance_id.unwrap_or(forwarder.id)));
    walk.opaque(Way::Forward, || forwarder.component(), &traffic, "UNKNOWN_DESTINATION", gap);
    if crosses_subnets {
        let returning = replies(&traffic, &traffic.sources(), &trip.ports_of_replies(parcel.turn));
        let parcel = Parcel { traffic: &returning, way: Way::Reply, ..parcel };
        trip.guard(walk, forwarder.subnet, Direction::Egress, Cause::NatSubnetAclToClient, parcel);
    }
    trip.out_of_sight(walk, parcel.with(&traffic));
}

fn forwarder_of<'n, 's>(trip: &Trip<'n, 's>, target: &Target) -> Option<&'n Interface<'s>> {
    let Target::Interface { interface, instance } = target else { return None };
    if !interface.is_empty() {
        return trip.network.interface(interface);
    }
    let row = trip.network.snapshot.instances.get(instance).ok().flatten()?;
    trip.network.interface(&row.primary_interface()?.network_interface_id)
}

fn is_meant(interface: &Interface<'_>, traffic: &TrafficSet) -> bool {
    let destinations = traffic.destinations();
    interface.all_addresses().any(|address| destinations.contains(address))
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

/// An instance that translates needs the way out that a NAT gateway needs: a public address where the next hop is an internet gateway.
fn way_out(trip: &Trip<'_, '_>, walk: &mut Walk<'_>, forwarder: &Interface<'_>, traffic: &TrafficSet) {
    let Ok(table) = trip.network.table_of(forwarder.subnet) else { return };
    let legs = table.divide(&traffic.destinations());
    // The next one may be an interface that drops what is not its own.
    let drops = |target: &Target| {
        let next = forwarder_of(trip, target).filter(|next| next.source_dest_check == Some(true));
        next.is_some_and(|next| !is_meant(next, traffic))
    };
    let is_internet = traffic.destinations().is_subset(AddressSet::internet_ref(Family::Ipv4));
    // Nor does a peering connection carry anything to the internet.
    let ends = |target: &Target| drops(target) || (is_internet && matches!(target, Target::Peering(_)));
    let leads_out =
        |leg: &Leg<'_>| leg.choice.as_ref().is_some_and(|choice| !choice.is_blackhole && !ends(choice.target));
    let is_outward = |leg: &&Leg<'_>| leg.choice.as_ref().is_none_or(|choice| *choice.target != Target::Local);
    let legs: Vec<&Leg<'_>> = legs.iter().filter(is_outward).collect();
    if legs.is_empty() {
        return;
    }
    let to_internet =
        |leg: &&&Leg<'_>| leg.choice.as_ref().is_some_and(|own| matches!(own.target, Target::InternetGateway(_)));
    let open = legs.iter().filter(|leg| leads_out(leg));
    let cause = if open.clone().next().is_none() {
        NatInstanceFault::NoRoute
    } else if forwarder.public_ipv4.is_none() && open.clone().count() == open.filter(to_internet).count() {
        NatInstanceFault::NoPublicAddress
    } else {
        return;
    };
    walk.stop(
        Way::Forward,
        || forwarder.component(),
        traffic,
        || {
            let choice = legs.first().and_then(|leg| leg.choice.as_ref());
            let evidence = table.evidence(trip.network.snapshot, choice);
            Obstacle::new(Cause::NatInstance(cause), forwarder.component(), evidence)
        },
    );
}
