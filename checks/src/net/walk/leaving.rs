//! Out of a subnet: past its network ACL, unless the next hop is in the subnet itself.
//!
//! Source: VPC user guide, "Control subnet traffic with network access control lists": an ACL applies to what enters or leaves a subnet.

use crate::evidence::Component;
use crate::net::filter::Direction;
use crate::net::network::{Network, SubnetIx};
use crate::net::network_acl;
use crate::net::obstacle::{Cause, Effect};
use crate::net::parcel::{Next, Parcel, Place, Role};
use crate::net::path::{Stage, Walk, Way};
use crate::net::route::{Leg, Table, Target};
use crate::net::traffic::TrafficSet;
use crate::net::trip::Trip;
use crate::snapshot::ec2::{Route, is};

/// The network ACL of a subnet, which packets pass on their way out, and what it is called when it drops them.
#[derive(Clone, Copy)]
pub(in crate::net) struct Acl {
    subnet: SubnetIx,
    cause: Cause,
}

/// Whether a next hop is in the subnet that packets are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::net) enum Stay {
    /// It is elsewhere: packets leave.
    Leaves,
    /// It may be.
    Perhaps,
    /// It is.
    Stays,
}

impl<'t, 's> Trip<'t, 's> {
    /// Out of a subnet: its network ACL, then its routes.
    pub(in crate::net) fn leave_subnet(&self, walk: &mut Walk<'_>, at: Place<'_, 's>, parcel: Parcel<'_, 's>) {
        if let (Role::Attachment | Role::Nat(_), Some(next)) = (at.role, self.neighbour(at, &parcel)) {
            return self.deliver(walk, at, next, parcel);
        }
        let Some(subnet) = at.subnet else { return self.route(walk, at, None, parcel) };
        let cause = match (parcel.way, at.role) {
            (Way::Forward, Role::End) => Cause::NetworkAclOutbound,
            (Way::Reply, Role::End) => self.causes.acl_reply,
            (Way::Forward, Role::Nat(_)) => Cause::NatSubnetAclOutbound,
            (Way::Reply, Role::Nat(_)) => Cause::NatSubnetAclToClient,
            (_, Role::Attachment) => Cause::TransitGatewaySubnetAcl,
        };
        let acl = Acl { subnet, cause };
        if self.network.may_lead_inside(subnet) {
            return self.route(walk, at, Some(acl), parcel);
        }
        let traffic = self.past(walk, Some(acl), Stay::Leaves, parcel);
        if !walk.is_settled() {
            self.route(walk, at, None, parcel.with(&traffic));
        }
    }

    /// The receiver in the very subnet of a transit gateway attachment or NAT gateway, where no ACL is asked.
    fn neighbour<'n>(&self, at: Place<'_, 's>, parcel: &Parcel<'n, 's>) -> Option<Next<'n, 's>>
    where
        't: 'n,
    {
        let next = self.next(at.vpc, parcel)?;
        (next.subnet() == at.subnet).then_some(next)
    }

    /// Past an ACL on the way out, as far as packets do leave the subnet.
    pub(in crate::net) fn past(
        &self,
        walk: &mut Walk<'_>,
        acl: Option<Acl>,
        stay: Stay,
        parcel: Parcel<'_, 's>,
    ) -> TrafficSet {
        let Some(Acl { subnet, cause }) = acl.filter(|_| stay != Stay::Stays) else { return parcel.traffic.clone() };
        if stay == Stay::Leaves {
            return self.guard(walk, subnet, Direction::Egress, cause, parcel);
        }
        let mut own = walk.branch();
        let passed = self.guard(&mut own, subnet, Direction::Egress, cause, parcel);
        let is_blocked = own.tally.is_blocked;
        if is_blocked {
            own.soften(Effect::Possible, "packets to a next hop inside the subnet");
        }
        walk.take_over(own);
        if is_blocked { parcel.traffic.clone() } else { passed }
    }

    /// Through the ACL of a subnet.
    pub(in crate::net) fn guard(
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

    pub(in crate::net) fn stay_of_leg(&self, at: Place<'_, 's>, table: &Table<'s>, leg: &Leg<'_>) -> Stay {
        let (Some(choice), Some(subnet)) = (&leg.choice, at.subnet) else { return Stay::Leaves };
        let rows = choice.positions.iter().filter_map(|position| table.row.routes.get(*position));
        let stays = rows.filter(|_| !choice.is_blackhole).map(|route| self.network.stay(subnet, route, choice.target));
        stays.max().unwrap_or(Stay::Leaves)
    }
}

impl Network<'_> {
    /// Whether the target of a route is in a subnet.
    pub(in crate::net) fn stay(&self, subnet: SubnetIx, route: &Route, target: &Target) -> Stay {
        let is_here = |is_here: bool| if is_here { Stay::Stays } else { Stay::Leaves };
        match target {
            Target::Interface { .. } => match self.forwarder(target) {
                Some(forwarder) => is_here(forwarder.subnet == subnet),
                None => Stay::Perhaps,
            },
            // What an unknown NAT gateway in the subnet sends on leaves the subnet past the same ACL for the same destination.
            Target::NatGateway(id) => is_here(self.nats.get(id.as_str()).is_some_and(|nat| nat.subnet == Some(subnet))),
            Target::Endpoint(id) => match self.snapshot.vpc_endpoints.get(id) {
                Ok(Some(row)) if is(&row.vpc_endpoint_type, "Gateway") => Stay::Leaves,
                Ok(Some(row)) => is_here(row.subnet_ids.iter().any(|id| id == self.subnet_id(subnet))),
                // Prefix lists mostly lead to gateway endpoints, which are in no subnet.
                Ok(None) | Err(_) if !route.destination_prefix_list_id.is_empty() => Stay::Leaves,
                Ok(None) | Err(_) => Stay::Perhaps,
            },
            _ => Stay::Leaves,
        }
    }
}
