//! The way of packets from hop to hop, there and back: each place hands them on to the next, and each mechanism has its own file.
//!
//! On the way there, groups are asked, routes followed and sources translated. On the way back only what keeps no state is asked: network
//! ACLs and routes, until the replies are where the packets came from.

use crate::net::addresses::AddressSet;
use crate::net::filter::Direction;
use crate::net::interface::Interface;
use crate::net::network::Network;
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Link, Parcel, Place};
use crate::net::path::{Stage, Walk, Way};
use crate::net::route::{Table, Target};
use crate::net::security_group::{self, Peer};
use crate::net::traffic::{Traffic, TrafficSet};
use crate::net::{nat, peering};
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use std::sync::LazyLock;

/// A question about packets, and who is at its ends.
#[derive(Clone, Copy)]
pub(in crate::net) struct Trip<'t, 's> {
    pub(in crate::net) network: &'t Network<'s>,
    /// Where packets start; `None` for addresses outside every VPC that is known.
    pub(in crate::net) from: Option<&'t Interface<'s>>,
    /// The interface that is meant, when one is.
    pub(in crate::net) to: Option<&'t Interface<'s>>,
    /// Whether that is only who is known to have the address that is meant, in a VPC that packets need not get to: it may be met, and
    /// nothing about it decides where nobody sees how packets get on.
    pub(in crate::net) is_guess: bool,
    /// The service whose addresses are meant, `ssm`: routes that lead into the VPC or only to other services do not matter. `None` when
    /// certain addresses are meant, wherever they are.
    pub(in crate::net) service: Option<&'t str>,
    pub(in crate::net) causes: Causes,
    /// The virtual private gateway behind which packets start; empty for a private network that is reached over something else.
    pub(in crate::net) beyond: Option<&'t str>,
}

/// Why it is not known whether groups show between two VPCs; what is missing of the way itself is told where the way is asked for.
static UNSEEN_WAY: LazyLock<Gap> = LazyLock::new(|| Gap::opaque("whether security groups show to the other VPC"));

/// What faults at the far end are called.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) struct Causes {
    pub(in crate::net) acl_inbound: Cause,
    pub(in crate::net) acl_reply: Cause,
    pub(in crate::net) group: Cause,
}

impl Causes {
    /// At an endpoint.
    pub(in crate::net) const ENDPOINT: Self = Self {
        acl_inbound: Cause::EndpointSubnetAclInbound,
        acl_reply: Cause::EndpointSubnetAclReply,
        group: Cause::EndpointSecurityGroup,
    };
    /// At any other interface.
    pub(in crate::net) const INTERFACE: Self = Self {
        acl_inbound: Cause::DestinationAclInbound,
        acl_reply: Cause::DestinationAclReply,
        group: Cause::SecurityGroupIngress,
    };
}

impl<'t, 's> Trip<'t, 's> {
    /// Walks from an interface.
    pub(in crate::net) fn leave(&self, walk: &mut Walk<'_>, origin: &Interface<'s>, asked: Traffic) {
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
    pub(in crate::net) fn on_from_groups(&self, walk: &mut Walk<'_>, origin: &Interface<'s>, traffic: &TrafficSet) {
        let parcel = Parcel::new(traffic, Way::Forward);
        match self.to {
            Some(target) if target.vpc == origin.vpc && target.subnet == origin.subnet => {
                self.arrive(walk, target, parcel);
            }
            None if self.service.is_none() => self.meet_nobody_known(walk, origin, parcel),
            _ => self.leave_subnet(walk, Place::of(origin), parcel),
        }
    }

    /// Through the groups of the sender.
    pub(in crate::net) fn out_of(
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
    pub(in crate::net) fn peer_at_start(&self, origin: &Interface<'s>, asked: &TrafficSet) -> Peer<'t> {
        let destinations = asked.destinations();
        let Some(target) = self.to else {
            let family = asked.family();
            let is_outside = destinations.is_subset(AddressSet::internet_ref(family));
            return if is_outside && !self.may_be_peered(origin, &destinations) {
                Peer::Outside
            } else {
                Peer::Unknown
            };
        };
        if target.groups.is_empty() {
            return Peer::Unknown;
        }
        if target.vpc == origin.vpc {
            return Peer::Carrying(&target.groups);
        }
        let Ok(table) = self.network.table_of(origin.subnet) else { return Peer::Unknown };
        if !table.unknown.is_empty() {
            return if self.is_guess { Peer::Unknown } else { Peer::Perhaps(&target.groups, &UNSEEN_WAY) };
        }
        let lost = Peer::Hidden(&target.groups, "SG_REFERENCES_NOT_PRESERVED");
        let legs = table.divide(&destinations);
        match legs.first().and_then(|leg| leg.choice.as_ref()).map(|choice| choice.target) {
            Some(Target::Peering(id)) if self.is_guess && !peering::joins(self.network, id, origin.vpc, target.vpc) => {
                Peer::Unknown
            }
            Some(Target::Peering(id)) => match peering::keeps_groups(self.network, id) {
                Some(true) => Peer::Carrying(&target.groups),
                Some(false) => lost,
                None => Peer::Perhaps(&target.groups, &UNSEEN_WAY),
            },
            Some(Target::TransitGateway(_)) => Peer::Hidden(&target.groups, "SG_REFERENCING_SUPPORT"),
            _ => lost,
        }
    }

    /// Whether a single address of the internet may be one of a VPC that is peered with that of the sender.
    fn may_be_peered(&self, origin: &Interface<'s>, destinations: &AddressSet) -> bool {
        let leads = |table: &Table<'s>| {
            let legs = table.divide(destinations);
            legs.iter().any(|leg| leg.choice.as_ref().is_some_and(|own| matches!(own.target, Target::Peering(_))))
        };
        destinations.single().is_some() && self.network.table_of(origin.subnet).is_ok_and(leads)
    }

    /// Through the groups of the receiver, and back.
    pub(in crate::net) fn arrive(&self, walk: &mut Walk<'_>, target: &Interface<'s>, parcel: Parcel<'_, 's>) {
        if !self.may_take(walk, target, parcel) {
            return;
        }
        let traffic = self.in_through(walk, target, parcel.traffic, self.peer_at_end(parcel.link));
        if !walk.is_settled() {
            self.reply(walk, target, parcel.with(&traffic));
        }
    }

    /// Whether an interface takes connections at all; what a load balancer takes is no fact here.
    pub(in crate::net) fn may_take(&self, walk: &mut Walk<'_>, target: &Interface<'s>, parcel: Parcel<'_, 's>) -> bool {
        if is(target.interface_type, "nat_gateway") {
            nat::unsolicited(walk, target.id, parcel);
            return false;
        }
        if target.is_load_balancer {
            let gap = || Gap::opaque(format!("what load balancer interface `{}` takes", target.id));
            walk.opaque(parcel.way, || target.component(), parcel.traffic, "UNSUPPORTED_COMPONENT", gap);
        }
        true
    }

    /// Through the groups of an interface, from the origin.
    pub(in crate::net) fn enter_groups(&self, walk: &mut Walk<'_>, target: &Interface<'s>, traffic: &TrafficSet) {
        self.in_through(walk, target, traffic, self.peer_at_end(Link::Kept));
    }

    pub(in crate::net) fn in_through(
        &self,
        walk: &mut Walk<'_>,
        target: &Interface<'s>,
        traffic: &TrafficSet,
        peer: Peer<'_>,
    ) -> TrafficSet {
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
    pub(in crate::net) fn peer_at_end<'n>(&self, link: Link<'n>) -> Peer<'n>
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
