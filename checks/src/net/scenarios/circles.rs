//! Transit gateways that hand packets round, and ways that multiply.

use super::super::testing::*;
use super::super::*;
use super::between::{expect, path};
use super::far::{attached, from_block, hub_route, over};
use super::*;
use crate::snapshot::{Outcome, Read, Recorded, operations as op};

fn ssh(snapshot: &Snapshot) -> Path {
    path(snapshot, "i-1", "i-9", &Flow::tcp(22))
}

/// Two transit gateways, `tgw-1` of `vpc-1` and `tgw-2`, joined by so many peerings, each of which the table of both names for `vpc-9`.
fn joined_in_a_circle(peerings: usize) -> Snapshot {
    let ids: Vec<String> = (0..peerings).map(|number| format!("peer-{number}")).collect();
    let ways: Vec<Value> = ids
        .iter()
        .map(|id| json!({"TransitGatewayAttachmentId": id, "ResourceType": "peering", "ResourceId": "tgw-2"}))
        .collect();
    let route = json!({"DestinationCidrBlock": "10.9.0.0/16", "Type": "static", "State": "active", "TransitGatewayAttachments": ways});
    attached(from_block(), json!([route]), &|facts| {
        let rows = facts["TransitGatewayAttachments"].as_array_mut().expect("a list");
        for id in &ids {
            for (own, far) in [("tgw-1", "tgw-2"), ("tgw-2", "tgw-1")] {
                rows.push(json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": own, "ResourceType": "peering", "ResourceId": far,
                    "State": "available", "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}}));
            }
        }
    })
}

#[test]
fn transit_gateways_that_hand_packets_round_are_asked_once() {
    for (peerings, most_hops) in [(1, 12), (2, 20), (12, 250)] {
        let round = ssh(&joined_in_a_circle(peerings));
        assert_eq!(round.verdict, Verdict::Blocked, "{round:#?}");
        assert!(round.obstacles.iter().all(|own| own.cause == Cause::RoutingLoop), "{round:#?}");
        assert!(round.hops.len() < most_hops, "{peerings}: {} hops", round.hops.len());
    }
}

/// One VPC of a row: behind `tgw-1` with subnets in two zones, and a route to `vpc-9` over the gateway.
fn link(name: &str, network: u8, zones: [&str; 2]) -> Value {
    let (vpc, subnets) = (format!("vpc-{name}"), [format!("subnet-{name}-a"), format!("subnet-{name}-b")]);
    let place = |id: &str, at: u8, zone: &str| json!({"SubnetId": id, "VpcId": vpc, "AvailabilityZone": zone, "CidrBlock": format!("10.{network}.{at}.0/24")});
    let mut guard = acl(&format!("acl-{name}"), &[&subnets[0], &subnets[1]], open_entries());
    guard["VpcId"] = json!(vpc);
    let table = json!({"RouteTableId": format!("rtb-{name}"), "VpcId": vpc, "Associations": [{"Main": true}],
        "Routes": [over("TransitGatewayId", "tgw-1", "10.9.0.0/16")]});
    let id = format!("att-{name}");
    json!({
        "Vpcs": [{"VpcId": vpc, "CidrBlock": format!("10.{network}.0.0/16")}],
        "Subnets": [place(&subnets[0], 0, zones[0]), place(&subnets[1], 1, zones[1])],
        "NetworkAcls": [guard],
        "RouteTables": [table],
        "TransitGatewayVpcAttachments": [
            {"TransitGatewayAttachmentId": id, "TransitGatewayId": "tgw-1", "VpcId": vpc, "State": "available", "SubnetIds": subnets}],
        "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": id, "TransitGatewayId": "tgw-1", "ResourceType": "vpc",
            "ResourceId": vpc, "State": "available", "Association": {"TransitGatewayRouteTableId": format!("tgw-rtb-{name}")}}],
    })
}

/// Eleven VPCs in a row on the way to `vpc-9`. Neighbours have no zone in common, so that packets may leave each attachment in either
/// of its subnets.
fn row_of_vpcs() -> Snapshot {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let mut snapshot = attached(from_block(), json!([hub_route("10.9.0.0/16", "att-a", "static")]), &|_| {});
    let zones = [["zone-1", "zone-2"], ["zone-3", "zone-4"]];
    for ((pair, network), zones) in names.windows(2).zip(100..).zip(zones.iter().cycle()) {
        add(&mut snapshot, link(pair[0], network, *zones));
        let table = json!({ "TransitGatewayRouteTableId": format!("tgw-rtb-{}", pair[0]) });
        let routes = json!({ "Routes": [hub_route("10.9.0.0/16", &format!("att-{}", pair[1]), "static")] });
        let read = Read::new(op::SEARCH_TRANSIT_GATEWAY_ROUTES, table);
        snapshot.record(Recorded::new(&read, "", Outcome::Output(routes))).expect("routes");
    }
    snapshot
}

#[test]
fn where_ways_multiply_at_every_vpc_not_all_of_them_are_followed() {
    let open = ssh(&row_of_vpcs());
    expect(&open, Verdict::Unknown, &[]);
    assert!(open.gaps.iter().any(|gap| gap.missing().contains("which of very many ways")), "{:?}", open.gaps);
    assert!(open.hops.len() < 5_000, "{} hops", open.hops.len());
}
