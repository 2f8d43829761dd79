//! The NAT gateway drops packets.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::gateways::{self, Reading};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::metrics::DROPPED_PACKETS;
use crate::snapshot::metrics::{PACKETS_FROM_DESTINATION, PACKETS_FROM_SOURCE};

declare_rule! {
    /// ## What it checks
    ///
    /// The metric `PacketsDropCount` of each NAT gateway on the way, in the last hour, held against the packets that it got: more than
    /// one in ten thousand is a loss that AWS calls a sign of trouble.
    ///
    /// ## Why it matters
    ///
    /// A gateway carries up to 100 Gbit and ten million packets a second. Beyond that it drops, and connections become slow or fail.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudwatch get-metric-statistics --namespace AWS/NATGateway --metric-name PacketsDropCount --dimensions
    /// Name=NatGatewayId,Value=NAT --statistics Sum --period 300 --start-time … --end-time …`, and `PacketsInFromSource` and
    /// `PacketsInFromDestination` likewise.
    ///
    /// ## False positives
    ///
    /// A few drops are normal: below the share the rule passes. Everything that uses the gateway is counted together.
    ///
    /// ## Fix
    ///
    /// Split the traffic over several gateways, one for each zone or subnet (class B). To undo, point the routes back and delete the new
    /// gateways.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateway metrics and dimensions" and "Troubleshoot NAT gateways"
    "lambda/nat-bandwidth", Degraded, fix B,
    "The NAT gateway on the way drops packets",
    needs [GET_METRIC_STATISTICS]
}

/// The share of dropped packets above which AWS sees a problem.
///
/// Source: VPC user guide, "NAT gateway metrics and dimensions", `PacketsDropCount`: 0.01 percent.
const SHARE: f64 = 0.0001;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let mut open = None;
    for id in gateways::measured(case) {
        let dropped = gateways::total(case, DROPPED_PACKETS, id)?;
        if dropped > 0.0 {
            let both = [PACKETS_FROM_SOURCE, PACKETS_FROM_DESTINATION].map(|metric| gateways::total(case, metric, id));
            open = open.or_else(|| both.iter().find_map(|total| total.clone().err()));
        }
    }
    let describe = |reading: &Reading<'_>| finding(case, reading);
    match gateways::judge(
        case,
        DROPPED_PACKETS,
        "no NAT gateway on the way dropped more packets than is normal in the last hour",
        &describe,
    )? {
        Judgement::Pass(reason) => open.map_or(Ok(Judgement::Pass(reason)), Err),
        judged => Ok(judged),
    }
}

fn finding(case: &Case<'_>, reading: &Reading<'_>) -> Option<Finding> {
    let both =
        [PACKETS_FROM_SOURCE, PACKETS_FROM_DESTINATION].map(|metric| gateways::total(case, metric, reading.gateway));
    let all: f64 = both.into_iter().flatten().sum();
    if all <= 0.0 || reading.total / all <= SHARE {
        return None;
    }
    let detail = format!(
        "NAT gateway `{}` dropped {} of {all} packets in the last hour, so connections of function `{}` are slow or fail",
        reading.gateway,
        reading.total,
        case.name()
    );
    Some(gateways::finding(reading, DROPPED_PACKETS, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::metrics::DROPPED_PACKETS;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    fn dropping(dropped: f64, all: f64) -> crate::testkit::World {
        let mut world = worlds::nat();
        worlds::nat_metric(&mut world, DROPPED_PACKETS, "nat-a", dropped);
        worlds::nat_metric(&mut world, PACKETS_FROM_SOURCE, "nat-a", all);
        worlds::nat_metric(&mut world, PACKETS_FROM_DESTINATION, "nat-a", all);
        world
    }

    #[test]
    fn fires_on_a_share_that_is_not_normal() {
        let found = findings(dropping(50.0, 100_000.0).judge(&RULE));
        assert!(found[0].detail.contains("dropped 50 of 200000 packets"), "{}", found[0].detail);
    }

    #[test]
    fn silent_on_a_few_drops() {
        assert!(matches!(dropping(1.0, 1_000_000.0).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_the_packets_that_it_got() {
        let mut world = worlds::nat();
        worlds::nat_metric(&mut world, DROPPED_PACKETS, "nat-a", 5.0);
        assert_eq!(missing(world.judge(&RULE)), ["cloudwatch:GetMetricStatistics"]);
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
