//! The walk between two interfaces of one VPC.

use super::filter::Direction;
use super::internet::{behind, guard, replies, subnet_stage, towards};
use super::obstacle::{Cause, Obstacle};
use super::origin::Origin;
use super::path::{Stage, Walk, Way};
use super::ports::PortSet;
use super::route::{self, Target};
use super::security_group::{self, Peer};
use super::traffic::{Traffic, TrafficSet};
use crate::evidence::{Component, Evidence};

/// Sends packets through the groups of the interface that they start from.
pub(super) fn leave(walk: &mut Walk<'_>, origin: &Origin, asked: Traffic, peer: Peer<'_>) -> TrafficSet {
    let filtered = security_group::evaluate(walk.snapshot, &origin.groups, Direction::Egress, &asked, peer);
    let stage = Stage { way: Way::Forward, cause: Cause::SecurityGroupEgress, hop: origin.component.clone() };
    walk.filter(&asked.into(), &filtered, &stage)
}

/// What faults at the far end are called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Causes {
    acl_inbound: Cause,
    acl_reply: Cause,
    group: Cause,
}

impl Causes {
    /// At an endpoint.
    pub(super) const ENDPOINT: Self = Self {
        acl_inbound: Cause::EndpointSubnetAclInbound,
        acl_reply: Cause::EndpointSubnetAclReply,
        group: Cause::EndpointSecurityGroup,
    };
    /// At any other interface.
    pub(super) const INTERFACE: Self = Self {
        acl_inbound: Cause::DestinationAclInbound,
        acl_reply: Cause::DestinationAclReply,
        group: Cause::SecurityGroupIngress,
    };
}

/// The way from an interface to another one of the same VPC.
pub(super) struct Inside<'a> {
    pub(super) origin: &'a Origin,
    /// The far end.
    pub(super) target: Component,
    /// Its subnet.
    pub(super) subnet: &'a str,
    /// Its groups.
    pub(super) groups: &'a [String],
    /// Where replies go.
    pub(super) client_ports: &'a PortSet,
    pub(super) causes: Causes,
}

impl Inside<'_> {
    /// Walks on from the groups of the origin. Inside one subnet no network ACL and no route is asked.
    pub(super) fn walk(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) {
        let origin = self.origin;
        let is_same_subnet = self.subnet == origin.subnet;
        let mut traffic = traffic.clone();
        if !is_same_subnet {
            let stage = subnet_stage(Way::Forward, Cause::NetworkAclOutbound, &origin.subnet);
            traffic = guard(walk, &origin.subnet, &origin.vpc, Direction::Egress, &traffic, &stage);
            self.local(walk, &origin.subnet, &traffic, Way::Forward);
            let stage = subnet_stage(Way::Forward, self.causes.acl_inbound, self.subnet);
            traffic = guard(walk, self.subnet, &origin.vpc, Direction::Ingress, &traffic, &stage);
        }
        let traffic = self.enter(walk, &traffic);
        if !is_same_subnet {
            let returning = replies(&traffic, origin.addresses(walk.family), self.client_ports);
            let stage = subnet_stage(Way::Reply, self.causes.acl_reply, self.subnet);
            let returning = guard(walk, self.subnet, &origin.vpc, Direction::Egress, &returning, &stage);
            self.local(walk, self.subnet, &returning, Way::Reply);
            let stage = subnet_stage(Way::Reply, Cause::NetworkAclReply, &origin.subnet);
            let returning = guard(walk, &origin.subnet, &origin.vpc, Direction::Ingress, &returning, &stage);
            walk.pass(Way::Reply, origin.component.clone(), &returning, None);
        }
    }

    /// Through the groups of the far end.
    pub(super) fn enter(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) -> TrafficSet {
        let Some(hull) = traffic.hull() else { return traffic.clone() };
        let peer = Peer::Carrying(&self.origin.groups);
        let filtered = security_group::evaluate(walk.snapshot, self.groups, Direction::Ingress, &hull, peer);
        let stage = Stage { way: Way::Forward, cause: self.causes.group, hop: self.target.clone() };
        walk.filter(traffic, &filtered, &stage)
    }

    /// The local route, which a more specific route to an appliance may overrule.
    fn local(&self, walk: &mut Walk<'_>, subnet: &str, traffic: &TrafficSet, way: Way) {
        let table = match route::of_subnet(walk.snapshot, subnet, &self.origin.vpc) {
            Ok(table) => table,
            Err(gap) => return walk.gap(gap),
        };
        let routed = route::divide(walk.snapshot, table, &traffic.destinations());
        for leg in &routed.legs {
            let evidence = route::evidence(walk.snapshot, &routed.table, leg.choice.as_ref());
            let part = towards(traffic, &leg.destination);
            match &leg.choice {
                None => {
                    let cause = if way == Way::Forward { Cause::NoRoute } else { Cause::NoReturnRoute };
                    let by = format!("no route of `{}` leads to {}", routed.table.id, leg.destination);
                    walk.obstacle(misrouted(cause, &routed.table, evidence, &part).by(by));
                }
                Some(choice) if choice.is_blackhole => {
                    walk.obstacle(misrouted(Cause::Blackhole, &routed.table, evidence, &part).by(&choice.text));
                }
                Some(choice) if choice.target == Target::Local => {
                    walk.pass(way, routed.table.clone(), &part, Some(choice.text.clone()));
                }
                Some(choice) => walk.gap(behind(&choice.target)),
            }
        }
    }
}

pub(super) fn misrouted(cause: Cause, table: &Component, evidence: Vec<Evidence>, part: &TrafficSet) -> Obstacle {
    let obstacle = Obstacle::new(cause, table.clone(), evidence);
    part.hull().into_iter().fold(obstacle, Obstacle::stopping)
}
