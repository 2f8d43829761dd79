//! Inside one VPC.

use super::*;

#[test]
fn groups_add_up_and_say_nothing_of_the_other_family() {
    let mut world = two_subnets();
    set_rules(&mut world, "sg-b", "IpPermissions", &[allow(443, &["10.0.1.0/24"]), allow(80, &["2001:db8:1:1::/64"])]);
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "eni-b", 80), Verdict::Blocked);
    holds(&world, &tcp("eni-a", "2001:db8:1:2::10", 80), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "2001:db8:1:2::10", 443), Verdict::Blocked);
    set_rules(&mut world, "sg-a", "IpPermissionsEgress", &[]);
    assert_eq!(fate(&world, "eni-a", "10.0.2.10"), Fate::LostForward);
    holds(&world, &tcp("eni-b", "eni-a", 80), Verdict::Reachable);
}

#[test]
fn a_group_as_peer_means_those_that_carry_it() {
    let mut world = two_subnets();
    set_rules(&mut world, "sg-b", "IpPermissions", &[of_group("sg-a")]);
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "2001:db8:1:2::10", 443), Verdict::Reachable);
    set_rules(&mut world, "sg-b", "IpPermissions", &[of_group("sg-b")]);
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Blocked);
    world.host("eni-c", "subnet-a", &[("10.0.1.11", None)], &["sg-a", "sg-b"], LINUX);
    holds(&world, &tcp("eni-c", "eni-b", 443), Verdict::Reachable);
}

#[test]
fn protocols_go_by_name_and_number() {
    let mut world = two_subnets();
    let blocks = [Peers::Blocks(vec!["0.0.0.0/0".into()])];
    let rule = |protocol: &str, ports| rows::permission(protocol, ports, &blocks);
    set_rules(&mut world, "sg-b", "IpPermissions", &[rule("6", Some((440, 443))), rule("icmp", Some((8, -1)))]);
    let ports = |first, last| Question { ports: (first, last), ..tcp("eni-a", "eni-b", 0) };
    holds(&world, &ports(440, 443), Verdict::Reachable);
    holds(&world, &ports(443, 444), Verdict::Degraded);
    holds(&world, &ports(444, 446), Verdict::Blocked);
    holds(&world, &ping("eni-a", "eni-b"), Verdict::Reachable);
    set_rules(&mut world, "sg-b", "IpPermissions", &[rule("1", Some((0, 0)))]);
    holds(&world, &ping("eni-a", "eni-b"), Verdict::Blocked);
    set_rules(&mut world, "sg-b", "IpPermissions", &[rule("50", None)]);
    holds(&world, &Question { protocol: 50, ..ports(0, 0) }, Verdict::Reachable);
    holds(&world, &Question { protocol: 51, ..ports(0, 0) }, Verdict::Blocked);
}

#[test]
fn the_lowest_number_of_a_list_decides_wherever_it_stands() {
    let mut world = two_subnets();
    let deny = rows::entry(200, false, "deny", "6", "10.0.1.10/32", Some((443, 443)));
    world.acl("acl-b", "vpc-1", "subnet-b", everything_but([deny]));
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Reachable);
    let deny = rows::entry(50, false, "deny", "6", "10.0.1.10/32", Some((443, 443)));
    world.acl("acl-b2", "vpc-1", "subnet-b", everything().into_iter().chain([deny]).collect());
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Blocked);
    holds(&world, &tcp("eni-a", "eni-b", 444), Verdict::Reachable);
}

#[test]
fn no_list_is_asked_inside_a_subnet() {
    let mut world = two_subnets();
    world.host("eni-c", "subnet-a", &[("10.0.1.11", None)], &["sg-a"], LINUX);
    world.acl("acl-a", "vpc-1", "subnet-a", Vec::new());
    holds(&world, &tcp("eni-a", "eni-c", 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Blocked);
}

#[test]
fn replies_need_the_ports_that_clients_use() {
    let mut world = two_subnets();
    let replies = |first, last| rows::entry(10, true, "allow", "6", "0.0.0.0/0", Some((first, last)));
    let inward = rows::entry(10, false, "allow", "6", "0.0.0.0/0", Some((443, 443)));
    let list = |world: &mut World, id: &str, ports: (i64, i64)| {
        world.acl(id, "vpc-1", "subnet-b", vec![inward.clone(), replies(ports.0, ports.1)]);
    };
    list(&mut world, "acl-full", (32_768, 60_999));
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Reachable);
    list(&mut world, "acl-most", (32_769, 60_999));
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Degraded);
    list(&mut world, "acl-none", (1024, 32_767));
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Blocked);
    assert_eq!(fate(&world, "eni-a", "10.0.2.10"), Fate::LostOnReply);
}

#[test]
fn an_address_that_nobody_has_takes_nothing() {
    let world = two_subnets();
    holds(&world, &tcp("eni-a", "10.0.2.99", 443), Verdict::Blocked);
    holds(&world, &tcp("eni-a", "10.9.0.1", 443), Verdict::Blocked);
}

#[test]
fn what_a_gateway_propagates_takes_nothing_from_the_local_route() {
    let mut world = two_subnets();
    world.has(Feature::PropagatedInside);
    world.route("rtb-vpc-1", rows::propagated("10.0.2.0/24", "vgw-1"));
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Reachable);
}

#[test]
fn an_appliance_in_the_way_is_not_looked_into_unless_it_cannot_forward() {
    let mut world = two_subnets();
    world.has(Feature::MoreSpecificThanLocal);
    world.subnet("subnet-c", "vpc-1", "a", &["10.0.3.0/24"]);
    world.group("sg-c", "vpc-1", &[rows::anything()], &[rows::anything()]);
    world.host("eni-c", "subnet-c", &[("10.0.3.10", None)], &["sg-c"], LINUX);
    world.table("rtb-a", "vpc-1", "subnet-a", vec![rows::route("10.0.2.0/24", "eni-c")]);
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Blocked);
    world.row("NetworkInterfaces", "eni-c")["SourceDestCheck"] = false.into();
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Unknown);
    set_rules(&mut world, "sg-c", "IpPermissions", &[]);
    holds(&world, &tcp("eni-a", "eni-b", 443), Verdict::Blocked);
}
