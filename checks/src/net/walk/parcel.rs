//! Packets on their way: where they are, what was done to them, and whom the replies have to find.

use crate::net::addresses::AddressSet;
use crate::net::interface::Interface;
use crate::net::network::{Nat, SubnetIx, VpcIx};
use crate::net::path::Way;
use crate::net::ports::PortSet;
use crate::net::route::Target;
use crate::net::traffic::{Family, Protocol, Traffic, TrafficSet};
use crate::snapshot::Gap;

/// With more hops than this packets are taken to go round in a circle.
const MOST_HOPS: u8 = 64;

/// The same packets are followed on so many ways side by side; each further division would multiply the work.
const MOST_COPIES: usize = 256;

/// Packets on their way.
#[derive(Clone, Copy)]
pub(in crate::net) struct Parcel<'p, 's> {
    pub(in crate::net) traffic: &'p TrafficSet,
    pub(in crate::net) way: Way,
    /// Whether groups of the sender still show.
    pub(in crate::net) link: Link<'p>,
    /// What the replies have to undo, last first.
    pub(in crate::net) turn: Option<&'p Turn<'p, 's>>,
    /// The tables that were asked on the way.
    pub(in crate::net) trail: Option<&'p Trail<'p>>,
    /// On how many ways the same packets go, as far as they were divided before this place.
    pub(in crate::net) copies: usize,
}

/// How group identity fares on the way.
#[derive(Clone, Copy)]
pub(in crate::net) enum Link<'p> {
    /// Still in the sender's VPC, or over a peering connection in one Region.
    Kept,
    /// Over a transit gateway, for inbound rules, where that is known to be supported or not.
    Transit(Result<bool, &'p Gap>),
    /// Lost; the code says on what.
    Lost(&'static str),
}

/// A translation of the source.
pub(in crate::net) struct Turn<'p, 's> {
    pub(in crate::net) by: Translator<'p, 's>,
    /// The packets as they came.
    pub(in crate::net) inside: &'p TrafficSet,
    /// Where they came from.
    pub(in crate::net) at: Place<'p, 's>,
    /// The source that they got.
    pub(in crate::net) source: AddressSet,
    pub(in crate::net) before: Option<&'p Turn<'p, 's>>,
}

/// Who translates.
#[derive(Clone, Copy)]
pub(in crate::net) enum Translator<'p, 's> {
    /// A NAT gateway.
    Nat(&'p Nat<'s>),
    /// The internet gateway, for an interface with a public address.
    PublicAddress(&'p Interface<'s>),
}

/// Who gets packets inside a VPC.
pub(in crate::net) enum Next<'n, 's> {
    /// An interface: the target, or on the way back the origin.
    Target(&'n Interface<'s>),
    /// The NAT gateway that has to undo its translation.
    Nat(&'n Turn<'n, 's>),
}

/// A table that was asked.
pub(in crate::net) struct Trail<'p> {
    pub(in crate::net) table: &'p str,
    pub(in crate::net) turns: usize,
    pub(in crate::net) hops: u8,
    pub(in crate::net) before: Option<&'p Trail<'p>>,
}

/// Where packets leave into the routing of a VPC.
#[derive(Clone, Copy)]
pub(in crate::net) struct Place<'p, 's> {
    pub(in crate::net) vpc: VpcIx,
    /// `None` for a regional NAT gateway.
    pub(in crate::net) subnet: Option<SubnetIx>,
    pub(in crate::net) role: Role<'p, 's>,
}

/// Whose place it is.
#[derive(Clone, Copy)]
pub(in crate::net) enum Role<'p, 's> {
    /// The interface that sends: the origin on the way there, the target on the way back.
    End,
    /// A NAT gateway.
    Nat(&'p Nat<'s>),
    /// The interface of a transit gateway attachment.
    Attachment,
}

impl<'p, 's> Parcel<'p, 's> {
    pub(in crate::net) fn new(traffic: &'p TrafficSet, way: Way) -> Self {
        Self { traffic, way, link: Link::Kept, turn: None, trail: None, copies: 1 }
    }

    /// The same, where each of several ways may take the packets; a gap where these are more than anybody can follow.
    pub(in crate::net) fn copied(self, ways: usize) -> Result<Self, Gap> {
        let copies = self.copies.saturating_mul(ways.max(1));
        let is_few = ways <= 1 || copies <= MOST_COPIES;
        is_few.then_some(Self { copies, ..self }).ok_or_else(|| Gap::opaque("which of very many ways the packets take"))
    }

    /// The same, with these packets.
    pub(in crate::net) fn with(self, traffic: &'p TrafficSet) -> Self {
        Self { traffic, ..self }
    }
}

impl Place<'_, '_> {
    /// The place of an interface that sends.
    pub(in crate::net) fn of(interface: &Interface<'_>) -> Self {
        Self { vpc: interface.vpc, subnet: Some(interface.subnet), role: Role::End }
    }
}

impl Next<'_, '_> {
    /// The subnet of whoever it is.
    pub(in crate::net) fn subnet(&self) -> Option<SubnetIx> {
        match self {
            Self::Target(interface) => Some(interface.subnet),
            Self::Nat(turn) => match turn.by {
                Translator::Nat(nat) => nat.subnet,
                Translator::PublicAddress(interface) => Some(interface.subnet),
            },
        }
    }
}

impl Trail<'_> {
    /// Whether this table was asked before about the same packets, or the way is longer than any that makes sense.
    pub(in crate::net) fn goes_round(&self) -> bool {
        let mut before = std::iter::successors(self.before, |trail| trail.before);
        self.hops > MOST_HOPS || before.any(|known| known.table == self.table && known.turns == self.turns)
    }
}

/// What cannot be seen behind a target.
pub(in crate::net) fn behind(target: &Target) -> Gap {
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
pub(in crate::net) fn towards(traffic: &TrafficSet, destination: &AddressSet) -> TrafficSet {
    TrafficSet::of_parts(
        traffic
            .parts()
            .iter()
            .map(|part| Traffic { destination: part.destination.intersection(destination), ..part.clone() }),
    )
}

/// The packets after their source was translated.
pub(in crate::net) fn with_source(traffic: &TrafficSet, source: &AddressSet) -> TrafficSet {
    let parts = traffic.parts().iter().map(|part| Traffic { source: source.clone(), ..part.clone() });
    parts.fold(TrafficSet::default(), |set, part| set.union(&part.into()))
}

/// The replies to packets: from their destinations to `to`, at the ports that clients use. ICMP echo is answered by echo reply.
pub(in crate::net) fn replies(traffic: &TrafficSet, to: &AddressSet, ports: &PortSet) -> TrafficSet {
    let Some(protocol) = traffic.protocol() else { return TrafficSet::default() };
    let all = || traffic.ports();
    let echo = [(Protocol::ICMP, 8, 0), (Protocol::ICMPV6, 128, 129)].into_iter();
    let echo =
        echo.filter(|(own, ..)| *own == protocol).find(|(_, request, _)| all().is_subset(&PortSet::icmp(*request, -1)));
    let ports = match echo {
        Some((_, _, reply)) => PortSet::icmp(reply, 0),
        None if protocol.is_icmp() => PortSet::all(),
        None => ports.clone(),
    };
    Traffic::new(protocol, traffic.destinations(), to.clone(), ports).into()
}

impl TrafficSet {
    /// The family of its packets.
    pub(in crate::net) fn family(&self) -> Family {
        let first = self.parts().first().and_then(|part| part.destination.first());
        first.map_or(Family::Ipv4, Family::of)
    }
}
