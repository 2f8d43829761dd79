//! Instances and appliances that a route leads to, as NAT instances do.
//!
//! Source: VPC user guide, "NAT instances".

use super::filter::Direction;
use super::internet::{Outward, behind, guard, replies, subnet_stage};
use super::obstacle::{Cause, NatInstanceFault, Obstacle};
use super::path::{Stage, Walk, Way};
use super::proof;
use super::route::{self, Leg, Target};
use super::security_group::{self, Peer};
use super::traffic::TrafficSet;
use crate::evidence::{Component, Evidence};
use crate::snapshot::ec2::{Instance, InstanceNetworkInterface, NetworkInterface, is};
use crate::snapshot::{Gap, Snapshot};

/// What is known of an interface that a route leads to.
struct Forwarder {
    component: Component,
    instance: String,
    is_running: Option<bool>,
    vpc: String,
    subnet: String,
    groups: Vec<String>,
    has_public_address: bool,
    checks_source: Option<bool>,
    evidence: Evidence,
    state: Option<Evidence>,
}

/// Walks through an instance or appliance that a route leads to; what its system does with packets is not known.
pub(super) fn through_interface(outward: &Outward<'_>, walk: &mut Walk<'_>, target: &Target, traffic: &TrafficSet) {
    let Some(forwarder) = forwarder(walk.snapshot, target) else {
        walk.opaque(target.component(), traffic, None, behind(target));
        return;
    };
    let origin = outward.origin;
    let mut traffic = traffic.clone();
    let crosses_subnets = forwarder.subnet != origin.subnet;
    if crosses_subnets {
        let stage = subnet_stage(Way::Forward, Cause::NatSubnetAclFromClient, &forwarder.subnet);
        traffic = guard(walk, &forwarder.subnet, &forwarder.vpc, Direction::Ingress, &traffic, &stage);
    }
    for obstacle in forwarder.faults() {
        walk.stop(forwarder.component.clone(), &traffic, obstacle);
    }
    let sides = [
        (Direction::Ingress, NatInstanceFault::SecurityGroupIngress, Peer::Carrying(&origin.groups)),
        (Direction::Egress, NatInstanceFault::SecurityGroupEgress, Peer::Outside),
    ];
    for (direction, fault, peer) in sides {
        let Some(hull) = traffic.hull() else { return };
        let filtered = security_group::evaluate(walk.snapshot, &forwarder.groups, direction, &hull, peer);
        let stage = Stage { way: Way::Forward, cause: Cause::NatInstance(fault), hop: forwarder.component.clone() };
        traffic = walk.filter(&traffic, &filtered, &stage);
    }
    forwarder.route(walk, &traffic);
    let what = if forwarder.instance.is_empty() { forwarder.component.id.clone() } else { forwarder.instance.clone() };
    walk.opaque(forwarder.component.clone(), &traffic, None, Gap::opaque(format!("whether `{what}` forwards packets")));
    if crosses_subnets {
        let returning = replies(&traffic, origin.addresses(walk.family), &origin.client_ports);
        let stage = subnet_stage(Way::Reply, Cause::NatSubnetAclToClient, &forwarder.subnet);
        guard(walk, &forwarder.subnet, &forwarder.vpc, Direction::Egress, &returning, &stage);
    }
}

impl Forwarder {
    fn faults(&self) -> Vec<Obstacle> {
        let mut faults = Vec::new();
        if self.is_running == Some(false) {
            let cause = Cause::NatInstance(NatInstanceFault::NotRunning);
            let component = Component::new("ec2-instance", &self.instance);
            faults.push(Obstacle::new(cause, component, self.state.iter().cloned().collect()));
        }
        if self.checks_source == Some(true) {
            let cause = Cause::NatInstance(NatInstanceFault::SourceDestCheck);
            let obstacle = Obstacle::new(cause, self.component.clone(), vec![self.evidence.clone()]);
            faults.push(obstacle.by("the source/destination check drops packets that are not its own"));
        }
        faults
    }

    /// An instance that translates needs the way out that a NAT gateway needs: a public address where the next hop is an internet
    /// gateway.
    fn route(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) {
        let Ok(table) = route::of_subnet(walk.snapshot, &self.subnet, &self.vpc) else { return };
        let routed = route::divide(walk.snapshot, table, &traffic.destinations());
        let leads_out = |leg: &Leg| leg.choice.as_ref().is_some_and(|choice| !choice.is_blackhole);
        let outward = |leg: &&Leg| leg.choice.as_ref().is_none_or(|choice| choice.target != Target::Local);
        let legs: Vec<&Leg> = routed.legs.iter().filter(outward).collect();
        let cause = if legs.iter().all(|leg| !leads_out(leg)) {
            NatInstanceFault::NoRoute
        } else if !self.has_public_address
            && legs.iter().filter(|leg| leads_out(leg)).all(|leg| {
                leg.choice.as_ref().is_some_and(|choice| matches!(choice.target, Target::InternetGateway(_)))
            })
        {
            NatInstanceFault::NoPublicAddress
        } else {
            return;
        };
        let choice = legs.first().and_then(|leg| leg.choice.as_ref());
        let evidence = route::evidence(walk.snapshot, &routed.table, choice);
        let obstacle = Obstacle::new(Cause::NatInstance(cause), self.component.clone(), evidence);
        walk.stop(self.component.clone(), traffic, obstacle);
    }
}

fn forwarder(snapshot: &Snapshot, target: &Target) -> Option<Forwarder> {
    let Target::Interface { interface, instance } = target else { return None };
    let of_instance = snapshot.instances.known().iter().find_map(|row| {
        let matches = |eni: &InstanceNetworkInterface| {
            if interface.is_empty() { row.instance_id == *instance } else { eni.network_interface_id == *interface }
        };
        let position = row.network_interfaces.iter().position(matches)?;
        Some((row, position, row.network_interfaces.get(position)?))
    });
    if let Some((row, position, eni)) = of_instance {
        let field = format!("NetworkInterfaces[{position}].SourceDestCheck");
        return Some(Forwarder {
            component: Component::new("network-interface", &eni.network_interface_id),
            instance: row.instance_id.clone(),
            is_running: Some(is(&row.state.name, "running")),
            vpc: eni.vpc_id.clone(),
            subnet: eni.subnet_id.clone(),
            groups: security_group::ids(&eni.groups),
            has_public_address: eni.association.as_ref().is_some_and(|own| !own.public_ip.is_empty()),
            checks_source: eni.source_dest_check,
            evidence: proof::of::<Instance>(snapshot, &row.instance_id, &field),
            state: Some(proof::of::<Instance>(snapshot, &row.instance_id, "State.Name")),
        });
    }
    let eni = snapshot.network_interfaces.get(interface).ok().flatten()?;
    Some(Forwarder {
        component: Component::new("network-interface", interface),
        instance: instance.clone(),
        is_running: None,
        vpc: eni.vpc_id.clone(),
        subnet: eni.subnet_id.clone(),
        groups: security_group::ids(&eni.groups),
        has_public_address: eni.association.as_ref().is_some_and(|own| !own.public_ip.is_empty()),
        checks_source: eni.source_dest_check,
        evidence: proof::of::<NetworkInterface>(snapshot, interface, "SourceDestCheck"),
        state: None,
    })
}
