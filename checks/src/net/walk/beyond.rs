//! What is asked behind a place where packets do not get on, or where nobody can see how they do.

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::{Interface, any_client};
use crate::net::nat;
use crate::net::network::SubnetIx;
use crate::net::obstacle::Effect;
use crate::net::parcel::{Link, Parcel, Translator, replies, with_source};
use crate::net::path::{Walk, Way};
use crate::net::security_group::Peer;
use crate::net::trip::Trip;
use crate::snapshot::Gap;

/// What passes all the same where nobody sees the packets.
const PASSES: &str = "translated packets";

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
                let mut far = walk.branch();
                self.at_far_end(&mut far, target, parcel, Sight::Straight);
                if far.tally.is_blocked && self.is_guess {
                    far.soften(Effect::Possible, "packets to somebody else with that address");
                }
                walk.take_over(far);
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
        if behind.tally.is_blocked {
            let certain = self.certain(walk, parcel, sight);
            if certain.tally.is_blocked {
                behind.keep_certain(&certain, PASSES);
            } else {
                behind.soften(Effect::Possible, PASSES);
            }
        }
        walk.take_over(behind);
    }

    /// What stops the packets whatever happens on the way.
    fn certain<'w>(&self, walk: &Walk<'w>, parcel: Parcel<'_, 's>, sight: Sight) -> Walk<'w> {
        let mut certain = walk.branch();
        match (parcel.way, self.to.filter(|_| !self.is_guess), parcel.turn.map(|turn| (turn, turn.by))) {
            (Way::Forward, Some(target), None) => self.at_far_end(&mut certain, target, parcel, sight),
            (_, _, Some((turn, Translator::Nat(nat)))) => {
                if nat.subnet.is_some_and(|subnet| self.may_be_entered_unseen(subnet)) {
                    // However replies come to the gateway, it hands them on.
                    let returning = replies(parcel.traffic, &turn.source, &any_client());
                    nat::unturn(
                        self,
                        &mut certain,
                        turn,
                        Parcel { way: Way::Reply, trail: None, ..parcel.with(&returning) },
                    );
                } else {
                    self.without_way(&mut certain, parcel);
                }
            }
            (_, _, Some((_, Translator::PublicAddress(_)))) => self.without_way(&mut certain, parcel),
            (_, _, None) if !self.from.is_some_and(|origin| self.may_be_entered_unseen(origin.subnet)) => {
                match parcel.way {
                    Way::Forward => self.back_from_outside(&mut certain, parcel),
                    Way::Reply => self.home(&mut certain, parcel),
                }
            }
            (_, _, None) => {}
        }
        certain
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
        let may_stay = is_anything && self.may_hold_forwarder(target.subnet);
        let may_stay = may_stay || (sight == Sight::AsSent && self.network.may_lead_inside(target.subnet));
        let traffic = if may_stay {
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
