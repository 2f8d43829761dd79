//! What routes lead to: tables, NAT gateways, internet gateways and endpoints.

use super::draw::Draw;
use serde_json::{Value, json};

/// A table with a target of any kind in each route.
pub(crate) fn table(draw: &mut Draw<'_>, number: usize) -> Value {
    let vpc = (number - 1) % 3;
    let mut routes = draw.list(4, route);
    if let Some(routes) = routes.as_array_mut() {
        routes.extend((0..draw.below(3)).map(|_| plain_route(draw)));
    }
    if let (false, Some(routes)) = (draw.once_in(16), routes.as_array_mut()) {
        routes.push(json!({"DestinationCidrBlock": format!("10.{vpc}.0.0/16"), "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}));
        routes.push(json!({"DestinationIpv6CidrBlock": format!("2a05:d018:0:{vpc}::/64"), "GatewayId": "local", "State": "active"}));
    }
    let mut associations = draw.list(2, |draw| match draw.below(8) {
        7 => json!({ "GatewayId": draw.id("igw", 2) }),
        _ => json!({"SubnetId": draw.id("subnet", 6), "AssociationState": { "State": draw.word(&["associated", "disassociated"]) }}),
    });
    if let (true, Some(associations)) = (number <= 3, associations.as_array_mut()) {
        associations.push(json!({ "Main": !draw.once_in(8) }));
    }
    json!({"RouteTableId": format!("rtb-{number}"), "VpcId": format!("vpc-{}", vpc + 1), "OwnerId": "111122223333",
        "Associations": associations, "Routes": routes})
}

/// Each kind of target: member, kind of id, how many there are.
const TARGETS: &[(&str, &str, usize)] = &[
    ("TransitGatewayId", "tgw", 2),
    ("NatGatewayId", "nat", 3),
    ("GatewayId", "igw", 2),
    ("VpcPeeringConnectionId", "pcx", 2),
    ("NetworkInterfaceId", "eni", 6),
    ("GatewayId", "vpce", 3),
    ("EgressOnlyInternetGatewayId", "eigw", 1),
    ("GatewayId", "vgw", 1),
    ("InstanceId", "i", 3),
    ("CarrierGatewayId", "cagw", 1),
    ("LocalGatewayId", "lgw", 1),
    ("CoreNetworkArn", "arn:core", 1),
    ("GatewayId", "nat", 3),
    ("GatewayId", "eigw", 1),
];

/// A route as people have them: out, or to the other VPCs.
fn plain_route(draw: &mut Draw<'_>) -> Value {
    let block = draw.pick(&["10.0.0.0/8", "0.0.0.0/0", "10.1.0.0/16", "10.0.0.0/16"]);
    let (member, kind, count) = draw.pick(&TARGETS[..4]);
    json!({"DestinationCidrBlock": block, member: format!("{kind}-{}", draw.below(count) + 1), "State": "active", "Origin": "CreateRoute"})
}

fn route(draw: &mut Draw<'_>) -> Value {
    let mut route = json!({"State": draw.word(&["active", "active", "active", "blackhole", "filtered"]),
        "Origin": draw.word(&["CreateRoute", "CreateRoute", "EnableVgwRoutePropagation", "CreateRouteTable"])});
    if draw.once_in(8) {
        route["DestinationPrefixListId"] = draw.id("pl", 3);
    } else {
        let block = draw.block();
        let is_ipv6 = block.contains(':') != draw.once_in(32);
        route[if is_ipv6 { "DestinationIpv6CidrBlock" } else { "DestinationCidrBlock" }] = json!(block);
    }
    let (member, kind, count) = draw.pick(TARGETS);
    route[member] = draw.id(kind, count);
    if draw.once_in(24) {
        route["GatewayId"] = json!("local");
    }
    route
}

/// A NAT gateway, public or private, in a subnet or regional with a table of its own.
pub(crate) fn nat(draw: &mut Draw<'_>, number: usize) -> Value {
    let mut row = json!({"NatGatewayId": format!("nat-{number}"), "VpcId": draw.id("vpc", 3), "SubnetId": draw.id("subnet", 6),
        "State": draw.word(&["available", "available", "available", "failed"]), "ConnectivityType": draw.word(&["public", "private"]),
        "NatGatewayAddresses": draw.list(2, |draw| json!({"PrivateIp": draw.address(), "PublicIp": draw.address(),
            "Status": draw.word(&["succeeded", "failed"]), "AvailabilityZone": draw.word(&["eu-west-1a", "eu-west-1b", ""])}))});
    if draw.once_in(4) {
        row["AvailabilityMode"] = json!("regional");
        row["AutoProvisionZones"] = draw.word(&["enabled", "disabled"]);
        row["SubnetId"] = json!("");
        row["RouteTableId"] = draw.id("rtb", 6);
    }
    row
}

/// An internet gateway or, under its own member, an egress-only one.
pub(crate) fn internet(draw: &mut Draw<'_>, member: &str, kind: &str, number: usize) -> Value {
    json!({member: format!("{kind}-{number}"), "Attachments": draw.list(2, |draw| {
        json!({ "State": draw.word(&["available", "attached", "detached"]), "VpcId": draw.id("vpc", 3) })
    })})
}

const SERVICES: &[&str] = &["ssm", "ssmmessages", "ec2messages", "s3", "kms"];

/// An endpoint of any kind.
pub(crate) fn endpoint(draw: &mut Draw<'_>, number: usize) -> Value {
    json!({"VpcEndpointId": format!("vpce-{number}"), "VpcEndpointType": draw.word(&["Interface", "Gateway", "GatewayLoadBalancer"]),
        "VpcId": draw.id("vpc", 3), "ServiceName": format!("com.amazonaws.eu-west-1.{}", draw.pick(SERVICES)),
        "State": draw.word(&["available", "available", "pending"]), "SubnetIds": draw.list(2, |draw| draw.id("subnet", 6)),
        "Groups": draw.list(2, |draw| json!({ "GroupId": draw.id("sg", 4) })), "PrivateDnsEnabled": !draw.once_in(4),
        "IpAddressType": draw.word(&["ipv4", "dualstack", "ipv6"]), "NetworkInterfaceIds": draw.list(2, |draw| draw.id("eni", 6)),
        "DnsOptions": { "DnsRecordIpType": draw.word(&["ipv4", "dualstack", "ipv6", "service-defined"]) },
        "PolicyDocument": draw.pick(&["{\"Statement\":[{\"Action\":\"*\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}]}", "", "{"])})
}

/// A prefix list, one of AWS's own or of a customer.
pub(crate) fn prefix_list(draw: &mut Draw<'_>, number: usize) -> Value {
    json!({"PrefixListId": format!("pl-{number}"), "PrefixListName": format!("com.amazonaws.eu-west-1.{}", draw.pick(SERVICES)),
        "Cidrs": draw.list(3, |draw| json!(draw.block()))})
}
