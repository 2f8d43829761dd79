//! A packet under way: where it is, what it has become, and by which way it came.

use super::packet::Packet;
use checks::snapshot::ec2::{NatGateway, NetworkInterface, Subnet};

/// What sends a packet from a subnet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Device<'a> {
    Interface(&'a NetworkInterface),
    NatGateway(&'a NatGateway),
    /// The interface of a transit gateway in one of its attachment's subnets.
    TransitGateway,
}

/// Where a packet is sent from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sender<'a> {
    pub(crate) subnet: &'a Subnet,
    pub(crate) device: Device<'a>,
}

/// By which way a packet arrived.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Way<'a> {
    /// It never left the VPC.
    Inside,
    /// The peering connection.
    Peering(&'a str),
    /// Whether this way tells who carries which group.
    TransitGateway { passes_groups: bool },
    /// Through a gateway to the internet.
    Internet,
}

/// Where a trip ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End<'a> {
    /// Still under way.
    None,
    Interface(&'a NetworkInterface),
    /// Out there.
    Internet,
    Lost,
    NotKnowable,
}

/// A NAT gateway's note of a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Translation<'a> {
    pub(crate) gateway: &'a NatGateway,
    /// The packet before.
    pub(crate) from: Packet,
    /// The packet after.
    pub(crate) to: Packet,
}

/// What an appliance did that gives packets an address of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mask<'a> {
    /// The interface whose address it gave.
    pub(crate) by: &'a NetworkInterface,
    /// The packet before.
    pub(crate) from: Packet,
    /// The packet after.
    pub(crate) to: Packet,
}

/// A packet under way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trip<'a> {
    pub(crate) packet: Packet,
    pub(crate) way: Way<'a>,
    pub(crate) end: End<'a>,
    /// Translations on the way, oldest first.
    pub(crate) translations: Vec<Translation<'a>>,
    /// On a reply, the translations of the request that are still to be undone.
    pub(crate) pending: Vec<Translation<'a>>,
    /// The same of appliances: on a request those that were put on, on a reply those that are still to be taken off.
    pub(crate) masks: Vec<Mask<'a>>,
    /// The interfaces of appliances that handed it on.
    pub(crate) handed_on_by: Vec<&'a str>,
    /// The interface of the last appliance that it went to.
    pub(crate) appliance: Option<&'a NetworkInterface>,
    pub(crate) is_reply: bool,
    /// Whether the request went out through an egress-only gateway, which lets its replies in.
    pub(crate) is_egress_only: bool,
    /// Whether it went to an appliance, which may do anything with it.
    pub(crate) is_behind_appliance: bool,
    /// Whether it went through a gateway to the internet.
    pub(crate) is_by_internet: bool,
    /// Whether it went into a transit gateway.
    pub(crate) is_by_transit: bool,
    /// Whether it left the subnet of its last sender.
    pub(crate) has_left: bool,
    /// The port that a NAT gateway picks, should one be met.
    pub(crate) nat_port: u16,
    /// How often it was handed on; packets do not go round for ever.
    pub(crate) handed_on: u8,
}

impl<'a> Trip<'a> {
    pub(crate) fn request(packet: Packet, nat_port: u16) -> Self {
        Self {
            packet,
            way: Way::Inside,
            end: End::None,
            translations: Vec::new(),
            pending: Vec::new(),
            masks: Vec::new(),
            handed_on_by: Vec::new(),
            appliance: None,
            is_reply: false,
            is_egress_only: false,
            is_behind_appliance: false,
            is_by_internet: false,
            is_by_transit: false,
            has_left: false,
            nat_port,
            handed_on: 0,
        }
    }

    /// The reply to what this trip brought to its end.
    pub(crate) fn reply(&self, packet: Packet) -> Self {
        Self {
            is_reply: true,
            is_egress_only: self.is_egress_only,
            pending: self.translations.clone(),
            masks: self.masks.clone(),
            ..Self::request(packet, self.nat_port)
        }
    }

    pub(crate) fn cross_the_internet(&mut self) {
        self.way = Way::Internet;
        self.is_by_internet = true;
    }

    pub(crate) fn ended(mut self, end: End<'a>) -> Vec<Self> {
        self.end = end;
        vec![self]
    }

    pub(crate) fn lost(self) -> Vec<Self> {
        self.ended(End::Lost)
    }

    pub(crate) fn not_knowable(self) -> Vec<Self> {
        self.ended(End::NotKnowable)
    }
}
