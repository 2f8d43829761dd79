//! Two VPCs and a peering connection.

use super::*;

const ONE: &[&str] = &["10.0.0.0/16", "2001:db8:1::/56"];
const TWO: &[&str] = &["10.2.0.0/16", "2001:db8:2::/56"];

/// `eni-c` 10.2.1.10 in a second VPC, with routes on both sides.
fn peers(region: &str, status: &str) -> World {
    let mut world = two_subnets();
    world.vpc("vpc-2", TWO);
    world.subnet("subnet-c", "vpc-2", "a", &["10.2.1.0/24", "2001:db8:2:1::/64"]);
    world.group("sg-c", "vpc-2", &[rows::anything()], &[rows::anything()]);
    world.host("eni-c", "subnet-c", &[("10.2.1.10", None), ("2001:db8:2:1::10", None)], &["sg-c"], LINUX);
    world.peering("pcx-1", ("vpc-1", ONE), ("vpc-2", TWO), region, status);
    let route = if status == "active" { rows::route } else { rows::blackhole };
    for (table, blocks) in [("rtb-vpc-1", TWO), ("rtb-vpc-2", ONE)] {
        blocks.iter().for_each(|block| world.route(table, route(block, "pcx-1")));
    }
    world
}

fn active() -> World {
    peers("eu-west-1", "active")
}

#[test]
fn an_active_connection_with_routes_on_both_sides_joins_two_vpcs() {
    let mut world = active();
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-c", "10.0.1.10", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "10.2.1.99", 443), Verdict::Blocked);
    world.has(Feature::PeeringOverIpv6);
    holds(&world, &tcp("eni-a", "2001:db8:2:1::10", 443), Verdict::Reachable);
}

#[test]
fn a_route_on_one_side_only_loses_the_reply() {
    let mut world = active();
    world.row("RouteTables", "rtb-vpc-2")["Routes"].as_array_mut().unwrap().retain(|of| of["GatewayId"] == "local");
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostOnReply);
    assert_eq!(fate(&world, "eni-c", "10.0.1.10"), Fate::LostForward);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Blocked);
}

#[test]
fn a_connection_that_is_not_active_carries_nothing() {
    for status in ["pending-acceptance", "deleted", "rejected", "expired"] {
        holds(&peers("eu-west-1", status), &tcp("eni-a", "eni-c", 443), Verdict::Blocked);
    }
}

#[test]
fn lists_of_both_subnets_are_asked_both_ways() {
    let mut world = active();
    let deny = rows::entry(10, true, "deny", "6", "10.0.1.0/24", Some((40_000, 40_000)));
    world.acl("acl-c", "vpc-2", "subnet-c", everything_but([deny]));
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostOnReply);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Degraded);
    let deny = rows::entry(10, false, "deny", "6", "10.0.1.0/24", Some((443, 443)));
    world.acl("acl-c2", "vpc-2", "subnet-c", everything_but([deny]));
    assert_eq!(fate(&world, "eni-a", "10.2.1.10"), Fate::LostForward);
}

#[test]
fn nothing_beyond_the_peer_is_reached() {
    let mut world = active();
    world.internet_gateway("igw-2", "vpc-2");
    world.nat_gateway("nat-2", "subnet-c", "10.2.1.5", Some("203.0.113.5"));
    world.route("rtb-vpc-2", rows::route("0.0.0.0/0", "igw-2"));
    world.route("rtb-vpc-1", rows::route("0.0.0.0/0", "pcx-1"));
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
}

#[test]
fn rules_name_groups_across_the_connection_within_a_region_only() {
    let named = |region: &str, rule: Value| {
        let mut world = peers(region, "active");
        set_rules(&mut world, "sg-c", "IpPermissions", &[rule]);
        world
    };
    let question = tcp("eni-a", "eni-c", 443);
    holds(&named("eu-west-1", of_group_over("sg-a", "pcx-1", "active")), &question, Verdict::Reachable);
    holds(&named("eu-west-1", of_group_over("sg-b", "pcx-1", "active")), &question, Verdict::Blocked);
    holds(&named("eu-west-1", of_group_over("sg-a", "pcx-1", "deleted")), &question, Verdict::Blocked);
    holds(&named("eu-central-1", of_group_over("sg-a", "pcx-1", "active")), &question, Verdict::Blocked);
    let mut world = active();
    set_rules(&mut world, "sg-a", "IpPermissionsEgress", &[of_group_over("sg-c", "pcx-1", "active")]);
    holds(&world, &question, Verdict::Reachable);
}

#[test]
fn the_vpc_of_another_account_is_not_looked_into() {
    let mut world = active();
    for member in ["Vpcs", "Subnets", "RouteTables", "NetworkAcls", "SecurityGroups", "NetworkInterfaces"] {
        let is_of = |row: &Value| row["VpcId"] == "vpc-2";
        world.rows(member).retain(|row| !is_of(row));
    }
    world.rows("Reservations").retain(|row| row["Instances"][0]["VpcId"] != "vpc-2");
    holds(&world, &tcp("eni-a", "10.2.1.10", 443), Verdict::Unknown);
    set_rules(&mut world, "sg-a", "IpPermissionsEgress", &[]);
    holds(&world, &tcp("eni-a", "10.2.1.10", 443), Verdict::Blocked);
}
