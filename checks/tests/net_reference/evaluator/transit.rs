//! Transit gateways: into an attachment in the sender's zone, through the table of that attachment, out of another one.

use super::Evaluator;
use super::block::matched;
use super::trip::{Device, Sender, Trip, Way};
use checks::snapshot::ec2::{Subnet, TransitGatewayRoute, TransitGatewayVpcAttachment};
use std::net::IpAddr;

impl<'a> Evaluator<'a> {
    pub(super) fn enter_transit_gateway(&self, sender: Sender<'a>, id: &str, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        trip.is_by_transit = true;
        let gateways = self.snapshot.transit_gateways.known();
        let Some(gateway) = gateways.iter().find(|row| row.transit_gateway_id == id) else {
            return trip.not_knowable();
        };
        let attachments = self.snapshot.transit_gateway_vpc_attachments.known();
        let attachment = attachments
            .iter()
            .find(|row| row.transit_gateway_id == id && row.vpc_id == sender.subnet.vpc_id && row.state == "available");
        let Some(attachment) = attachment.filter(|own| gateway.state == "available" && takes(own, &trip)) else {
            return trip.lost();
        };
        let subnets = self.subnets_of(attachment);
        let Some(entry) = subnets.iter().find(|own| own.availability_zone == sender.subnet.availability_zone) else {
            return trip.lost();
        };
        // The list of the attachment's subnet is asked even when the sender is in the same subnet.
        if !self.may_enter(&entry.subnet_id, &trip.packet) {
            return trip.lost();
        }
        self.through_transit_gateway(attachment, entry, trip)
    }

    fn through_transit_gateway(
        &self,
        from: &'a TransitGatewayVpcAttachment,
        entry: &'a Subnet,
        trip: Trip<'a>,
    ) -> Vec<Trip<'a>> {
        let rows = self.snapshot.transit_gateway_attachments.known();
        let id = &from.transit_gateway_attachment_id;
        let Some(row) = rows.iter().find(|row| row.transit_gateway_attachment_id == *id) else {
            return trip.not_knowable();
        };
        let table = row.association.as_ref().filter(|of| of.state == "associated");
        let Some(table) = table.map(|of| &of.transit_gateway_route_table_id) else { return trip.lost() };
        let Ok(Some(answer)) = self.snapshot.transit_gateway_routes.get(table) else { return trip.not_knowable() };
        if answer.additional_routes_available {
            return trip.not_knowable();
        }
        let Some(route) = decides(&answer.routes, trip.packet.destination) else { return trip.lost() };
        let Some(target) = route.transit_gateway_attachments.first().filter(|_| route.state == "active") else {
            return trip.lost();
        };
        if target.resource_type != "vpc" {
            return trip.not_knowable();
        }
        self.out_of_transit_gateway(from, &target.transit_gateway_attachment_id, entry, trip)
    }

    /// Out of an attachment: in the zone that the packet came from where the attachment has a subnet there, else in any of its zones.
    fn out_of_transit_gateway(
        &self,
        from: &'a TransitGatewayVpcAttachment,
        to: &str,
        entry: &'a Subnet,
        mut trip: Trip<'a>,
    ) -> Vec<Trip<'a>> {
        let attachments = self.snapshot.transit_gateway_vpc_attachments.known();
        let Some(to) = attachments.iter().find(|row| row.transit_gateway_attachment_id == to) else {
            return trip.not_knowable();
        };
        if to.state != "available" || !takes(to, &trip) {
            return trip.lost();
        }
        if !self.snapshot.vpcs.known().iter().any(|vpc| vpc.vpc_id == to.vpc_id) {
            return trip.not_knowable();
        }
        trip.way = Way::TransitGateway { passes_groups: self.passes_groups(from, to) };
        let subnets = self.subnets_of(to);
        let same_zone = subnets.iter().filter(|own| own.availability_zone == entry.availability_zone);
        let mut exits: Vec<&'a Subnet> = same_zone.copied().collect();
        if exits.is_empty() || to.options.appliance_mode_support == "enable" {
            exits = subnets;
        }
        let out = |subnet| self.send(Sender { subnet, device: Device::TransitGateway }, trip.clone());
        exits.into_iter().flat_map(out).collect()
    }

    fn subnets_of(&self, attachment: &TransitGatewayVpcAttachment) -> Vec<&'a Subnet> {
        attachment.subnet_ids.iter().filter_map(|id| self.subnet(id)).collect()
    }

    /// Whether rules may name groups across the gateway: off by default on a gateway, on by default on attachments.
    fn passes_groups(&self, from: &TransitGatewayVpcAttachment, to: &TransitGatewayVpcAttachment) -> bool {
        let gateways = self.snapshot.transit_gateways.known();
        let gateway = gateways.iter().find(|row| row.transit_gateway_id == from.transit_gateway_id);
        gateway.is_some_and(|row| row.options.security_group_referencing_support == "enable")
            && [from, to].iter().all(|row| row.options.security_group_referencing_support != "disable")
    }
}

/// Whether an attachment takes packets of this family.
fn takes(attachment: &TransitGatewayVpcAttachment, trip: &Trip) -> bool {
    trip.packet.destination.is_ipv4() || attachment.options.ipv6_support == "enable"
}

/// The longest prefix; a static route before a propagated one of the same length.
fn decides(routes: &[TransitGatewayRoute], destination: IpAddr) -> Option<&TransitGatewayRoute> {
    let mut best: Option<(u32, bool, &TransitGatewayRoute)> = None;
    for route in routes {
        let Some(length) = matched(&route.destination_cidr_block, destination) else { continue };
        let is_static = route.r#type == "static";
        let is_better = best
            .is_none_or(|(known, known_static, _)| length > known || (length == known && is_static && !known_static));
        if is_better {
            best = Some((length, is_static, route));
        }
    }
    best.map(|(_, _, route)| route)
}
