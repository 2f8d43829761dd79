//! The way between two points: interfaces, addresses, and the internet.

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::connect_endpoint;
use crate::net::interface::Interface;
use crate::net::internet::{self, not_public};
use crate::net::lattice;
use crate::net::network::{Network, VpcIx};
use crate::net::obstacle::{Cause, Effect, Obstacle};
use crate::net::parcel::{Link, Parcel};
use crate::net::path::{Certainty, Path, Verdict, Walk, Way};
use crate::net::ports::PortSet;
use crate::net::private_gateway as gateway;
use crate::net::proof;
use crate::net::traffic::{Family, Protocol, Traffic, TrafficSet};
use crate::net::trip::{Causes, Trip};
use crate::snapshot::Gap;
use crate::snapshot::ec2::NatGateway;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

/// An end of a path.
#[derive(Debug, Clone)]
pub enum Point<'n, 's> {
    /// An interface, under its private address inside its VPC and under its public address outside.
    Interface(Cow<'n, Interface<'s>>),
    /// An address; whose it is follows from the facts.
    Address(IpAddr),
    /// An address outside every VPC, whoever has it inside.
    Outside(IpAddr),
    /// Any address on the internet.
    Internet(Family),
    /// Addresses behind a virtual private gateway, `vgw-…`: only as the point where packets start.
    Gateway(String),
    /// Addresses outside every VPC, each of which is meant: over the internet as far as they are public, else over whatever leads back to
    /// them. Only as the point where packets start.
    Far(AddressSet),
    /// An EC2 Instance Connect Endpoint, by its interface: only as the point where connections start.
    ConnectEndpoint {
        /// Its interface.
        interface: Cow<'n, Interface<'s>>,
        /// Whether packets have the address of the client, which nobody knows, and not that of the interface.
        preserves_client_ip: bool,
    },
}

impl<'n, 's> From<&'n Interface<'s>> for Point<'n, 's> {
    fn from(interface: &'n Interface<'s>) -> Self {
        Self::Interface(Cow::Borrowed(interface))
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The protocol.
    pub protocol: Protocol,
    /// Destination ports, or ICMP type and code (see [`PortSet::icmp`]).
    pub ports: PortSet,
}

impl Flow {
    /// TCP to one port.
    pub fn tcp(port: u16) -> Self {
        Self { protocol: Protocol::TCP, ports: PortSet::one(port) }
    }

    pub(in crate::net) fn to(&self, source: AddressSet, destination: AddressSet) -> Traffic {
        Traffic::new(self.protocol, source, destination, self.ports.clone())
    }
}

/// The internet stands for whichever address is meant.
static ANYWHERE: LazyLock<Certainty> =
    LazyLock::new(|| Certainty::Within(Gap::opaque("which address on the internet is meant")));

impl<'s> Network<'s> {
    /// The way from one point to another and back, with every hop and every obstacle.
    pub fn path(&self, from: &Point<'_, 's>, to: &Point<'_, 's>, flow: &Flow) -> Path {
        self.path_over(self.family(from, to), from, to, flow)
    }

    /// [`Self::path`] in this family, for interfaces that have both.
    pub fn path_over(&self, family: Family, from: &Point<'_, 's>, to: &Point<'_, 's>, flow: &Flow) -> Path {
        let to_text = shown(to, family);
        self.walked(family, from, to, flow, true, |walk| walk.finish(to_text))
    }

    /// The verdict of [`Self::path`] without its reasons, many times faster.
    pub fn verdict(&self, from: &Point<'_, 's>, to: &Point<'_, 's>, flow: &Flow) -> Verdict {
        self.walked(self.family(from, to), from, to, flow, false, |walk| walk.tally.verdict())
    }

    /// The family in which two points are connected: IPv4 where both have it.
    fn family(&self, from: &Point<'_, 's>, to: &Point<'_, 's>) -> Family {
        let fixed = |point: &Point<'_, 's>| match point {
            Point::Interface(own) | Point::ConnectEndpoint { interface: own, .. } => {
                own.ipv4.is_empty().then_some(Family::Ipv6)
            }
            Point::Address(address) | Point::Outside(address) => Some(Family::of(*address)),
            Point::Internet(family) => Some(*family),
            Point::Far(addresses) => Some(addresses.first().map_or(Family::Ipv4, Family::of)),
            Point::Gateway(_) => None,
        };
        fixed(to).or_else(|| fixed(from)).unwrap_or(Family::Ipv4)
    }

    fn walked<R>(
        &self,
        family: Family,
        from: &Point<'_, 's>,
        to: &Point<'_, 's>,
        flow: &Flow,
        explains: bool,
        finish: impl FnOnce(Walk<'_>) -> R,
    ) -> R {
        let is_anywhere = |point: &Point<'_, 's>| matches!(point, Point::Internet(_));
        let certainty = if is_anywhere(from) || is_anywhere(to) { &*ANYWHERE } else { &Certainty::Exact };
        let mut walk = Walk::new(family, certainty, explains);
        match from {
            Point::Interface(origin) => self.send(&mut walk, origin, to, flow),
            Point::Address(address) => match self.only_owner(*address) {
                Some(origin) => self.send(&mut walk, &origin.narrowed(*address), to, flow),
                None => self.come_from_outside(&mut walk, AddressSet::one(*address), to, flow),
            },
            Point::Outside(address) => self.come_from_outside(&mut walk, AddressSet::one(*address), to, flow),
            Point::Internet(family) => self.come_from_outside(&mut walk, AddressSet::internet(*family), to, flow),
            Point::Far(addresses) => self.come_from_far(&mut walk, &addresses.of_family(family), to, flow),
            Point::ConnectEndpoint { interface, preserves_client_ip } => {
                connect_endpoint::leave(self, &mut walk, (interface, *preserves_client_ip), to, flow);
            }
            Point::Gateway(gateway) => {
                let certainty = Certainty::Within(Gap::opaque(format!("which address behind `{gateway}` is meant")));
                let mut walk = Walk::new(family, &certainty, explains);
                gateway::from_private(self, &mut walk, gateway, to, flow);
                return finish(walk);
            }
        }
        finish(walk)
    }

    /// From an interface; packets of a further address of its own may leave under a first one, of whichever of its interfaces, as the
    /// network plug-in of EKS has it for pods.
    ///
    /// Source: EKS user guide, "Enable outbound internet access for Pods".
    fn send(&self, walk: &mut Walk<'_>, origin: &Interface<'s>, to: &Point<'_, 's>, flow: &Flow) {
        let has_further = !origin.secondary.is_empty() || origin.prefixes.is_some();
        if !has_further || !self.may_be_masked(origin, to) {
            return self.leave_interface(walk, origin, to, flow);
        }
        let mut own = walk.branch();
        self.leave_interface(&mut own, origin, to, flow);
        let is_blocked = own.tally.is_blocked;
        let differs = |mask: &Interface<'s>| {
            let mut other = Walk::new(walk.family, walk.certainty, false);
            self.leave_interface(&mut other, mask, to, flow);
            other.tally.is_blocked != is_blocked
        };
        // Of an instance that is not known there may be more interfaces.
        let is_known = origin.instance.is_some() || origin.instance_id.is_none();
        if !is_known || self.siblings(origin).any(differs) {
            walk.gap(|| {
                Gap::opaque(format!("whether {} sends for {} under another address", named(origin), origin.ipv4))
            });
            if is_blocked {
                own.soften(Effect::Possible, "packets under another address");
            }
        }
        walk.take_over(own);
    }

    /// Whether packets may leave under another address: those of a further IPv4 address without a public one to somebody outside the VPC.
    fn may_be_masked(&self, origin: &Interface<'s>, to: &Point<'_, 's>) -> bool {
        let is_further = origin.ipv4.single().is_some_and(|own| origin.is_further(own)) && origin.public_ipv4.is_none();
        let is_inside = |address: IpAddr| self.blocks_of(origin.vpc).is_some_and(|own| own.contains(address));
        is_further
            && match to {
                Point::Interface(target) => target.vpc != origin.vpc,
                Point::Address(address) => !is_inside(*address),
                _ => true,
            }
    }

    /// The interfaces of an instance, itself among them, under their first addresses.
    fn siblings<'n>(&'n self, origin: &Interface<'s>) -> impl Iterator<Item = &'n Interface<'s>> {
        let rows = origin.instance.map_or(&[][..], |row| &row.network_interfaces);
        let others = rows.iter().map(|eni| eni.network_interface_id.as_str()).filter(|id| *id != origin.id);
        std::iter::once(origin.id).chain(others).filter_map(|id| self.interface(id))
    }

    /// The interface that has an address, when only one of all VPCs has it and it is no public one.
    pub fn only_owner(&self, address: IpAddr) -> Option<&Interface<'s>> {
        let mut owners = self.owners(address);
        owners.next().filter(|_| owners.next().is_none())
    }

    /// Whom an address means to somebody in a VPC, under that address, and whether that is a guess: who has it there, else the only one who
    /// has it anywhere, unless it may lie in the VPC itself.
    fn seen_from(&self, vpc: VpcIx, address: IpAddr) -> Option<(Interface<'s>, bool)> {
        if let Some(owner) = self.owner(vpc, address) {
            return Some((owner.narrowed(address), false));
        }
        let may_be_inside = self.blocks_of(vpc).is_none_or(|own| own.contains(address));
        let owner = self.only_owner(address).filter(|_| !may_be_inside)?;
        Some((owner.narrowed(address), true))
    }

    pub(in crate::net) fn leave_interface(
        &self,
        walk: &mut Walk<'_>,
        origin: &Interface<'s>,
        to: &Point<'_, 's>,
        flow: &Flow,
    ) {
        let family = walk.family;
        let trip = Trip {
            network: self,
            from: Some(origin),
            to: None,
            is_guess: false,
            service: None,
            causes: Causes::INTERFACE,
            beyond: None,
        };
        let source = origin.addresses(family).clone();
        let narrowed;
        let mut is_guess = false;
        let (target, destination) = match to {
            Point::Interface(target) if target.is_foreign => {
                walk.obstacle(|| absent(target));
                return;
            }
            Point::Interface(target) => (Some(&**target), target.addresses(family).clone()),
            Point::Address(address) => {
                narrowed = self.seen_from(origin.vpc, *address);
                is_guess = narrowed.as_ref().is_some_and(|(_, is_guess)| *is_guess);
                (narrowed.as_ref().map(|(owner, _)| owner), AddressSet::one(*address))
            }
            Point::Outside(address) => (None, AddressSet::one(*address)),
            // What a VPC has of the internet's addresses is not meant.
            Point::Internet(family) => {
                let all = AddressSet::internet(*family);
                (None, self.blocks_of(origin.vpc).map_or_else(|| all.clone(), |own| all.difference(own)))
            }
            Point::Gateway(gateway) => return walk.gap(|| Gap::opaque(format!("what is behind `{gateway}`"))),
            Point::Far(addresses) => return walk.gap(|| Gap::opaque(format!("which of {addresses} is meant"))),
            Point::ConnectEndpoint { interface, .. } => return walk.gap(|| no_receiver(interface)),
        };
        let asked = flow.to(source, destination);
        if !asked.is_empty() && asked.destination.is_subset(&lattice::ADDRESSES) {
            return lattice::reach(&trip, walk, origin, asked);
        }
        if !asked.is_empty() && asked.destination.is_subset(self.served_by(origin.vpc)) {
            let hop =
                || (Component::new("vpc", self.vpc_id(origin.vpc)), Some("served by the VPC itself".to_owned()), None);
            return walk.pass(Way::Forward, &asked.into(), hop);
        }
        Trip { to: target, is_guess, ..trip }.leave(walk, origin, asked);
    }

    /// From addresses that are all meant: each part by its own way.
    fn come_from_far(&self, walk: &mut Walk<'_>, source: &AddressSet, to: &Point<'_, 's>, flow: &Flow) {
        let internet = AddressSet::internet_ref(walk.family);
        let (public, private) = (source.intersection(internet), source.difference(internet));
        match (public.is_empty(), private.is_empty()) {
            (_, true) => self.come_from_outside(walk, public, to, flow),
            (true, false) => gateway::from_beyond(self, walk, private, to, flow),
            (false, false) => {
                let (mut over_internet, mut beyond) = (walk.branch(), walk.branch());
                self.come_from_outside(&mut over_internet, public, to, flow);
                gateway::from_beyond(self, &mut beyond, private, to, flow);
                walk.join([over_internet, beyond].into_iter().collect());
            }
        }
    }

    /// From an address that belongs to no interface here: the internet, as far as it is public.
    fn come_from_outside(&self, walk: &mut Walk<'_>, source: AddressSet, to: &Point<'_, 's>, flow: &Flow) {
        let family = walk.family;
        if !source.intersects(AddressSet::internet_ref(family)) {
            walk.gap(|| Gap::opaque(format!("who has {source}")));
            return;
        }
        match to {
            Point::Interface(target) => self.into(walk, target, flow.to(source, self.outside(target, family))),
            Point::Address(address) | Point::Outside(address) => self.to_address(walk, source, *address, flow),
            Point::Internet(_) | Point::Gateway(_) | Point::Far(_) => walk.gap(|| Gap::opaque("the internet")),
            Point::ConnectEndpoint { interface, .. } => walk.gap(|| no_receiver(interface)),
        }
    }

    /// The address under which the internet knows an interface; its private one where there is none.
    fn outside(&self, target: &Interface<'s>, family: Family) -> AddressSet {
        match (&target.public_ipv4, family) {
            (Some(public), Family::Ipv4) => public.clone(),
            // Without one of its own the first address may share the interface with another that has one.
            (None, Family::Ipv4) => match target.pairs.first() {
                Some((_, public)) => AddressSet::one(*public),
                None => target.ipv4.clone(),
            },
            _ => target.addresses(family).clone(),
        }
    }

    /// To an address that somebody outside names: only public ones mean anything there.
    fn to_address(&self, walk: &mut Walk<'_>, source: AddressSet, address: IpAddr, flow: &Flow) {
        let destination = AddressSet::one(address);
        let hop = || Component::new("internet", "internet");
        let asked: TrafficSet = flow.to(source, destination.clone()).into();
        if !destination.intersects(AddressSet::internet_ref(walk.family)) {
            walk.stop(Way::Forward, hop, &asked, || {
                let mut obstacle = not_public(hop(), &destination);
                obstacle.code = Some("IGW_EXPECTS_PUBLIC_ADDRESS");
                obstacle
            });
            return;
        }
        let text = address.to_string();
        let is_of = |gateway: &&NatGateway| gateway.nat_gateway_addresses.iter().any(|own| own.public_ip == text);
        if let Some(gateway) = self.snapshot.nat_gateways.known().iter().find(is_of) {
            let id = &gateway.nat_gateway_id;
            let component = || Component::new("nat-gateway", id);
            walk.stop(Way::Forward, component, &asked, || {
                let evidence = vec![proof::of::<NatGateway>(self.snapshot, id, "NatGatewayAddresses")];
                let by = format!("`{id}` takes no connections from outside");
                Obstacle::new(Cause::NatUnsolicited, component(), evidence).by(by)
            });
            return;
        }
        match self.owner_outside(address) {
            Some(target) => self.meet_set(walk, target, &asked),
            None => walk.gap(|| Gap::opaque(format!("who has {text}"))),
        }
    }

    fn into(&self, walk: &mut Walk<'_>, target: &Interface<'s>, asked: Traffic) {
        self.meet_set(walk, target, &asked.into());
    }

    fn meet_set(&self, walk: &mut Walk<'_>, target: &Interface<'s>, asked: &TrafficSet) {
        if asked.is_empty() {
            walk.obstacle(|| Obstacle::new(Cause::NoAddress, target.component(), Vec::new()));
            return;
        }
        let trip = Trip {
            network: self,
            from: None,
            to: Some(target),
            is_guess: false,
            service: None,
            causes: Causes::INTERFACE,
            beyond: None,
        };
        let parcel = Parcel { link: Link::Lost("SG_REFERENCES_NOT_PRESERVED"), ..Parcel::new(asked, Way::Forward) };
        internet::into(&trip, walk, target, parcel);
    }
}

/// That an interface does not have the address under which it is meant.
pub(in crate::net) fn absent(target: &Interface<'_>) -> Obstacle {
    let by = format!("`{}` does not have {}", target.id, target.ipv4.union(&target.ipv6));
    let mut obstacle = Obstacle::new(Cause::NoDestination, target.component(), Vec::new()).by(by);
    obstacle.code = Some("NO_SOURCE_OR_DESTINATION");
    obstacle
}

/// The system behind an interface in words.
pub(in crate::net) fn named(interface: &Interface<'_>) -> String {
    format!("`{}`", interface.instance_id.unwrap_or(interface.id))
}

/// Nothing in a network connects to an EC2 Instance Connect Endpoint.
fn no_receiver(interface: &Interface<'_>) -> Gap {
    Gap::opaque(format!("who connects to `{}`, which is where connections start", interface.id))
}

/// A point as the end of a path, in words.
fn shown(point: &Point<'_, '_>, family: Family) -> String {
    match point {
        Point::Interface(own) => own.addresses(family).to_string(),
        Point::Address(address) | Point::Outside(address) => address.to_string(),
        Point::Internet(_) => "internet".to_owned(),
        Point::Gateway(gateway) => gateway.clone(),
        Point::Far(addresses) => addresses.to_string(),
        Point::ConnectEndpoint { interface, .. } => interface.id.to_owned(),
    }
}
