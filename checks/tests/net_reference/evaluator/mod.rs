//! What becomes of one packet and its reply, told by walking it hop by hop over the rows of a snapshot.
//!
//! Plain loops over the rows and one concrete packet: no sets, nothing of the engine that is held against it. The facts must be whole for the
//! VPCs that they show; what they cannot tell (the far side of a VPN, an appliance, another account) makes a fate that is not knowable.

pub(crate) mod block;
mod gateways;
mod network_acls;
pub(crate) mod packet;
mod peering;
mod public_access;
pub(crate) mod routes;
mod security_groups;
mod transit;
mod trip;
mod walk;

pub(crate) use gateways::{is_known_as, public_address};
pub(crate) use packet::{Fate, Packet};

use checks::snapshot::Snapshot;
use checks::snapshot::ec2::{NatGateway, NetworkInterface, Subnet};
use packet::Answer;
use std::cell::Cell;
use std::net::IpAddr;
use trip::{Device, End, Sender, Trip};

/// Walks packets over the facts of a snapshot.
pub(crate) struct Evaluator<'a> {
    snapshot: &'a Snapshot,
    /// An address that somebody out there has, whatever the facts say.
    stranger: Option<IpAddr>,
    /// Whether a packet went out to the internet and came in again at another interface of these facts.
    reflects: Cell<bool>,
    /// Whether appliances are taken to do what helps most.
    hopes: bool,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn with_stranger(snapshot: &'a Snapshot, stranger: Option<IpAddr>) -> Self {
        Self { snapshot, stranger, reflects: Cell::new(false), hopes: false }
    }

    /// Whether any packet so far went out to the internet and came in again here.
    pub(crate) fn reflects(&self) -> bool {
        self.reflects.get()
    }

    /// Whether a packet would be answered if appliances did what helps most: whoever says that it is lost for certain is wrong then.
    pub(crate) fn may_be_answered(&self, from: Option<&str>, packet: Packet, nat_port: u16) -> bool {
        let hopeful = Self { hopes: true, reflects: Cell::new(false), ..*self };
        hopeful.is_answered_by_any(from, packet, nat_port)
    }

    fn is_answered_by_any(&self, from: Option<&str>, packet: Packet, nat_port: u16) -> bool {
        let request = Trip::request(packet, nat_port);
        let sender = from.map(|id| self.interface(id).expect("the question names an interface that is there"));
        let trips = match sender {
            Some(interface) => self.send(self.sender(interface), request),
            None => self.in_from_the_internet(request),
        };
        trips.iter().any(|trip| {
            let is_let_out = sender.is_none_or(|sender| self.lets_out(sender, &packet, trip) == Answer::Yes);
            let is_there = match trip.end {
                End::Interface(receiver) => self.lets_in(receiver, &trip.packet, trip) == Answer::Yes,
                End::Internet => true,
                End::None | End::Lost | End::NotKnowable => false,
            };
            is_let_out && is_there && self.is_reply_home(sender, packet, trip)
        })
    }

    fn is_reply_home(&self, sender: Option<&'a NetworkInterface>, packet: Packet, trip: &Trip<'a>) -> bool {
        let Some(answer) = trip.packet.reply() else { return true };
        let replies = match trip.end {
            End::Interface(receiver) => self.send(self.sender(receiver), trip.reply(answer)),
            _ => self.in_from_the_internet(trip.reply(answer)),
        };
        replies.iter().any(|reply| came_home(sender, packet, trip, reply) == Fate::Answered && reply.masks.is_empty())
    }

    /// The fate of a packet, sent by an interface or (`None`) by somebody on the internet. `nat_port` is what a NAT gateway picks.
    pub(crate) fn fate(&self, from: Option<&str>, packet: Packet, nat_port: u16) -> Fate {
        let request = Trip::request(packet, nat_port);
        let sender = from.map(|id| self.interface(id).expect("the question names an interface that is there"));
        let trips = match sender {
            Some(interface) => self.send(self.sender(interface), request),
            None => self.in_from_the_internet(request),
        };
        let fates: Vec<Fate> = trips.iter().map(|trip| self.fate_of(sender, packet, trip)).collect();
        Fate::of_alternatives(&fates)
    }

    fn fate_of(&self, sender: Option<&'a NetworkInterface>, packet: Packet, trip: &Trip<'a>) -> Fate {
        let mut groups = sender.map_or(Answer::Yes, |sender| self.lets_out(sender, &packet, trip));
        if let End::Interface(receiver) = trip.end {
            groups = groups.and(self.lets_in(receiver, &trip.packet, trip));
        }
        if groups == Answer::No || trip.end == End::Lost {
            return Fate::LostForward;
        }
        let knows = |fate| if groups == Answer::Yes { fate } else { Fate::NotKnowable };
        let Some(answer) = trip.packet.reply() else {
            return if trip.end == End::NotKnowable { Fate::NotKnowable } else { knows(Fate::Answered) };
        };
        if trip.end == End::NotKnowable {
            return self.fate_beyond(sender, trip, trip.is_by_transit, answer);
        }
        let replies = match trip.end {
            End::Interface(receiver) => self.send(self.sender(receiver), trip.reply(answer)),
            _ => self.in_from_the_internet(trip.reply(answer)),
        };
        let came = |reply: &Trip<'a>| match came_home(sender, packet, trip, reply) {
            Fate::NotKnowable => self.fate_beyond(sender, trip, trip.is_by_transit || reply.is_by_transit, answer),
            fate => fate,
        };
        match Fate::of_alternatives(&replies.iter().map(came).collect::<Vec<_>>()) {
            Fate::LostForward | Fate::LostOnReply => Fate::LostOnReply,
            Fate::Answered => knows(Fate::Answered),
            Fate::NotKnowable => Fate::NotKnowable,
        }
    }

    /// Beyond what can be seen: the reply, should there be one, still has to enter the subnet that the packet came out of, unless a transit
    /// gateway brings it there from an interface in that very subnet.
    fn fate_beyond(
        &self,
        sender: Option<&'a NetworkInterface>,
        trip: &Trip<'a>,
        is_by_transit: bool,
        answer: Packet,
    ) -> Fate {
        let Some(sender) = sender.filter(|_| trip.has_left) else { return Fate::NotKnowable };
        let translation = trip.translations.last();
        let subnet = translation.map_or(&sender.subnet_id, |of| &of.gateway.subnet_id);
        let attachments = self.snapshot.transit_gateway_vpc_attachments.known();
        let is_entered = is_by_transit && attachments.iter().any(|own| own.subnet_ids.contains(subnet));
        let own = trip.appliance.map_or_else(Vec::new, |appliance| self.interfaces_beside(appliance));
        let may_skip = is_entered || own.iter().any(|own| own.subnet_id == *subnet);
        if !may_skip && !self.may_enter(subnet, &answer) {
            return Fate::LostOnReply;
        }
        let Some(translation) = translation else { return Fate::NotKnowable };
        let mut reply = trip.reply(answer);
        reply.packet.destination = translation.to.source;
        let replies = self.back_through_nat_gateway(translation.gateway, reply);
        let is_lost = replies.iter().all(|reply| reply.end == End::Lost);
        if is_lost { Fate::LostOnReply } else { Fate::NotKnowable }
    }

    fn sender(&self, interface: &'a NetworkInterface) -> Sender<'a> {
        let subnet = self.subnet(&interface.subnet_id).expect("the subnet of an interface is known");
        Sender { subnet, device: Device::Interface(interface) }
    }

    fn subnet(&self, id: &str) -> Option<&'a Subnet> {
        self.snapshot.subnets.known().iter().find(|subnet| subnet.subnet_id == id)
    }

    fn interface(&self, id: &str) -> Option<&'a NetworkInterface> {
        self.snapshot.network_interfaces.known().iter().find(|interface| interface.network_interface_id == id)
    }

    /// The subnet of a VPC that an address lies in.
    fn subnet_with(&self, vpc: &str, address: IpAddr) -> Option<&'a Subnet> {
        self.snapshot.subnets.known().iter().find(|subnet| subnet.vpc_id == vpc && walk::is_in(subnet, address))
    }

    /// The interface with a private or IPv6 address.
    fn interface_with(&self, address: IpAddr) -> Option<&'a NetworkInterface> {
        self.snapshot.network_interfaces.known().iter().find(|interface| walk::has(interface, address))
    }

    fn nat_gateway_with(&self, vpc: &str, address: IpAddr) -> Option<&'a NatGateway> {
        let has = |nat: &&NatGateway| nat.nat_gateway_addresses.iter().any(|own| block::is(&own.private_ip, address));
        self.snapshot.nat_gateways.known().iter().filter(|nat| nat.vpc_id == vpc).find(has)
    }

    /// The blocks of a prefix list, when it can be read.
    fn prefix_list(&self, id: &str) -> Option<Vec<&'a str>> {
        if let Ok(Some(list)) = self.snapshot.prefix_list_entries.get(id) {
            return Some(list.entries.iter().map(|entry| entry.cidr.as_str()).collect());
        }
        let lists = self.snapshot.prefix_lists.known();
        let list = lists.iter().find(|list| list.prefix_list_id == id)?;
        Some(list.cidrs.iter().map(String::as_str).collect())
    }
}

/// Whether a reply reached the sender of the request as the answer to it.
fn came_home(sender: Option<&NetworkInterface>, packet: Packet, request: &Trip, reply: &Trip) -> Fate {
    let is_home = match (reply.end, sender) {
        // Whatever carries it on: the client out there waits for the public address, which only the internet gateway puts on it.
        (End::NotKnowable, None) if packet.source.is_ipv4() && !reply.is_behind_appliance => return Fate::LostForward,
        (End::NotKnowable, _) => return Fate::NotKnowable,
        (End::Interface(receiver), Some(sender)) => receiver == sender,
        (End::Internet, None) => true,
        _ => false,
    };
    if !is_home || packet.reply() != Some(reply.packet) || !reply.pending.is_empty() {
        return Fate::LostForward;
    }
    // One half through gateways to the internet and the other half by another way: whether they take that is not written anywhere.
    if request.is_by_internet == reply.is_by_internet { Fate::Answered } else { Fate::NotKnowable }
}
