//! What joins VPCs: peering connections, and transit gateways with their attachments and tables.

use super::draw::Draw;
use serde_json::{Value, json};

/// A peering connection between any two VPCs.
pub(crate) fn peering(draw: &mut Draw<'_>, number: usize) -> Value {
    let mut side = || {
        let vpc = draw.below(3);
        let block = format!("10.{vpc}.0.0/16");
        json!({"VpcId": format!("vpc-{}", vpc + 1), "OwnerId": "111122223333", "Region": draw.word(&["eu-west-1", "us-east-1"]),
            "CidrBlock": block, "CidrBlockSet": [{ "CidrBlock": block }, { "CidrBlock": draw.block() }],
            "Ipv6CidrBlockSet": draw.list(1, |draw| json!({ "Ipv6CidrBlock": draw.block() }))})
    };
    let (requester, accepter) = (side(), side());
    json!({"VpcPeeringConnectionId": format!("pcx-{number}"), "RequesterVpcInfo": requester, "AccepterVpcInfo": accepter,
        "Status": { "Code": draw.word(&["active", "pending-acceptance"]) }})
}

/// A transit gateway.
pub(crate) fn gateway(draw: &mut Draw<'_>, number: usize) -> Value {
    json!({"TransitGatewayId": format!("tgw-{number}"), "State": "available", "OwnerId": "111122223333",
        "Options": { "SecurityGroupReferencingSupport": switch(draw) }})
}

fn switch(draw: &mut Draw<'_>) -> Value {
    draw.word(&["enable", "disable"])
}

fn state(draw: &mut Draw<'_>) -> Value {
    if draw.once_in(8) { draw.word(&["pending", "deleted"]) } else { json!("available") }
}

/// The attachment of a VPC: numbers 1 to 6 are those of three VPCs at two transit gateways.
pub(crate) fn vpc_attachment(draw: &mut Draw<'_>, number: usize) -> Value {
    let (vpc, hub) = hub_of(number);
    let subnets = match draw.below(4) {
        0 | 1 => json!([format!("subnet-{vpc}"), format!("subnet-{}", vpc + 3)]),
        2 => json!([format!("subnet-{vpc}")]),
        _ => draw.list(3, |draw| draw.id("subnet", 6)),
    };
    json!({"TransitGatewayAttachmentId": format!("att-{number}"), "TransitGatewayId": format!("tgw-{hub}"), "VpcId": format!("vpc-{vpc}"),
        "SubnetIds": subnets, "State": state(draw),
        "Options": { "Ipv6Support": switch(draw), "SecurityGroupReferencingSupport": switch(draw), "ApplianceModeSupport": switch(draw) }})
}

fn hub_of(number: usize) -> (usize, usize) {
    ((number - 1) % 3 + 1, (number - 1) / 3 % 2 + 1)
}

/// An attachment with its table. From number 7 on they are peerings: two ends each, of which some lead back to where they come from.
pub(crate) fn attachment(draw: &mut Draw<'_>, number: usize) -> Value {
    let (vpc, hub) = hub_of(number);
    let is_peering = number > 6;
    let (id, kind) = if is_peering {
        (format!("att-{}", 7 + (number - 7) / 2), "peering")
    } else {
        (format!("att-{number}"), "vpc")
    };
    let hub = if is_peering { (number - 7) % 2 + 1 } else { hub };
    let resource = if is_peering { draw.id("tgw", 2) } else { json!(format!("vpc-{vpc}")) };
    let mut row = json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": format!("tgw-{hub}"), "State": state(draw),
        "ResourceType": draw.word(&[kind]), "ResourceId": resource});
    if !draw.once_in(8) {
        row["Association"] = json!({ "TransitGatewayRouteTableId": draw.id("tgw-rtb", 3), "State": draw.word(&["associated", "associated", "associated", "associating"]) });
    }
    row
}

/// The routes of a table, as the search gives them.
pub(crate) fn routes(draw: &mut Draw<'_>) -> Value {
    let mut routes = draw.list(5, route);
    if let (true, Some(routes)) = (draw.below(2) == 0, routes.as_array_mut()) {
        for (number, vpc) in [(1, 0), (2, 1), (3, 2)] {
            routes.push(
                json!({"DestinationCidrBlock": format!("10.{vpc}.0.0/16"), "Type": "propagated", "State": "active",
                "TransitGatewayAttachments": [leads_to(number)]}),
            );
        }
    }
    json!({ "Routes": routes, "AdditionalRoutesAvailable": draw.once_in(8) })
}

fn route(draw: &mut Draw<'_>) -> Value {
    let mut route = json!({"DestinationCidrBlock": draw.block(), "Type": draw.word(&["static", "propagated"]),
        "State": draw.word(&["active", "active", "active", "blackhole"])});
    route["TransitGatewayAttachments"] = draw.list(8, |draw| leads_to(draw.below(9) + 1));
    if draw.once_in(8) {
        route["PrefixListId"] = draw.id("pl", 3);
    }
    route
}

fn leads_to(number: usize) -> Value {
    let (vpc, hub) = hub_of(number);
    let (kind, resource) = match number {
        9 => ("vpn", "vpn-1".to_owned()),
        7.. => ("peering", format!("tgw-{}", 3 - hub)),
        _ => ("vpc", format!("vpc-{vpc}")),
    };
    json!({"TransitGatewayAttachmentId": format!("att-{number}"), "ResourceType": kind, "ResourceId": resource})
}

/// What propagates into a table.
pub(crate) fn propagations(draw: &mut Draw<'_>) -> Value {
    json!({ "TransitGatewayRouteTablePropagations": draw.list(3, |draw| {
        let mut row = leads_to(draw.below(9) + 1);
        row["State"] = draw.word(&["enabled", "disabled"]);
        row
    }) })
}
