//! Out through NAT gateways.

use super::*;
use serde_json::json;

/// `eni-a` in a private subnet behind a NAT gateway in `subnet-b`, whose own table leads to an internet gateway.
fn behind_nat() -> World {
    let mut world = two_subnets();
    world.internet_gateway("igw-1", "vpc-1");
    world.nat_gateway("nat-1", "subnet-b", "10.0.2.5", Some("203.0.113.5"));
    world.table("rtb-a", "vpc-1", "subnet-a", vec![rows::route("0.0.0.0/0", "nat-1")]);
    world.table("rtb-b", "vpc-1", "subnet-b", vec![rows::route("0.0.0.0/0", "igw-1")]);
    world
}

#[test]
fn a_nat_gateway_leads_out_and_nobody_in() {
    let mut world = behind_nat();
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Reachable);
    holds(&world, &ping("eni-a", OUTSIDE), Verdict::Reachable);
    world.has(Feature::NatAsDestination);
    holds(&world, &tcp("eni-a", "10.0.2.5", 443), Verdict::Blocked);
    assert_eq!(fate(&world, OUTSIDE, "203.0.113.5"), Fate::LostForward);
}

#[test]
fn the_list_of_its_subnet_is_asked_four_times() {
    let asked = |entry: Value| {
        let mut world = behind_nat();
        world.acl("acl-b", "vpc-1", "subnet-b", everything_but([entry]));
        fate(&world, "eni-a", OUTSIDE)
    };
    let entry = |egress, block: &str, port| rows::entry(10, egress, "deny", "6", block, Some((port, port)));
    assert_eq!(asked(entry(false, "10.0.1.10/32", 443)), Fate::LostForward, "in from the client");
    assert_eq!(asked(entry(true, "198.51.100.7/32", 443)), Fate::LostForward, "out to the internet");
    assert_eq!(asked(entry(false, "198.51.100.7/32", 2000)), Fate::LostOnReply, "the reply in, at the gateway's port");
    assert_eq!(asked(entry(true, "10.0.1.10/32", 40_000)), Fate::LostOnReply, "the reply on, at the client's port");
    assert_eq!(asked(entry(true, "198.51.100.7/32", 40_000)), Fate::Answered, "nothing else");
}

#[test]
fn replies_come_at_any_port_of_the_gateway_and_those_of_the_client() {
    let mut world = behind_nat();
    let replies = rows::entry(20, false, "deny", "6", "0.0.0.0/0", Some((1024, 32_767)));
    world.acl("acl-b", "vpc-1", "subnet-b", everything_but([replies.clone()]));
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Degraded);
    world.acl("acl-b2", "vpc-1", "subnet-b", everything());
    world.acl("acl-a", "vpc-1", "subnet-a", everything_but([replies]));
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Reachable);
}

#[test]
fn in_one_subnet_only_the_internet_side_is_asked() {
    let mut world = two_subnets();
    world.internet_gateway("igw-1", "vpc-1");
    world.nat_gateway("nat-1", "subnet-b", "10.0.2.5", Some("203.0.113.5"));
    world.route("rtb-vpc-1", rows::route("0.0.0.0/0", "igw-1"));
    world.table("rtb-b", "vpc-1", "subnet-b", vec![rows::route("0.0.0.0/0", "nat-1")]);
    holds(&world, &tcp("eni-b", OUTSIDE, 443), Verdict::Blocked);
    world.table("rtb-b", "vpc-1", "subnet-b", Vec::new());
    world.rows("RouteTables").retain(|table| table["RouteTableId"] != "rtb-b");
    world.host("eni-public", "subnet-b", &[("10.0.2.20", Some("203.0.113.20"))], &["sg-b"], LINUX);
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Reachable);
}

#[test]
fn a_gateway_without_a_way_out_of_its_own_is_none() {
    let mut world = behind_nat();
    world.row("RouteTables", "rtb-b")["Routes"].as_array_mut().unwrap().pop();
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
    world.route("rtb-b", rows::route("0.0.0.0/0", "nat-1"));
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
}

#[test]
fn state_and_address_have_to_be_right() {
    for (pointer, value) in [
        ("/State", json!("pending")),
        ("/State", json!("failed")),
        ("/NatGatewayAddresses/0/Status", json!("failed")),
        ("/NatGatewayAddresses", json!([])),
    ] {
        let mut world = behind_nat();
        *world.row("NatGateways", "nat-1").pointer_mut(pointer).unwrap() = value;
        holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
    }
}

#[test]
fn a_private_gateway_gets_nothing_past_the_internet_gateway() {
    let mut world = behind_nat();
    world.nat_gateway("nat-2", "subnet-b", "10.0.2.6", None);
    world.table("rtb-a2", "vpc-1", "subnet-a", vec![rows::route("0.0.0.0/0", "nat-2")]);
    world.rows("RouteTables").retain(|table| table["RouteTableId"] != "rtb-a");
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
}

#[test]
fn private_addresses_are_not_on_the_internet_behind_a_nat_gateway_either() {
    let mut world = behind_nat();
    world.has(Feature::NatToPrivateAddresses);
    holds(&world, &tcp("eni-a", "192.168.0.5", 443), Verdict::Blocked);
}

#[test]
fn other_protocols_than_tcp_udp_and_icmp_stay_behind() {
    let mut world = behind_nat();
    world.has(Feature::NatOtherProtocols);
    holds(&world, &Question { protocol: 50, ..tcp("eni-a", OUTSIDE, 0) }, Verdict::Blocked);
}

#[test]
fn the_table_of_the_gateways_subnet_decides_for_every_destination() {
    let mut world = behind_nat();
    world.route("rtb-b", rows::blackhole("198.51.100.0/24", "pcx-gone"));
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
    holds(&world, &tcp("eni-a", "198.51.101.7", 443), Verdict::Reachable);
}
