//! NAT gateways.
//!
//! Source: VPC user guide, "NAT gateways". A NAT gateway uses the ports 1024 to 65535, has no security group, and
//! sits behind the network ACL of its own subnet. A regional NAT gateway has no subnet, and so no ACL but a route table of its own.

use super::addresses::AddressSet;
use super::block_public_access::{self, Crossing};
use super::filter::Direction;
use super::gateway;
use super::internet::{Outward, behind, deliver, guard, replies, subnet_stage, towards, with_source};
use super::obstacle::{Cause, Obstacle};
use super::origin::any_client;
use super::path::{Walk, Way};
use super::proof;
use super::route::{self, Leg, Target};
use super::traffic::{Family, Traffic, TrafficSet};
use crate::evidence::{Component, Evidence};
use crate::snapshot::ec2::{NatGateway, RouteTable, is};
use crate::snapshot::{Gap, Snapshot};

/// Walks through a NAT gateway to the internet and back to the NAT gateway's far side of the client's subnet.
pub(super) fn through_gateway(outward: &Outward<'_>, walk: &mut Walk<'_>, id: &str, traffic: &TrafficSet) {
    let component = Component::new("nat-gateway", id);
    let gateway = match walk.snapshot.nat_gateways.get(id) {
        Ok(Some(gateway)) => gateway,
        Ok(None) if !outward.origin.is_in_shared_subnet(walk.snapshot) => {
            let evidence = vec![Evidence::new(
                <NatGateway as crate::snapshot::Resource>::OPERATION,
                id,
                "NatGateways",
                serde_json::Value::Null,
            )];
            let obstacle = Obstacle::new(Cause::NatState, component.clone(), evidence);
            walk.stop(component, traffic, obstacle.by(format!("`{id}` does not exist")));
            return;
        }
        Ok(None) => {
            walk.opaque(component, traffic, None, Gap::opaque(format!("NAT gateway `{id}` of the subnet's owner")));
            return;
        }
        Err(gap) => {
            walk.opaque(component, traffic, None, gap);
            return;
        }
    };
    Passage { outward, gateway, component }.walk(walk, traffic);
}

/// A NAT gateway on the way of a walk.
struct Passage<'a> {
    outward: &'a Outward<'a>,
    gateway: &'a NatGateway,
    component: Component,
}

impl Passage<'_> {
    fn walk(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) {
        let gateway = self.gateway;
        if !is(&gateway.state, "available") {
            walk.stop(self.component.clone(), traffic, self.not_available(walk.snapshot));
            return;
        }
        let origin = self.outward.origin;
        let crosses_subnets = !gateway.subnet_id.is_empty() && gateway.subnet_id != origin.subnet;
        let mut traffic = traffic.clone();
        if crosses_subnets {
            traffic = self.guard(walk, Direction::Ingress, Cause::NatSubnetAclFromClient, Way::Forward, &traffic);
        }
        let inside = traffic.clone();
        let traffic = self.translate(walk, &traffic);
        if !gateway.subnet_id.is_empty() {
            self.guard(walk, Direction::Egress, Cause::NatSubnetAclOutbound, Way::Forward, &traffic);
        }
        self.route(walk, &traffic);
        self.reply(walk, &traffic, &inside, crosses_subnets);
    }

    /// The packets as they leave the gateway, which has to be public and have an address for that.
    fn translate(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) -> TrafficSet {
        let gateway = self.gateway;
        let addresses = gateway.nat_gateway_addresses.iter().map(|address| address.private_ip.as_str());
        let mut translated = traffic.clone();
        if walk.family == Family::Ipv6 {
            // NAT64: 64:ff9b::/96 stands for every IPv4 address.
            let parts = traffic.parts().iter().map(|part| Traffic {
                destination: AddressSet::public(Family::Ipv4),
                source: AddressSet::all(Family::Ipv4),
                ..part.clone()
            });
            translated = parts.fold(TrafficSet::default(), |set, part| set.union(&part.into()));
        }
        let addresses = AddressSet::of(addresses);
        let source = if addresses.is_empty() { AddressSet::all(Family::Ipv4) } else { addresses };
        let translated = with_source(&translated, &source);
        if self.is_public() && !self.has_public_address() {
            walk.stop(self.component.clone(), &translated, self.without_address(walk.snapshot));
        } else {
            walk.pass(Way::Forward, self.component.clone(), &translated, None);
        }
        translated
    }

    fn is_public(&self) -> bool {
        !is(&self.gateway.connectivity_type, "private")
    }

    fn has_public_address(&self) -> bool {
        let works = |status: &str| status.is_empty() || is(status, "succeeded");
        self.gateway.nat_gateway_addresses.iter().any(|own| works(&own.status) && !own.public_ip.is_empty())
    }

    fn not_available(&self, snapshot: &Snapshot) -> Obstacle {
        let id = &self.gateway.nat_gateway_id;
        let mut evidence = vec![proof::of::<NatGateway>(snapshot, id, "State")];
        for (member, text) in
            [("FailureCode", &self.gateway.failure_code), ("FailureMessage", &self.gateway.failure_message)]
        {
            if !text.is_empty() {
                evidence.push(proof::of::<NatGateway>(snapshot, id, member));
            }
        }
        let obstacle = Obstacle::new(Cause::NatState, self.component.clone(), evidence);
        obstacle.by(format!("`{id}` is {}", self.gateway.state))
    }

    fn without_address(&self, snapshot: &Snapshot) -> Obstacle {
        let id = &self.gateway.nat_gateway_id;
        let evidence = vec![proof::of::<NatGateway>(snapshot, id, "NatGatewayAddresses")];
        let obstacle = Obstacle::new(Cause::NatAddressMissing, self.component.clone(), evidence);
        obstacle.by(format!("`{id}` has no public address that works"))
    }

    /// Where the gateway sends what it translated.
    fn route(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) {
        let table = match self.table(walk.snapshot) {
            Ok(table) => table,
            Err(gap) => {
                walk.gap(gap);
                return;
            }
        };
        let routed = route::divide(walk.snapshot, table, &traffic.destinations());
        let mut branches = Vec::new();
        for leg in &routed.legs {
            let part = towards(traffic, &leg.destination);
            let is_inside = leg.choice.as_ref().is_some_and(|choice| choice.target == Target::Local);
            if is_inside || part.is_empty() {
                continue;
            }
            let mut branch = walk.branch();
            self.leg(&mut branch, &routed.table, leg, &part);
            branches.push(branch);
        }
        walk.join(branches);
    }

    fn table<'s>(&self, snapshot: &'s Snapshot) -> Result<&'s RouteTable, Gap> {
        let gateway = self.gateway;
        if !gateway.subnet_id.is_empty() {
            return route::of_subnet(snapshot, &gateway.subnet_id, &gateway.vpc_id);
        }
        let absent = || Gap::opaque(format!("the route table of regional NAT gateway `{}`", gateway.nat_gateway_id));
        snapshot.route_tables.get(&gateway.route_table_id)?.ok_or_else(absent)
    }

    fn leg(&self, walk: &mut Walk<'_>, table: &Component, leg: &Leg, traffic: &TrafficSet) {
        let evidence = route::evidence(walk.snapshot, table, leg.choice.as_ref());
        let id = &self.gateway.nat_gateway_id;
        let Some(choice) = &leg.choice else {
            let by = format!("no route of `{}` leads to {}", table.id, leg.destination);
            let obstacle = Obstacle::new(Cause::NatInPrivateSubnet, self.component.clone(), evidence);
            walk.stop(table.clone(), traffic, obstacle.by(by));
            return;
        };
        let fault = match &choice.target {
            _ if choice.is_blackhole => Some(Cause::NatSubnetBlackhole),
            Target::NatGateway(next) if next == id => Some(Cause::NatPointsToItself),
            Target::NatGateway(_) if self.is_public() => Some(Cause::NatInPrivateSubnet),
            Target::Peering(_) => Some(Cause::PeeringNoInternet),
            _ => None,
        };
        if let Some(cause) = fault {
            let obstacle = Obstacle::new(cause, self.component.clone(), evidence);
            walk.stop(table.clone(), traffic, obstacle.by(&choice.text));
            return;
        }
        walk.pass(Way::Forward, table.clone(), traffic, Some(choice.text.clone()));
        match &choice.target {
            Target::InternetGateway(igw) => self.internet_gateway(walk, igw, traffic),
            target => walk.opaque(target.component(), traffic, None, behind(target)),
        }
    }

    fn internet_gateway(&self, walk: &mut Walk<'_>, igw: &str, traffic: &TrafficSet) {
        let (gateway, origin) = (self.gateway, self.outward.origin);
        let subnet = if gateway.subnet_id.is_empty() { &origin.subnet } else { &gateway.subnet_id };
        let (mut obstacles, mut gaps) =
            gateway::internet_gateway(walk.snapshot, igw, &gateway.vpc_id, subnet, Crossing::OutboundNat);
        if *subnet != origin.subnet {
            self.weigh_exclusions(walk.snapshot, subnet, &mut obstacles, &mut gaps);
        }
        if !self.is_public() {
            let id = &gateway.nat_gateway_id;
            let evidence = vec![proof::of::<NatGateway>(walk.snapshot, id, "ConnectivityType")];
            let obstacle = Obstacle::new(Cause::NatPrivate, self.component.clone(), evidence);
            obstacles.push(obstacle.by(format!("`{id}` is private")));
        }
        let public = gateway.nat_gateway_addresses.iter().map(|address| address.public_ip.as_str());
        let public = AddressSet::of(public);
        let outside = if public.is_empty() { traffic.clone() } else { with_source(traffic, &public) };
        deliver(walk, Component::new("internet-gateway", igw), &outside, (obstacles, gaps));
    }

    /// AWS does not say whose exclusion counts when the NAT gateway's subnet is excluded from Block Public Access and the client's is
    /// not, or the other way round.
    fn weigh_exclusions(&self, snapshot: &Snapshot, subnet: &str, obstacles: &mut Vec<Obstacle>, gaps: &mut Vec<Gap>) {
        let (vpc, origin) = (&self.gateway.vpc_id, self.outward.origin);
        let (Ok(of_gateway), Ok(of_client)) = (
            block_public_access::of_subnet(snapshot, subnet, vpc),
            block_public_access::of_subnet(snapshot, &origin.subnet, &origin.vpc),
        ) else {
            return;
        };
        if of_gateway.mode.blocks(Crossing::OutboundNat) != of_client.mode.blocks(Crossing::OutboundNat) {
            obstacles.retain(|obstacle| obstacle.cause != Cause::BlockPublicAccess);
            gaps.push(Gap::opaque(format!(
                "how Block Public Access treats a NAT gateway in `{subnet}` for `{}`, of which only one is excluded",
                origin.subnet
            )));
        }
    }

    fn reply(&self, walk: &mut Walk<'_>, outside: &TrafficSet, inside: &TrafficSet, crosses_subnets: bool) {
        if self.gateway.subnet_id.is_empty() {
            return;
        }
        let returning = replies(outside, &outside.sources(), &any_client());
        self.guard(walk, Direction::Ingress, Cause::NatSubnetAclReply, Way::Reply, &returning);
        walk.pass(Way::Reply, self.component.clone(), &returning, None);
        if crosses_subnets {
            let origin = self.outward.origin;
            let returning = replies(inside, origin.addresses(walk.family), &origin.client_ports);
            self.guard(walk, Direction::Egress, Cause::NatSubnetAclToClient, Way::Reply, &returning);
        }
    }

    fn guard(
        &self,
        walk: &mut Walk<'_>,
        direction: Direction,
        cause: Cause,
        way: Way,
        traffic: &TrafficSet,
    ) -> TrafficSet {
        let stage = subnet_stage(way, cause, &self.gateway.subnet_id);
        guard(walk, &self.gateway.subnet_id, &self.gateway.vpc_id, direction, traffic, &stage)
    }
}
