//! By the route table of a subnet to the next hop.

use crate::evidence::Component;
use crate::net::beyond::Sight;
use crate::net::leaving::{Acl, Stay};
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Parcel, Place, Role, Trail, behind, towards};
use crate::net::path::{Branches, Walk, Way};
use crate::net::route::{Choice, Leg, Table, Target};
use crate::net::trip::Trip;
use crate::net::{gateway, internet, nat, nat_instance, peering, transit_gateway};
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;

impl<'s> Trip<'_, 's> {
    /// Asks the table of a place, and follows each part of the packets; `acl` is the ACL of the subnet where it was not asked yet.
    pub(in crate::net) fn route(
        &self,
        walk: &mut Walk<'_>,
        at: Place<'_, 's>,
        acl: Option<Acl>,
        parcel: Parcel<'_, 's>,
    ) {
        let table = match self.table(at) {
            Ok(table) => table,
            Err(gap) => {
                let traffic = self.past(walk, acl, Stay::Perhaps, parcel);
                let parcel = parcel.with(&traffic);
                walk.gap(|| gap.clone());
                return self.out_of_sight(walk, parcel, Sight::Anything);
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
            return self.leg(walk, at, acl, (table, leg), parcel);
        }
        let mut branches = Branches::new();
        for leg in &legs {
            let traffic = towards(parcel.traffic, &leg.destination);
            if !traffic.is_empty() {
                let mut branch = walk.branch();
                self.leg(&mut branch, at, acl, (table, leg), parcel.with(&traffic));
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
            self.leg(walk, at, acl, (table, &everywhere), parcel);
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

    fn may_beat_local(&self, target: &Target) -> bool {
        match target {
            Target::NatGateway(_) | Target::Interface { .. } => true,
            Target::Endpoint(id) => {
                let endpoint = self.network.snapshot.vpc_endpoints.get(id).ok().flatten();
                endpoint.is_some_and(|endpoint| !is(&endpoint.vpc_endpoint_type, "Gateway"))
            }
            _ => false,
        }
    }

    /// Routes of which nobody knows what they match; inside the VPC only those matter whose target may take packets from the local route.
    ///
    /// Source: VPC user guide, "Configure route tables", "Local route".
    fn unknown_routes<'n>(&self, table: &'n Table<'s>, legs: &[Leg<'_>], way: Way) -> Vec<&'n Gap> {
        let is_inside = |leg: &Leg<'_>| leg.choice.as_ref().is_some_and(|choice| *choice.target == Target::Local);
        if table.unknown.is_empty() {
            return Vec::new();
        }
        let is_local = !legs.is_empty() && legs.iter().all(is_inside);
        let matters = |target: &Target| {
            (way == Way::Reply || !self.is_of_other_service(target)) && (!is_local || self.may_beat_local(target))
        };
        let unknown = table.unknown.iter().filter(|(target, _)| matters(target));
        unknown.map(|(_, gap)| gap).collect()
    }

    fn leg(
        &self,
        walk: &mut Walk<'_>,
        at: Place<'_, 's>,
        acl: Option<Acl>,
        (table, leg): (&Table<'s>, &Leg<'_>),
        parcel: Parcel<'_, 's>,
    ) {
        if acl.is_some() {
            let traffic = self.past(walk, acl, self.stay_of_leg(at, table, leg), parcel);
            if !walk.is_settled() {
                self.leg(walk, at, None, (table, leg), parcel.with(&traffic));
            }
            return;
        }
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
        if let Some(gap) = self.network.encryption(at.vpc, || choice.target.clone()) {
            walk.gap(|| gap);
        }
        match choice.target {
            Target::Local => self.local(walk, at, table, choice, parcel),
            Target::InternetGateway(id) => internet::out(self, walk, at, id, parcel),
            Target::EgressOnlyInternetGateway(id) => gateway::egress_only(self, walk, at, id, parcel),
            Target::NatGateway(id) => nat::through(self, walk, at, id, parcel),
            Target::Interface { .. } => nat_instance::through(self, walk, at, choice.target, parcel),
            Target::Endpoint(id) => gateway::endpoint(self, walk, at, id, (table, choice), parcel),
            Target::Peering(id) => peering::across(self, walk, at, id, (table, choice), parcel),
            Target::TransitGateway(id) => transit_gateway::across(self, walk, at, id, parcel),
            Target::VirtualPrivateGateway(id) if parcel.way == Way::Reply && self.beyond == Some(id) => {
                walk.pass(parcel.way, parcel.traffic, || (choice.target.component(), None, None));
            }
            Target::VirtualPrivateGateway(_) | Target::Other(_) => {
                let hop = || choice.target.component();
                self.lose_sight(walk, hop, "UNSUPPORTED_COMPONENT", || behind(choice.target), parcel);
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
}
