//! Rows as `aws ec2 describe-*` prints them.

use serde_json::{Value, json};

/// The account of everything here.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The Region of everything here.
pub(crate) const REGION: &str = "eu-west-1";

pub(crate) fn is_v6(block: &str) -> bool {
    block.contains(':')
}

fn v4_of<'a>(blocks: &[&'a str]) -> Vec<&'a str> {
    blocks.iter().copied().filter(|block| !is_v6(block)).collect()
}

fn v6_associations(blocks: &[&str], state: &str) -> Vec<Value> {
    let v6 = blocks.iter().filter(|block| is_v6(block));
    v6.map(|block| json!({ "Ipv6CidrBlock": block, "Ipv6CidrBlockState": { "State": state } })).collect()
}

pub(crate) fn vpc(id: &str, blocks: &[&str]) -> Value {
    let v4 = v4_of(blocks);
    let set: Vec<Value> = v4
        .iter()
        .map(|block| json!({ "CidrBlock": block, "CidrBlockState": { "State": "associated" } }))
        .collect();
    json!({
        "VpcId": id, "CidrBlock": v4[0], "CidrBlockAssociationSet": set, "OwnerId": ACCOUNT, "IsDefault": false,
        "Ipv6CidrBlockAssociationSet": v6_associations(blocks, "associated"), "InstanceTenancy": "default",
    })
}

pub(crate) fn subnet(id: &str, vpc: &str, zone: &str, blocks: &[&str]) -> Value {
    json!({
        "SubnetId": id, "VpcId": vpc, "AvailabilityZone": format!("{REGION}{zone}"), "OwnerId": ACCOUNT, "State": "available",
        "CidrBlock": v4_of(blocks).first().copied().unwrap_or_default(),
        "Ipv6CidrBlockAssociationSet": v6_associations(blocks, "associated"),
    })
}

/// An address of an interface: private with its public one, or an IPv6 address.
pub(crate) type Address<'a> = (&'a str, Option<&'a str>);

fn association(public: Option<&str>) -> Value {
    public.map_or(Value::Null, |public| json!({ "PublicIp": public, "IpOwnerId": "amazon" }))
}

/// The members that both calls show of an interface.
pub(crate) fn interface(id: &str, vpc: &str, subnet: &str, addresses: &[Address], groups: &[&str]) -> Value {
    let v4: Vec<&Address> = addresses.iter().filter(|(address, _)| !is_v6(address)).collect();
    let private: Vec<Value> = v4
        .iter()
        .enumerate()
        .map(|(position, (address, public))| {
            json!({ "PrivateIpAddress": address, "Primary": position == 0, "Association": association(*public) })
        })
        .collect();
    let v6: Vec<Value> =
        addresses.iter().filter(|(address, _)| is_v6(address)).map(|(of, _)| json!({ "Ipv6Address": of })).collect();
    let groups: Vec<Value> = groups.iter().map(|group| json!({ "GroupId": group, "GroupName": group })).collect();
    json!({
        "NetworkInterfaceId": id, "VpcId": vpc, "SubnetId": subnet, "Status": "in-use", "InterfaceType": "interface",
        "SourceDestCheck": true, "Groups": groups, "PrivateIpAddresses": private, "Ipv6Addresses": v6, "OwnerId": ACCOUNT,
        "PrivateIpAddress": v4.first().map_or("", |(address, _)| address),
        "Association": association(v4.first().and_then(|(_, public)| *public)),
        "Attachment": { "DeviceIndex": 0, "Status": "attached", "InstanceId": format!("i-{id}") },
    })
}

/// The reservation with the instance of an interface.
pub(crate) fn reservation(interface: &Value, platform: &str) -> Value {
    let id = format!("i-{}", interface["NetworkInterfaceId"].as_str().unwrap());
    json!({ "OwnerId": ACCOUNT, "Instances": [{
        "InstanceId": id, "State": { "Name": "running" }, "VpcId": interface["VpcId"], "SubnetId": interface["SubnetId"],
        "PlatformDetails": platform, "SourceDestCheck": interface["SourceDestCheck"], "SecurityGroups": interface["Groups"],
        "PrivateIpAddress": interface["PrivateIpAddress"], "NetworkInterfaces": [interface],
    }] })
}

/// The interface of a NAT gateway or transit gateway.
pub(crate) fn gateway_interface(id: &str, kind: &str, vpc: &str, subnet: &str, address: Address) -> Value {
    let mut row = interface(id, vpc, subnet, &[address], &[]);
    row["InterfaceType"] = json!(kind);
    row["SourceDestCheck"] = json!(false);
    row["RequesterManaged"] = json!(true);
    row["Attachment"] = json!({ "DeviceIndex": 1, "Status": "attached" });
    row
}

pub(crate) fn group(id: &str, vpc: &str, ingress: &[Value], egress: &[Value]) -> Value {
    json!({ "GroupId": id, "GroupName": id, "VpcId": vpc, "OwnerId": ACCOUNT, "IpPermissions": ingress, "IpPermissionsEgress": egress })
}

/// Who the rule of a group is about.
#[derive(Debug, Clone)]
pub(crate) enum Peers {
    Blocks(Vec<String>),
    PrefixList(String),
    /// A group, of another VPC over this peering connection with this status, if any.
    Group(String, Option<(String, String)>),
}

/// A rule of a group; `ports` are ICMP type and code for ICMP, and `None` for protocols without.
pub(crate) fn permission(protocol: &str, ports: Option<(i64, i64)>, peers: &[Peers]) -> Value {
    let mut rule = json!({ "IpProtocol": protocol, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [] });
    if let Some((from, to)) = ports {
        rule["FromPort"] = json!(from);
        rule["ToPort"] = json!(to);
    }
    let mut put = |member: &str, value: Value| rule[member].as_array_mut().unwrap().push(value);
    for peer in peers {
        match peer {
            Peers::Blocks(blocks) => {
                for block in blocks {
                    if is_v6(block) {
                        put("Ipv6Ranges", json!({ "CidrIpv6": block }));
                    } else {
                        put("IpRanges", json!({ "CidrIp": block }));
                    }
                }
            }
            Peers::PrefixList(id) => put("PrefixListIds", json!({ "PrefixListId": id })),
            Peers::Group(id, None) => put("UserIdGroupPairs", json!({ "GroupId": id, "UserId": ACCOUNT })),
            Peers::Group(id, Some((connection, status))) => put(
                "UserIdGroupPairs",
                json!({ "GroupId": id, "UserId": ACCOUNT, "VpcPeeringConnectionId": connection, "PeeringStatus": status }),
            ),
        }
    }
    rule
}

/// A rule that lets everything pass.
pub(crate) fn anything() -> Value {
    permission("-1", None, &[Peers::Blocks(vec!["0.0.0.0/0".into(), "::/0".into()])])
}

/// An entry of a network ACL; `ports` are ICMP type and code for ICMP, and `None` for protocols without.
pub(crate) fn entry(number: i64, egress: bool, action: &str, protocol: &str, block: &str, ports: Option<(i64, i64)>) -> Value {
    let mut row = json!({ "RuleNumber": number, "Egress": egress, "RuleAction": action, "Protocol": protocol });
    row[if is_v6(block) { "Ipv6CidrBlock" } else { "CidrBlock" }] = json!(block);
    match (protocol, ports) {
        ("1" | "58", Some((kind, code))) => row["IcmpTypeCode"] = json!({ "Type": kind, "Code": code }),
        (_, Some((from, to))) => row["PortRange"] = json!({ "From": from, "To": to }),
        _ => {}
    }
    row
}

pub(crate) fn route(destination: &str, target: &str) -> Value {
    let mut row = json!({ "Origin": "CreateRoute", "State": "active" });
    let member = if destination.starts_with("pl-") {
        "DestinationPrefixListId"
    } else if is_v6(destination) {
        "DestinationIpv6CidrBlock"
    } else {
        "DestinationCidrBlock"
    };
    row[member] = json!(destination);
    let member = match target.split_once('-').map_or(target, |(kind, _)| kind) {
        "nat" => "NatGatewayId",
        "eigw" => "EgressOnlyInternetGatewayId",
        "pcx" => "VpcPeeringConnectionId",
        "tgw" => "TransitGatewayId",
        "eni" => "NetworkInterfaceId",
        "cagw" => "CarrierGatewayId",
        _ => "GatewayId",
    };
    row[member] = json!(target);
    if target == "local" {
        row["Origin"] = json!("CreateRouteTable");
    }
    row
}

/// The same route with its target gone.
pub(crate) fn blackhole(destination: &str, target: &str) -> Value {
    let mut row = route(destination, target);
    row["State"] = json!("blackhole");
    row
}

/// A route that a virtual private gateway propagates.
pub(crate) fn propagated(destination: &str, target: &str) -> Value {
    let mut row = route(destination, target);
    row["Origin"] = json!("EnableVgwRoutePropagation");
    row
}
