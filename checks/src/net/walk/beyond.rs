//! What is asked behind a place where packets do not get on, or where nobody can see how they do.

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::{Interface, any_client};
use crate::net::network::SubnetIx;
use crate::net::obstacle::Effect;
use crate::net::parcel::{Link, Parcel, Translator, replies, with_source};
use crate::net::path::{Walk, Way};
use crate::net::security_group::Peer;
use crate::net::trip::Trip;
use crate::snapshot::Gap;

/// How much is known of packets that cannot be seen on their way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::net) enum Sight {
    /// They arrive as they were sent, and replies come straight back.
    Straight,
    /// They arrive as they were sent; which way replies take is not known.
    AsSent,
    /// Something on the way may have translated them, or brought them from within the subnet.
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
                self.at_far_end(walk, target, parcel, Sight::Straight);
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
        self.out_of_sight(walk, parcel, Sight::Anything);
    }

    /// [`Self::without_way`], where nobody can see how the packets get on: what stops them there decides only if it does so whatever
    /// happens on the way.
    pub(in crate::net) fn out_of_sight(&self, walk: &mut Walk<'_>, parcel: Parcel<'_, 's>, sight: Sight) {
        if walk.is_settled() {
            return;
        }
        let mut behind = walk.branch();
        self.without_way(&mut behind, parcel);
        if behind.tally.is_blocked && !self.is_stopped_anyway(walk, parcel, sight) {
            behind.soften(Effect::Possible, "translated packets");
        }
        walk.take_over(behind);
    }

    /// Whether what is behind stops the packets whatever happens on the way.
    fn is_stopped_anyway(&self, walk: &Walk<'_>, parcel: Parcel<'_, 's>, sight: Sight) -> bool {
        let first_on_return = match parcel.turn.map(|turn| turn.by) {
            Some(Translator::Nat(nat)) => nat.subnet,
            Some(Translator::PublicAddress(_)) => None,
            None => self.from.map(|origin| origin.subnet),
        };
        match (parcel.way, self.to) {
            (Way::Forward, Some(target)) if parcel.turn.is_none() => {
                let mut behind = Walk::new(walk.family, walk.certainty, false);
                self.at_far_end(&mut behind, target, parcel, sight);
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
        // Whoever translated them may carry any group.
        let peer = if is_anything { Peer::Anybody } else { self.peer_at_end(Link::Kept) };
        let traffic = self.in_through(walk, target, &traffic, peer);
        let ports = if is_anything { any_client() } else { self.ports_of_replies(None) };
        let returning = replies(&traffic, &traffic.sources(), &ports);
        let parcel = Parcel { traffic: &returning, way: Way::Reply, ..parcel };
        let traffic = if is_anything && self.may_hold_forwarder(target.subnet) {
            returning.clone()
        } else {
            self.guard(walk, target.subnet, Direction::Egress, self.causes.acl_reply, parcel)
        };
        if sight != Sight::Straight && self.from.is_some_and(|own| self.may_be_entered_unseen(own.subnet)) {
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

    /// Whether packets may come to an interface from within its subnet, where no ACL is asked: by somebody who forwards them, or by a
    /// transit gateway.
    ///
    /// Source: Transit gateway guide, "Network ACLs for transit gateways".
    fn may_be_entered_unseen(&self, subnet: SubnetIx) -> bool {
        self.network.has_transit_interface(subnet) || self.may_hold_forwarder(subnet)
    }

    /// Whether somebody in a subnet may send packets that are not his own.
    fn may_hold_forwarder(&self, subnet: SubnetIx) -> bool {
        self.network.has_forwarder(subnet) || self.network.lists_interfaces(self.network.vpc_id_of(subnet)).is_err()
    }
}
