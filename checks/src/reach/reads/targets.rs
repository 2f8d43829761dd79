//! Third round: what groups and routes of the ends refer to.

use super::Plan;
use super::scope::Scope;
use crate::snapshot::ec2::{IpPermission, Route, SecurityGroup, is};
use crate::snapshot::{Gap, operations as op};
use serde_json::json;
use std::collections::BTreeSet;

impl Plan<'_> {
    pub(super) fn targets(&mut self, scope: &Scope<'_>) {
        self.groups(scope);
        let snapshot = self.snapshot;
        let tables = scope.subnets.iter().filter_map(|(subnet, _)| self.network.route_table(subnet).ok());
        let routes: Vec<&Route> = tables.flat_map(|table| &table.routes).collect();
        let live = || routes.iter().filter(|route| !is(&route.state, "blackhole"));
        self.prefix_lists(routes.iter().map(|route| route.destination_prefix_list_id.as_str()));
        // Inside a VPC too a route may lead through an appliance.
        self.about(&snapshot.instances, live().map(|route| route.instance_id.as_str()));
        if !scope.leaves {
            return;
        }
        // The tables of NAT gateways count too, and those of hubs, which come a round later.
        let every = snapshot.route_tables.known().iter().flat_map(|table| &table.routes);
        self.prefix_lists(every.map(|route| route.destination_prefix_list_id.as_str()));
        self.about(&snapshot.nat_gateways, live().map(|route| route.nat_gateway_id.as_str()));
        let internet = live().map(|route| route.gateway_id.as_str()).filter(|id| id.starts_with("igw-"));
        self.about(&snapshot.internet_gateways, internet);
        let endpoints = live().map(|route| route.gateway_id.as_str()).filter(|id| id.starts_with("vpce-"));
        self.about(&snapshot.vpc_endpoints, endpoints);
        self.about(&snapshot.vpc_peering_connections, live().map(|route| route.vpc_peering_connection_id.as_str()));
        if live().any(|route| !route.egress_only_internet_gateway_id.is_empty()) {
            self.round.ask(op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, json!({}));
        }
        if !scope.outside.is_empty() && routes.iter().any(|route| leads_out(route)) {
            self.block_public_access(scope);
        }
    }

    /// Groups of another VPC or account on the ends, and prefix lists in the rules of all of them.
    fn groups(&mut self, scope: &Scope<'_>) {
        let snapshot = self.snapshot;
        if snapshot.security_groups.known().is_empty() {
            return;
        }
        self.about(&snapshot.security_groups, scope.groups.iter().map(String::as_str));
        let groups = scope.groups.iter().filter_map(|id| snapshot.security_groups.get(id).ok().flatten());
        let rules =
            groups.flat_map(|group: &SecurityGroup| group.ip_permissions.iter().chain(&group.ip_permissions_egress));
        let lists: Vec<&str> = rules
            .flat_map(|rule: &IpPermission| &rule.prefix_list_ids)
            .map(|list| list.prefix_list_id.as_str())
            .collect();
        self.prefix_lists(lists);
    }

    /// Newer answers carry the mode on the VPC and the subnet; only older ones need calls of their own.
    fn block_public_access(&mut self, scope: &Scope<'_>) {
        let snapshot = self.snapshot;
        let vpcs: BTreeSet<&str> = scope.vpcs.iter().map(String::as_str).collect();
        let mut subnets = snapshot.subnets.known().iter().filter(|subnet| vpcs.contains(subnet.vpc_id.as_str()));
        if subnets.all(|subnet| subnet.block_public_access_states.is_some()) {
            return;
        }
        self.round.ask(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}));
        match snapshot.block_public_access.get("") {
            Ok(Some(options)) if matches!(options.internet_gateway_block_mode.as_str(), "" | "off") => {}
            Err(Gap::NotAsked { .. }) => {}
            Ok(_) | Err(_) => self.round.ask(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS, json!({})),
        }
    }
}

/// Whether a route may end at a gateway of the internet, here or in a hub.
fn leads_out(route: &Route) -> bool {
    route.gateway_id.starts_with("igw-")
        || [
            &route.nat_gateway_id,
            &route.egress_only_internet_gateway_id,
            &route.transit_gateway_id,
            &route.instance_id,
        ]
        .iter()
        .any(|id| !id.is_empty())
}
