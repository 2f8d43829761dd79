//! The way of packets from hop to hop, there and back: each place hands them on to the next, and each mechanism has its own file.
//!
//! On the way there, groups are asked, routes followed and sources translated. On the way back only what keeps no state is asked: network
//! ACLs and routes, until the replies are where the packets came from.

use super::addresses::AddressSet;
use super::filter::Direction;
use super::interface::Interface;
use super::network::{Network, SubnetIx, VpcIx};
use super::network_acl;
use super::obstacle::{Cause, Obstacle};
use super::parcel::{Link, Next, Parcel, Place, Role, Trail, behind, towards};
use super::path::{Stage, Walk, Way};
use super::route::{Choice, Leg, Table, Target};
use super::security_group::{self, Peer};
use super::traffic::{Traffic, TrafficSet};
use super::{gateway, internet, nat, nat_instance, peering, transit_gateway};
use crate::evidence::Component;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;

/// A question about packets, and who is at its ends.
#[derive(Clone, Copy)]
pub(super) struct Trip<'t, 's> {
    pub(super) network: &'t Network<'s>,
    /// Where packets start; `None` for addresses outside every VPC that is known.
    pub(super) from: Option<&'t Interface<'s>>,
    /// The interface that is meant, when one is.
    pub(super) to: Option<&'t Interface<'s>>,
    /// The service whose addresses are meant, `ssm`: routes that lead into the VPC or only to other services do not matter. `None` when
    /// certain addresses are meant, wherever they are.
    pub(super) service: Option<&'t str>,
    pub(super) causes: Causes,
    /// The virtual private gateway behind which packets start.
    pub(super) beyond: Option<&'t str>,
}

/// What faults at the far end are called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Causes {
    pub(super) acl_inbound: Cause,
    pub(super) acl_reply: Cause,
    pub(super) group: Cause,
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

impl<'t, 's> Trip<'t, 's> {
    /// Walks from an interface.
    pub(super) fn leave(&self, walk: &mut Walk<'_>, origin: &Interface<'s>, asked: Traffic) {
        let asked: TrafficSet = asked.into();
        if asked.is_empty() {
            walk.obstacle(|| Obstacle::new(Cause::NoAddress, origin.component(), Vec::new()));
            return;
        }
        if origin.is_foreign && origin.source_dest_check != Some(false) {
            walk.stop(
                Way::Forward,
                || origin.component(),
                &asked,
                || {
                    let by = format!("{} is no address of `{}`", asked.sources(), origin.id);
                    Obstacle::new(Cause::SpoofedSource, origin.component(), Vec::new()).by(by)
                },
            );
        }
        let peer = self.peer_at_start(origin, &asked);
        let traffic = self.out_of(walk, origin, &asked, peer);
        if walk.is_settled() {
            return;
        }
        self.on_from_groups(walk, origin, &traffic);
    }

    /// Walks on from the groups of an interface. Inside one subnet no network ACL and no route is asked.
    pub(super) fn on_from_groups(&self, walk: &mut Walk<'_>, origin: &Interface<'s>, traffic: &TrafficSet) {
        let parcel = Parcel::new(traffic, Way::Forward);
        match self.to {
            Some(target) if target.vpc == origin.vpc && target.subnet == origin.subnet => {
                self.arrive(walk, target, parcel);
            }
            _ => self.leave_subnet(walk, Place::of(origin), parcel),
        }
    }

    /// Through the groups of the sender.
    pub(super) fn out_of(
        &self,
        walk: &mut Walk<'_>,
        origin: &Interface<'s>,
        asked: &TrafficSet,
        peer: Peer<'_>,
    ) -> TrafficSet {
        let filtered =
            security_group::evaluate(self.network, &origin.groups, Direction::Egress, asked, peer, walk.explains);
        let stage = || Stage { way: Way::Forward, cause: Cause::SecurityGroupEgress, hop: origin.component() };
        walk.filter(asked, filtered, stage)
    }

    /// Who is at the other end for outbound rules: a group shows within a VPC and over a peering connection.
    fn peer_at_start(&self, origin: &Interface<'s>, asked: &TrafficSet) -> Peer<'t> {
        let destinations = asked.destinations();
        let Some(target) = self.to else {
            let family = asked.family();
            let is_outside = destinations.is_subset(AddressSet::internet_ref(family));
            return if is_outside { Peer::Outside } else { Peer::Unknown };
        };
        if target.groups.is_empty() {
            return Peer::Unknown;
        }
        if target.vpc == origin.vpc {
            return Peer::Carrying(&target.groups);
        }
        let Ok(table) = self.network.table_of(origin.subnet) else { return Peer::Unknown };
        let legs = table.divide(&destinations);
        match legs.first().and_then(|leg| leg.choice.as_ref()).map(|choice| choice.target) {
            Some(Target::Peering(id)) if peering::keeps_groups(self.network, id) => Peer::Carrying(&target.groups),
            Some(Target::TransitGateway(_)) => Peer::Hidden(&target.groups, "SG_REFERENCING_SUPPORT"),
            _ => Peer::Hidden(&target.groups, "SG_REFERENCES_NOT_PRESERVED"),
        }
    }

    /// Out of a subnet: its network ACL, then its routes.
    pub(super) fn leave_subnet(&self, walk: &mut Walk<'_>, at: Place<'_, 's>, parcel: Parcel<'_, 's>) {
        if let (Role::Attachment | Role::Nat(_), Some(next)) = (at.role, self.neighbour(at, &parcel)) {
            return self.deliver(walk, at, next, parcel);
        }
        let cause = match (parcel.way, at.role) {
            (Way::Forward, Role::End) => Cause::NetworkAclOutbound,
            (Way::Reply, Role::End) => self.causes.acl_reply,
            (Way::Forward, Role::Nat(_)) => Cause::NatSubnetAclOutbound,
            (Way::Reply, Role::Nat(_)) => Cause::NatSubnetAclToClient,
            (_, Role::Attachment) => Cause::TransitGatewaySubnetAcl,
        };
        let traffic = match at.subnet {
            Some(subnet) => self.guard(walk, subnet, Direction::Egress, cause, parcel),
            None => parcel.traffic.clone(),
        };
        if !walk.is_settled() {
            self.route(walk, at, parcel.with(&traffic));
        }
    }

    /// The receiver in the very subnet of a transit gateway attachment, where no ACL is asked.
    fn neighbour<'n>(&self, at: Place<'_, 's>, parcel: &Parcel<'n, 's>) -> Option<Next<'n, 's>>
    where
        't: 'n,
    {
        let next = self.next(at.vpc, parcel)?;
        (next.subnet() == at.subnet).then_some(next)
    }

    /// Through the ACL of a subnet.
    pub(super) fn guard(
        &self,
        walk: &mut Walk<'_>,
        subnet: SubnetIx,
        direction: Direction,
        cause: Cause,
        parcel: Parcel<'_, 's>,
    ) -> TrafficSet {
        let filtered = network_acl::evaluate(self.network, subnet, direction, parcel.traffic, walk.explains);
        let hop = || Component::new("subnet", self.network.subnet_id(subnet));
        walk.filter(parcel.traffic, filtered, || Stage { way: parcel.way, cause, hop: hop() })
    }

    /// Asks the table of a place, and follows each part of the packets.
    fn route(&self, walk: &mut Walk<'_>, at: Place<'_, 's>, parcel: Parcel<'_, 's>) {
        let table = match self.table(at) {
            Ok(table) => table,
            Err(gap) => {
                walk.gap(|| gap.clone());
                return self.without_way(walk, parcel);
            }
        };
        let turns = std::iter::successors(parcel.turn, |turn| turn.before).count();
        let trail = Trail {
            table: &table.row.route_table_id,
            turns,
            hops: parcel.trail.map_or(1, |trail| trail.hops.saturating_add(1)),
            before: parcel.trail,
        };
        if trail.goes_round() {
            return self.circle(walk, table, parcel);
        }
        let parcel = Parcel { trail: Some(&trail), ..parcel };
        let destinations = parcel.traffic.destinations();
        let mut legs = table.divide(&destinations);
        legs.retain(|leg| !self.is_elsewhere(leg, parcel.way));
        let unknown = self.unknown_routes(table, &legs, parcel.way);
        if let ([leg], []) = (legs.as_slice(), unknown.as_slice())
            && leg.destination == destinations
        {
            return self.leg(walk, at, table, leg, parcel);
        }
        let mut branches = super::path::Branches::new();
        for leg in &legs {
            let traffic = towards(parcel.traffic, &leg.destination);
            if !traffic.is_empty() {
                let mut branch = walk.branch();
                self.leg(&mut branch, at, table, leg, parcel.with(&traffic));
                branches.push(branch);
            }
        }
        for gap in unknown {
            let mut branch = walk.branch();
            branch.gap(|| gap.clone());
            branches.push(branch);
        }
        if branches.is_empty() {
            let everywhere = Leg { destination: destinations, choice: None };
            self.leg(walk, at, table, &everywhere, parcel);
        }
        walk.join(branches);
    }

    /// The table that rules at a place.
    fn table<'n>(&'n self, at: Place<'_, 's>) -> Result<&'n Table<'s>, Gap> {
        match (at.role, at.subnet) {
            (_, Some(subnet)) => self.network.table_of(subnet).map_err(Gap::clone),
            (Role::Nat(nat), None) => self.network.table(&nat.row.route_table_id).ok_or_else(|| {
                let (id, gateway) = (&nat.row.route_table_id, &nat.row.nat_gateway_id);
                let absent = Gap::opaque(format!("the route table of regional NAT gateway `{gateway}`"));
                self.network.snapshot.route_tables.get(id).err().unwrap_or(absent)
            }),
            _ => Err(Gap::opaque("a route table")),
        }
    }

    /// Whether the service that is meant cannot be on this leg: inside the VPC, or behind the endpoint of another service.
    fn is_elsewhere(&self, leg: &Leg<'_>, way: Way) -> bool {
        self.service.is_some()
            && way == Way::Forward
            && leg.choice.as_ref().is_some_and(|choice| match choice.target {
                Target::Local => true,
                target => self.is_of_other_service(target),
            })
    }

    fn is_of_other_service(&self, target: &Target) -> bool {
        let (Target::Endpoint(id), Some(service)) = (target, self.service) else { return false };
        let endpoint = self.network.snapshot.vpc_endpoints.get(id).ok().flatten();
        endpoint.is_some_and(|endpoint| {
            is(&endpoint.vpc_endpoint_type, "Gateway") && endpoint.service_name.rsplit('.').next() != Some(service)
        })
    }

    /// Routes of which nobody knows what they match; inside the VPC they do not matter.
    fn unknown_routes<'n>(&self, table: &'n Table<'s>, legs: &[Leg<'_>], way: Way) -> Vec<&'n Gap> {
        let is_inside = |leg: &Leg<'_>| leg.choice.as_ref().is_some_and(|choice| *choice.target == Target::Local);
        if table.unknown.is_empty() || (!legs.is_empty() && legs.iter().all(is_inside)) {
            return Vec::new();
        }
        let unknown = table.unknown.iter().filter(|(target, _)| way == Way::Reply || !self.is_of_other_service(target));
        unknown.map(|(_, gap)| gap).collect()
    }

    fn leg(&self, walk: &mut Walk<'_>, at: Place<'_, 's>, table: &Table<'s>, leg: &Leg<'_>, parcel: Parcel<'_, 's>) {
        // Every table has the local routes of its VPC, shown or not.
        if let (None, Role::Nat(_), Way::Reply, Some(next)) =
            (&leg.choice, at.role, parcel.way, self.next(at.vpc, &parcel))
        {
            return self.deliver(walk, at, next, parcel);
        }
        let Some(choice) = self.passable(walk, at, table, leg, parcel) else {
            return self.without_way(walk, parcel);
        };
        walk.pass(parcel.way, parcel.traffic, || (table.component(), Some(table.in_words(choice)), None));
        match choice.target {
            Target::Local => self.local(walk, at, table, choice, parcel),
            Target::InternetGateway(id) => internet::out(self, walk, at, id, parcel),
            Target::EgressOnlyInternetGateway(id) => gateway::egress_only(self, walk, at, id, parcel),
            Target::NatGateway(id) => nat::through(self, walk, at, id, parcel),
            Target::Interface { .. } => nat_instance::through(self, walk, at, choice.target, parcel),
            Target::Endpoint(id) => gateway::endpoint(self, walk, id, (table, choice), parcel),
            Target::Peering(id) => peering::across(self, walk, at, id, (table, choice), parcel),
            Target::TransitGateway(id) => transit_gateway::across(self, walk, at, id, parcel),
            Target::VirtualPrivateGateway(id) if parcel.way == Way::Reply && self.beyond == Some(id) => {
                walk.pass(parcel.way, parcel.traffic, || (choice.target.component(), None, None));
            }
            Target::VirtualPrivateGateway(_) | Target::Other(_) => {
                let hop = || choice.target.component();
                walk.opaque(parcel.way, hop, parcel.traffic, "UNSUPPORTED_COMPONENT", || behind(choice.target));
                self.without_way(walk, parcel);
            }
        }
    }

    /// The choice of a leg that leads on; what has no route or a dead one is an obstacle.
    fn passable<'l>(
        &self,
        walk: &mut Walk<'_>,
        at: Place<'_, 's>,
        table: &Table<'s>,
        leg: &'l Leg<'_>,
        parcel: Parcel<'_, 's>,
    ) -> Option<&'l Choice<'l>> {
        let choice = leg.choice.as_ref();
        let cause = match (choice, at.role, parcel.way) {
            (None, Role::Nat(_), Way::Forward) => Cause::NatInPrivateSubnet,
            (None, _, Way::Forward) => self.no_route(at, table),
            (None, _, Way::Reply) => Cause::NoReturnRoute,
            (Some(choice), Role::Nat(_), Way::Forward) if choice.is_blackhole => Cause::NatSubnetBlackhole,
            (Some(choice), ..) if choice.is_blackhole => Cause::Blackhole,
            (Some(choice), Role::Nat(nat), Way::Forward) => match nat::misrouted(nat, choice.target) {
                Some(cause) => cause,
                None => return Some(choice),
            },
            (Some(choice), ..) => return Some(choice),
        };
        walk.stop(
            parcel.way,
            || table.component(),
            parcel.traffic,
            || {
                let component = match at.role {
                    Role::Nat(nat) if parcel.way == Way::Forward => {
                        Component::new("nat-gateway", &nat.row.nat_gateway_id)
                    }
                    _ => table.component(),
                };
                let by = choice.map_or_else(
                    || format!("no route of `{}` leads to {}", table.row.route_table_id, leg.destination),
                    |choice| table.in_words(choice),
                );
                let evidence = table.evidence(self.network.snapshot, choice);
                let mut obstacle = Obstacle::new(cause, component, evidence).by(by);
                obstacle.passed_over = table.passed_over(&leg.destination, choice);
                obstacle
            },
        );
        None
    }

    /// A VPC with nothing but local routes and gateways is not connected to any other.
    fn no_route(&self, at: Place<'_, 's>, table: &Table<'s>) -> Cause {
        let is_link = |target: &Target| {
            matches!(
                target,
                Target::Peering(_) | Target::TransitGateway(_) | Target::VirtualPrivateGateway(_) | Target::Other(_)
            )
        };
        let leads_out = table.row.routes.iter().any(|route| is_link(&Target::of(route)));
        match self.to {
            Some(target) if target.vpc != at.vpc && !leads_out && self.service.is_none() => Cause::DisconnectedVpcs,
            _ => Cause::NoRoute,
        }
    }

    fn circle(&self, walk: &mut Walk<'_>, table: &Table<'s>, parcel: Parcel<'_, 's>) {
        walk.stop(
            parcel.way,
            || table.component(),
            parcel.traffic,
            || {
                let by = format!("`{}` was asked before", table.row.route_table_id);
                Obstacle::new(Cause::RoutingLoop, table.component(), Vec::new()).by(by)
            },
        );
    }

    /// Inside a VPC, whoever has the address.
    fn local(
        &self,
        walk: &mut Walk<'_>,
        at: Place<'_, 's>,
        table: &Table<'s>,
        choice: &Choice<'_>,
        parcel: Parcel<'_, 's>,
    ) {
        if let Some(next) = self.next(at.vpc, &parcel) {
            return self.deliver(walk, at, next, parcel);
        }
        let snapshot = self.network.snapshot;
        let vpc = self.network.vpc_id(at.vpc);
        let hop = || Component::new("vpc", vpc);
        if parcel.way == Way::Reply {
            walk.stop(parcel.way, hop, parcel.traffic, || {
                let evidence = table.evidence(snapshot, Some(choice));
                Obstacle::new(Cause::NoReturnRoute, table.component(), evidence).by(table.in_words(choice))
            });
            return;
        }
        match snapshot.network_interfaces.covers("vpc-id", vpc) {
            Ok(()) => walk.stop(parcel.way, hop, parcel.traffic, || {
                let by = format!("no interface in `{vpc}` has {}", parcel.traffic.destinations());
                let evidence = table.evidence(snapshot, Some(choice));
                Obstacle::new(Cause::NoDestination, hop(), evidence).by(by)
            }),
            Err(gap) => walk.opaque(parcel.way, hop, parcel.traffic, "UNKNOWN_DESTINATION", || gap),
        }
        self.without_way(walk, parcel);
    }

    /// Who in a VPC has the address that packets go to.
    pub(super) fn next<'n>(&self, vpc: VpcIx, parcel: &Parcel<'n, 's>) -> Option<Next<'n, 's>>
    where
        't: 'n,
    {
        let destinations = parcel.traffic.destinations();
        if parcel.way == Way::Reply {
            return self.next_on_return(vpc, parcel, &destinations);
        }
        let is_target = |target: &&Interface<'s>| {
            target.vpc == vpc && destinations.is_subset(target.addresses(parcel.traffic.family()))
        };
        if let Some(target) = self.to.filter(is_target) {
            return Some(Next::Target(target));
        }
        self.network.owner(vpc, destinations.single()?).map(Next::Target)
    }

    /// Deliver to somebody in the same VPC.
    pub(super) fn deliver(&self, walk: &mut Walk<'_>, at: Place<'_, 's>, next: Next<'_, 's>, parcel: Parcel<'_, 's>) {
        let cause = match (&next, parcel.way) {
            (Next::Nat(_), _) => Cause::NatSubnetAclReply,
            (Next::Target(_), Way::Forward) => self.causes.acl_inbound,
            (Next::Target(_), Way::Reply) => Cause::NetworkAclReply,
        };
        let mut traffic = parcel.traffic.clone();
        if let Some(subnet) = next.subnet()
            && Some(subnet) != at.subnet
        {
            traffic = self.guard(walk, subnet, Direction::Ingress, cause, parcel);
        }
        if walk.is_settled() {
            return;
        }
        let parcel = parcel.with(&traffic);
        match (next, parcel.way) {
            (Next::Target(target), Way::Forward) => self.arrive(walk, target, parcel),
            (Next::Target(origin), Way::Reply) => {
                walk.pass(Way::Reply, &traffic, || (origin.component(), None, None));
            }
            (Next::Nat(turn), _) => nat::unturn(self, walk, turn, parcel),
        }
    }
    /// Into a VPC from outside it, over a peering connection.
    pub(super) fn enter_vpc(
        &self,
        walk: &mut Walk<'_>,
        vpc: VpcIx,
        hop: impl Fn() -> Component,
        parcel: Parcel<'_, 's>,
    ) {
        if let Some(next) = self.next(vpc, &parcel) {
            return self.deliver(walk, Place { vpc, subnet: None, role: Role::End }, next, parcel);
        }
        let id = self.network.vpc_id(vpc);
        match self.network.snapshot.network_interfaces.covers("vpc-id", id) {
            Ok(()) => walk.stop(parcel.way, hop, parcel.traffic, || {
                let by = format!("no interface in `{id}` has {}", parcel.traffic.destinations());
                Obstacle::new(Cause::NoDestination, Component::new("vpc", id), Vec::new()).by(by)
            }),
            Err(gap) => walk.opaque(parcel.way, hop, parcel.traffic, "UNKNOWN_DESTINATION", || gap),
        }
        self.without_way(walk, parcel);
    }

    /// Through the groups of the receiver, and back.
    pub(super) fn arrive(&self, walk: &mut Walk<'_>, target: &Interface<'s>, parcel: Parcel<'_, 's>) {
        if is(target.interface_type, "nat_gateway") {
            return nat::unsolicited(walk, target.id, parcel);
        }
        if target.is_load_balancer {
            let gap = || Gap::opaque(format!("what load balancer interface `{}` takes", target.id));
            walk.opaque(parcel.way, || target.component(), parcel.traffic, "UNSUPPORTED_COMPONENT", gap);
        }
        let traffic = self.in_through(walk, target, parcel.traffic, parcel.link);
        if !walk.is_settled() {
            self.reply(walk, target, parcel.with(&traffic));
        }
    }

    /// Through the groups of an interface, from the origin.
    pub(super) fn enter_groups(&self, walk: &mut Walk<'_>, target: &Interface<'s>, traffic: &TrafficSet) {
        self.in_through(walk, target, traffic, Link::Kept);
    }

    pub(super) fn in_through(
        &self,
        walk: &mut Walk<'_>,
        target: &Interface<'s>,
        traffic: &TrafficSet,
        link: Link<'_>,
    ) -> TrafficSet {
        let peer = self.peer_at_end(link);
        let mut filtered =
            security_group::evaluate(self.network, &target.groups, Direction::Ingress, traffic, peer, walk.explains);
        if self.from.is_some_and(|origin| origin.vpc != target.vpc) {
            filtered.unknown_code = "UNKNOWN_PEERED_SGS";
        }
        walk.filter(traffic, filtered, || Stage {
            way: Way::Forward,
            cause: self.causes.group,
            hop: target.component(),
        })
    }

    /// Who sends, for inbound rules.
    fn peer_at_end<'n>(&self, link: Link<'n>) -> Peer<'n>
    where
        't: 'n,
    {
        let Some(origin) = self.from else { return Peer::Outside };
        match link {
            _ if origin.groups.is_empty() => Peer::Unknown,
            Link::Kept | Link::Transit(Ok(true)) => Peer::Carrying(&origin.groups),
            Link::Transit(Ok(false)) => Peer::Hidden(&origin.groups, "SG_REFERENCING_SUPPORT"),
            Link::Transit(Err(gap)) => Peer::Perhaps(&origin.groups, gap),
            Link::Lost(code) => Peer::Hidden(&origin.groups, code),
        }
    }
}
