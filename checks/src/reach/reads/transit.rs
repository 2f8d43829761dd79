//! Third and fourth round: the transit gateways that routes lead to, their tables, and a hub VPC behind them.

use super::Plan;
use super::scope::Scope;
use crate::net::AddressSet;
use crate::snapshot::ec2::{TransitGatewayAttachment, TransitGatewayRoute, is};
use crate::snapshot::operations as op;
use ipnetwork::IpNetwork;
use serde_json::json;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The route that takes an address: that with the longest prefix.
fn deciding(routes: &[TransitGatewayRoute], address: IpAddr) -> Option<&TransitGatewayRoute> {
    let length = |route: &TransitGatewayRoute| {
        let block: IpNetwork = route.destination_cidr_block.parse().ok()?;
        block.contains(address).then(|| block.prefix())
    };
    routes
        .iter()
        .filter_map(|route| Some((length(route)?, route)))
        .max_by_key(|(length, _)| *length)
        .map(|found| found.1)
}

impl<'a> Plan<'a> {
    pub(super) fn transit(&mut self, scope: &Scope<'_>) {
        let gateways = self.gateways(scope);
        if gateways.is_empty() {
            return;
        }
        let snapshot = self.snapshot;
        self.about(&snapshot.transit_gateways, gateways.iter().copied());
        self.select(&snapshot.transit_gateway_attachments, "transit-gateway-id", gateways.iter().copied());
        self.select(&snapshot.transit_gateway_vpc_attachments, "transit-gateway-id", gateways.iter().copied());
        self.select(&snapshot.transit_gateway_peering_attachments, "transit-gateway-id", gateways.iter().copied());
        let of_ends = |attachment: &&TransitGatewayAttachment| scope.vpcs.contains(&attachment.resource_id);
        let attachments = snapshot.transit_gateway_attachments.known().iter();
        let here: Vec<&TransitGatewayAttachment> =
            attachments.clone().filter(|own| gateways.contains(own.transit_gateway_id.as_str())).collect();
        for attachment in here.iter().copied().filter(of_ends) {
            self.routes(attachment);
        }
        let next = self.next_attachments(&here, scope);
        let behind = here.iter().copied().filter(|own| next.contains(own.transit_gateway_attachment_id.as_str()));
        for attachment in behind.clone() {
            self.routes(attachment);
        }
        let hubs: BTreeSet<&str> =
            behind.filter(|own| is(&own.resource_type, "vpc")).map(|own| own.resource_id.as_str()).collect();
        self.network(&hubs, true);
    }

    /// The transit gateways that live routes of the ends lead to.
    fn gateways(&self, scope: &Scope<'_>) -> BTreeSet<&'a str> {
        let tables = scope.subnets.iter().filter_map(|(subnet, _)| self.network.route_table(subnet).ok());
        let routes = tables.flat_map(|table| &table.routes).filter(|route| !is(&route.state, "blackhole"));
        let ids = routes.map(|route| route.transit_gateway_id.as_str()).filter(|id| !id.is_empty());
        if scope.leaves { ids.collect() } else { BTreeSet::new() }
    }

    /// The routes of the table that rules what comes in by an attachment, dead ones among them.
    fn routes(&mut self, attachment: &TransitGatewayAttachment) {
        if let Some(association) = &attachment.association
            && !association.transit_gateway_route_table_id.is_empty()
        {
            let states = json!([{ "Name": "state", "Values": ["active", "blackhole"] }]);
            let table = &association.transit_gateway_route_table_id;
            self.round.ask(
                op::SEARCH_TRANSIT_GATEWAY_ROUTES,
                json!({ "TransitGatewayRouteTableId": table, "Filters": states }),
            );
        }
    }

    /// Attachments that routes lead to from the tables of the ends, for addresses outside and for the other end: a hub, or another transit
    /// gateway.
    fn next_attachments(&self, here: &[&TransitGatewayAttachment], scope: &Scope<'_>) -> BTreeSet<String> {
        let of_ends = here.iter().filter(|own| scope.vpcs.contains(&own.resource_id));
        let tables = of_ends.filter_map(|own| own.association.as_ref());
        let routes = tables.filter_map(|table| {
            self.snapshot.transit_gateway_routes.get(&table.transit_gateway_route_table_id).ok().flatten()
        });
        let leads_out = |route: &&TransitGatewayRoute| {
            let block = AddressSet::parse(&route.destination_cidr_block);
            block.is_none_or(|block| block.intersects(&scope.outside))
        };
        let leads = routes.flat_map(|known| {
            let inside = scope.inside.iter().filter_map(|end| deciding(&known.routes, *end));
            known.routes.iter().filter(leads_out).chain(inside)
        });
        let attachments = leads.flat_map(|route| &route.transit_gateway_attachments);
        attachments
            .filter(|own| !scope.vpcs.contains(&own.resource_id))
            .map(|own| own.transit_gateway_attachment_id.clone())
            .collect()
    }
}
