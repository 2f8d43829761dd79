//! A small world for the tests of this module: two instances in two subnets of a VPC, with every list complete.

use crate::snapshot::{Header, Outcome, Read, Recorded, Snapshot, facts_of_file, operations as op};
use serde_json::{Value, json};

/// `web-1`: 10.0.1.10 and 10.0.1.11, 18.0.0.10, 2a05:d018::10, in the public `subnet-1`, group `sg-0aaaaaaa` that lets everything out.
pub(super) const WEB: &str = "i-0aaaaaaa";
/// Its interface.
pub(super) const ENI: &str = "eni-0aaaaaaa";
/// `web-db`: 10.0.2.20 in the private `subnet-2`, group `sg-0bbbbbbb` that lets `sg-0aaaaaaa` in on 5432.
pub(super) const DB: &str = "i-0bbbbbbb";
/// Its interface.
pub(super) const DB_ENI: &str = "eni-0bbbbbbb";

/// The world.
pub(super) fn small() -> Snapshot {
    let mut snapshot =
        Snapshot::new(Header { account: "123456789012".into(), region: "eu-west-1".into(), ..Header::default() });
    let mut web = instance(WEB, "web-1", (ENI, "subnet-1", "10.0.1.10", "sg-0aaaaaaa"));
    web["PublicIpAddress"] = json!("18.0.0.10");
    web["PublicDnsName"] = json!("ec2-18-0-0-10.eu-west-1.compute.amazonaws.com");
    web["PrivateDnsName"] = json!("ip-10-0-1-10.eu-west-1.compute.internal");
    let eni = &mut web["NetworkInterfaces"][0];
    eni["Association"] = json!({ "PublicIp": "18.0.0.10" });
    eni["Ipv6Addresses"] = json!([{ "Ipv6Address": "2a05:d018::10" }]);
    eni["PrivateIpAddresses"] = json!([
        { "PrivateIpAddress": "10.0.1.10", "Primary": true, "Association": { "PublicIp": "18.0.0.10" } },
        { "PrivateIpAddress": "10.0.1.11", "Primary": false }]);
    let db = instance(DB, "web-db", (DB_ENI, "subnet-2", "10.0.2.20", "sg-0bbbbbbb"));
    add(&mut snapshot, json!({ "Reservations": [{ "OwnerId": "123456789012", "Instances": [web, db] }] }));
    add(&mut snapshot, network());
    snapshot
}

fn network() -> Value {
    let every = |egress: bool| json!({ "RuleNumber": 100, "Egress": egress, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0" });
    json!({
        "Vpcs": [{ "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16",
            "CidrBlockAssociationSet": [{ "CidrBlock": "10.0.0.0/16", "CidrBlockState": { "State": "associated" } }],
            "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" } }],
        "Subnets": [
            { "SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
              "Ipv6CidrBlockAssociationSet": [{ "Ipv6CidrBlock": "2a05:d018::/64" }] },
            { "SubnetId": "subnet-2", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24" }],
        "RouteTables": [
            { "RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{ "SubnetId": "subnet-1" }], "Routes": [
                { "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active" },
                { "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active" }] },
            { "RouteTableId": "rtb-2", "VpcId": "vpc-1", "Associations": [{ "Main": true }], "Routes": [
                { "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active" }] }],
        "NetworkAcls": [{ "NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": [every(true), every(false)],
            "Associations": [{ "SubnetId": "subnet-1" }, { "SubnetId": "subnet-2" }] }],
        "InternetGateways": [{ "InternetGatewayId": "igw-1", "Attachments": [{ "State": "available", "VpcId": "vpc-1" }] }],
        "SecurityGroups": [
            { "GroupId": "sg-0aaaaaaa", "VpcId": "vpc-1", "IpPermissions": [],
              "IpPermissionsEgress": [{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }] },
            { "GroupId": "sg-0bbbbbbb", "VpcId": "vpc-1", "IpPermissionsEgress": [], "IpPermissions": [
                { "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{ "GroupId": "sg-0aaaaaaa" }] }] }],
    })
}

fn instance(id: &str, name: &str, (eni, subnet, address, group): (&str, &str, &str, &str)) -> Value {
    let groups = json!([{ "GroupId": group }]);
    json!({
        "InstanceId": id, "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": address, "State": { "Name": "running" },
        "PlatformDetails": "Linux/UNIX", "Tags": [{ "Key": "Name", "Value": name }], "SecurityGroups": groups,
        "NetworkInterfaces": [{ "NetworkInterfaceId": eni, "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": address,
            "Groups": groups, "Status": "in-use", "Attachment": { "DeviceIndex": 0, "Status": "attached" } }],
    })
}

/// Adds lists by member name; each replaces rows with known ids. Interfaces are added as the answer to another question, so that the
/// list of all of them stays unasked.
pub(super) fn add(snapshot: &mut Snapshot, members: Value) {
    for (member, rows) in members.as_object().expect("lists by member") {
        let facts = facts_of_file("facts.json", &json!({ member: rows }).to_string()).expect("facts");
        assert!(!facts.reads.is_empty(), "`{member}` is no member of an answer");
        for mut read in facts.reads {
            if member == "NetworkInterfaces" {
                read.parameters.insert("Filters".into(), json!([{ "Name": "description", "Values": ["any"] }]));
            }
            snapshot.record(read).expect("facts");
        }
    }
}

/// Adds a function with its VPC configuration.
pub(super) fn function(snapshot: &mut Snapshot, name: &str, config: &Value) {
    let read = Read::new(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": name }));
    let output = json!({ "FunctionName": name, "VpcConfig": config });
    snapshot.record(Recorded::new(&read, "", Outcome::Output(output))).expect("a function");
}
