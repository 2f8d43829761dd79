//! Second round: the networks of the ends.

use super::Plan;
use super::scope::Scope;
use std::collections::BTreeSet;

impl Plan<'_> {
    pub(super) fn vpcs(&mut self, scope: &Scope<'_>) {
        let vpcs: BTreeSet<&str> = scope.vpcs.iter().map(String::as_str).collect();
        self.network(&vpcs, scope.leaves);
        if scope.leaves {
            // Known before the routes are, so that the tables of a transit gateway can be asked for together with it.
            self.select(&self.snapshot.transit_gateway_attachments, "resource-id", vpcs);
        }
    }

    /// Everything that packets meet inside VPCs, and what they leave them by when `leaves`.
    pub(super) fn network(&mut self, vpcs: &BTreeSet<&str>, leaves: bool) {
        let snapshot = self.snapshot;
        let all = || vpcs.iter().copied();
        self.select(&snapshot.vpcs, "vpc-id", all());
        self.select(&snapshot.subnets, "vpc-id", all());
        self.select(&snapshot.route_tables, "vpc-id", all());
        self.select(&snapshot.network_acls, "vpc-id", all());
        self.select(&snapshot.security_groups, "vpc-id", all());
        self.select(&snapshot.security_group_vpc_associations, "vpc-id", all());
        if leaves {
            self.select(&snapshot.network_interfaces, "vpc-id", all());
            self.select(&snapshot.internet_gateways, "attachment.vpc-id", all());
            self.select(&snapshot.nat_gateways, "vpc-id", all());
            self.select(&snapshot.vpc_endpoints, "vpc-id", all());
        }
    }
}
