//! Inside a VPC: to whoever has the address.

use crate::evidence::{Component, Evidence};
use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::nat;
use crate::net::network::VpcIx;
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::parcel::{Next, Parcel, Place, Role};
use crate::net::path::{Walk, Way};
use crate::net::route::{Choice, Table};
use crate::net::traffic::{Family, TrafficSet};
use crate::net::trip::Trip;
use crate::snapshot::Gap;

impl<'t, 's> Trip<'t, 's> {
    /// Inside a VPC, whoever has the address.
    pub(in crate::net) fn local(
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
        self.nobody(walk, at.vpc, hop, || table.evidence(snapshot, Some(choice)), parcel);
    }

    /// Who in a VPC has the address that packets go to.
    pub(in crate::net) fn next<'n>(&self, vpc: VpcIx, parcel: &Parcel<'n, 's>) -> Option<Next<'n, 's>>
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
        let owner = self.network.owner(vpc, destinations.single()?)?;
        (self.is_guess || self.to.is_none_or(|target| target.id == owner.id)).then_some(Next::Target(owner))
    }

    /// Deliver to somebody in the same VPC.
    pub(in crate::net) fn deliver(
        &self,
        walk: &mut Walk<'_>,
        at: Place<'_, 's>,
        next: Next<'_, 's>,
        parcel: Parcel<'_, 's>,
    ) {
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

    /// Into a VPC from outside it, over a peering connection or a virtual private gateway.
    pub(in crate::net) fn enter_vpc(
        &self,
        walk: &mut Walk<'_>,
        vpc: VpcIx,
        hop: impl Fn() -> Component,
        parcel: Parcel<'_, 's>,
    ) {
        if let Some(next) = self.next(vpc, &parcel) {
            return self.deliver(walk, Place { vpc, subnet: None, role: Role::End }, next, parcel);
        }
        self.nobody(walk, vpc, hop, Vec::new, parcel);
    }

    /// To addresses that nobody known has: in the subnet of the sender neither a network ACL nor a route would be asked.
    pub(in crate::net) fn meet_nobody_known(
        &self,
        walk: &mut Walk<'_>,
        origin: &Interface<'s>,
        parcel: Parcel<'_, 's>,
    ) {
        match self.is_neighbour(origin, parcel.traffic) {
            Some(true) => {
                let hop = || Component::new("subnet", self.network.subnet_id(origin.subnet));
                if let Err(gap) = self.somebody(walk, origin.vpc, hop, Vec::new, parcel) {
                    walk.opaque(parcel.way, hop, parcel.traffic, "UNKNOWN_DESTINATION", || gap);
                }
            }
            Some(false) => self.leave_subnet(walk, Place::of(origin), parcel),
            None => {
                let mut beyond = walk.branch();
                self.leave_subnet(&mut beyond, Place::of(origin), parcel);
                if beyond.tally.is_blocked {
                    let subnet = self.network.subnet_id(origin.subnet);
                    walk.gap(|| Gap::opaque(format!("whether {} is in `{subnet}`", parcel.traffic.destinations())));
                    beyond.soften(Effect::Possible, "packets inside the subnet");
                }
                walk.take_over(beyond);
            }
        }
    }

    /// Whether destinations that nobody known has are in the subnet of the sender; `None` when that is not known.
    fn is_neighbour(&self, origin: &Interface<'s>, traffic: &TrafficSet) -> Option<bool> {
        let destinations = traffic.destinations();
        if let Some(own) = self.network.block_of(origin.subnet) {
            return Some(destinations.is_subset(own));
        }
        let is_outside = match self.network.blocks_of(origin.vpc) {
            Some(blocks) => !destinations.intersects(blocks),
            None => traffic.family() == Family::Ipv4 && destinations.is_subset(AddressSet::internet_ref(Family::Ipv4)),
        };
        let is_listed = || self.network.lists_interfaces(origin.vpc_id).is_ok();
        (is_outside || is_listed()).then_some(false)
    }

    /// Nobody in a VPC is known to have the address that packets go to, and what else would stop them.
    fn nobody(
        &self,
        walk: &mut Walk<'_>,
        vpc: VpcIx,
        hop: impl Fn() -> Component,
        evidence: impl FnOnce() -> Vec<Evidence>,
        parcel: Parcel<'_, 's>,
    ) {
        match self.somebody(walk, vpc, &hop, evidence, parcel) {
            Ok(()) => self.without_way(walk, parcel),
            Err(gap) => self.lose_sight(walk, hop, "UNKNOWN_DESTINATION", || gap, parcel),
        }
    }

    /// Stops packets to an address that nobody in a VPC has, or somebody else than the one who is meant.
    ///
    /// # Errors
    /// Why somebody may have it all the same.
    fn somebody(
        &self,
        walk: &mut Walk<'_>,
        vpc: VpcIx,
        hop: impl Fn() -> Component,
        evidence: impl FnOnce() -> Vec<Evidence>,
        parcel: Parcel<'_, 's>,
    ) -> Result<(), Gap> {
        let (id, destinations) = (self.network.vpc_id(vpc), parcel.traffic.destinations());
        let other = destinations.single().and_then(|address| self.network.owner(vpc, address));
        if other.is_none() {
            self.network.lists_interfaces(id)?;
        }
        // One of several addresses may be somebody's.
        let is_some = |own: &&Interface<'s>| own.vpc == vpc && own.own_addresses().intersects(&destinations);
        if parcel.way == Way::Forward
            && destinations.single().is_none()
            && let Some(own) = self.network.interfaces().iter().find(is_some)
        {
            return Err(Gap::opaque(format!("whether an address of `{}` is meant", own.id)));
        }
        walk.stop(parcel.way, hop, parcel.traffic, || {
            let by = match other {
                Some(other) => format!("{destinations} is `{}` in `{id}`", other.id),
                None => format!("no interface in `{id}` has {destinations}"),
            };
            Obstacle::new(Cause::NoDestination, Component::new("vpc", id), evidence()).by(by)
        });
        Ok(())
    }
}
