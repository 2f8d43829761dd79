//! Whole walks to a service: one healthy world, one fault at a time.

use super::testing::*;
use super::*;
use crate::snapshot::{Gap, Snapshot, operations};
use serde_json::{Value, json};

fn ssm(snapshot: &Snapshot) -> ServicePath {
    let instance = snapshot.instances.get("i-1").unwrap().unwrap();
    to_service(snapshot, instance.primary_interface().unwrap(), "ssm", "eu-west-1", 443)
}

fn with(change: Value) -> Snapshot {
    let mut snapshot = private_world();
    add(&mut snapshot, change);
    snapshot
}

#[track_caller]
fn expect(path: &ServicePath, verdict: Verdict, causes: &[Cause]) {
    let found: Vec<Cause> = path.obstacles.iter().map(|obstacle| obstacle.cause).collect();
    assert_eq!((path.verdict, found.as_slice()), (verdict, causes), "{path:#?}");
    for obstacle in &path.obstacles {
        assert!(!obstacle.evidence.is_empty(), "no evidence: {obstacle:#?}");
        for evidence in &obstacle.evidence {
            let may_be_absent = obstacle.cause == Cause::NoPublicAddress || evidence.field == "NatGateways";
            assert!(may_be_absent || evidence.value != Value::Null, "no value: {evidence:#?}");
        }
    }
    assert_eq!(path.gaps.is_empty(), verdict != Verdict::Unknown, "{:?}", path.gaps);
}

fn missing(path: &ServicePath) -> Vec<String> {
    path.gaps.iter().map(Gap::missing).collect()
}

fn only(route: Value) -> Value {
    json!({"RouteTables": [table("rtb-1", json!([{"Main": true}]), route)]})
}

fn public(association: Value) -> Snapshot {
    with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [
        instance("i-1", "eni-1", "subnet-2", "10.0.2.10", association)]}]}))
}

#[test]
fn over_nat_everything_works_and_every_hop_is_named() {
    let path = ssm(&private_world());
    expect(&path, Verdict::Reachable, &[]);
    assert_eq!(path.ways[0].kind, WayKind::Public);
    assert_eq!(path.dns_names, ["ssm.eu-west-1.amazonaws.com", "ssm.eu-west-1.api.aws"]);
    let walked = |hops: &[Hop]| hops.iter().map(|hop| hop.component.id.clone()).collect::<Vec<_>>();
    let path = &path.ways[0].paths[0];
    assert_eq!(walked(&path.hops), ["eni-1", "subnet-1", "rtb-1", "subnet-2", "nat-1", "subnet-2", "rtb-2", "igw-1"]);
    assert_eq!(walked(&path.reply_hops), ["subnet-2", "nat-1", "subnet-2", "subnet-1", "eni-1"]);
    assert_eq!(path.hops[2].by.as_deref(), Some("0.0.0.0/0 -> nat-1"));
    assert_eq!(path.hops[7].header.source.to_string(), "198.51.100.5", "translated");
    assert_eq!(path.reply_hops[1].header.ports.to_string(), "1024-65535");
    assert_eq!(path.reply_hops[3].header.ports.to_string(), "32768-60999");
}

#[test]
fn security_group_without_egress() {
    let path =
        ssm(&with(json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}]})));
    expect(&path, Verdict::Blocked, &[Cause::SecurityGroupEgress]);
    assert_eq!(path.obstacles[0].component.id, "sg-1");
    assert_eq!(path.obstacles[0].code, Some("SG_HAS_NO_RULES"));
    assert_eq!(path.ways[0].paths[0].hops[0].verdict, HopVerdict::Blocked);
}

#[test]
fn all_obstacles_are_found_in_walking_order() {
    let path = ssm(&with(json!({
        "SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [], "IpPermissionsEgress": []}],
        "NetworkAcls": [acl("acl-1", &["subnet-1"], json!([])), acl("acl-2", &["subnet-2"], open_entries())],
        "RouteTables": [table("rtb-2", json!([{"SubnetId": "subnet-2"}]), json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "blackhole"}))],
    })));
    let causes =
        [Cause::SecurityGroupEgress, Cause::NetworkAclOutbound, Cause::NatSubnetBlackhole, Cause::NetworkAclReply];
    expect(&path, Verdict::Blocked, &causes);
    assert_eq!(path.obstacles[2].evidence[0].field, "Routes[1].State");
}

#[test]
fn reply_ports_are_a_range() {
    let reply = |ports, action| {
        let entries =
            json!([entry(100, true, "allow", "0.0.0.0/0", None), entry(100, false, action, "0.0.0.0/0", Some(ports))]);
        let guard_one = json!({"NetworkAcls": [acl("acl-1", &["subnet-2", "subnet-3"], open_entries()), acl("acl-2", &["subnet-1"], entries)]});
        ssm(&with(guard_one))
    };
    expect(&reply((1024, 65535), "allow"), Verdict::Reachable, &[]);
    expect(&reply((32768, 60999), "allow"), Verdict::Reachable, &[]);
    let path = reply((49152, 65535), "allow");
    expect(&path, Verdict::Degraded, &[Cause::NetworkAclReply]);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("ports 49152-60999"));
    expect(&reply((1024, 5000), "allow"), Verdict::Blocked, &[Cause::NetworkAclReply]);
    expect(&reply((443, 443), "allow"), Verdict::Blocked, &[Cause::NetworkAclReply]);
}

#[test]
fn windows_uses_other_ports() {
    let mut windows = instance("i-1", "eni-1", "subnet-1", "10.0.1.10", json!(null));
    windows["Platform"] = json!("windows");
    windows["PlatformDetails"] = json!("Windows");
    let entries = json!([
        entry(100, true, "allow", "0.0.0.0/0", None),
        entry(100, false, "allow", "0.0.0.0/0", Some((32768, 60999)))
    ]);
    let acls = json!([acl("acl-1", &["subnet-2"], open_entries()), acl("acl-2", &["subnet-1"], entries)]);
    let path = ssm(&with(json!({"Reservations": [{"Instances": [windows]}], "NetworkAcls": acls})));
    expect(&path, Verdict::Degraded, &[Cause::NetworkAclReply]);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("ports 49152-60999"));
}

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
fn routes_that_lead_nowhere() {
    let none = json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}],
        "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}]}]});
    let path = ssm(&with(none));
    expect(&path, Verdict::Blocked, &[Cause::NoRoute]);
    assert_eq!(path.obstacles[0].evidence[0].field, "Routes");
    let blackhole = json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"});
    let path = ssm(&with(only(blackhole)));
    expect(&path, Verdict::Blocked, &[Cause::Blackhole]);
    assert_eq!(path.obstacles[0].by.as_deref(), Some("0.0.0.0/0 -> nat-1"));
    let peering = json!({"DestinationCidrBlock": "0.0.0.0/0", "VpcPeeringConnectionId": "pcx-1", "State": "active"});
    expect(&ssm(&with(only(peering))), Verdict::Blocked, &[Cause::PeeringNoInternet]);
}

#[test]
fn what_is_behind_other_networks_is_not_known() {
    for (member, id, text) in [
        ("TransitGatewayId", "tgw-1", "what is behind transit gateway `tgw-1`"),
        ("GatewayId", "vgw-1", "what is behind virtual private gateway `vgw-1`"),
        ("CoreNetworkArn", "arn:core", "what is behind route target `arn:core`"),
    ] {
        let path = ssm(&with(only(json!({"DestinationCidrBlock": "0.0.0.0/0", member: id, "State": "active"}))));
        expect(&path, Verdict::Unknown, &[]);
        assert_eq!(missing(&path), [text]);
    }
    // What is wrong on this side is wrong all the same.
    let mut snapshot = with(only(json!({"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1"})));
    add(&mut snapshot, json!({"SecurityGroups": [{"GroupId": "sg-1"}]}));
    let path = ssm(&snapshot);
    assert_eq!((path.verdict, path.obstacles[0].cause), (Verdict::Blocked, Cause::SecurityGroupEgress));
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
fn a_public_subnet_needs_a_public_address() {
    let path = ssm(&public(json!({"PublicIp": "198.51.100.7", "IpOwnerId": "amazon"})));
    expect(&path, Verdict::Reachable, &[]);
    let hop = path.ways[0].paths[0].hops.last().unwrap();
    assert_eq!((hop.component.id.as_str(), hop.header.source.to_string().as_str()), ("igw-1", "198.51.100.7"));
    let path = ssm(&public(json!(null)));
    expect(&path, Verdict::Blocked, &[Cause::NoPublicAddress]);
    assert_eq!(path.obstacles[0].evidence[0].field, "NetworkInterfaces[0].Association");
    let mut snapshot = public(json!({"PublicIp": "198.51.100.7"}));
    add(&mut snapshot, json!({"InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": []}]}));
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::InternetGatewayMissing]);
}

#[test]
fn block_public_access() {
    let set = |mode: &str, snapshot: &mut Snapshot| {
        let rows: Vec<Value> = [("subnet-1", "10.0.1.0/24"), ("subnet-2", "10.0.2.0/24")]
            .iter()
            .map(|(id, block)| {
                let mut row = subnet(id, block);
                row["BlockPublicAccessStates"]["InternetGatewayBlockMode"] = json!(mode);
                row
            })
            .collect();
        add(snapshot, json!({ "Subnets": rows }));
    };
    let public = || public(json!({"PublicIp": "198.51.100.7"}));
    for (mode, mut snapshot, causes) in [
        ("block-bidirectional", public(), &[Cause::BlockPublicAccess][..]),
        ("block-bidirectional", private_world(), &[Cause::BlockPublicAccess]),
        ("block-ingress", public(), &[Cause::BlockPublicAccess]),
        ("block-ingress", private_world(), &[]),
        ("off", public(), &[]),
    ] {
        set(mode, &mut snapshot);
        let verdict = if causes.is_empty() { Verdict::Reachable } else { Verdict::Blocked };
        expect(&ssm(&snapshot), verdict, causes);
    }
}

#[test]
fn a_list_of_allowed_blocks_is_not_guessed_at() {
    let group = json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissionsEgress": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "52.94.0.0/16"}, {"CidrIp": "10.0.0.0/8"}]}]}]});
    let path = ssm(&with(group));
    expect(&path, Verdict::Unknown, &[Cause::SecurityGroupEgress]);
    assert_eq!(path.obstacles[0].effect, Effect::Possible);
    assert_eq!(path.obstacles[0].passes.as_deref(), Some("52.94.0.0/16"));
    assert_eq!(missing(&path), ["which addresses `ssm.eu-west-1.amazonaws.com` has"]);
    let private = json!({"SecurityGroups": [{"GroupId": "sg-1", "IpPermissionsEgress": [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]});
    expect(&ssm(&with(private)), Verdict::Blocked, &[Cause::SecurityGroupEgress]);
}

#[test]
fn the_prefix_list_of_another_service_is_no_way_to_this_one() {
    let lists =
        json!([{"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["52.218.0.0/17"]}]);
    let rule = json!([{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-s3"}]}]);
    let groups = json!([{"GroupId": "sg-1", "IpPermissionsEgress": rule}]);
    let path = ssm(&with(json!({"PrefixLists": lists, "SecurityGroups": groups})));
    expect(&path, Verdict::Blocked, &[Cause::SecurityGroupEgress]);
    // A gateway endpoint of S3 takes only S3's addresses, readable list or not.
    let mut snapshot =
        with(json!({"VpcEndpoints": [{"VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "VpcId": "vpc-1",
        "ServiceName": "com.amazonaws.eu-west-1.s3", "State": "available"}]}));
    let mut rows = table(
        "rtb-1",
        json!([{"Main": true}]),
        json!({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"}),
    );
    rows["Routes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}));
    add(&mut snapshot, json!({"RouteTables": [rows]}));
    expect(&ssm(&snapshot), Verdict::Reachable, &[]);
    add(&mut snapshot, json!({"PrefixLists": lists}));
    expect(&ssm(&snapshot), Verdict::Reachable, &[]);
}

#[test]
fn a_gateway_endpoint_is_the_way_to_its_service() {
    let mut snapshot = with(json!({
        "PrefixLists": [{"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.eu-west-1.s3", "Cidrs": ["52.218.0.0/17"]}],
        "VpcEndpoints": [{"VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "VpcId": "vpc-1",
            "ServiceName": "com.amazonaws.eu-west-1.s3", "State": "available"}]}));
    add(&mut snapshot, only(json!({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"})));
    let s3 = |snapshot: &Snapshot| {
        let eni = snapshot.instances.get("i-1").unwrap().unwrap().primary_interface().unwrap().clone();
        to_service(snapshot, &eni, "s3", "eu-west-1", 443)
    };
    expect(&s3(&snapshot), Verdict::Reachable, &[]);
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::NoRoute]);
    let group = json!([{"GroupId": "sg-1", "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}]);
    add(&mut snapshot, json!({"SecurityGroups": group}));
    expect(&s3(&snapshot), Verdict::Blocked, &[Cause::SecurityGroupEgress]);
}

#[test]
fn a_split_default_with_one_dead_half_depends_on_the_address() {
    let mut rows = table(
        "rtb-1",
        json!([{"Main": true}]),
        json!({"DestinationCidrBlock": "0.0.0.0/1", "NatGatewayId": "nat-1", "State": "active"}),
    );
    rows["Routes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"DestinationCidrBlock": "128.0.0.0/1", "GatewayId": "igw-1", "State": "blackhole"}));
    let path = ssm(&with(json!({"RouteTables": [rows]})));
    expect(&path, Verdict::Unknown, &[Cause::Blackhole]);
    assert_eq!(path.obstacles[0].effect, Effect::Possible);
}

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
fn dns_of_the_vpc() {
    let mut snapshot = private_world();
    add(&mut snapshot, json!({"VpcAttributes": {"enableDnsSupport": false}}));
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::DnsSupportOff]);
    let custom = json!({"DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
        {"Key": "domain-name-servers", "Values": [{"Value": "10.0.9.9"}]}]}]});
    add(&mut snapshot, custom.clone());
    let path = ssm(&snapshot);
    expect(&path, Verdict::Unknown, &[Cause::CustomDns]);
    assert_eq!(missing(&path), ["what the DNS servers 10.0.9.9 answer for `ssm.eu-west-1.amazonaws.com`"]);
    // Servers that cannot be asked give no answer; what is known of the way to them decides, not what lies beyond.
    let only_https = json!([{"GroupId": "sg-1", "IpPermissionsEgress": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}]);
    add(&mut snapshot, json!({"SecurityGroups": only_https}));
    let path = ssm(&snapshot);
    assert_eq!((path.verdict, path.obstacles[1].cause), (Verdict::Blocked, Cause::DnsServerUnreachable));
    assert_eq!(path.obstacles[1].by.as_deref(), Some("udp 53 to 10.0.9.9: no outbound rule of `sg-1` allows it"));
    // Whatever they answer, a way that is closed for every answer is closed.
    add(&mut snapshot, json!({"SecurityGroups": [{"GroupId": "sg-1"}]}));
    let path = ssm(&snapshot);
    assert_eq!(path.verdict, Verdict::Blocked);
    // An endpoint whose group is closed blocks only if they forward to the Amazon resolver.
    let mut snapshot =
        with(json!({"VpcEndpoints": [endpoint(&["subnet-3"])], "SecurityGroups": [endpoint_group("10.9.0.0/16")]}));
    add(&mut snapshot, custom);
    let path = ssm(&snapshot);
    expect(&path, Verdict::Unknown, &[Cause::CustomDns, Cause::EndpointSecurityGroup]);
}

#[test]
fn hub_zones() {
    let path = ssm(&with(json!({"HostedZones": ["ssm.eu-west-1.amazonaws.com."]})));
    expect(&path, Verdict::Unknown, &[]);
    assert!(matches!(path.ways[0].kind, WayKind::HostedZone { .. }));
    let path = ssm(&with(json!({"HostedZones": ["s3.eu-west-1.amazonaws.com."]})));
    expect(&path, Verdict::Reachable, &[]);
    let closed =
        with(json!({"HostedZones": ["ssm.eu-west-1.amazonaws.com."], "SecurityGroups": [{"GroupId": "sg-1"}]}));
    let path = ssm(&closed);
    assert_eq!((path.verdict, path.obstacles[0].cause), (Verdict::Blocked, Cause::SecurityGroupEgress));
}

#[test]
fn unread_zones_save_a_blocked_way_only_if_there_is_another_network() {
    let unread = |route: Value| {
        let mut snapshot = private_world();
        add(&mut snapshot, only(route));
        deny(&mut snapshot, operations::LIST_HOSTED_ZONES_BY_VPC, json!({"VPCId": "vpc-1"}));
        ssm(&snapshot)
    };
    let path = unread(json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"}));
    expect(&path, Verdict::Blocked, &[Cause::Blackhole]);
    let path =
        unread(json!({"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"}));
    expect(&path, Verdict::Unknown, &[Cause::NoRoute]);
    assert_eq!(missing(&path), ["route53:ListHostedZonesByVPC"]);
    assert_eq!(path.obstacles[0].effect, Effect::Possible);
}

#[test]
fn missing_facts_are_named() {
    let denied = |operation: crate::snapshot::Operation, gone: &str| {
        let mut members = json!({});
        for read in private_world().reads() {
            if let crate::snapshot::Outcome::Output(output) = &read.outcome {
                for (member, rows) in output.as_object().unwrap() {
                    if rows.is_array() && member != gone && member != "HostedZoneSummaries" {
                        members[member] = rows.clone();
                    }
                }
            }
        }
        members["VpcAttributes"] = json!({"enableDnsSupport": true, "enableDnsHostnames": true});
        members["HostedZones"] = json!([]);
        let mut snapshot = world(members);
        deny(&mut snapshot, operation, json!({}));
        let path = ssm(&snapshot);
        assert_eq!(path.verdict, Verdict::Unknown, "{operation:?} {path:#?}");
        missing(&path)
    };
    assert_eq!(denied(operations::DESCRIBE_SECURITY_GROUPS, "SecurityGroups"), ["ec2:DescribeSecurityGroups"]);
    assert_eq!(denied(operations::DESCRIBE_NETWORK_ACLS, "NetworkAcls"), ["ec2:DescribeNetworkAcls"]);
    assert_eq!(denied(operations::DESCRIBE_ROUTE_TABLES, "RouteTables"), ["ec2:DescribeRouteTables"]);
    assert_eq!(denied(operations::DESCRIBE_NAT_GATEWAYS, "NatGateways"), ["ec2:DescribeNatGateways"]);
    assert_eq!(denied(operations::DESCRIBE_VPC_ENDPOINTS, "VpcEndpoints"), ["ec2:DescribeVpcEndpoints"]);
    assert_eq!(denied(operations::DESCRIBE_DHCP_OPTIONS, "DhcpOptions"), ["ec2:DescribeDhcpOptions"]);
}

#[test]
fn facts_that_do_not_matter_are_not_missed() {
    // Internet gateways: an active route is proof enough. Interfaces: nothing here names a group.
    let mut snapshot = private_world();
    deny(&mut snapshot, operations::DESCRIBE_NETWORK_INTERFACES, json!({}));
    deny(&mut snapshot, operations::DESCRIBE_INTERNET_GATEWAYS, json!({}));
    deny(&mut snapshot, operations::DESCRIBE_PREFIX_LISTS, json!({}));
    expect(&ssm(&snapshot), Verdict::Reachable, &[]);
    // A closed group blocks, whatever else cannot be read.
    let mut snapshot = world(
        json!({"Reservations": [{"Instances": [instance("i-1", "eni-1", "subnet-1", "10.0.1.10", json!(null))]}],
        "SecurityGroups": [{"GroupId": "sg-1"}], "VpcEndpoints": [],
        "VpcAttributes": {"enableDnsSupport": true, "enableDnsHostnames": true}}),
    );
    deny(&mut snapshot, operations::DESCRIBE_ROUTE_TABLES, json!({}));
    deny(&mut snapshot, operations::DESCRIBE_NETWORK_ACLS, json!({}));
    add(&mut snapshot, json!({"HostedZones": []}));
    let path = ssm(&snapshot);
    assert_eq!((path.verdict, path.gaps.len()), (Verdict::Blocked, 0), "{path:#?}");
}

#[test]
fn a_shared_subnet_hides_what_its_owner_has() {
    let mut row = subnet("subnet-1", "10.0.1.0/24");
    row["OwnerId"] = json!("999900001111");
    let mut snapshot = with(json!({"Subnets": [row]}));
    let path = ssm(&snapshot);
    expect(&path, Verdict::Unknown, &[]);
    assert_eq!(missing(&path), ["which endpoints the owner of subnet `subnet-1` has"]);
    add(
        &mut snapshot,
        only(json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-of-owner", "State": "active"})),
    );
    let path = ssm(&snapshot);
    assert!(missing(&path).contains(&"NAT gateway `nat-of-owner` of the subnet's owner".to_owned()), "{path:#?}");
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

fn ipv6(is_only: bool, routes: Value) -> Snapshot {
    let mut row = instance("i-1", "eni-1", "subnet-1", if is_only { "" } else { "10.0.1.10" }, json!(null));
    row["NetworkInterfaces"][0]["Ipv6Addresses"] = json!([{"Ipv6Address": "2a05:d018::7"}]);
    let mut net = subnet("subnet-1", "10.0.1.0/24");
    net["EnableDns64"] = json!(true);
    let mut snapshot =
        with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [row]}], "Subnets": [net]}));
    add(
        &mut snapshot,
        json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": routes}]}),
    );
    snapshot
}

#[test]
fn ipv6_is_a_path_of_its_own() {
    let egress_only =
        json!({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"});
    let nat = json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"});
    let nat64 = json!({"DestinationIpv6CidrBlock": "64:ff9b::/96", "NatGatewayId": "nat-1", "State": "active"});
    let path = ssm(&ipv6(true, json!([egress_only])));
    expect(&path, Verdict::Reachable, &[]);
    assert_eq!(path.paths().next().unwrap().to, "ssm.eu-west-1.api.aws");
    expect(&ssm(&ipv6(true, json!([nat64]))), Verdict::Reachable, &[]);
    // Neither to the addresses of the dual-stack name nor to those that DNS64 makes of the IPv4 name.
    expect(&ssm(&ipv6(true, json!([]))), Verdict::Blocked, &[Cause::NoRoute, Cause::NoRoute]);
    // No IPv6 is no obstacle while IPv4 works.
    expect(&ssm(&ipv6(false, json!([nat]))), Verdict::Reachable, &[]);
    // IPv6 alone depends on which name is asked for.
    let path = ssm(&ipv6(false, json!([egress_only])));
    assert_eq!(path.verdict, Verdict::Unknown, "{path:#?}");
    assert_eq!(missing(&path), ["whether `ssm.eu-west-1.api.aws` is used instead of `ssm.eu-west-1.amazonaws.com`"]);
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
fn an_interface_without_address() {
    let snapshot =
        with(json!({"Reservations": [{"Instances": [instance("i-1", "eni-1", "subnet-1", "", json!(null))]}]}));
    let path = ssm(&snapshot);
    assert_eq!((path.verdict, path.obstacles[0].cause), (Verdict::Blocked, Cause::NoAddress));
}
