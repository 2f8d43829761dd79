//! Internet gateways and egress-only internet gateways themselves, and gateway endpoints.
//!
//! An active route to a gateway is proof that it is attached: the route of a detached one is a blackhole. The gateway's own facts are
//! looked at where they are known. Source: VPC user guide, "Internet gateways" and "Egress-only internet gateways".

use crate::evidence::Component;
use crate::net::addresses::AddressSet;
use crate::net::block_public_access::Crossing;
use crate::net::endpoint;
use crate::net::internet::{deliver, not_public};
use crate::net::network::{Network, SubnetIx, VpcIx};
use crate::net::obstacle::{Cause, Obstacle};
use crate::net::parcel::{Parcel, Place, Role, behind};
use crate::net::path::{Walk, Way};
use crate::net::prefix_list;
use crate::net::proof;
use crate::net::route::{Choice, Table};
use crate::net::traffic::{Family, Protocol};
use crate::net::trip::Trip;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{EgressOnlyInternetGateway, GatewayAttachment, InternetGateway, is};

/// Whether nothing is known against packets that cross an internet gateway, and nothing is missing: the short answer of
/// [`internet_gateway`].
pub(in crate::net) fn is_open(
    network: &Network<'_>,
    id: &str,
    vpc: VpcIx,
    subnet: SubnetIx,
    crossing: Crossing,
) -> bool {
    let gateway = network.snapshot.internet_gateways.get(id).ok().flatten();
    gateway.is_none_or(|gateway| is_attached(&gateway.attachments, network.vpc_id(vpc)))
        && network.edge_of(subnet).is_ok_and(|state| !state.mode.blocks(crossing))
}

/// What an internet gateway has against packets from a subnet: not attached, or stopped by Block Public Access.
pub(in crate::net) fn internet_gateway(
    network: &Network<'_>,
    id: &str,
    vpc: VpcIx,
    subnet: SubnetIx,
    crossing: Crossing,
) -> (Vec<Obstacle>, Vec<Gap>) {
    let gateway = network.snapshot.internet_gateways.get(id).ok().flatten();
    let vpc_id = network.vpc_id(vpc);
    let mut obstacles = Vec::new();
    if gateway.is_some_and(|gateway| !is_attached(&gateway.attachments, vpc_id)) {
        let evidence = vec![proof::of::<InternetGateway>(network.snapshot, id, "Attachments")];
        let component = Component::new("internet-gateway", id);
        let by = format!("`{id}` is not attached to `{vpc_id}`");
        obstacles.push(Obstacle::new(Cause::InternetGatewayMissing, component, evidence).by(by));
    }
    let gaps = stopped_at_the_edge(network, vpc, subnet, crossing, &mut obstacles);
    (obstacles, gaps)
}

/// Out through an egress-only internet gateway. What comes in through it was asked for from inside.
pub(in crate::net) fn egress_only<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    id: &str,
    parcel: Parcel<'_, 's>,
) {
    let hop = || Component::new("egress-only-internet-gateway", id);
    if parcel.way == Way::Reply {
        walk.stop(Way::Reply, hop, parcel.traffic, || {
            let by = format!("`{id}` carries only connections that start inside");
            Obstacle::new(Cause::NoReturnRoute, hop(), Vec::new()).by(by)
        });
        return;
    }
    if let Role::Attachment = at.role {
        return strangers(trip, walk, at, hop, parcel);
    }
    let subnet = at.subnet.or(trip.from.map(|origin| origin.subnet));
    let (mut obstacles, gaps) = match subnet {
        Some(subnet) => judge_egress_only(trip.network, id, at.vpc, subnet),
        None => (Vec::new(), Vec::new()),
    };
    let destinations = parcel.traffic.destinations();
    if !destinations.intersects(AddressSet::internet_ref(Family::Ipv6)) {
        obstacles.push(not_public(hop(), &destinations));
    }
    deliver(walk, parcel.way, hop, parcel.traffic, (obstacles, gaps));
    crate::net::internet::onward(trip, walk, parcel);
}

/// Stops what comes from outside the VPC, which an egress-only internet gateway or a gateway endpoint does not take.
///
/// Source: AWS PrivateLink guide, "Gateway endpoints", and VPC user guide, "Egress-only internet gateways".
fn strangers<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    hop: impl Fn() -> Component,
    parcel: Parcel<'_, 's>,
) {
    let vpc = trip.network.vpc_id(at.vpc);
    let cause = if parcel.way == Way::Reply { Cause::NoReturnRoute } else { Cause::SourceOutsideVpc };
    walk.stop(parcel.way, &hop, parcel.traffic, || {
        let by = format!("{} is no address of an interface in `{vpc}`", parcel.traffic.sources());
        Obstacle::new(cause, hop(), Vec::new()).by(by)
    });
    trip.without_way(walk, parcel);
}

fn judge_egress_only(network: &Network<'_>, id: &str, vpc: VpcIx, subnet: SubnetIx) -> (Vec<Obstacle>, Vec<Gap>) {
    let gateway = network.snapshot.egress_only_internet_gateways.get(id).ok().flatten();
    let vpc_id = network.vpc_id(vpc);
    let mut obstacles = Vec::new();
    if gateway.is_some_and(|gateway| !is_attached(&gateway.attachments, vpc_id)) {
        let evidence = vec![proof::of::<EgressOnlyInternetGateway>(network.snapshot, id, "Attachments")];
        let component = Component::new("egress-only-internet-gateway", id);
        let by = format!("`{id}` is not attached to `{vpc_id}`");
        obstacles.push(Obstacle::new(Cause::EgressOnlyGatewayMissing, component, evidence).by(by));
    }
    let gaps = stopped_at_the_edge(network, vpc, subnet, Crossing::OutboundEgressOnly, &mut obstacles);
    (obstacles, gaps)
}

/// Both words occur: `available` for an internet gateway, `attached` for an egress-only one.
fn is_attached(attachments: &[GatewayAttachment], vpc: &str) -> bool {
    attachments.iter().any(|own| own.vpc_id == vpc && (is(&own.state, "available") || is(&own.state, "attached")))
}

fn stopped_at_the_edge(
    network: &Network<'_>,
    vpc: VpcIx,
    subnet: SubnetIx,
    crossing: Crossing,
    obstacles: &mut Vec<Obstacle>,
) -> Vec<Gap> {
    match network.edge_of(subnet) {
        Ok(state) if state.mode.blocks(crossing) => {
            obstacles.push(state.obstacle(network.vpc_id(vpc)));
            Vec::new()
        }
        Ok(_) => Vec::new(),
        Err(gap) => vec![gap.clone()],
    }
}

/// A gateway endpoint of a service, or a Gateway Load Balancer endpoint.
pub(in crate::net) fn endpoint<'s>(
    trip: &Trip<'_, 's>,
    walk: &mut Walk<'_>,
    at: Place<'_, 's>,
    id: &str,
    (table, choice): (&Table<'s>, &Choice<'_>),
    parcel: Parcel<'_, 's>,
) {
    let snapshot = trip.network.snapshot;
    let hop = || choice.target.component();
    match snapshot.vpc_endpoints.get(id) {
        Ok(Some(endpoint)) if is(&endpoint.vpc_endpoint_type, "Gateway") => {
            if let Role::Attachment = at.role {
                return strangers(trip, walk, at, hop, parcel);
            }
            let mut obstacles = Vec::new();
            if !is(&endpoint.state, "available") {
                obstacles.push(endpoint::not_available(snapshot, endpoint));
            }
            if !matches!(parcel.traffic.protocol(), Some(Protocol::TCP | Protocol::ICMP)) {
                let mut obstacle = Obstacle::new(Cause::ProtocolNotCarried, hop(), Vec::new());
                obstacle.code = Some("VPCE_GATEWAY_PROTOCOL_RESTRICTION");
                obstacles.push(obstacle.by("a gateway endpoint carries TCP and ICMP echo only"));
            }
            deliver(walk, parcel.way, hop, parcel.traffic, (obstacles, Vec::new()));
        }
        Ok(Some(_) | None) => {
            let gap = || behind(choice.target);
            return trip.lose_sight(walk, hop, "UNSUPPORTED_COMPONENT", gap, parcel);
        }
        Err(_) if is_of_others(trip, table, choice) => {}
        Err(gap) => {
            return trip.lose_sight(walk, hop, "UNKNOWN_RESOURCE", || gap, parcel);
        }
    }
    trip.without_way(walk, parcel);
}

/// Whether routes lead only to services other than the one that is meant.
fn is_of_others(trip: &Trip<'_, '_>, table: &Table<'_>, choice: &Choice<'_>) -> bool {
    let rows = choice.positions.iter().filter_map(|position| table.row.routes.get(*position));
    let mut lists = rows.map(|route| route.destination_prefix_list_id.as_str());
    trip.service
        .is_some_and(|service| lists.all(|list| prefix_list::is_of_other_service(trip.network.snapshot, list, service)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::world;
    use serde_json::json;

    #[test]
    fn attachment_is_judged_only_when_it_is_known() {
        let snapshot = world(json!({
            "Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"}}],
            "InternetGateways": [
                {"InternetGatewayId": "igw-1", "Attachments": [{"State": "available", "VpcId": "vpc-1"}]},
                {"InternetGatewayId": "igw-2", "Attachments": [{"State": "available", "VpcId": "vpc-2"}]}],
            "EgressOnlyInternetGateways": [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": [{"State": "detached", "VpcId": "vpc-1"}]}],
        }));
        let network = Network::new(&snapshot);
        let (vpc, subnet) = (network.vpc("vpc-1").unwrap(), network.subnet("subnet-1").unwrap());
        let judge = |id| {
            let judged = internet_gateway(&network, id, vpc, subnet, Crossing::OutboundPublicAddress);
            let is_open = is_open(&network, id, vpc, subnet, Crossing::OutboundPublicAddress);
            assert_eq!(is_open, judged.0.is_empty() && judged.1.is_empty(), "{id}");
            judged
        };
        assert_eq!(judge("igw-1"), (vec![], vec![]));
        assert_eq!(judge("igw-not-listed"), (vec![], vec![]));
        let (obstacles, _) = judge("igw-2");
        assert_eq!(obstacles[0].cause, Cause::InternetGatewayMissing);
        assert_eq!(obstacles[0].evidence[0].value[0]["VpcId"], "vpc-2");
        let (obstacles, _) = judge_egress_only(&network, "eigw-1", vpc, subnet);
        assert_eq!(obstacles[0].cause, Cause::EgressOnlyGatewayMissing);
    }
}
