//! Over public addresses.

use super::super::testing::*;
use super::super::*;
use super::*;

#[test]
fn a_pod_may_leave_under_the_address_of_its_node() {
    let node = |public: Value| {
        let mut row = instance("i-9", "eni-9", "subnet-2", "10.0.2.20", public);
        row["NetworkInterfaces"][0]["Ipv4Prefixes"] = json!([{"Ipv4Prefix": "10.0.2.48/28"}]);
        let snapshot = with(json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [row]}]}));
        super::between::path(&snapshot, "10.0.2.50", "8.8.8.8", &Flow::tcp(443))
    };
    let pod = node(json!({"PublicIp": "198.51.100.9"}));
    super::between::expect(&pod, Verdict::Unknown, &[]);
    assert_eq!(pod.gaps, [Gap::opaque("whether `i-9` sends for 10.0.2.50 under another address")]);
    super::between::expect(&node(json!(null)), Verdict::Blocked, &[Cause::NoPublicAddress]);
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
    assert_eq!(walked(&path.reply_hops), ["subnet-2", "nat-1", "subnet-2", "rtb-2", "subnet-1", "eni-1"]);
    assert_eq!(path.hops[2].by.as_deref(), Some("0.0.0.0/0 -> nat-1"));
    assert_eq!(path.hops[7].header.source.to_string(), "198.51.100.5", "translated");
    assert_eq!(path.reply_hops[1].header.ports.to_string(), "1024-65535");
    assert_eq!(path.reply_hops[4].header.ports.to_string(), "32768-60999");
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
        let network = Network::new(snapshot);
        to_service(&network, network.interface("eni-1").unwrap(), "s3", "eu-west-1", 443)
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
    let causes: Vec<Cause> = path.obstacles.iter().map(|obstacle| obstacle.cause).collect();
    // The addresses that DNS64 makes are nothing for an egress-only gateway.
    assert_eq!(causes, [Cause::NoRoute, Cause::NotPublicDestination]);
    assert_eq!(path.obstacles[0].effect, Effect::Possible);
    assert_eq!(missing(&path), ["whether `ssm.eu-west-1.api.aws` is used instead of `ssm.eu-west-1.amazonaws.com`"]);
}

#[test]
fn an_interface_without_address() {
    let snapshot =
        with(json!({"Reservations": [{"Instances": [instance("i-1", "eni-1", "subnet-1", "", json!(null))]}]}));
    let path = ssm(&snapshot);
    assert_eq!((path.verdict, path.obstacles[0].cause), (Verdict::Blocked, Cause::NoAddress));
}

#[test]
fn encryption_control_leaves_open_what_it_does_at_gateways() {
    let controlled = |mode: &str, nat: &str, internet: &str| {
        let snapshot = private_world();
        let vpc = snapshot.vpcs.known().first().unwrap().vpc_id.clone();
        let mut row = json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1",
            "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"}});
        row["EncryptionControl"] = json!({"Mode": mode, "State": "available", "ResourceExclusions": {
            "NatGateway": {"State": nat}, "InternetGateway": {"State": internet}}});
        with(json!({ "Vpcs": [row] }))
    };
    let verdict = |snapshot: &Snapshot| super::between::path(snapshot, "i-1", "52.94.0.1", &Flow::tcp(443)).verdict;
    assert_eq!(verdict(&controlled("monitor", "disabled", "disabled")), Verdict::Reachable);
    assert_eq!(verdict(&controlled("enforce", "enabled", "enabled")), Verdict::Reachable);
    assert_eq!(verdict(&controlled("enforce", "enabled", "disabled")), Verdict::Unknown);
    assert_eq!(verdict(&controlled("enforce", "disabled", "enabled")), Verdict::Unknown);
}
