//! What is asked behind a place where packets do not get on, or where nobody can see how they do.

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::{Interface, any_client};
use crate::net::network::SubnetIx;
use crate::net::obstacle::Effect;
use crate::net::parcel::{Link, Parcel, Translator, replies, with_source};
use crate::net::path::{Walk, Way};
use crate::net::trip::Trip;
use crate::snapshot::Gap;

/// How much of the packets is known at the far end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// They arrive as they were sent.
    AsSent,
    /// Something on the way may have translated them, or brought them over a transit gateway.
    Anything,
}

impl<'s> Trip<'_, 's> {
    /// What else would stop the packets as they were sent, behind a place where they do not get on: the far end when it is known, and the
    /// subnet of the origin for the replies.
    pub(in crate::net) fn without_way(&self, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>) {
        if walk.is_settled() {
            return;
        }
        match (parcel.way, self.to) {
            (Way::Reply, _) if parcel.turn.is_none() => self.home(walk, parcel),
            (Way::Reply, _) => {}
            (Way::Forward, Some(target)) if parcel.turn.is_none() => {
                self.at_far_end(walk, target, parcel, Sight::AsSent);
            }
            (Way::Forward, _) => self.back_from_outside(walk, parcel),
        }
    }

    /// A hop behind which nothing can be seen, and what holds all the same; `gap` says what is missing.
    pub(in crate::net) fn lose_sight(
        &self,
        walk: &mut Walk<'_>,
        hop: impl FnOnce() -> Component,
        code: &'static str,
        gap: impl FnOnce() -> Gap,
        parcel: Parcel<'_, 's>,
    ) {
        walk.opaque(parcel.way, hop, parcel.traffic, code, gap);
        self.out_of_sight(walk, parcel);
    }

    /// [`Self::without_way`], where nobody can see how the packets get on: what stops them there decides only if it does so whatever
    /// happens on the way.
    pub(in crate::net) fn out_of_sight(&self, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>) {
        if walk.is_settled() {
            return;
        }
        let mut behind = walk.branch();
        self.without_way(&mut behind, parcel);
        if behind.tally.is_blocked && !self.is_stopped_anyway(walk, parcel) {
            behind.soften(Effect::Possible, "translated packets");
        }
        walk.take_over(behind);
    }

    /// Whether what is behind stops the packets from whatever address they come. Groups are asked as for the origin's own packets, and an
    /// interface that forwards is taken to be in another subnet.
    fn is_stopped_anyway(&self, walk: &Walk<'_>, parcel: Parcel<'_, 's>) -> bool {
        let first_on_return = match parcel.turn.map(|turn| turn.by) {
            Some(Translator::Nat(nat)) => nat.subnet,
            Some(Translator::PublicAddress(_)) => None,
            None => self.from.map(|origin| origin.subnet),
        };
        match (parcel.way, self.to) {
            (Way::Forward, Some(target)) if parcel.turn.is_none() => {
                let mut behind = Walk::new(walk.family, walk.certainty, false);
                self.at_far_end(&mut behind, target, parcel, Sight::Anything);
                behind.tally.is_blocked
            }
            _ => !first_on_return.is_some_and(|subnet| self.may_be_entered_unseen(subnet)),
        }
    }

    fn at_far_end(&self, walk: &mut Walk<'_>, target: &Interface<'s>, parcel: Parcel<'_, 's>, sight: Sight) {
        let (is_anything, asked) = (sight == Sight::Anything, parcel.traffic);
        let sent = if is_anything { with_source(asked, &AddressSet::all(walk.family)) } else { asked.clone() };
        let traffic = if is_anything && self.may_be_entered_unseen(target.subnet) {
            sent
        } else {
            self.guard(walk, target.subnet, Direction::Ingress, self.causes.acl_inbound, parcel.with(&sent))
        };
        let traffic = self.in_through(walk, target, &traffic, Link::Kept);
        let ports = if is_anything { any_client() } else { self.ports_of_replies(None) };
        let returning = replies(&traffic, &traffic.sources(), &ports);
        let parcel = Parcel { traffic: &returning, way: Way::Reply, ..parcel };
        let traffic = self.guard(walk, target.subnet, Direction::Egress, self.causes.acl_reply, parcel);
        if is_anything && self.from.is_some_and(|origin| self.may_be_entered_unseen(origin.subnet)) {
            return;
        }
        // Whatever was done to the packets is undone: the replies get home as answers to what was sent.
        let sources = self.from.map(|origin| origin.addresses(walk.family).clone());
        let returning = match sources.filter(|_| is_anything) {
            Some(sources) => replies(asked, &sources, &self.ports_of_replies(None)),
            None => traffic,
        };
        self.home(walk, parcel.with(&returning));
    }

    /// Whether a subnet may hold an interface of a transit gateway, whose packets meet no ACL on their way to others in it.
    ///
    /// Source: Transit gateway guide, "Network ACLs for transit gateways".
    fn may_be_entered_unseen(&self, subnet: SubnetIx) -> bool {
        let snapshot = self.network.snapshot;
        let vpc = self.network.vpc_id_of(subnet);
        let is_listed = || {
            snapshot.transit_gateway_vpc_attachments.covers("vpc-id", vpc).is_ok()
                || snapshot.network_interfaces.covers("vpc-id", vpc).is_ok()
        };
        self.network.has_transit_interface(subnet) || !is_listed()
    }
}
