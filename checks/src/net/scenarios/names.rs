//! Which way a name leads, and facts that are missing.

use super::super::testing::*;
use super::super::*;
use super::*;
use crate::snapshot::operations;

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
fn a_mute_resolver_hides_no_other_fault_and_invents_none() {
    let mut snapshot =
        with(json!({"VpcEndpoints": [endpoint(&["subnet-3"])], "SecurityGroups": [endpoint_group("10.0.0.0/16")]}));
    add(&mut snapshot, json!({"VpcAttributes": {"enableDnsSupport": false}}));
    add(
        &mut snapshot,
        only(json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"})),
    );
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::DnsSupportOff]);
    add(&mut snapshot, json!({"SecurityGroups": [endpoint_group("10.9.0.0/16")]}));
    expect(&ssm(&snapshot), Verdict::Blocked, &[Cause::DnsSupportOff, Cause::EndpointSecurityGroup]);
}

/// `eni-2` (10.0.1.20) beside `eni-1` (10.0.1.10), alike in everything else.
fn alike(entries: Value) -> Snapshot {
    let other = instance("i-2", "eni-2", "subnet-1", "10.0.1.20", json!(null));
    with(json!({
        "Reservations": [{"OwnerId": "111122223333", "Instances": [other]}],
        "NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-3"], open_entries()), acl("acl-2", &["subnet-2"], entries)],
    }))
}

fn briefly(network: &Network<'_>, interface: &str) -> std::sync::Arc<ServicePath> {
    let own = network.interface(interface).unwrap();
    let brief = to_service_briefly(network, own, "ssm", "eu-west-1", 443);
    assert_eq!(brief.verdict, to_service(network, own, "ssm", "eu-west-1", 443).verdict, "{interface}");
    brief
}

#[test]
fn what_passes_from_the_whole_subnet_is_found_once() {
    let snapshot = alike(open_entries());
    let network = Network::new(&snapshot);
    let (one, other) = (briefly(&network, "eni-1"), briefly(&network, "eni-2"));
    assert!(std::sync::Arc::ptr_eq(&one, &other));
}

#[test]
fn an_entry_for_one_address_counts_for_that_one_only() {
    let mut entries = open_entries();
    entries.as_array_mut().unwrap().push(entry(10, false, "deny", "10.0.1.20/32", None));
    let snapshot = alike(entries);
    for order in [["eni-1", "eni-2"], ["eni-2", "eni-1"]] {
        let network = Network::new(&snapshot);
        let verdicts = order.map(|interface| (interface, briefly(&network, interface).verdict));
        assert!(verdicts.contains(&("eni-1", Verdict::Reachable)), "{verdicts:?}");
        assert!(verdicts.contains(&("eni-2", Verdict::Blocked)), "{verdicts:?}");
    }
}

#[test]
fn other_dns_servers_may_lead_a_name_into_another_network() {
    let custom = json!({"DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
        {"Key": "domain-name-servers", "Values": [{"Value": "10.0.9.9"}]}]}]});
    let hub = only(json!({"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"}));
    let asked = |changes: &[Value]| {
        let mut snapshot = with(hub.clone());
        changes.iter().for_each(|change| add(&mut snapshot, change.clone()));
        ssm(&snapshot)
    };
    expect(&asked(&[]), Verdict::Blocked, &[Cause::NoRoute]);
    let path = asked(std::slice::from_ref(&custom));
    expect(&path, Verdict::Unknown, &[Cause::CustomDns, Cause::NoRoute]);
    assert!(path.obstacles.iter().all(|obstacle| obstacle.effect == Effect::Possible), "{path:#?}");
    let gap = "what the DNS servers 10.0.9.9 answer for `ssm.eu-west-1.amazonaws.com`";
    assert_eq!(missing(&path), [gap]);
    // Nor does an endpoint decide whose group is closed, nor an interface from which nothing gets out.
    let closed_endpoint =
        json!({"VpcEndpoints": [endpoint(&["subnet-3"])], "SecurityGroups": [endpoint_group("10.9.0.0/16")]});
    let path = asked(&[closed_endpoint, custom.clone()]);
    assert_eq!(path.verdict, Verdict::Unknown, "{path:#?}");
    let shut = asked(&[custom, json!({"SecurityGroups": [{"GroupId": "sg-1"}]})]);
    assert_eq!(shut.verdict, Verdict::Blocked, "{shut:#?}");
    // So it is where nobody knows who answers.
    let mut unread = with(hub);
    add(&mut unread, json!({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-2"}]}));
    let path = ssm(&unread);
    assert_eq!(
        (path.verdict, missing(&path)),
        (Verdict::Unknown, vec!["the DHCP options of VPC `vpc-1`".to_owned()]),
        "{path:#?}"
    );
}

#[test]
fn other_dns_servers_may_name_an_endpoint_that_the_amazon_resolver_does_not() {
    let mut snapshot = with(only(json!({"DestinationCidrBlock": "192.0.2.0/24", "State": "blackhole"})));
    add(
        &mut snapshot,
        json!({"DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [
        {"Key": "domain-name-servers", "Values": [{"Value": "10.0.9.9"}]}]}],
        "VpcAttributes": {"enableDnsSupport": false}, "VpcEndpoints": [endpoint(&["subnet-1"])],
        "SecurityGroups": [endpoint_group("10.0.0.0/16")]}),
    );
    assert_eq!(ssm(&snapshot).verdict, Verdict::Unknown);
    // In the very subnet no ACL is asked.
    let mut plain = endpoint(&["subnet-1"]);
    plain["PrivateDnsEnabled"] = json!(false);
    add(&mut snapshot, json!({"VpcEndpoints": [plain], "VpcAttributes": {"enableDnsSupport": true}}));
    let closed = json!([
        entry(100, false, "allow", "0.0.0.0/0", None),
        entry(90, true, "deny", "0.0.0.0/0", Some((443, 443))),
        entry(100, true, "allow", "0.0.0.0/0", None)
    ]);
    add(&mut snapshot, json!({"NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-2", "subnet-3"], closed)]}));
    let path = ssm(&snapshot);
    assert_eq!(path.verdict, Verdict::Unknown, "{path:#?}");
    add(&mut snapshot, json!({"SecurityGroups": [endpoint_group("10.9.0.0/16"), {"GroupId": "sg-1"}]}));
    assert_eq!(ssm(&snapshot).verdict, Verdict::Blocked);
}
