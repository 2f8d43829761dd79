//! How the NAT gateways of the function were doing in the last hour.

use super::Plan;
use crate::net::Network;
use crate::snapshot::lambda::FunctionConfiguration;
use crate::snapshot::metrics::{
    DROPPED_PACKETS, IDLE_TIMEOUTS, PACKETS_FROM_DESTINATION, PACKETS_FROM_SOURCE, PORT_ERRORS,
};
use crate::snapshot::operations as op;
use jiff::SignedDuration;
use serde_json::json;
use std::collections::BTreeSet;

impl Plan<'_> {
    /// The metrics of every NAT gateway that a route of the function's subnets leads to.
    pub(super) fn nat_metrics(&mut self, function: &FunctionConfiguration) {
        let network = Network::new(self.snapshot);
        let subnets = function.vpc_config.iter().flat_map(|config| &config.subnet_ids);
        let tables = subnets.filter_map(|subnet| network.route_table(subnet).ok());
        let ids = tables.flat_map(|table| &table.routes).map(|route| route.nat_gateway_id.as_str());
        let ids: BTreeSet<&str> = ids.filter(|id| !id.is_empty()).collect();
        for id in ids {
            for metric in [PORT_ERRORS, IDLE_TIMEOUTS, DROPPED_PACKETS] {
                self.nat_metric(metric, id);
            }
            let drops = self.snapshot.metrics.get(&format!("{DROPPED_PACKETS}/{id}")).ok().flatten();
            if drops.is_some_and(|drops| drops.total() > 0.0) {
                self.nat_metric(PACKETS_FROM_SOURCE, id);
                self.nat_metric(PACKETS_FROM_DESTINATION, id);
            }
        }
    }

    fn nat_metric(&mut self, metric: &str, id: &str) {
        let Some(now) = self.snapshot.now() else { return };
        let start = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(now);
        self.round.ask(
            op::GET_METRIC_STATISTICS,
            json!({
                "Namespace": "AWS/NATGateway", "MetricName": metric, "Dimensions": [{ "Name": "NatGatewayId", "Value": id }],
                "StartTime": start.to_string(), "EndTime": now.to_string(), "Period": 300, "Statistics": ["Sum"],
            }),
        );
    }
}
