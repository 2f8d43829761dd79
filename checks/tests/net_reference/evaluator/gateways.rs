//! Internet gateways, egress-only gateways and NAT gateways, and Block Public Access at the edge.

use super::Evaluator;
use super::block::{is, is_on_the_internet};
use super::packet::{ICMP, TCP, UDP};
use super::trip::{Device, End, Sender, Translation, Trip};
use super::walk::is_host;
use checks::snapshot::ec2::{
    GatewayAttachment, NatGateway, NatGatewayAddress, NetworkInterface, PrivateIpAddress, Subnet,
};
use std::net::IpAddr;

impl<'a> Evaluator<'a> {
    /// Out through an internet gateway, which gives IPv4 packets the public address of their source.
    pub(super) fn out_through_internet_gateway(&self, sender: Sender<'a>, id: &str, trip: Trip<'a>) -> Vec<Trip<'a>> {
        let gateways = self.snapshot.internet_gateways.known();
        let Some(gateway) = gateways.iter().find(|gateway| gateway.internet_gateway_id == id) else {
            return trip.not_knowable();
        };
        if !is_attached(&gateway.attachments, &sender.subnet.vpc_id) || !is_on_the_internet(trip.packet.destination) {
            return trip.lost();
        }
        match sender.device {
            // The address decides, whichever interface of the VPC sends for it.
            Device::Interface(_) => {
                let owner = self.interface_with(trip.packet.source);
                let owner = owner.filter(|owner| owner.vpc_id == sender.subnet.vpc_id);
                if self.public_access(sender.subnet).stops_hosts() {
                    return trip.lost();
                }
                match owner.and_then(|owner| public_address(owner, trip.packet.source)) {
                    Some(public) => self.onto_the_internet(public, trip),
                    None => trip.lost(),
                }
            }
            Device::NatGateway(nat) => self.out_of_nat_gateway(sender.subnet, nat, trip),
            // What came through a transit gateway has no address here. Whether IPv6 is refused for that is not written anywhere.
            _ if trip.packet.source.is_ipv4() => trip.lost(),
            _ => trip.not_knowable(),
        }
    }

    fn out_of_nat_gateway(&self, subnet: &'a Subnet, nat: &'a NatGateway, trip: Trip<'a>) -> Vec<Trip<'a>> {
        let address = nat.nat_gateway_addresses.iter().find(|own| is(&own.private_ip, trip.packet.source));
        let public = address.map(|own| own.public_ip.as_str()).and_then(|public| public.parse().ok());
        let (Some(public), Some(client)) = (public, trip.translations.last().and_then(|of| self.home_of(of))) else {
            return trip.lost();
        };
        // Whose exclusion counts when client and gateway stand differently is not written anywhere.
        let modes = [self.public_access(subnet).stops_gateways(), self.public_access(client).stops_gateways()];
        let passes = |trip| self.onto_the_internet(public, trip);
        match modes {
            _ if trip.is_reply => passes(trip),
            [true, true] => trip.lost(),
            [false, false] => passes(trip),
            _ => {
                let mut trips = trip.clone().lost();
                trips.extend(passes(trip));
                trips
            }
        }
    }

    /// The subnet that the client of a NAT gateway sent from; that of the gateway for a client of another VPC.
    fn home_of(&self, translation: &Translation<'a>) -> Option<&'a Subnet> {
        self.subnet_with(&translation.gateway.vpc_id, translation.from.source)
            .or_else(|| self.subnet(&translation.gateway.subnet_id))
    }

    fn onto_the_internet(&self, source: IpAddr, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.packet.source = source;
        trip.cross_the_internet();
        if trip.is_reply || self.is_public_address_here(trip.packet.destination) {
            return self.in_from_the_internet(trip);
        }
        trip.ended(End::Internet)
    }

    /// In through the internet gateway of the VPC that has the destination address.
    pub(super) fn in_from_the_internet(&self, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.cross_the_internet();
        let destination = trip.packet.destination;
        if self.stranger == Some(destination) {
            return trip.ended(End::Internet);
        }
        let found = self.interface_known_as(destination);
        let Some((interface, private)) = found.and_then(|own| Some((own, private_address(own, destination)?))) else {
            return match self.snapshot.nat_gateways.known().iter().find_map(|nat| paired(nat, destination)) {
                Some((nat, address)) => self.in_to_nat_gateway(nat, address, trip),
                None if trip.is_reply => trip.ended(End::Internet),
                None => trip.lost(),
            };
        };
        let Some(subnet) = self.subnet(&interface.subnet_id) else { return trip.not_knowable() };
        let gateways = self.snapshot.internet_gateways.known();
        let is_open = gateways.iter().any(|gateway| is_attached(&gateway.attachments, &subnet.vpc_id));
        let is_let_in = trip.is_reply && trip.is_egress_only;
        if !is_let_in && (!is_open || self.public_access(subnet).stops_hosts()) {
            return trip.lost();
        }
        trip.packet.destination = private;
        if !self.may_enter(&subnet.subnet_id, &trip.packet) {
            return trip.lost();
        }
        self.land(interface, trip)
    }

    fn in_to_nat_gateway(&self, nat: &'a NatGateway, own: &NatGatewayAddress, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.packet.destination = own.private_ip.parse().unwrap();
        if !self.may_enter(&nat.subnet_id, &trip.packet) {
            return trip.lost();
        }
        self.back_through_nat_gateway(nat, trip)
    }

    /// Out through an egress-only gateway, which knows IPv6 and connections from inside only.
    pub(super) fn out_through_egress_only_gateway(
        &self,
        sender: Sender<'a>,
        id: &str,
        mut trip: Trip<'a>,
    ) -> Vec<Trip<'a>> {
        let gateways = self.snapshot.egress_only_internet_gateways.known();
        let Some(gateway) = gateways.iter().find(|gateway| gateway.egress_only_internet_gateway_id == id) else {
            return trip.not_knowable();
        };
        if trip.is_reply
            || !is_attached(&gateway.attachments, &sender.subnet.vpc_id)
            || trip.packet.destination.is_ipv4()
            || !is_on_the_internet(trip.packet.destination)
            || self.public_access(sender.subnet).stops_gateways()
        {
            return trip.lost();
        }
        trip.is_egress_only = true;
        match sender.device {
            Device::Interface(_) if self.is_public_address_here(trip.packet.destination) => {
                self.in_from_the_internet(trip)
            }
            Device::Interface(_) => {
                trip.cross_the_internet();
                trip.ended(End::Internet)
            }
            _ => trip.not_knowable(),
        }
    }

    /// Through a NAT gateway, which sends on under its own private address.
    pub(super) fn through_nat_gateway(&self, sender: Sender<'a>, id: &str, trip: Trip<'a>) -> Vec<Trip<'a>> {
        let gateways = self.snapshot.nat_gateways.known();
        let Some(nat) = gateways.iter().find(|nat| nat.nat_gateway_id == id) else { return trip.lost() };
        if nat.availability_mode == "regional" || trip.packet.source.is_ipv6() {
            return trip.not_knowable();
        }
        let Some(subnet) = self.subnet(&nat.subnet_id) else { return trip.not_knowable() };
        if nat.state != "available"
            || nat.vpc_id != sender.subnet.vpc_id
            || ![TCP, UDP, ICMP].contains(&trip.packet.protocol)
            || sender.device == Device::NatGateway(nat)
            || subnet.subnet_id != sender.subnet.subnet_id && !self.may_enter(&subnet.subnet_id, &trip.packet)
        {
            return trip.lost();
        }
        let is_usable = |own: &&NatGatewayAddress| {
            (own.status.is_empty() || own.status == "succeeded")
                && (nat.connectivity_type == "private" || !own.public_ip.is_empty())
        };
        let mut trips = Vec::new();
        for own in nat.nat_gateway_addresses.iter().filter(is_usable) {
            trips.extend(self.translated(nat, own, subnet, trip.clone()));
        }
        if trips.iter().all(|trip| trip.end == End::Lost) {
            return trip.lost();
        }
        // Whether one gateway's packets may take another gateway is not written anywhere.
        if matches!(sender.device, Device::NatGateway(_)) { trip.not_knowable() } else { trips }
    }

    fn translated(
        &self,
        nat: &'a NatGateway,
        own: &NatGatewayAddress,
        subnet: &'a Subnet,
        mut trip: Trip<'a>,
    ) -> Vec<Trip<'a>> {
        let from = trip.packet;
        trip.packet.source = own.private_ip.parse().unwrap();
        trip.packet.source_port = trip.nat_port;
        trip.translations.push(Translation { gateway: nat, from, to: trip.packet });
        self.send(Sender { subnet, device: Device::NatGateway(nat) }, trip)
    }

    /// To the private address of a NAT gateway: nothing but the reply to what it sent gets further.
    pub(super) fn back_through_nat_gateway(&self, nat: &'a NatGateway, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        let Some(translation) = trip.pending.pop() else { return trip.lost() };
        if translation.gateway != nat || translation.to.source != trip.packet.destination {
            return trip.lost();
        }
        let Some(subnet) = self.subnet(&nat.subnet_id) else { return trip.not_knowable() };
        trip.packet.destination = translation.from.source;
        trip.packet.destination_port = translation.from.source_port;
        self.send(Sender { subnet, device: Device::NatGateway(nat) }, trip)
    }
}

/// The public address that goes with an address of an interface.
pub(crate) fn public_address(interface: &NetworkInterface, private: IpAddr) -> Option<IpAddr> {
    if private.is_ipv6() {
        return Some(private);
    }
    let own = interface.private_ip_addresses.iter().find(|own| is(&own.private_ip_address, private))?;
    own.association.as_ref()?.public_ip.parse().ok()
}

/// The address of an interface that the internet knows as `public`.
fn private_address(interface: &NetworkInterface, public: IpAddr) -> Option<IpAddr> {
    if public.is_ipv6() {
        return interface.ipv6_addresses.iter().any(|own| is(&own.ipv6_address, public)).then_some(public);
    }
    let has_it = |own: &&PrivateIpAddress| own.association.as_ref().is_some_and(|paired| is(&paired.public_ip, public));
    let own = interface.private_ip_addresses.iter().find(has_it)?;
    own.private_ip_address.parse().ok()
}

/// Whether the internet knows an interface under an address.
pub(crate) fn is_known_as(interface: &NetworkInterface, public: IpAddr) -> bool {
    private_address(interface, public).is_some()
}

fn paired(nat: &NatGateway, public: IpAddr) -> Option<(&NatGateway, &NatGatewayAddress)> {
    let own = nat.nat_gateway_addresses.iter().find(|own| is(&own.public_ip, public))?;
    Some((nat, own))
}

fn is_attached(attachments: &[GatewayAttachment], vpc: &str) -> bool {
    attachments.iter().any(|of| of.vpc_id == vpc && (of.state == "available" || of.state == "attached"))
}

impl<'a> Evaluator<'a> {
    /// The host that the internet knows under an address.
    pub(crate) fn interface_known_as(&self, address: IpAddr) -> Option<&'a NetworkInterface> {
        let mut interfaces = self.snapshot.network_interfaces.known().iter().filter(|own| is_host(own));
        interfaces.find(|own| is_known_as(own, address))
    }

    /// Whether an address out there is that of an interface or NAT gateway of these facts.
    fn is_public_address_here(&self, address: IpAddr) -> bool {
        let is_here = self.stranger != Some(address)
            && (self.interface_known_as(address).is_some()
                || self.snapshot.nat_gateways.known().iter().any(|nat| paired(nat, address).is_some()));
        self.reflects.set(self.reflects.get() || is_here);
        is_here
    }
}
