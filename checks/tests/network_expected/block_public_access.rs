//! AWS's own example of VPC Block Public Access: who can ping whom.

use crate::{Coverage, expected, world};
use checks::net::{Family, Flow, Network, Point, PortSet, Protocol, Verdict};
use checks::snapshot::Snapshot;
use serde_json::{Value, json};

pub(crate) fn scenarios() -> Coverage {
    let data = expected("aws-bpa-scenarios.json");
    let mut coverage = Coverage::default();
    for scenario in data["scenarios"].as_array().unwrap() {
        let mode = scenario["bpa_mode"].as_str().unwrap();
        let snapshot = example(mode, scenario["exclusion"].as_str());
        for (check, wanted) in scenario["expected"].as_object().unwrap() {
            let id = format!("aws-bpa-scenarios/{}/{check}", scenario["scenario"]);
            coverage.compare(id, wanted.as_str().unwrap(), ping(&snapshot, check));
        }
    }
    coverage
}

fn ping(snapshot: &Snapshot, check: &str) -> String {
    let (family, protocol, request) = match check {
        "D_out_v6_eigw" => (Family::Ipv6, Protocol::ICMPV6, 128),
        _ => (Family::Ipv4, Protocol::ICMP, 8),
    };
    let network = Network::new(snapshot);
    let own = network.interface(&format!("eni-i-{}", check.split('_').next().unwrap())).unwrap();
    let own = Point::from(own);
    let far = Point::Internet(family);
    let flow = Flow { protocol, ports: PortSet::icmp(request, 0) };
    let path = if check.ends_with("_in") { network.path(&far, &own, &flow) } else { network.path(&own, &far, &flow) };
    match path.verdict {
        Verdict::Reachable => "allowed".into(),
        Verdict::Blocked => "blocked".into(),
        other => format!("{other:?} {:?} {:?}", path.gaps, path.obstacles),
    }
}

fn example(mode: &str, exclusion: Option<&str>) -> Snapshot {
    let instance = |id: &str, subnet: &str, address: &str, public: Value, v6: Value| {
        json!({"InstanceId": id, "State": {"Name": "running"}, "NetworkInterfaces": [{"NetworkInterfaceId": format!("eni-{id}"),
            "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": address, "Groups": [{"GroupId": "sg-1"}],
            "Association": public, "Ipv6Addresses": v6, "Attachment": {"DeviceIndex": 0}}]})
    };
    let subnet = |id: &str, block: &str| json!({"SubnetId": id, "VpcId": "vpc-1", "CidrBlock": block});
    let local = json!({"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"});
    let public = json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"});
    let all = json!([{"CidrIp": "0.0.0.0/0"}]);
    let entry = |number: i64, member: &str, block: &str, egress: bool| json!({"RuleNumber": number, "RuleAction": "allow", "Egress": egress, member: block, "Protocol": "-1"});
    let entries: Vec<Value> = [true, false]
        .into_iter()
        .flat_map(|egress| [entry(100, "CidrBlock", "0.0.0.0/0", egress), entry(101, "Ipv6CidrBlock", "::/0", egress)])
        .collect();
    // "subnet A: allow-egress"
    let exclusions: Vec<Value> = exclusion
        .iter()
        .flat_map(|text| {
            let (resources, mode) = text.rsplit_once(": ").unwrap();
            let letters = resources
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|word| word.len() == 1)
                .map(str::to_owned);
            letters
                .map(|letter| {
                    json!({"ExclusionId": format!("vpcbpa-exclude-{letter}"), "State": "create-complete",
            "ResourceArn": format!("arn:aws:ec2:us-east-2:111122223333:subnet/subnet-{letter}"),
            "InternetGatewayExclusionMode": mode.split_whitespace().next()})
                })
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(exclusion.is_some(), !exclusions.is_empty());
    world(&json!({
        "VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode},
        "VpcBlockPublicAccessExclusions": exclusions,
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
        "Subnets": [subnet("subnet-A", "10.0.1.0/24"), subnet("subnet-B", "10.0.2.0/24"), subnet("subnet-C", "10.0.3.0/24")],
        "Reservations": [{"Instances": [
            instance("i-A", "subnet-A", "10.0.1.10", json!({"PublicIp": "18.225.8.244"}), json!([])),
            instance("i-B", "subnet-B", "10.0.2.10", json!({"PublicIp": "3.18.106.198"}), json!([])),
            instance("i-C", "subnet-C", "10.0.3.10", json!(null), json!([])),
            instance("i-D", "subnet-C", "10.0.3.20", json!(null), json!([{"Ipv6Address": "2600:1f16::20"}]))]}],
        "SecurityGroups": [{"GroupId": "sg-1",
            "IpPermissions": [
                {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": all},
                {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": all}],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": all, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]}],
        "NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true,
            "Associations": [{"SubnetId": "subnet-A"}, {"SubnetId": "subnet-B"}, {"SubnetId": "subnet-C"}],
            "Entries": entries}],
        "RouteTables": [
            {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}], "Routes": [local, public]},
            {"RouteTableId": "rtb-2", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-C"}], "Routes": [local,
                {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
                {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"}]}],
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"State": "available", "VpcId": "vpc-1"}]}],
        "EgressOnlyInternetGateways": [{"EgressOnlyInternetGatewayId": "eigw-1", "Attachments": [{"State": "attached", "VpcId": "vpc-1"}]}],
        "NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-B", "State": "available",
            "NatGatewayAddresses": [{"PrivateIp": "10.0.2.5", "PublicIp": "18.116.96.202", "Status": "succeeded"}]}],
    }))
}
