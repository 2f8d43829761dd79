//! From a sender in a subnet to whatever the route of that subnet leads to.

use super::Evaluator;
use super::block::{covers, is};
use super::packet::{Answer, Packet};
use super::routes::{Choice, target};
use super::trip::{Device, End, Mask, Sender, Trip};
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
                self.land(interface, trip)
            }
            _ => trip.lost(),
        }
    }

    /// A route to an interface: an appliance, whose system nobody can look into.
    fn to_appliance(&self, sender: Sender<'a>, id: &str, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.is_behind_appliance = true;
        let Some(appliance) = self.interface(id) else { return trip.not_knowable() };
        trip.appliance = Some(appliance);
        let Some(subnet) = self.subnet(&appliance.subnet_id) else { return trip.not_knowable() };
        if subnet.subnet_id != sender.subnet.subnet_id && !self.may_enter(&subnet.subnet_id, &trip.packet) {
            return trip.lost();
        }
        if has(appliance, trip.packet.destination) {
            trip.is_behind_appliance = false;
            return self.land(appliance, trip);
        }
        if appliance.source_dest_check == Some(true) {
            return trip.lost();
        }
        // What comes to an appliance again has been tried there.
        if trip.handed_on_by.contains(&appliance.network_interface_id.as_str()) {
            return trip.lost();
        }
        trip.handed_on_by.push(&appliance.network_interface_id);
        if self.hopes {
            return self.handed_on(appliance, &trip);
        }
        if self.lets_in(appliance, &trip.packet, &trip) == Answer::No || !self.can_forward(appliance, &trip) {
            return trip.lost();
        }
        trip.not_knowable()
    }

    /// The interfaces of the system that has this one.
    pub(super) fn interfaces_beside(&self, interface: &'a NetworkInterface) -> Vec<&'a NetworkInterface> {
        let instance = |own: &'a NetworkInterface| own.attachment.as_ref().map_or("", |own| &own.instance_id);
        let all = self.snapshot.network_interfaces.known().iter();
        let is_beside = |own: &&NetworkInterface| {
            own.network_interface_id == interface.network_interface_id
                || own
                    .attachment
                    .as_ref()
                    .is_some_and(|own| !own.instance_id.is_empty() && own.instance_id == instance(interface))
        };
        all.filter(is_beside).collect()
    }

    /// By which interfaces an appliance may send a packet, and the addresses that it may give it.
    fn ways_on(
        &self,
        appliance: &'a NetworkInterface,
        packet: &Packet,
    ) -> Vec<(Sender<'a>, &'a NetworkInterface, IpAddr)> {
        let mut ways = Vec::new();
        for own in self.interfaces_beside(appliance) {
            let Some(subnet) = self.subnet(&own.subnet_id) else { continue };
            let sender = Sender { subnet, device: Device::Interface(own) };
            if packet.source.is_ipv4() {
                ways.extend(own.private_ip_address.parse().ok().map(|source| (sender, own, source)));
            }
            if own.source_dest_check == Some(false) {
                ways.push((sender, own, packet.source));
            }
        }
        ways
    }

    /// Whether an appliance that does forward could get rid of the packet, under an address of its own or as it is.
    fn can_forward(&self, appliance: &'a NetworkInterface, trip: &Trip<'a>) -> bool {
        self.ways_on(appliance, &trip.packet).into_iter().any(|(sender, own, source)| {
            let mut trip = trip.clone();
            trip.packet.source = source;
            let packet = trip.packet;
            let onward = self.send(sender, trip);
            onward.iter().any(|trip| trip.end != End::Lost && self.lets_out(own, &packet, trip) != Answer::No)
        })
    }

    /// Every way on from an appliance that forwards or translates.
    fn handed_on(&self, appliance: &'a NetworkInterface, trip: &Trip<'a>) -> Vec<Trip<'a>> {
        if self.lets_in(appliance, &trip.packet, trip) != Answer::Yes {
            return trip.clone().lost();
        }
        let mut trips = Vec::new();
        for (sender, own, source) in self.ways_on(appliance, &trip.packet) {
            let mut trip = trip.clone();
            if source != trip.packet.source {
                // Replies get their old address back; nobody waits for such as get a new one.
                if trip.is_reply {
                    continue;
                }
                let from = trip.packet;
                trip.packet.source = source;
                trip.masks.push(Mask { by: own, from, to: trip.packet });
            }
            let packet = trip.packet;
            let onward = self.send(sender, trip);
            trips.extend(onward.into_iter().filter(|trip| self.lets_out(own, &packet, trip) == Answer::Yes));
        }
        trips
    }

    /// At an interface: the end, or an appliance that gives a reply the address back that it had put on the request.
    pub(super) fn land(&self, interface: &'a NetworkInterface, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        let Some(mask) = trip.masks.last().copied().filter(|_| trip.is_reply) else {
            return trip.ended(End::Interface(interface));
        };
        if mask.by != interface || mask.to.reply() != Some(trip.packet) {
            return trip.ended(End::Interface(interface));
        }
        trip.masks.pop();
        trip.packet = mask.from.reply().expect("a reply answers what was sent");
        let beside = self.interfaces_beside(interface);
        let forwarding = beside.into_iter().filter(|own| own.source_dest_check == Some(false));
        let senders = forwarding
            .filter_map(|own| Some(Sender { subnet: self.subnet(&own.subnet_id)?, device: Device::Interface(own) }));
        senders.flat_map(|sender| self.send(sender, trip.clone())).collect()
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
