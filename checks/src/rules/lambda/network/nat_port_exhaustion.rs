//! The NAT gateway has no ports left for a destination.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::gateways::{self, Reading};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::metrics::PORT_ERRORS;

declare_rule! {
    /// ## What it checks
    ///
    /// The metric `ErrorPortAllocation` of each NAT gateway on the way, in the last hour: how often the gateway had no port for a new
    /// connection.
    ///
    /// ## Why it matters
    ///
    /// A gateway has 55,000 connections for each address and destination. Many short connections to one API use them up, and new ones
    /// fail while all else works.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudwatch get-metric-statistics --namespace AWS/NATGateway --metric-name ErrorPortAllocation --dimensions
    /// Name=NatGatewayId,Value=NAT --statistics Sum --period 300 --start-time … --end-time …`
    ///
    /// ## False positives
    ///
    /// Everything that uses the gateway is counted together: the connections that failed may be those of somebody else. An hour without
    /// errors says nothing of the busiest one.
    ///
    /// ## Fix
    ///
    /// Further Elastic IP addresses for the gateway (class B), and connections that are kept and used again (class M). To undo,
    /// disassociate the addresses.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateway metrics and dimensions" and "Troubleshoot NAT gateways"
    "lambda/nat-port-exhaustion", Degraded, fix B,
    "The NAT gateway runs out of ports for one destination",
    needs [GET_METRIC_STATISTICS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let describe = |reading: &Reading<'_>| finding(case, reading);
    gateways::judge(case, PORT_ERRORS, "no NAT gateway on the way ran out of ports in the last hour", &describe)
}

fn finding(case: &Case<'_>, reading: &Reading<'_>) -> Option<Finding> {
    let detail = format!(
        "NAT gateway `{}` had no port for {} new connections in the last hour, so calls of function `{}` to a busy destination fail",
        reading.gateway,
        reading.total,
        case.name()
    );
    Some(gateways::finding(reading, PORT_ERRORS, detail).fix(gateways::more_addresses(case, reading.gateway)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::metrics::PORT_ERRORS;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_on_errors_of_the_last_hour() {
        let mut world = worlds::nat();
        worlds::nat_metric(&mut world, PORT_ERRORS, "nat-a", 12.0);
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`nat-a` had no port for 12 new connections"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[1].contains("associate-nat-gateway-address"));
    }

    #[test]
    fn silent_where_nothing_was_counted() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(worlds::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_metrics_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::GET_METRIC_STATISTICS);
        assert_eq!(missing(world.judge(&RULE)), ["cloudwatch:GetMetricStatistics"]);
    }
}
