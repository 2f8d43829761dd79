//! Over NAT gateways and NAT instances.

use super::super::testing::*;
use super::super::*;
use super::*;

#[test]
fn the_nat_subnet_is_crossed_four_times() {
    let https_out = entry(100, true, "allow", "0.0.0.0/0", Some((443, 443)));
    let inside_out = entry(101, true, "allow", "10.0.0.0/16", Some((1024, 65535)));
    let inside_in = entry(100, false, "allow", "10.0.0.0/16", Some((443, 443)));
    let replies_in = entry(101, false, "allow", "0.0.0.0/0", Some((1024, 65535)));
    let all = [https_out, inside_out, inside_in, replies_in];
    let missing_one = |gone: usize| {
        let entries: Vec<&Value> =
            all.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, entry)| entry).collect();
        let acls = json!([acl("acl-1", &["subnet-1"], open_entries()), acl("acl-2", &["subnet-2"], json!(entries))]);
        ssm(&with(json!({"NetworkAcls": acls})))
    };
    expect(&missing_one(9), Verdict::Reachable, &[]);
    expect(&missing_one(0), Verdict::Blocked, &[Cause::NatSubnetAclOutbound]);
    expect(&missing_one(1), Verdict::Blocked, &[Cause::NatSubnetAclToClient]);
    expect(&missing_one(3), Verdict::Blocked, &[Cause::NatSubnetAclReply]);
    // Without its own entry the packet from the client falls to the one for replies, which has other ports.
    expect(&missing_one(2), Verdict::Blocked, &[Cause::NatSubnetAclFromClient]);
}

#[test]
fn behind_a_firewall_the_gateway_still_hands_replies_to_the_client() {
    let firewall = json!({"VpcEndpointId": "vpce-f", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1", "State": "available",
        "SubnetIds": ["subnet-3"]});
    let out = |inbound: Value| {
        let mut snapshot = with(json!({"VpcEndpoints": [firewall], "NetworkInterfaces": [],
            "RouteTables": [table("rtb-2", json!([{"SubnetId": "subnet-2"}]),
                json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-f", "State": "active"}))]}));
        add(
            &mut snapshot,
            json!({"NetworkAcls": [
            acl("acl-1", &["subnet-1"], json!([entry(100, true, "allow", "0.0.0.0/0", None), inbound])),
            acl("acl-2", &["subnet-2", "subnet-3"], open_entries())]}),
        );
        ssm(&snapshot)
    };
    expect(&out(entry(100, false, "allow", "0.0.0.0/0", None)), Verdict::Unknown, &[]);
    expect(&out(entry(100, false, "deny", "0.0.0.0/0", None)), Verdict::Blocked, &[Cause::NetworkAclReply]);
}

#[test]
fn faults_of_a_nat_gateway() {
    let nat = |change: Value| {
        let mut gateway = json!({"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-2", "State": "available",
            "NatGatewayAddresses": [{"PrivateIp": "10.0.2.5", "PublicIp": "198.51.100.5", "Status": "succeeded"}]});
        for (member, value) in change.as_object().unwrap() {
            gateway[member] = value.clone();
        }
        ssm(&with(json!({"NatGateways": [gateway]})))
    };
    expect(&nat(json!({})), Verdict::Reachable, &[]);
    let path = nat(json!({"State": "failed", "FailureCode": "Gateway.NotAttached", "FailureMessage": "no gateway"}));
    expect(&path, Verdict::Blocked, &[Cause::NatState]);
    assert_eq!(path.obstacles[0].evidence.len(), 3);
    expect(&nat(json!({"ConnectivityType": "private"})), Verdict::Blocked, &[Cause::NatPrivate]);
    let failed = json!({"NatGatewayAddresses": [{"PrivateIp": "10.0.2.5", "PublicIp": "", "Status": "failed"}]});
    expect(&nat(failed), Verdict::Blocked, &[Cause::NatAddressMissing]);
    // In the private subnet it meets the route to itself; in a subnet without a default route it meets nothing.
    expect(&nat(json!({"SubnetId": "subnet-3"})), Verdict::Blocked, &[Cause::NatPointsToItself]);
    let mut snapshot = private_world();
    add(
        &mut snapshot,
        json!({"RouteTables": [{"RouteTableId": "rtb-2", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-2"}],
        "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}]}]}),
    );
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::NatInPrivateSubnet]);
    let route = json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-9", "State": "active"});
    let path = ssm(&with(only(route)));
    expect(&path, Verdict::Blocked, &[Cause::NatState]);
    assert_eq!(path.obstacles[0].by.as_deref(), Some("`nat-9` does not exist"));
}

#[test]
fn a_regional_nat_gateway_has_its_own_table() {
    let gateway = json!([{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "State": "available", "AvailabilityMode": "regional",
        "RouteTableId": "rtb-r", "NatGatewayAddresses": [{"PublicIp": "198.51.100.5", "Status": "succeeded"}]}]);
    let routes = |target: &str, id: &str| {
        table("rtb-r", json!([]), json!({"DestinationCidrBlock": "0.0.0.0/0", target: id, "State": "active"}))
    };
    let acls = json!([acl("acl-1", &["subnet-1"], open_entries()), acl("acl-2", &["subnet-2"], json!([]))]);
    let path =
        ssm(&with(json!({"NatGateways": gateway, "RouteTables": [routes("GatewayId", "igw-1")], "NetworkAcls": acls})));
    expect(&path, Verdict::Reachable, &[]);
    let path = ssm(&with(json!({"NatGateways": gateway, "RouteTables": [routes("TransitGatewayId", "tgw-1")]})));
    expect(&path, Verdict::Unknown, &[]);
    let mut snapshot = private_world();
    add(&mut snapshot, json!({"NatGateways": gateway}));
    expect(&ssm(&snapshot), Verdict::Unknown, &[]);
}

#[test]
fn a_nat_instance() {
    let world_with = |change: &dyn Fn(&mut Value), groups: Value| {
        let mut router = instance("i-2", "eni-2", "subnet-2", "10.0.2.20", json!({"PublicIp": "198.51.100.9"}));
        router["NetworkInterfaces"][0]["SourceDestCheck"] = json!(false);
        router["NetworkInterfaces"][0]["Groups"] = json!([{"GroupId": "sg-n"}]);
        change(&mut router);
        let mut snapshot = with(json!({"Reservations": [{"Instances": [router]}], "SecurityGroups": [groups]}));
        add(
            &mut snapshot,
            only(
                json!({"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": "eni-2", "InstanceId": "i-2", "State": "active"}),
            ),
        );
        ssm(&snapshot)
    };
    let open = json!({"GroupId": "sg-n", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]});
    let path = world_with(&|_| {}, open.clone());
    expect(&path, Verdict::Unknown, &[]);
    assert_eq!(missing(&path), ["whether `i-2` forwards packets"]);
    let fault = |fault| [Cause::NatInstance(fault)];
    let checked = |router: &mut Value| router["NetworkInterfaces"][0]["SourceDestCheck"] = json!(true);
    expect(&world_with(&checked, open.clone()), Verdict::Blocked, &fault(NatInstanceFault::SourceDestCheck));
    let stopped = |router: &mut Value| router["State"]["Name"] = json!("stopped");
    expect(&world_with(&stopped, open.clone()), Verdict::Blocked, &fault(NatInstanceFault::NotRunning));
    let private = |router: &mut Value| router["NetworkInterfaces"][0]["Association"] = json!(null);
    expect(&world_with(&private, open), Verdict::Blocked, &fault(NatInstanceFault::NoPublicAddress));
    let closed = json!({"GroupId": "sg-n", "IpPermissions": [],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]});
    expect(&world_with(&|_| {}, closed), Verdict::Blocked, &fault(NatInstanceFault::SecurityGroupIngress));
}
