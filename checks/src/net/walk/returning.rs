//! The way back: the second half of a trip.

use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::{Interface, any_client};
use crate::net::nat;
use crate::net::network::VpcIx;
use crate::net::obstacle::Cause;
use crate::net::parcel::{Next, Parcel, Place, Translator, Turn, replies};
use crate::net::path::{Walk, Way};
use crate::net::ports::PortSet;
use crate::net::trip::Trip;

impl<'t, 's> Trip<'t, 's> {
    pub(in crate::net) fn next_on_return<'n>(
        &self,
        vpc: VpcIx,
        parcel: &Parcel<'n, 's>,
        destinations: &AddressSet,
    ) -> Option<Next<'n, 's>>
    where
        't: 'n,
    {
        match parcel.turn {
            Some(turn) => {
                let Translator::Nat(nat) = turn.by else { return None };
                let is_here = nat.vpc == vpc && destinations.is_subset(&turn.source);
                is_here.then_some(Next::Nat(turn))
            }
            None => {
                let origin = self.from?;
                let is_here = origin.vpc == vpc && destinations.is_subset(origin.addresses(parcel.traffic.family()));
                is_here.then_some(Next::Target(origin))
            }
        }
    }

    /// What the target answers.
    pub(in crate::net) fn reply(&self, walk: &mut Walk<'_>, target: &Interface<'s>, parcel: Parcel<'_, 's>) {
        let is_neighbour = parcel.turn.is_none() && self.from.is_some_and(|origin| origin.subnet == target.subnet);
        if is_neighbour {
            return;
        }
        let returning = replies(parcel.traffic, &parcel.traffic.sources(), &self.ports_of_replies(parcel.turn));
        let parcel = Parcel { traffic: &returning, way: Way::Reply, trail: None, ..parcel };
        // A NAT gateway in the very subnet is met directly.
        if let Some((turn, Translator::Nat(nat))) = parcel.turn.map(|turn| (turn, turn.by))
            && nat.vpc == target.vpc
            && nat.subnet == Some(target.subnet)
            && returning.destinations().is_subset(&turn.source)
        {
            return nat::unturn(self, walk, turn, parcel);
        }
        self.leave_subnet(walk, Place::of(target), parcel);
    }

    /// Where replies go: the ports of the last one who opened the connection anew.
    pub(in crate::net) fn ports_of_replies(&self, turn: Option<&Turn<'_, 's>>) -> PortSet {
        match (turn.map(|turn| turn.by), self.from) {
            (Some(Translator::Nat(_)), _) | (_, None) => any_client(),
            (_, Some(origin)) => origin.client_ports.clone(),
        }
    }

    /// The replies of somebody outside, to whoever sent last: an interface here or a NAT gateway.
    pub(in crate::net) fn back_from_outside(&self, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>) {
        if walk.is_settled() {
            return;
        }
        let ports = self.ports_of_replies(parcel.turn);
        let parcel = Parcel { way: Way::Reply, trail: None, ..parcel };
        match parcel.turn.map(|turn| (turn, turn.by)) {
            Some((turn, Translator::Nat(_))) => {
                let returning = replies(parcel.traffic, &turn.source, &ports);
                nat::back(self, walk, turn, parcel.with(&returning));
            }
            Some((turn, Translator::PublicAddress(_))) => {
                let returning = replies(turn.inside, &turn.source, &ports);
                self.home(walk, parcel.with(&returning));
            }
            None => {
                let returning = replies(parcel.traffic, &parcel.traffic.sources(), &ports);
                self.home(walk, parcel.with(&returning));
            }
        }
    }

    /// Replies into the subnet of the origin.
    pub(in crate::net) fn home(&self, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>) {
        let Some(origin) = self.from else { return };
        let traffic = self.guard(walk, origin.subnet, Direction::Ingress, Cause::NetworkAclReply, parcel);
        walk.pass(Way::Reply, &traffic, || (origin.component(), None, None));
    }
}
