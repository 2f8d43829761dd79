//! From a sender in a subnet to whatever the route of that subnet leads to.

use super::Evaluator;
use super::block::{covers, is};
use super::packet::Answer;
use super::routes::{Choice, target};
use super::trip::{Device, End, Sender, Trip};
use checks::snapshot::ec2::{NetworkInterface, Route, Subnet};
use std::net::IpAddr;

/// How often a packet may be handed on before it counts as lost in a circle.
const LIMIT: u8 = 8;

impl<'a> Evaluator<'a> {
    /// Sends a packet from a subnet. Several trips mean that it goes one of several ways and nobody knows which.
    pub(super) fn send(&self, sender: Sender<'a>, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.handed_on += 1;
        if trip.handed_on > LIMIT {
            return trip.lost();
        }
        if is_in(sender.subnet, trip.packet.destination) {
            return self.arrive(sender.subnet, sender.subnet, trip);
        }
        let mut trips = Vec::new();
        for choice in self.choices(self.table_of(sender.subnet), trip.packet.destination) {
            trips.extend(self.follow(sender, choice, trip.clone()));
        }
        trips
    }

    /// Follows one choice of the route table, past the ACL of the subnet when the packet leaves it.
    fn follow(&self, sender: Sender<'a>, choice: Choice<'a>, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        let Choice::Route(route) = choice else { return trip.lost() };
        if route.state == "blackhole" {
            return trip.lost();
        }
        let stays = self.subnet_of_target(route).is_some_and(|subnet| subnet.subnet_id == sender.subnet.subnet_id);
        if !stays && !self.may_leave(&sender.subnet.subnet_id, &trip.packet) {
            return trip.lost();
        }
        trip.has_left = !stays;
        let id = target(route);
        let kind = id.split_once('-').map_or(id, |(kind, _)| kind);
        match kind {
            "local" => self.deliver(sender.subnet, trip),
            "igw" => self.out_through_internet_gateway(sender, id, trip),
            "eigw" => self.out_through_egress_only_gateway(sender, id, trip),
            "nat" => self.through_nat_gateway(sender, id, trip),
            "pcx" => self.through_peering(sender, id, trip),
            "tgw" => self.enter_transit_gateway(sender, id, trip),
            "eni" => self.to_appliance(sender, id, trip),
            _ => trip.not_knowable(),
        }
    }

    /// The subnet of a target that stands in one: the packet does not leave a subnet for a target inside it.
    fn subnet_of_target(&self, route: &Route) -> Option<&'a Subnet> {
        let nat = self.snapshot.nat_gateways.known().iter().find(|nat| nat.nat_gateway_id == route.nat_gateway_id);
        let eni = self.interface(&route.network_interface_id);
        let subnet = nat.map(|nat| &nat.subnet_id).or(eni.map(|eni| &eni.subnet_id))?;
        self.subnet(subnet)
    }

    /// Hands a packet to whoever has its destination address in the VPC of the subnet.
    fn deliver(&self, from: &'a Subnet, trip: Trip<'a>) -> Vec<Trip<'a>> {
        match self.subnet_with(&from.vpc_id, trip.packet.destination) {
            Some(subnet) => self.arrive(from, subnet, trip),
            None => trip.lost(),
        }
    }

    /// Enters a subnet and reaches the interface that has the destination address.
    pub(super) fn arrive(&self, from: &'a Subnet, subnet: &'a Subnet, trip: Trip<'a>) -> Vec<Trip<'a>> {
        if from.subnet_id != subnet.subnet_id && !self.may_enter(&subnet.subnet_id, &trip.packet) {
            return trip.lost();
        }
        if let Some(nat) = self.nat_gateway_with(&subnet.vpc_id, trip.packet.destination) {
            return self.back_through_nat_gateway(nat, trip);
        }
        match self.interface_with(trip.packet.destination) {
            Some(interface) if interface.subnet_id == subnet.subnet_id && is_host(interface) => {
                trip.ended(End::Interface(interface))
            }
            _ => trip.lost(),
        }
    }

    /// A route to an interface: an appliance, whose system nobody can look into.
    fn to_appliance(&self, sender: Sender<'a>, id: &str, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.is_behind_appliance = true;
        let Some(appliance) = self.interface(id) else { return trip.not_knowable() };
        let Some(subnet) = self.subnet(&appliance.subnet_id) else { return trip.not_knowable() };
        if subnet.subnet_id != sender.subnet.subnet_id && !self.may_enter(&subnet.subnet_id, &trip.packet) {
            return trip.lost();
        }
        if has(appliance, trip.packet.destination) {
            return trip.ended(End::Interface(appliance));
        }
        if appliance.source_dest_check == Some(true) {
            return trip.lost();
        }
        if self.lets_in(appliance, &trip.packet, &trip) == Answer::No || !self.can_forward(appliance, subnet, &trip) {
            return trip.lost();
        }
        trip.not_knowable()
    }

    /// Whether an appliance that does forward could get rid of the packet, under its own address or as it is.
    fn can_forward(&self, appliance: &'a NetworkInterface, subnet: &'a Subnet, trip: &Trip<'a>) -> bool {
        let own = appliance.private_ip_address.parse().ok();
        let sources = own.filter(|own: &IpAddr| own.is_ipv4() == trip.packet.source.is_ipv4()).into_iter();
        sources.chain([trip.packet.source]).any(|source| {
            let mut trip = trip.clone();
            trip.packet.source = source;
            let packet = trip.packet;
            let onward = self.send(Sender { subnet, device: Device::Interface(appliance) }, trip);
            onward.iter().any(|trip| trip.end != End::Lost && self.lets_out(appliance, &packet, trip) != Answer::No)
        })
    }
}

pub(super) fn is_in(subnet: &Subnet, address: IpAddr) -> bool {
    let v6 = subnet.ipv6_cidr_block_association_set.iter().map(|block| &block.ipv6_cidr_block);
    v6.chain([&subnet.cidr_block]).any(|block| covers(block, address))
}

/// Whether an interface has a private or IPv6 address.
pub(super) fn has(interface: &NetworkInterface, address: IpAddr) -> bool {
    is(&interface.private_ip_address, address)
        || interface.private_ip_addresses.iter().any(|own| is(&own.private_ip_address, address))
        || interface.ipv6_addresses.iter().any(|own| is(&own.ipv6_address, address))
}

/// Whether somebody listens behind the interface; those of gateways only pass packets on.
pub(super) fn is_host(interface: &NetworkInterface) -> bool {
    interface.interface_type != "nat_gateway" && interface.interface_type != "transit_gateway"
}
