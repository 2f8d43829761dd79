//! Gateways of a world, and what joins its VPCs.

use super::{Feature, World};
use super::rows::{self, ACCOUNT, REGION, is_v6};
use serde_json::{Value, json};

/// What is said of a VPC attachment beside its table.
pub(crate) struct Attachment<'a> {
    pub(crate) id: &'a str,
    pub(crate) gateway: &'a str,
    pub(crate) vpc: &'a str,
    pub(crate) subnets: &'a [&'a str],
    pub(crate) state: &'a str,
    /// The associated table.
    pub(crate) table: Option<&'a str>,
    pub(crate) takes_ipv6: bool,
    pub(crate) passes_groups: bool,
    pub(crate) is_appliance: bool,
}

impl<'a> Attachment<'a> {
    /// A working attachment with everything switched on but appliance mode.
    pub(crate) fn new(id: &'a str, gateway: &'a str, vpc: &'a str, subnets: &'a [&'a str], table: &'a str) -> Self {
        Self {
            id,
            gateway,
            vpc,
            subnets,
            state: "available",
            table: Some(table),
            takes_ipv6: true,
            passes_groups: true,
            is_appliance: false,
        }
    }
}

fn switch(on: bool) -> &'static str {
    if on { "enable" } else { "disable" }
}

fn peering_side(vpc: &str, blocks: &[&str], region: &str) -> Value {
    let v4: Vec<Value> =
        blocks.iter().filter(|block| !is_v6(block)).map(|block| json!({ "CidrBlock": block })).collect();
    let v6: Vec<Value> =
        blocks.iter().filter(|block| is_v6(block)).map(|block| json!({ "Ipv6CidrBlock": block })).collect();
    let first = v4.first().map_or(Value::Null, |block| block["CidrBlock"].clone());
    json!({
        "VpcId": vpc, "OwnerId": ACCOUNT, "Region": region, "CidrBlock": first, "CidrBlockSet": v4, "Ipv6CidrBlockSet": v6,
    })
}

impl World {
    /// An internet gateway, attached to a VPC.
    pub(crate) fn internet_gateway(&mut self, id: &str, vpc: &str) {
        self.has(Feature::Internet);
        self.rows("InternetGateways")
            .push(json!({ "InternetGatewayId": id, "OwnerId": ACCOUNT, "Attachments": [{ "State": "available", "VpcId": vpc }] }));
    }

    /// An egress-only internet gateway, attached to a VPC.
    pub(crate) fn egress_only_gateway(&mut self, id: &str, vpc: &str) {
        self.has(Feature::EgressOnly);
        self.rows("EgressOnlyInternetGateways").push(
            json!({ "EgressOnlyInternetGatewayId": id, "Attachments": [{ "State": "attached", "VpcId": vpc }] }),
        );
    }

    /// A NAT gateway with its interface; private without a public address.
    pub(crate) fn nat_gateway(&mut self, id: &str, subnet: &str, private: &str, public: Option<&str>) {
        self.has(if public.is_some() { Feature::Nat } else { Feature::PrivateNat });
        let vpc = self.row("Subnets", subnet)["VpcId"].as_str().unwrap().to_owned();
        let interface = format!("eni-{id}");
        let address = match public {
            Some(public) => json!({
                "AllocationId": format!("eipalloc-{id}"), "NetworkInterfaceId": interface, "PrivateIp": private, "PublicIp": public,
                "Status": "succeeded", "IsPrimary": true,
            }),
            None => json!({ "NetworkInterfaceId": interface, "PrivateIp": private, "Status": "succeeded", "IsPrimary": true }),
        };
        self.rows("NatGateways").push(json!({
            "NatGatewayId": id, "SubnetId": subnet, "VpcId": vpc, "State": "available", "NatGatewayAddresses": [address],
            "ConnectivityType": if public.is_some() { "public" } else { "private" },
        }));
        let row = rows::gateway_interface(&interface, "nat_gateway", &vpc, subnet, (private, public));
        self.rows("NetworkInterfaces").push(row);
    }

    /// A peering connection between two VPCs, each with its blocks, and the Region of the second.
    pub(crate) fn peering(&mut self, id: &str, one: (&str, &[&str]), other: (&str, &[&str]), region: &str, status: &str) {
        self.has(Feature::Peering);
        // Blocks show only while the connection is active.
        let is_shown = status == "active";
        let requester = peering_side(one.0, if is_shown { one.1 } else { &[] }, REGION);
        let accepter = peering_side(other.0, if is_shown { other.1 } else { &[] }, region);
        self.rows("VpcPeeringConnections").push(json!({
            "VpcPeeringConnectionId": id, "RequesterVpcInfo": requester, "AccepterVpcInfo": accepter, "Status": { "Code": status },
        }));
    }

    /// A transit gateway, and whether it lets rules name groups across it.
    pub(crate) fn transit_gateway(&mut self, id: &str, passes_groups: bool) {
        self.has(Feature::TransitGateway);
        self.rows("TransitGateways").push(json!({
            "TransitGatewayId": id, "State": "available", "OwnerId": ACCOUNT,
            "Options": { "SecurityGroupReferencingSupport": switch(passes_groups) },
        }));
    }

    pub(crate) fn attachment(&mut self, of: &Attachment) {
        let mut row = json!({
            "TransitGatewayAttachmentId": of.id, "TransitGatewayId": of.gateway, "ResourceType": "vpc", "ResourceId": of.vpc,
            "ResourceOwnerId": ACCOUNT, "State": of.state,
        });
        if let Some(table) = of.table {
            row["Association"] = json!({ "TransitGatewayRouteTableId": table, "State": "associated" });
        }
        self.rows("TransitGatewayAttachments").push(row);
        self.rows("TransitGatewayVpcAttachments").push(json!({
            "TransitGatewayAttachmentId": of.id, "TransitGatewayId": of.gateway, "VpcId": of.vpc, "VpcOwnerId": ACCOUNT,
            "SubnetIds": of.subnets, "State": of.state,
            "Options": {
                "Ipv6Support": switch(of.takes_ipv6), "SecurityGroupReferencingSupport": switch(of.passes_groups),
                "ApplianceModeSupport": switch(of.is_appliance), "DnsSupport": "enable",
            },
        }));
    }

    /// The routes of a table of a transit gateway, with the attachments that propagate into it.
    pub(crate) fn transit_routes(&mut self, table: &str, routes: Vec<Value>, propagating: &[(&str, &str)]) {
        self.answer(
            &format!("search-transit-gateway-routes.{table}"),
            json!({ "Routes": routes, "AdditionalRoutesAvailable": false }),
        );
        let propagations: Vec<Value> = propagating
            .iter()
            .map(|(attachment, vpc)| {
                json!({ "TransitGatewayAttachmentId": attachment, "ResourceId": vpc, "ResourceType": "vpc", "State": "enabled" })
            })
            .collect();
        self.answer(
            &format!("get-transit-gateway-route-table-propagations.{table}"),
            json!({ "TransitGatewayRouteTablePropagations": propagations }),
        );
    }
}

/// A route of a transit gateway to an attachment, `static` or `propagated`.
pub(crate) fn transit_route(destination: &str, kind: &str, attachment: &str, resource: (&str, &str)) -> Value {
    json!({
        "DestinationCidrBlock": destination, "Type": kind, "State": "active",
        "TransitGatewayAttachments": [{
            "TransitGatewayAttachmentId": attachment, "ResourceType": resource.0, "ResourceId": resource.1,
        }],
    })
}

/// A route of a transit gateway that drops.
pub(crate) fn transit_blackhole(destination: &str) -> Value {
    json!({ "DestinationCidrBlock": destination, "Type": "static", "State": "blackhole" })
}
