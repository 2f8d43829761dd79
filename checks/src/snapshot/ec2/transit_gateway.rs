//! Transit gateways with their attachments, routes and propagations.

use super::*;

shapes! {
    /// `DescribeTransitGateways`.
    TransitGateway {
        /// Such as `tgw-0abc`.
        transit_gateway_id: String,
        /// `available` when it works.
        state: String,
        /// Owner account.
        owner_id: String,
        /// Settings.
        options: TransitGatewayOptions,
    }
    /// Settings of a transit gateway.
    TransitGatewayOptions {
        /// `enable` or `disable`; default off.
        security_group_referencing_support: String,
    }
    /// `DescribeTransitGatewayAttachments`.
    TransitGatewayAttachment {
        /// Such as `tgw-attach-0abc`.
        transit_gateway_attachment_id: String,
        /// Transit gateway.
        transit_gateway_id: String,
        /// `vpc`, `vpn`, `peering`, `direct-connect-gateway`, `connect`, …
        resource_type: String,
        /// What is attached.
        resource_id: String,
        /// Owner of what is attached.
        resource_owner_id: String,
        /// `available` when it works.
        state: String,
        /// The table that rules what comes in.
        association: Option<TransitGatewayAssociation>,
    }
    /// The route table of an attachment.
    TransitGatewayAssociation {
        /// Such as `tgw-rtb-0abc`.
        transit_gateway_route_table_id: String,
        /// `associated` when it works.
        state: String,
    }
    /// `DescribeTransitGatewayVpcAttachments`.
    TransitGatewayVpcAttachment {
        /// Such as `tgw-attach-0abc`.
        transit_gateway_attachment_id: String,
        /// Transit gateway.
        transit_gateway_id: String,
        /// VPC.
        vpc_id: String,
        /// One subnet per zone that can send.
        subnet_ids: Vec<String>,
        /// `available` when it works.
        state: String,
        /// Settings.
        options: TransitGatewayVpcAttachmentOptions,
    }
    /// `DescribeTransitGatewayPeeringAttachments`.
    TransitGatewayPeeringAttachment {
        /// Such as `tgw-attach-0abc`.
        transit_gateway_attachment_id: String,
        /// The attachment on the accepting side, where it has another id.
        accepter_transit_gateway_attachment_id: String,
        /// The side that asked.
        requester_tgw_info: PeeringTransitGateway,
        /// The side that accepted.
        accepter_tgw_info: PeeringTransitGateway,
        /// `available` when it works.
        state: String,
    }
    /// One side of a peering of transit gateways.
    PeeringTransitGateway {
        /// The transit gateway.
        transit_gateway_id: String,
        /// Account.
        owner_id: String,
        /// Region.
        region: String,
    }
    /// Settings of a VPC attachment.
    TransitGatewayVpcAttachmentOptions {
        /// `enable` or `disable`.
        ipv6_support: String,
        /// `enable` or `disable`; default on.
        security_group_referencing_support: String,
        /// `enable` or `disable`.
        appliance_mode_support: String,
    }
    /// A route of `SearchTransitGatewayRoutes`.
    TransitGatewayRoute {
        /// Destination.
        destination_cidr_block: String,
        /// Prefix list as destination.
        prefix_list_id: String,
        /// `active` or `blackhole`.
        state: String,
        /// `static` or `propagated`.
        r#type: String,
        /// Where it leads.
        transit_gateway_attachments: Vec<TransitGatewayRouteAttachment>,
    }
    /// Where a transit gateway route leads.
    TransitGatewayRouteAttachment {
        /// What is attached.
        resource_id: String,
        /// `vpc`, `vpn`, `peering`, …
        resource_type: String,
        /// The attachment.
        transit_gateway_attachment_id: String,
    }
    /// An attachment that propagates into a transit gateway route table.
    TransitGatewayPropagation {
        /// The attachment.
        transit_gateway_attachment_id: String,
        /// What is attached.
        resource_id: String,
        /// `vpc`, `vpn`, …
        resource_type: String,
        /// `enabled` when it works.
        state: String,
    }
}
