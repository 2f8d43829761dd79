//! Small worlds for the tests of this engine.

use crate::snapshot::{Header, Outcome, Read, Recorded, Snapshot, facts_of_file};
use serde_json::{Value, json};

/// A snapshot in which each list of `members` (`Subnets`, `RouteTables`, …) is the whole answer to its describe call. The member
/// `VpcAttributes` maps `enableDnsSupport` and `enableDnsHostnames` of `vpc-1` to a boolean, and `HostedZones` lists the names of the
/// private zones of `vpc-1`.
pub(super) fn world(members: Value) -> Snapshot {
    let mut snapshot = Snapshot::new(Header { account: "111122223333".into(), ..Header::default() });
    add(&mut snapshot, members);
    snapshot
}

/// Adds answers to a world; rows with known ids are replaced.
pub(super) fn add(snapshot: &mut Snapshot, members: Value) {
    use crate::snapshot::operations as op;
    for (member, rows) in members.as_object().expect("an object of lists") {
        match member.as_str() {
            "VpcAttributes" => {
                for (attribute, value) in rows.as_object().expect("attributes") {
                    let name = format!("E{}", attribute.strip_prefix('e').expect("enableDns…"));
                    let read = Read::new(op::DESCRIBE_VPC_ATTRIBUTE, json!({"VpcId": "vpc-1", "Attribute": attribute}));
                    let output = json!({"VpcId": "vpc-1", name: {"Value": value}});
                    snapshot.record(Recorded::new(&read, "", Outcome::Output(output))).expect("an attribute");
                }
            }
            "HostedZones" => {
                let zones = rows.as_array().expect("names").iter().map(
                    |name| json!({"HostedZoneId": "Z1", "Name": name, "Owner": {"OwningAccount": "999900001111"}}),
                );
                let read = Read::new(op::LIST_HOSTED_ZONES_BY_VPC, json!({"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}));
                let output = json!({"HostedZoneSummaries": zones.collect::<Vec<_>>()});
                snapshot.record(Recorded::new(&read, "", Outcome::Output(output))).expect("zones");
            }
            _ => {
                let text = json!({ member: rows }).to_string();
                let facts = facts_of_file("facts.json", &text).expect("facts");
                assert!(!facts.reads.is_empty(), "`{member}` is no member that a describe call answers with");
                for read in facts.reads {
                    snapshot.record(read).expect("facts");
                }
            }
        }
    }
}

/// A denied read.
pub(super) fn deny(snapshot: &mut Snapshot, operation: crate::snapshot::Operation, parameters: Value) {
    let outcome = Outcome::Error { code: "UnauthorizedOperation".into(), message: String::new() };
    snapshot.record(Recorded::new(&Read::new(operation, parameters), "", outcome)).expect("an error");
}

/// A VPC with everything in order: `eni-1` (10.0.1.10, groups `sg-1`) of the Linux instance `i-1` in the private `subnet-1`, whose default
/// route goes to `nat-1` in the public `subnet-2`, whose default route goes to `igw-1`. No endpoint, no private zone.
pub(super) fn private_world() -> Snapshot {
    world(json!({
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1",
            "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}],
            "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"}}],
        "Subnets": [subnet("subnet-1", "10.0.1.0/24"), subnet("subnet-2", "10.0.2.0/24"), subnet("subnet-3", "10.0.3.0/24")],
        "Reservations": [{"OwnerId": "111122223333", "Instances": [instance("i-1", "eni-1", "subnet-1", "10.0.1.10", json!(null))]}],
        "SecurityGroups": [open_group("sg-1")],
        "RouteTables": [
            table("rtb-1", json!([{"Main": true}]), json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"})),
            table("rtb-2", json!([{"SubnetId": "subnet-2"}]), json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}))],
        "NetworkAcls": [acl("acl-1", &["subnet-1", "subnet-2", "subnet-3"], open_entries())],
        "NatGateways": [{"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": "subnet-2", "State": "available", "ConnectivityType": "public",
            "NatGatewayAddresses": [{"PrivateIp": "10.0.2.5", "PublicIp": "198.51.100.5", "Status": "succeeded"}]}],
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"State": "available", "VpcId": "vpc-1"}]}],
        "DhcpOptions": [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}]}],
        "VpcEndpoints": [],
        "PrefixLists": [],
        "VpcAttributes": {"enableDnsSupport": true, "enableDnsHostnames": true},
        "HostedZones": [],
    }))
}

/// A subnet of `vpc-1`.
pub(super) fn subnet(id: &str, block: &str) -> Value {
    json!({"SubnetId": id, "VpcId": "vpc-1", "CidrBlock": block, "OwnerId": "111122223333", "AvailabilityZone": "eu-west-1a",
        "BlockPublicAccessStates": {"InternetGatewayBlockMode": "off"}})
}

/// A running Linux instance with one interface; `association` is its public side or null.
pub(super) fn instance(id: &str, eni: &str, subnet: &str, address: &str, association: Value) -> Value {
    json!({"InstanceId": id, "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": address, "PlatformDetails": "Linux/UNIX",
        "State": {"Name": "running"}, "NetworkInterfaces": [{
            "NetworkInterfaceId": eni, "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": address, "SourceDestCheck": true,
            "Groups": [{"GroupId": "sg-1"}], "Attachment": {"DeviceIndex": 0}, "Association": association}]})
}

/// A group that takes everything from its members and sends everything anywhere.
pub(super) fn open_group(id: &str) -> Value {
    json!({"GroupId": id, "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id}]}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]})
}

/// A table of `vpc-1` with the local route and one more.
pub(super) fn table(id: &str, associations: Value, route: Value) -> Value {
    json!({"RouteTableId": id, "VpcId": "vpc-1", "Associations": associations, "Routes": [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}, route]})
}

/// An ACL of `vpc-1`.
pub(super) fn acl(id: &str, subnets: &[&str], entries: Value) -> Value {
    let associations: Vec<Value> = subnets.iter().map(|subnet| json!({"SubnetId": subnet})).collect();
    json!({"NetworkAclId": id, "VpcId": "vpc-1", "IsDefault": false, "Associations": associations, "Entries": entries})
}

/// Entries that allow everything both ways.
pub(super) fn open_entries() -> Value {
    json!([
        entry(100, true, "allow", "0.0.0.0/0", None),
        entry(100, false, "allow", "0.0.0.0/0", None),
        entry(101, true, "allow", "::/0", None),
        entry(101, false, "allow", "::/0", None)
    ])
}

/// One entry, for TCP ports where `ports` are given and for all protocols else.
pub(super) fn entry(number: i64, egress: bool, action: &str, block: &str, ports: Option<(i64, i64)>) -> Value {
    let member = if block.contains(':') { "Ipv6CidrBlock" } else { "CidrBlock" };
    let mut entry =
        json!({member: block, "Egress": egress, "RuleAction": action, "RuleNumber": number, "Protocol": "-1"});
    if let Some((from, to)) = ports {
        entry["Protocol"] = json!("6");
        entry["PortRange"] = json!({"From": from, "To": to});
    }
    entry
}

/// An endpoint for `ssm` in the given subnet, with the group `sg-e`.
pub(super) fn endpoint(subnets: &[&str]) -> Value {
    json!({"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": "com.amazonaws.eu-west-1.ssm",
        "State": "available", "SubnetIds": subnets, "Groups": [{"GroupId": "sg-e"}], "PrivateDnsEnabled": true, "IpAddressType": "ipv4",
        "NetworkInterfaceIds": ["eni-e1", "eni-e2"]})
}

/// The group of that endpoint: 443 from this block.
pub(super) fn endpoint_group(block: &str) -> Value {
    json!({"GroupId": "sg-e", "VpcId": "vpc-1", "IpPermissionsEgress": [], "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": block}]}]})
}
