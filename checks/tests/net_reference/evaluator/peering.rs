//! VPC peering: two VPCs, their own addresses, nothing beyond.

use super::Evaluator;
use super::block::covers;
use super::trip::{Device, Sender, Trip, Way};
use checks::snapshot::ec2::{PeeringVpc, VpcPeeringConnection};
use std::net::IpAddr;

impl<'a> Evaluator<'a> {
    pub(super) fn through_peering(&self, sender: Sender<'a>, id: &str, mut trip: Trip<'a>) -> Vec<Trip<'a>> {
        let connections = self.snapshot.vpc_peering_connections.known();
        let Some(connection) = connections.iter().find(|row| row.vpc_peering_connection_id == id) else {
            return trip.not_knowable();
        };
        let Some((near, far)) = sides(connection, &sender.subnet.vpc_id) else { return trip.lost() };
        if connection.status.code != "active"
            || !has(near, trip.packet.source)
            || !has(far, trip.packet.destination)
            || sender.device == Device::TransitGateway
        {
            return trip.lost();
        }
        trip.way = Way::Peering(&connection.vpc_peering_connection_id);
        // Whether a NAT gateway's own packets may take a peering connection is not written anywhere.
        if matches!(sender.device, Device::NatGateway(_)) {
            return trip.not_knowable();
        }
        if !self.snapshot.vpcs.known().iter().any(|vpc| vpc.vpc_id == far.vpc_id) {
            return trip.not_knowable();
        }
        match self.subnet_with(&far.vpc_id, trip.packet.destination) {
            Some(subnet) => self.arrive(sender.subnet, subnet, trip),
            None => trip.lost(),
        }
    }

    /// Whether an active connection joins two VPCs of one Region.
    pub(super) fn are_peers_in_one_region(&self, one: &str, other: &str) -> bool {
        self.snapshot.vpc_peering_connections.known().iter().any(|connection| {
            sides(connection, one).is_some_and(|(_, far)| far.vpc_id == other)
                && connection.status.code == "active"
                && connection.requester_vpc_info.region == connection.accepter_vpc_info.region
        })
    }
}

/// The side of a VPC and the side of its peer.
fn sides<'a>(connection: &'a VpcPeeringConnection, vpc: &str) -> Option<(&'a PeeringVpc, &'a PeeringVpc)> {
    let (one, other) = (&connection.requester_vpc_info, &connection.accepter_vpc_info);
    if one.vpc_id == vpc {
        Some((one, other))
    } else if other.vpc_id == vpc {
        Some((other, one))
    } else {
        None
    }
}

fn has(side: &PeeringVpc, address: IpAddr) -> bool {
    covers(&side.cidr_block, address)
        || side.cidr_block_set.iter().any(|block| covers(&block.cidr_block, address))
        || side.ipv6_cidr_block_set.iter().any(|block| covers(&block.ipv6_cidr_block, address))
}
