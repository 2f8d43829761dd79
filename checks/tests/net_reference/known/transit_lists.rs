//! A transit gateway: the subnets of its attachments with their network ACLs and route tables.

use super::transit::joined;
use super::*;
use crate::world::gateways::transit_route;
use serde_json::json;

fn deny(egress: bool, block: &str) -> Vec<Value> {
    everything_but([rows::entry(10, egress, "deny", "-1", block, None)])
}

/// The fate of `eni-a` to `eni-c` when the list of a subnet denies something.
fn with_list(subnet: &str, egress: bool, block: &str) -> Fate {
    let mut world = joined();
    let vpc = world.row("Subnets", subnet)["VpcId"].as_str().unwrap().to_owned();
    world.acl("acl-x", &vpc, subnet, deny(egress, block));
    fate(&world, "eni-a", "10.2.1.10")
}

#[test]
fn subnets_of_their_own_are_asked_for_source_inward_and_destination_outward() {
    let (a, c) = ("10.0.1.10/32", "10.2.1.10/32");
    // The sender's subnet and the attachment's subnet beside it.
    assert_eq!(with_list("subnet-a", true, c), Fate::LostForward);
    assert_eq!(with_list("subnet-ta", false, a), Fate::LostForward);
    assert_eq!(with_list("subnet-ta", true, c), Fate::Answered, "not used on the way to the gateway");
    assert_eq!(with_list("subnet-ta", false, c), Fate::Answered, "not used on the way from the gateway");
    assert_eq!(with_list("subnet-ta", true, a), Fate::LostOnReply);
    assert_eq!(with_list("subnet-a", false, c), Fate::LostOnReply);
    // The far side.
    assert_eq!(with_list("subnet-tc", true, c), Fate::LostForward);
    assert_eq!(with_list("subnet-c", false, a), Fate::LostForward);
    assert_eq!(with_list("subnet-tc", false, a), Fate::Answered, "not used on the way from the gateway");
    assert_eq!(with_list("subnet-c", true, a), Fate::LostOnReply);
    assert_eq!(with_list("subnet-tc", false, c), Fate::LostOnReply);
}

#[test]
fn in_one_subnet_the_way_to_the_gateway_is_asked_twice_and_the_way_from_it_never() {
    let with_list = |egress: bool, block: &str| {
        let mut world = joined();
        world.row("TransitGatewayVpcAttachments", "tgw-attach-1")["SubnetIds"] = json!(["subnet-a", "subnet-tb"]);
        world.acl("acl-x", "vpc-1", "subnet-a", deny(egress, block));
        fate(&world, "eni-a", "10.2.1.10")
    };
    let (a, c) = ("10.0.1.10/32", "10.2.1.10/32");
    assert_eq!(with_list(true, c), Fate::LostForward, "outbound by destination");
    assert_eq!(with_list(false, a), Fate::LostForward, "inbound by source");
    assert_eq!(with_list(true, a), Fate::Answered, "replies are not asked");
    assert_eq!(with_list(false, c), Fate::Answered, "replies are not asked");
}

#[test]
fn the_zone_of_the_sender_is_kept_where_the_far_attachment_has_it() {
    let mut world = joined();
    // Replies from zone `a` come back through zone `a`, wherever the client is.
    world.acl("acl-tb", "vpc-1", "subnet-tb", deny(true, "0.0.0.0/0"));
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::Answered);
    assert_eq!(fate(&world, "eni-b", "10.2.1.10"), Fate::Answered);
    // In appliance mode any zone may be picked.
    world.row("TransitGatewayVpcAttachments", "tgw-attach-1")["Options"]["ApplianceModeSupport"] = json!("enable");
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::NotKnowable);
}

#[test]
fn the_table_of_the_attachments_subnet_decides_on_the_way_in() {
    let mut world = joined();
    world.table("rtb-tc", "vpc-2", "subnet-tc", vec![rows::blackhole("10.2.1.0/24", "eni-gone")]);
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostForward);
}

/// The second VPC gives the first one a way to the internet through its NAT gateway.
fn central_egress() -> World {
    let mut world = joined();
    world.subnet("subnet-n", "vpc-2", "a", &["10.2.9.0/28"]);
    world.internet_gateway("igw-2", "vpc-2");
    world.nat_gateway("nat-2", "subnet-n", "10.2.9.5", Some("203.0.113.5"));
    world.route("rtb-vpc-1", rows::route("0.0.0.0/0", "tgw-1"));
    world.table("rtb-tc", "vpc-2", "subnet-tc", vec![rows::route("0.0.0.0/0", "nat-2")]);
    let back = rows::route("10.0.0.0/16", "tgw-1");
    world.table("rtb-n", "vpc-2", "subnet-n", vec![rows::route("0.0.0.0/0", "igw-2"), back]);
    let routes = [
        transit_route("10.0.0.0/16", "propagated", "tgw-attach-1", ("vpc", "vpc-1")),
        transit_route("0.0.0.0/0", "static", "tgw-attach-2", ("vpc", "vpc-2")),
    ];
    world.transit_routes("tgw-rtb-1", routes.to_vec(), &[("tgw-attach-1", "vpc-1")]);
    world
}

#[test]
fn one_vpc_leads_another_one_to_the_internet() {
    let mut world = central_egress();
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Reachable);
    holds(&world, &tcp("eni-b", OUTSIDE, 443), Verdict::Reachable);
    world.row("RouteTables", "rtb-n")["Routes"].as_array_mut().unwrap().pop();
    assert_eq!(fate(&world, "eni-a", OUTSIDE), Fate::LostOnReply, "the NAT gateway's subnet has no way back");
}

#[test]
fn the_internet_gateway_of_another_vpc_is_of_no_use_without_nat() {
    let mut world = central_egress();
    world.rows("RouteTables").retain(|table| table["RouteTableId"] != "rtb-tc");
    world.table("rtb-tc2", "vpc-2", "subnet-tc", vec![rows::route("0.0.0.0/0", "igw-2")]);
    assert_eq!(fate(&world, "eni-a", OUTSIDE), Fate::LostForward);
}

#[test]
fn a_nat_gateway_in_the_first_vpc_sends_through_the_transit_gateway_under_its_private_address() {
    let mut world = joined();
    world.nat_gateway("nat-1", "subnet-b", "10.0.2.5", None);
    world.table("rtb-a", "vpc-1", "subnet-a", vec![rows::route("10.2.0.0/16", "nat-1")]);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
    set_rules(&mut world, "sg-c", "IpPermissions", &[allow(443, &["10.0.2.5/32"])]);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
    set_rules(&mut world, "sg-c", "IpPermissions", &[of_group("sg-a")]);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Blocked);
}
