//! Over interface endpoints.

use super::super::testing::*;
use super::super::*;
use super::*;

fn with_endpoint(subnets: &[&str], group: &str) -> Snapshot {
    with(json!({"VpcEndpoints": [endpoint(subnets)], "SecurityGroups": [endpoint_group(group)],
        "NetworkInterfaces": [], "RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}]}]}))
}

#[test]
fn an_endpoint_replaces_the_internet() {
    let path = ssm(&with_endpoint(&["subnet-3"], "10.0.0.0/16"));
    expect(&path, Verdict::Reachable, &[]);
    assert!(path.is_over_endpoint());
    assert!(path.endpoints[0].is_used());
    let hops: Vec<&str> = path.ways[0].paths[0].hops.iter().map(|hop| hop.component.id.as_str()).collect();
    assert_eq!(hops, ["eni-1", "subnet-1", "rtb-1", "subnet-3", "vpce-1"]);
}

#[test]
fn a_broken_endpoint_shadows_a_working_internet() {
    let snapshot =
        with(json!({"VpcEndpoints": [endpoint(&["subnet-3"])], "SecurityGroups": [endpoint_group("10.9.0.0/16")]}));
    let path = ssm(&snapshot);
    expect(&path, Verdict::Blocked, &[Cause::EndpointSecurityGroup]);
    assert_eq!(path.obstacles[0].component.id, "sg-e");
    assert_eq!(path.obstacles[0].header.as_ref().unwrap().source.to_string(), "10.0.1.10");
}

#[test]
fn why_an_endpoint_is_not_used() {
    let changed = |member: &str, value: Value| {
        let mut snapshot = with_endpoint(&["subnet-3"], "10.0.0.0/16");
        let mut row = endpoint(&["subnet-3"]);
        row[member] = value;
        add(&mut snapshot, json!({"VpcEndpoints": [row]}));
        snapshot
    };
    for (snapshot, cause) in [
        (changed("PrivateDnsEnabled", json!(false)), Cause::EndpointPrivateDnsOff),
        (changed("State", json!("pendingAcceptance")), Cause::EndpointState),
    ] {
        let path = ssm(&snapshot);
        expect(&path, Verdict::Blocked, &[Cause::NoRoute]);
        assert_eq!(path.unused_endpoints().map(|unused| unused.cause).collect::<Vec<_>>(), [cause]);
    }
    let mut snapshot = with_endpoint(&["subnet-3"], "10.0.0.0/16");
    add(&mut snapshot, json!({"VpcAttributes": {"enableDnsHostnames": false}}));
    let path = ssm(&snapshot);
    expect(&path, Verdict::Blocked, &[Cause::NoRoute]);
    assert_eq!(path.unused_endpoints().next().unwrap().cause, Cause::DnsHostnamesOff);
    // With a way to the internet none of that matters.
    let path = ssm(&with(
        json!({"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1",
        "ServiceName": "com.amazonaws.eu-west-1.ssm", "State": "available", "PrivateDnsEnabled": false}]}),
    ));
    expect(&path, Verdict::Reachable, &[]);
}

#[test]
fn inside_one_subnet_no_acl_is_asked() {
    let closed = json!([acl("acl-1", &["subnet-1", "subnet-3"], json!([]))]);
    let mut snapshot = with_endpoint(&["subnet-1"], "10.0.0.0/16");
    add(&mut snapshot, json!({"NetworkAcls": closed}));
    expect(&ssm(&snapshot), Verdict::Reachable, &[]);
    let mut snapshot = with_endpoint(&["subnet-3"], "10.0.0.0/16");
    add(&mut snapshot, json!({"NetworkAcls": closed}));
    let causes = [
        Cause::NetworkAclOutbound,
        Cause::EndpointSubnetAclInbound,
        Cause::EndpointSubnetAclReply,
        Cause::NetworkAclReply,
    ];
    expect(&ssm(&snapshot), Verdict::Blocked, &causes);
    // In both subnets: those addresses of the endpoint that are here still answer.
    let mut snapshot = with_endpoint(&["subnet-1", "subnet-3"], "10.0.0.0/16");
    add(&mut snapshot, json!({"NetworkAcls": closed}));
    expect(&ssm(&snapshot), Verdict::Degraded, &causes);
}

#[test]
fn the_addresses_of_an_endpoint_matter_only_when_its_block_is_split() {
    let egress = |block: &str| {
        json!([{"GroupId": "sg-1", "IpPermissionsEgress": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": block}]}]}])
    };
    let mut snapshot =
        with(json!({"VpcEndpoints": [endpoint(&["subnet-3"])], "SecurityGroups": [endpoint_group("10.0.0.0/16")]}));
    add(&mut snapshot, json!({"SecurityGroups": egress("10.0.3.0/24")}));
    expect(&ssm(&snapshot), Verdict::Reachable, &[]);
    add(&mut snapshot, json!({"SecurityGroups": egress("10.0.3.0/26")}));
    let path = ssm(&snapshot);
    expect(&path, Verdict::Unknown, &[Cause::SecurityGroupEgress]);
    assert_eq!(missing(&path), ["ec2:DescribeNetworkInterfaces"]);
    add(
        &mut snapshot,
        json!({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-e1", "SubnetId": "subnet-3",
        "PrivateIpAddress": "10.0.3.9", "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.3.9", "Primary": true}]}]}),
    );
    expect(&ssm(&snapshot), Verdict::Reachable, &[]);
    add(&mut snapshot, json!({"SecurityGroups": egress("10.0.3.128/26")}));
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::SecurityGroupEgress]);
}

#[test]
fn groups_that_name_each_other() {
    let named = |from: &str, to: &str| {
        let mut snapshot = with_endpoint(&["subnet-3"], "10.0.0.0/16");
        add(
            &mut snapshot,
            json!({"SecurityGroups": [
            {"GroupId": "sg-1", "IpPermissionsEgress": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": to}]}]},
            {"GroupId": "sg-e", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": from}]}]}]}),
        );
        ssm(&snapshot)
    };
    expect(&named("sg-1", "sg-e"), Verdict::Reachable, &[]);
    expect(&named("sg-e", "sg-e"), Verdict::Blocked, &[Cause::EndpointSecurityGroup]);
    expect(&named("sg-1", "sg-1"), Verdict::Blocked, &[Cause::SecurityGroupEgress]);
}

#[test]
fn an_endpoint_answers_on_its_family_only() {
    let mut snapshot =
        ipv6(true, json!([{"DestinationIpv6CidrBlock": "2a05:d018::/56", "GatewayId": "local", "State": "active"}]));
    add(
        &mut snapshot,
        json!({"VpcEndpoints": [endpoint(&["subnet-3"])], "SecurityGroups": [endpoint_group("10.0.0.0/16")]}),
    );
    let path = ssm(&snapshot);
    assert_eq!(path.verdict, Verdict::Blocked, "{path:#?}");
    assert!(path.obstacles.iter().any(|obstacle| obstacle.cause == Cause::EndpointAddressFamily), "{path:#?}");
}

#[test]
fn groups_are_judged_where_addresses_and_subnets_are_not_known() {
    let blind = |group: &str| {
        let mut row = endpoint(&["subnet-of-somebody"]);
        row["NetworkInterfaceIds"] = json!([]);
        with(json!({"VpcEndpoints": [row], "SecurityGroups": [endpoint_group(group)]}))
    };
    let path = ssm(&blind("10.0.0.0/16"));
    expect(&path, Verdict::Unknown, &[]);
    let path = ssm(&blind("10.9.0.0/16"));
    expect(&path, Verdict::Blocked, &[Cause::EndpointSecurityGroup]);
}

#[test]
fn one_closed_subnet_of_an_endpoint_degrades() {
    let acls = json!([acl("acl-1", &["subnet-1", "subnet-2"], open_entries()), acl("acl-3", &["subnet-3"], json!([]))]);
    let mut snapshot = with_endpoint(&["subnet-2", "subnet-3"], "10.0.0.0/16");
    add(&mut snapshot, json!({"NetworkAcls": acls}));
    let path = ssm(&snapshot);
    expect(&path, Verdict::Degraded, &[Cause::EndpointSubnetAclInbound, Cause::EndpointSubnetAclReply]);
    assert!(path.obstacles.iter().all(|obstacle| obstacle.effect == Effect::Degraded && obstacle.passes.is_some()));
}

#[test]
fn a_route_to_an_appliance_inside_the_vpc_is_not_looked_through() {
    let mut snapshot = with_endpoint(&["subnet-3"], "10.0.0.0/16");
    let appliance = json!({"DestinationCidrBlock": "10.0.3.0/24", "GatewayId": "vpce-gwlb", "State": "active"});
    add(&mut snapshot, only(appliance));
    let path = ssm(&snapshot);
    expect(&path, Verdict::Unknown, &[]);
    assert_eq!(missing(&path), ["what is behind Gateway Load Balancer endpoint `vpce-gwlb`"]);
}
