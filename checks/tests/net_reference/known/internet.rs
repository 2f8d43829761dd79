//! To and from the internet without translation by anything but the internet gateway.

use super::*;

/// Both hosts in subnets with routes to an internet gateway; only `eni-a` has a public address.
fn public() -> World {
    let mut world = two_subnets();
    world.internet_gateway("igw-1", "vpc-1");
    world.route("rtb-vpc-1", rows::route("0.0.0.0/0", "igw-1"));
    world.route("rtb-vpc-1", rows::route("::/0", "igw-1"));
    world.host("eni-public", "subnet-a", &[("10.0.1.20", Some("203.0.113.20"))], &["sg-a"], LINUX);
    world
}

#[test]
fn a_public_address_and_a_route_lead_out() {
    let mut world = public();
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Blocked);
    holds(&world, &tcp("eni-a", OUTSIDE6, 443), Verdict::Reachable);
    holds(&world, &tcp("eni-public", "192.168.0.5", 443), Verdict::Blocked);
    world.table("rtb-a", "vpc-1", "subnet-a", vec![rows::blackhole("0.0.0.0/0", "igw-1")]);
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Blocked);
}

#[test]
fn the_longest_prefix_decides_even_when_it_is_dead() {
    let mut world = public();
    world.route("rtb-vpc-1", rows::blackhole("198.51.100.0/24", "pcx-gone"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Blocked);
    holds(&world, &tcp("eni-public", "198.51.101.7", 443), Verdict::Reachable);
}

#[test]
fn of_equal_prefixes_static_routes_beat_lists_and_lists_beat_propagated_ones() {
    let mut world = public();
    world.prefix_list("pl-1", &["198.51.100.0/24"]);
    world.route("rtb-vpc-1", rows::propagated("198.51.100.0/24", "vgw-1"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Unknown);
    world.route("rtb-vpc-1", rows::blackhole("pl-1", "nat-gone"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Blocked);
    world.route("rtb-vpc-1", rows::route("198.51.100.0/24", "igw-1"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Reachable);
}

#[test]
fn a_block_inside_another_one_of_the_same_list_counts() {
    let mut world = public();
    world.has(Feature::NestedPrefixListEntries);
    world.prefix_list("pl-1", &["0.0.0.0/0", "198.51.100.0/24"]);
    world.route("rtb-vpc-1", rows::blackhole("pl-1", "nat-gone"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Blocked);
    holds(&world, &tcp("eni-public", "198.51.101.7", 443), Verdict::Reachable);
}

#[test]
fn two_lists_with_one_block_leave_it_open_which_route_decides() {
    let mut world = public();
    world.prefix_list("pl-1", &["198.51.100.0/24"]);
    world.prefix_list("pl-2", &["198.51.100.0/24"]);
    world.route("rtb-vpc-1", rows::route("pl-1", "igw-1"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Reachable);
    world.route("rtb-vpc-1", rows::blackhole("pl-2", "nat-gone"));
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Unknown);
}

#[test]
fn who_comes_in_is_judged_by_the_real_address() {
    let mut world = public();
    set_rules(&mut world, "sg-a", "IpPermissions", &[allow(443, &["198.51.100.7/32"]), of_group("sg-b")]);
    holds(&world, &tcp(OUTSIDE, "eni-public", 443), Verdict::Reachable);
    holds(&world, &tcp(OUTSIDE, "203.0.113.20", 443), Verdict::Reachable);
    holds(&world, &tcp("198.51.100.8", "eni-public", 443), Verdict::Blocked);
    holds(&world, &tcp(OUTSIDE, "eni-a", 443), Verdict::Blocked);
    let deny = rows::entry(10, true, "deny", "-1", "198.51.100.7/32", None);
    world.acl("acl-a", "vpc-1", "subnet-a", everything_but([deny]));
    assert_eq!(fate(&world, OUTSIDE, "203.0.113.20"), Fate::LostOnReply);
}

#[test]
fn a_second_address_has_a_public_address_of_its_own() {
    let mut world = public();
    world.has(Feature::SecondaryAddresses);
    let addresses = [("10.0.2.20", Some("203.0.113.30")), ("10.0.2.21", Some("203.0.113.31"))];
    world.host("eni-two", "subnet-b", &addresses, &["sg-b"], LINUX);
    holds(&world, &tcp(OUTSIDE, "203.0.113.31", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "10.0.2.21", 443), Verdict::Reachable);
}

#[test]
fn replies_that_go_another_way_get_another_address() {
    let mut world = public();
    world.nat_gateway("nat-1", "subnet-b", "10.0.2.5", Some("203.0.113.5"));
    world.table("rtb-a", "vpc-1", "subnet-a", vec![rows::route("0.0.0.0/0", "nat-1")]);
    assert_eq!(fate(&world, OUTSIDE, "203.0.113.20"), Fate::LostOnReply);
    holds(&world, &tcp(OUTSIDE, "eni-public", 443), Verdict::Blocked);
}

#[test]
fn an_egress_only_gateway_lets_nobody_begin_outside() {
    let mut world = two_subnets();
    world.internet_gateway("igw-1", "vpc-1");
    world.egress_only_gateway("eigw-1", "vpc-1");
    world.route("rtb-vpc-1", rows::route("::/0", "eigw-1"));
    holds(&world, &tcp("eni-a", OUTSIDE6, 443), Verdict::Reachable);
    holds(&world, &tcp(OUTSIDE6, "eni-a", 443), Verdict::Blocked);
    let deny = rows::entry(10, false, "deny", "6", "::/0", Some((50_000, 65_535)));
    world.acl("acl-a", "vpc-1", "subnet-a", everything_but([deny]));
    holds(&world, &tcp("eni-a", OUTSIDE6, 443), Verdict::Degraded);
}

#[test]
fn a_public_address_of_the_same_vpc_is_met_from_outside() {
    let mut world = public();
    world.has(Feature::Reflection);
    world.host("eni-other", "subnet-b", &[("10.0.2.20", Some("203.0.113.30"))], &["sg-b"], LINUX);
    holds(&world, &tcp("eni-public", "203.0.113.30", 443), Verdict::Reachable);
    set_rules(&mut world, "sg-b", "IpPermissions", &[of_group("sg-a")]);
    holds(&world, &tcp("eni-public", "203.0.113.30", 443), Verdict::Blocked);
    set_rules(&mut world, "sg-b", "IpPermissions", &[allow(443, &["203.0.113.20/32"])]);
    holds(&world, &tcp("eni-public", "203.0.113.30", 443), Verdict::Reachable);
}

#[test]
fn what_is_behind_a_virtual_private_gateway_is_not_known() {
    let mut world = two_subnets();
    world.route("rtb-vpc-1", rows::route("192.168.0.0/16", "vgw-1"));
    holds(&world, &tcp("eni-a", "192.168.0.5", 443), Verdict::Unknown);
    let deny = rows::entry(10, false, "deny", "-1", "192.168.0.0/16", None);
    world.acl("acl-a", "vpc-1", "subnet-a", everything_but([deny]));
    holds(&world, &tcp("eni-a", "192.168.0.5", 443), Verdict::Blocked);
}
