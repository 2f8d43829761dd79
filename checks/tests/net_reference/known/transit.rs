//! Two VPCs and a transit gateway: attachments, zones, tables, groups.

use super::*;
use crate::world::gateways::{Attachment, transit_blackhole, transit_route};
use serde_json::json;

pub(super) const ONE: &[&str] = &["10.0.0.0/16", "2001:db8:1::/56"];
pub(super) const TWO: &[&str] = &["10.2.0.0/16", "2001:db8:2::/56"];

/// Routes to both VPCs, as their attachments propagate them.
fn propagated() -> Vec<Value> {
    let of = |block: &&str, id: &str, vpc: &str| transit_route(block, "propagated", id, ("vpc", vpc));
    let one = ONE.iter().map(|block| of(block, "tgw-attach-1", "vpc-1"));
    one.chain(TWO.iter().map(|block| of(block, "tgw-attach-2", "vpc-2"))).collect()
}

/// A second VPC with `eni-c` 10.2.1.10 in zone `a`, and one table for both attachments. Each attachment has subnets of its own in both
/// zones, but for the second VPC, which has one in zone `a` only.
pub(super) fn joined() -> World {
    let mut world = two_subnets();
    world.subnet("subnet-ta", "vpc-1", "a", &["10.0.8.0/28", "2001:db8:1:8::/64"]);
    world.subnet("subnet-tb", "vpc-1", "b", &["10.0.8.16/28", "2001:db8:1:9::/64"]);
    world.vpc("vpc-2", TWO);
    world.subnet("subnet-c", "vpc-2", "a", &["10.2.1.0/24", "2001:db8:2:1::/64"]);
    world.subnet("subnet-tc", "vpc-2", "a", &["10.2.8.0/28", "2001:db8:2:8::/64"]);
    world.group("sg-c", "vpc-2", &[rows::anything()], &[rows::anything()]);
    world.host("eni-c", "subnet-c", &[("10.2.1.10", None), ("2001:db8:2:1::10", None)], &["sg-c"], LINUX);
    world.transit_gateway("tgw-1", true);
    world.attachment(&Attachment::new("tgw-attach-1", "tgw-1", "vpc-1", &["subnet-ta", "subnet-tb"], "tgw-rtb-1"));
    world.attachment(&Attachment::new("tgw-attach-2", "tgw-1", "vpc-2", &["subnet-tc"], "tgw-rtb-1"));
    world.transit_routes("tgw-rtb-1", propagated(), &[("tgw-attach-1", "vpc-1"), ("tgw-attach-2", "vpc-2")]);
    for (table, blocks) in [("rtb-vpc-1", TWO), ("rtb-vpc-2", ONE)] {
        blocks.iter().for_each(|block| world.route(table, rows::route(block, "tgw-1")));
    }
    world
}

fn set_attachment(world: &mut World, id: &str, pointer: &str, value: Value) {
    for member in ["TransitGatewayAttachments", "TransitGatewayVpcAttachments"] {
        if let Some(place) = world.row(member, id).pointer_mut(pointer) {
            *place = value.clone();
        }
    }
}

#[test]
fn two_attachments_and_one_table_join_two_vpcs() {
    let world = joined();
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-b", "eni-c", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-c", "eni-b", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "2001:db8:2:1::10", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "10.2.1.99", 443), Verdict::Blocked);
}

#[test]
fn routes_are_needed_on_both_sides() {
    let mut world = joined();
    world.row("RouteTables", "rtb-vpc-2")["Routes"].as_array_mut().unwrap().retain(|of| of["GatewayId"] == "local");
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostOnReply);
    assert_eq!(fate(&world, "eni-c", "10.0.1.10"), Fate::LostForward);
}

#[test]
fn a_zone_without_a_subnet_of_the_attachment_cannot_send() {
    let mut world = joined();
    set_attachment(&mut world, "tgw-attach-1", "/SubnetIds", json!(["subnet-ta"]));
    assert_eq!(fate(&world, "eni-b", "10.2.1.10"), Fate::LostForward);
    assert_eq!(fate(&world, "eni-c", "10.0.2.10"), Fate::LostOnReply, "it can be sent to and not answer");
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
}

#[test]
fn an_attachment_has_to_be_available_and_associated() {
    for state in ["pending", "deleted", "pendingAcceptance"] {
        let mut world = joined();
        set_attachment(&mut world, "tgw-attach-2", "/State", json!(state));
        assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostForward, "{state}");
        assert_eq!(fate(&world, "eni-c", "10.0.1.10"), Fate::LostForward, "{state}");
    }
    let mut world = joined();
    world.row("TransitGatewayAttachments", "tgw-attach-2").as_object_mut().unwrap().remove("Association");
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostOnReply);
    assert_eq!(fate(&world, "eni-c", "10.0.1.10"), Fate::LostForward);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Blocked);
}

#[test]
fn each_direction_has_the_table_of_its_own_attachment() {
    let mut world = joined();
    set_attachment(&mut world, "tgw-attach-2", "/Association/TransitGatewayRouteTableId", json!("tgw-rtb-2"));
    world.transit_routes("tgw-rtb-2", Vec::new(), &[]);
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostOnReply);
    let back = transit_route("10.0.0.0/16", "static", "tgw-attach-1", ("vpc", "vpc-1"));
    world.transit_routes("tgw-rtb-2", vec![back], &[]);
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::Answered);
}

#[test]
fn the_longest_prefix_decides_and_static_beats_propagated() {
    let with = |route: Value| {
        let mut world = joined();
        let mut routes = propagated();
        routes.push(route);
        world.transit_routes("tgw-rtb-1", routes, &[("tgw-attach-1", "vpc-1"), ("tgw-attach-2", "vpc-2")]);
        fate(&world, "eni-a", "10.2.1.10")
    };
    assert_eq!(with(transit_blackhole("10.2.1.0/24")), Fate::LostForward);
    assert_eq!(with(transit_blackhole("10.2.0.0/16")), Fate::LostForward);
    assert_eq!(with(transit_blackhole("10.0.0.0/8")), Fate::Answered);
    assert_eq!(with(transit_blackhole("10.0.1.0/24")), Fate::LostOnReply);
    assert_eq!(with(transit_route("10.2.1.0/24", "static", "tgw-attach-vpn", ("vpn", "vpn-1"))), Fate::NotKnowable);
}

#[test]
fn rules_name_groups_across_a_transit_gateway_inbound_where_all_three_allow_it() {
    let question = tcp("eni-a", "eni-c", 443);
    let named = |off: &[&str]| {
        let mut world = joined();
        set_rules(&mut world, "sg-c", "IpPermissions", &[of_group("sg-a")]);
        for id in off {
            let member = if *id == "tgw-1" { "TransitGateways" } else { "TransitGatewayVpcAttachments" };
            world.row(member, id)["Options"]["SecurityGroupReferencingSupport"] = json!("disable");
        }
        world
    };
    holds(&named(&[]), &question, Verdict::Reachable);
    for off in ["tgw-1", "tgw-attach-1", "tgw-attach-2"] {
        holds(&named(&[off]), &question, Verdict::Blocked);
    }
    let mut world = joined();
    set_rules(&mut world, "sg-a", "IpPermissionsEgress", &[of_group("sg-c")]);
    holds(&world, &question, Verdict::Blocked);
}

#[test]
fn ipv6_needs_both_attachments_to_take_it() {
    for id in ["tgw-attach-1", "tgw-attach-2"] {
        let mut world = joined();
        world.row("TransitGatewayVpcAttachments", id)["Options"]["Ipv6Support"] = json!("disable");
        holds(&world, &tcp("eni-a", "2001:db8:2:1::10", 443), Verdict::Blocked);
        holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
    }
}

#[test]
fn a_table_that_nobody_read_is_not_guessed() {
    let mut world = joined();
    world.files.retain(|(name, _)| !name.starts_with("search-transit-gateway-routes"));
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Unknown);
}
