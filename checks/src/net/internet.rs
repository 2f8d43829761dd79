//! The walk out of a subnet: its network ACL, its routes, and what each route leads to.

use super::addresses::AddressSet;
use super::block_public_access::Crossing;
use super::filter::{Direction, Filtered};
use super::gateway;
use super::nat;
use super::nat_instance;
use super::network_acl;
use super::obstacle::{Cause, Obstacle};
use super::origin::Origin;
use super::path::{Stage, Walk, Way};
use super::ports::PortSet;
use super::prefix_list;
use super::proof;
use super::route::{self, Choice, Leg, Target};
use super::traffic::{Family, Protocol, Traffic, TrafficSet};
use crate::evidence::Component;
use crate::snapshot::ec2::{InstanceNetworkInterface, RouteTable, is};
use crate::snapshot::{Gap, Snapshot};

/// A walk from an interface to addresses outside its VPC.
pub(super) struct Outward<'a> {
    pub(super) origin: &'a Origin,
    /// The service whose addresses are meant, `ssm`: routes that lead into the VPC or only to other services do not matter. `None` when
    /// certain addresses are meant, wherever they are.
    pub(super) service: Option<&'a str>,
}

impl Outward<'_> {
    /// Walks on from the security groups of the interface, with the packets that they let out.
    pub(super) fn walk(&self, walk: &mut Walk<'_>, current: &TrafficSet) {
        let origin = self.origin;
        let stage = subnet_stage(Way::Forward, Cause::NetworkAclOutbound, &origin.subnet);
        let current = guard(walk, &origin.subnet, &origin.vpc, Direction::Egress, current, &stage);
        let table = match route::of_subnet(walk.snapshot, &origin.subnet, &origin.vpc) {
            Ok(table) => table,
            Err(gap) => {
                walk.gap(gap);
                self.reply(walk, &current);
                return;
            }
        };
        let routed = route::divide(walk.snapshot, table, &current.destinations());
        let mut branches = Vec::new();
        for leg in &routed.legs {
            let traffic = towards(&current, &leg.destination);
            if self.is_elsewhere(walk.snapshot, leg) || traffic.is_empty() {
                continue;
            }
            let mut branch = walk.branch();
            self.leg(&mut branch, table, leg, &traffic);
            self.reply(&mut branch, &traffic);
            branches.push(branch);
        }
        for (target, gap) in routed.unknown {
            if !self.is_of_other_service(walk.snapshot, &target) {
                let mut branch = walk.branch();
                branch.gap(gap);
                branches.push(branch);
            }
        }
        if branches.is_empty() {
            let everywhere = Leg { destination: current.destinations(), choice: None };
            self.passable(walk, &routed.table, &everywhere, &current);
        }
        walk.join(branches);
    }

    /// Whether the service that is meant cannot be on this leg: inside the VPC, or behind the endpoint of another service.
    fn is_elsewhere(&self, snapshot: &Snapshot, leg: &Leg) -> bool {
        self.service.is_some()
            && leg.choice.as_ref().is_some_and(|choice| match &choice.target {
                Target::Local => true,
                target => self.is_of_other_service(snapshot, target),
            })
    }

    fn is_of_other_service(&self, snapshot: &Snapshot, target: &Target) -> bool {
        let (Target::Endpoint(id), Some(service)) = (target, self.service) else { return false };
        let endpoint = snapshot.vpc_endpoints.known().iter().find(|endpoint| endpoint.vpc_endpoint_id == *id);
        endpoint.is_some_and(|endpoint| {
            is(&endpoint.vpc_endpoint_type, "Gateway") && endpoint.service_name.rsplit('.').next() != Some(service)
        })
    }

    fn leg(&self, walk: &mut Walk<'_>, table: &RouteTable, leg: &Leg, traffic: &TrafficSet) {
        let component = Component::new("route-table", &table.route_table_id);
        let Some(choice) = self.passable(walk, &component, leg, traffic) else { return };
        walk.pass(Way::Forward, component.clone(), traffic, Some(choice.text.clone()));
        let origin = self.origin;
        match &choice.target {
            Target::InternetGateway(id) => self.internet_gateway(walk, id, traffic),
            Target::EgressOnlyInternetGateway(id) => {
                let mut judged = gateway::egress_only_gateway(walk.snapshot, id, &origin.vpc, &origin.subnet);
                judged.0.extend(never_public(walk.family, choice.target.component(), traffic));
                deliver(walk, choice.target.component(), traffic, judged);
            }
            Target::NatGateway(id) => nat::through_gateway(self, walk, id, traffic),
            Target::Interface { .. } => nat_instance::through_interface(self, walk, &choice.target, traffic),
            Target::Endpoint(id) => self.endpoint(walk, id, choice, table, traffic),
            Target::Local => self.nobody(walk, &component, choice, traffic),
            Target::Peering(_) if traffic.destinations().is_subset(&AddressSet::internet(walk.family)) => {
                let evidence = route::evidence(walk.snapshot, &component, Some(choice));
                let obstacle = Obstacle::new(Cause::PeeringNoInternet, choice.target.component(), evidence);
                walk.stop(choice.target.component(), traffic, obstacle.by(&choice.text));
            }
            Target::Peering(_) | Target::TransitGateway(_) | Target::VirtualPrivateGateway(_) | Target::Other(_) => {
                walk.opaque(choice.target.component(), traffic, None, behind(&choice.target));
            }
        }
    }

    /// The choice of a leg that leads on; what has no route or a dead one is an obstacle.
    fn passable<'l>(
        &self,
        walk: &mut Walk<'_>,
        table: &Component,
        leg: &'l Leg,
        traffic: &TrafficSet,
    ) -> Option<&'l Choice> {
        let choice = leg.choice.as_ref();
        let evidence = route::evidence(walk.snapshot, table, choice);
        match choice {
            None => {
                let obstacle = Obstacle::new(Cause::NoRoute, table.clone(), evidence);
                let by = format!("no route of `{}` leads to {}", table.id, leg.destination);
                walk.stop(table.clone(), traffic, obstacle.by(by));
                None
            }
            Some(choice) if choice.is_blackhole => {
                let obstacle = Obstacle::new(Cause::Blackhole, table.clone(), evidence);
                walk.stop(table.clone(), traffic, obstacle.by(&choice.text));
                None
            }
            Some(choice) => Some(choice),
        }
    }

    fn internet_gateway(&self, walk: &mut Walk<'_>, id: &str, traffic: &TrafficSet) {
        let origin = self.origin;
        let crossing = Crossing::OutboundPublicAddress;
        let mut judged = gateway::internet_gateway(walk.snapshot, id, &origin.vpc, &origin.subnet, crossing);
        let mut outside = traffic.clone();
        judged.0.extend(never_public(walk.family, Component::new("internet-gateway", id), traffic));
        if walk.family == Family::Ipv4 {
            match &origin.public_ipv4 {
                Some(public) => outside = with_source(traffic, &AddressSet::of([public.as_str()])),
                None => judged.0.push(self.no_public_address(walk.snapshot)),
            }
        }
        deliver(walk, Component::new("internet-gateway", id), &outside, judged);
    }

    /// Inside the VPC, and no interface has the address, as far as all are known.
    fn nobody(&self, walk: &mut Walk<'_>, table: &Component, choice: &Choice, traffic: &TrafficSet) {
        let vpc = Component::new("vpc", &self.origin.vpc);
        match walk.snapshot.network_interfaces.select("vpc-id", &self.origin.vpc, |_| false) {
            Ok(_) => {
                let evidence = route::evidence(walk.snapshot, table, Some(choice));
                let by = format!("no interface in `{}` has {}", self.origin.vpc, traffic.destinations());
                walk.stop(vpc.clone(), traffic, Obstacle::new(Cause::NoDestination, vpc, evidence).by(by));
            }
            Err(gap) => walk.opaque(vpc, traffic, None, gap),
        }
    }

    fn no_public_address(&self, snapshot: &Snapshot) -> Obstacle {
        let origin = self.origin;
        let evidence = origin.instance.as_ref().map(|instance| {
            let row = snapshot.instances.known().iter().find(|row| row.instance_id == *instance);
            let own = |eni: &InstanceNetworkInterface| eni.network_interface_id == origin.component.id;
            let position = row.and_then(|row| row.network_interfaces.iter().position(own)).unwrap_or_default();
            let field = format!("NetworkInterfaces[{position}].Association");
            proof::of::<crate::snapshot::ec2::Instance>(snapshot, instance, &field)
        });
        let evidence = evidence.into_iter().collect();
        Obstacle::new(Cause::NoPublicAddress, origin.component.clone(), evidence)
            .by(format!("{} has no public address", origin.ipv4))
    }

    /// A gateway endpoint of the service itself, or a Gateway Load Balancer endpoint.
    fn endpoint(&self, walk: &mut Walk<'_>, id: &str, choice: &Choice, table: &RouteTable, traffic: &TrafficSet) {
        let component = choice.target.component();
        let rows = choice.positions.iter().filter_map(|position| table.routes.get(*position));
        let lists: Vec<&str> = rows.map(|route| route.destination_prefix_list_id.as_str()).collect();
        match walk.snapshot.vpc_endpoints.get(id) {
            Ok(Some(endpoint)) if is(&endpoint.vpc_endpoint_type, "Gateway") => {
                let mut obstacles = Vec::new();
                if !is(&endpoint.state, "available") {
                    obstacles.push(super::endpoint::not_available(walk.snapshot, endpoint));
                }
                deliver(walk, component, traffic, (obstacles, Vec::new()));
            }
            Ok(Some(_) | None) => walk.opaque(component, traffic, None, behind(&choice.target)),
            Err(_) if self.service.is_some_and(|service| are_of_others(walk.snapshot, &lists, service)) => {}
            Err(gap) => walk.opaque(component, traffic, None, gap),
        }
    }

    /// The replies into the subnet of the interface.
    pub(super) fn reply(&self, walk: &mut Walk<'_>, traffic: &TrafficSet) {
        let origin = self.origin;
        let replies = replies(traffic, origin.addresses(walk.family), &origin.client_ports);
        let stage = subnet_stage(Way::Reply, Cause::NetworkAclReply, &origin.subnet);
        let replies = guard(walk, &origin.subnet, &origin.vpc, Direction::Ingress, &replies, &stage);
        walk.pass(Way::Reply, origin.component.clone(), &replies, None);
    }
}

/// Sends packets through the ACL of a subnet.
pub(super) fn guard(
    walk: &mut Walk<'_>,
    subnet: &str,
    vpc: &str,
    direction: Direction,
    traffic: &TrafficSet,
    stage: &Stage,
) -> TrafficSet {
    let Some(hull) = traffic.hull() else { return traffic.clone() };
    let filtered: Filtered = network_acl::of_subnet_evaluated(walk.snapshot, subnet, vpc, direction, &hull);
    walk.filter(traffic, &filtered, stage)
}

pub(super) fn subnet_stage(way: Way, cause: Cause, subnet: &str) -> Stage {
    Stage { way, cause, hop: Component::new("subnet", subnet) }
}

/// Hands packets over to a gateway that may have something against them.
pub(super) fn deliver(
    walk: &mut Walk<'_>,
    component: Component,
    traffic: &TrafficSet,
    (obstacles, gaps): (Vec<Obstacle>, Vec<Gap>),
) {
    if obstacles.is_empty() {
        walk.pass(Way::Forward, component, traffic, None);
    } else {
        for obstacle in obstacles {
            walk.stop(component.clone(), traffic, obstacle);
        }
    }
    for gap in gaps {
        walk.gap(gap);
    }
}

/// What cannot be seen behind a target.
pub(super) fn behind(target: &Target) -> Gap {
    let component = target.component();
    let kind = match target {
        Target::TransitGateway(_) => "transit gateway",
        Target::VirtualPrivateGateway(_) => "virtual private gateway",
        Target::Endpoint(_) => "Gateway Load Balancer endpoint",
        Target::Interface { .. } => "network interface",
        Target::Peering(_) => "peering connection",
        _ => "route target",
    };
    Gap::opaque(format!("what is behind {kind} `{}`", component.id))
}

/// The packets that go to these destinations.
pub(super) fn towards(traffic: &TrafficSet, destination: &AddressSet) -> TrafficSet {
    let Some(hull) = traffic.hull() else { return TrafficSet::default() };
    traffic.intersection(&Traffic { destination: destination.clone(), ..hull }.into())
}

/// The packets after their source was translated.
pub(super) fn with_source(traffic: &TrafficSet, source: &AddressSet) -> TrafficSet {
    let parts = traffic.parts().iter().map(|part| Traffic { source: source.clone(), ..part.clone() });
    parts.fold(TrafficSet::default(), |set, part| set.union(&part.into()))
}

/// The replies to packets: from their destinations to `to`, at the ports that clients use. ICMP echo is answered by echo reply.
pub(super) fn replies(traffic: &TrafficSet, to: &AddressSet, ports: &PortSet) -> TrafficSet {
    let Some(hull) = traffic.hull() else { return TrafficSet::default() };
    let echo = [(Protocol::ICMP, 8, 0), (Protocol::ICMPV6, 128, 129)].into_iter().find(|(protocol, request, _)| {
        *protocol == hull.protocol && hull.ports.is_subset(&PortSet::icmp(*request, -1))
    });
    let ports = match echo {
        Some((_, _, reply)) => PortSet::icmp(reply, 0),
        None if hull.protocol.is_icmp() => PortSet::all(),
        None => ports.clone(),
    };
    Traffic::new(hull.protocol, hull.destination, to.clone(), ports).into()
}

/// The obstacle that a gateway is for packets of which none has a public destination: private ones, or those that only NAT64 translates.
fn never_public(family: Family, gateway: Component, traffic: &TrafficSet) -> Option<Obstacle> {
    let destinations = traffic.destinations();
    destinations.intersection(&AddressSet::internet(family)).is_empty().then(|| not_public(gateway, &destinations))
}

/// What a gateway has against destinations that are no public addresses.
pub(super) fn not_public(component: Component, destinations: &AddressSet) -> Obstacle {
    let mut obstacle = Obstacle::new(Cause::NotPublicDestination, component, Vec::new());
    if destinations.is_subset(&AddressSet::of(["100.64.0.0/10"])) {
        obstacle.code = Some("IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS");
    }
    obstacle.by(format!("{destinations} is no address of the internet"))
}

fn are_of_others(snapshot: &Snapshot, lists: &[&str], service: &str) -> bool {
    lists.iter().all(|list| prefix_list::is_of_other_service(snapshot, list, service))
}
