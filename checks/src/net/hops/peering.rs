//! VPC peering connections.
//!
//! Source: VPC peering guide, "How VPC peering connections work" and "Update your security groups to reference peer security groups".

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::beyond::Sight;
use crate::net::network::{Network, VpcIx};
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Link, Parcel, Place, Role, behind, towards};
use crate::net::path::Walk;
use crate::net::proof;
use crate::net::route::{Choice, Table};
use crate::net::traffic::Family;
use crate::net::trip::Trip;
use crate::snapshot::ec2::{PeeringVpc, VpcPeeringConnection, is};
use crate::snapshot::{Gap, Observed};

/// Whether rules on one side of a connection may name groups of the other: in one Region, while it is active. `None` where the connection
/// is not known.
pub(in crate::net) fn keeps_groups(network: &Network<'_>, id: &str) -> Option<bool> {
    let connection = network.snapshot.vpc_peering_connections.get(id).ok()??;
    let regions = (&connection.requester_vpc_info.region, &connection.accepter_vpc_info.region);
    Some(is(&connection.status.code, "active") && regions.0 == regions.1)
}

/// Over a peering connection into the other VPC.
pub(in crate::net) fn across<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    id: &str,
    route: (&Table<'s>, &Choice<'_>),
    parcel: Parcel<'_, 's>,
) {
    let hop = || Component::new("vpc-peering-connection", id);
    let connection = trip.network.snapshot.vpc_peering_connections.get(id);
    let far = connection.as_ref().ok().copied().flatten().and_then(|own| far_side(trip.network, own, at.vpc));
    let Some((connection, far)) = far else {
        // A VPC may have public addresses of its own, and never those of the internet as a whole.
        let destinations = parcel.traffic.destinations();
        if is_wide_internet(&destinations) {
            walk.stop(parcel.way, hop, parcel.traffic, || not_carried(trip, hop(), route));
            return trip.without_way(walk, parcel);
        }
        walk.opaque(parcel.way, hop, parcel.traffic, "UNKNOWN_RESOURCE", || unseen(connection, route.1));
        return trip.out_of_sight(walk, parcel, Sight::AsSent);
    };
    if !is(&connection.status.code, "active") {
        walk.stop(parcel.way, hop, parcel.traffic, || {
            let evidence = vec![proof::of::<VpcPeeringConnection>(trip.network.snapshot, id, "Status.Code")];
            Obstacle::new(Cause::PeeringState, hop(), evidence).by(format!("`{id}` is {}", connection.status.code))
        });
        return trip.without_way(walk, parcel);
    }
    let carried = blocks(trip.network, far);
    let destinations = parcel.traffic.destinations();
    let is_foreign = matches!(at.role, Role::Attachment);
    if is_foreign || !destinations.intersects(&carried) {
        walk.stop(parcel.way, hop, parcel.traffic, || not_carried(trip, hop(), route));
        return trip.without_way(walk, parcel);
    }
    walk.pass(parcel.way, parcel.traffic, || (hop(), None, None));
    let Some(vpc) = trip.network.vpc(&far.vpc_id) else {
        let gap = || Gap::opaque(format!("what is in VPC `{}` of account `{}`", far.vpc_id, far.owner_id));
        walk.opaque(parcel.way, hop, parcel.traffic, "UNKNOWN_DESTINATION", gap);
        return trip.out_of_sight(walk, parcel, Sight::AsSent);
    };
    let link = match parcel.link {
        Link::Kept if keeps_groups(trip.network, id) == Some(true) => Link::Kept,
        _ => Link::Lost("SG_REFERENCES_NOT_PRESERVED"),
    };
    let traffic = towards(parcel.traffic, &carried);
    trip.enter_vpc(walk, vpc, hop, Parcel { traffic: &traffic, link, ..parcel });
}

/// Whether addresses are those of the internet, and not a single one that a VPC may have as well.
pub(in crate::net) fn is_wide_internet(addresses: &AddressSet) -> bool {
    addresses.single().is_none() && addresses.is_subset(AddressSet::internet_ref(Family::Ipv4))
}

/// Whether a connection leads from a VPC to another one.
pub(in crate::net) fn joins(network: &Network<'_>, id: &str, own: VpcIx, other: VpcIx) -> bool {
    let connection = network.snapshot.vpc_peering_connections.get(id).ok().flatten();
    let far = connection.and_then(|known| far_side(network, known, own));
    far.is_some_and(|(_, far)| far.vpc_id == network.vpc_id(other))
}

fn unseen(connection: Observed<&VpcPeeringConnection>, choice: &Choice<'_>) -> Gap {
    match connection {
        Err(gap @ (Gap::Denied { .. } | Gap::Failed { .. })) => gap,
        _ => behind(choice.target),
    }
}

/// The side of a connection that is not this VPC.
fn far_side<'s>(
    network: &Network<'_>,
    connection: &'s VpcPeeringConnection,
    vpc: VpcIx,
) -> Option<(&'s VpcPeeringConnection, &'s PeeringVpc)> {
    let own = network.vpc_id(vpc);
    let (requester, accepter) = (&connection.requester_vpc_info, &connection.accepter_vpc_info);
    if requester.vpc_id == own {
        Some((connection, accepter))
    } else if accepter.vpc_id == own {
        Some((connection, requester))
    } else {
        None
    }
}

/// The addresses of one side.
fn blocks(network: &Network<'_>, side: &PeeringVpc) -> AddressSet {
    let v4 = side.cidr_block_set.iter().map(|block| block.cidr_block.as_str());
    let v6 = side.ipv6_cidr_block_set.iter().map(|block| block.ipv6_cidr_block.as_str());
    let told = AddressSet::of(v4.chain(v6).chain([side.cidr_block.as_str()]));
    let of_row = network.vpc(&side.vpc_id).and_then(|vpc| network.blocks_of(vpc));
    of_row.map_or_else(|| told.clone(), |row| told.union(row))
}

fn not_carried<'s>(trip: &Trip<'_, 's>, component: Component, (table, choice): (&Table<'s>, &Choice<'_>)) -> Obstacle {
    let evidence = table.evidence(trip.network.snapshot, Some(choice));
    Obstacle::new(Cause::PeeringNoInternet, component, evidence).by(table.in_words(choice))
}
