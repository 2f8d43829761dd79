//! The NAT gateway gave up idle connections.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::finding::Severity;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::gateways::{self, Reading};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::metrics::IDLE_TIMEOUTS;

declare_rule! {
    /// ## What it checks
    ///
    /// The metric `IdleTimeoutCount` of each NAT gateway on the way, in the last hour: how many connections it gave up because nothing
    /// was sent for 350 seconds.
    ///
    /// ## Why it matters
    ///
    /// A function that is frozen between calls keeps its sockets. The first request on one that the gateway forgot is answered with a
    /// reset or not at all; the retry works.
    ///
    /// ## How to confirm
    ///
    /// `aws cloudwatch get-metric-statistics --namespace AWS/NATGateway --metric-name IdleTimeoutCount --dimensions
    /// Name=NatGatewayId,Value=NAT --statistics Sum --period 300 --start-time … --end-time …`
    ///
    /// ## False positives
    ///
    /// Everything that uses the gateway is counted together, and whoever leaves a connection without closing it adds to the count, so
    /// that it is no proof: the finding is advice.
    ///
    /// ## Fix
    ///
    /// TCP keep-alive below 350 seconds, connections that are not kept longer than that, and a retry (class M: the code of the function).
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateway metrics and dimensions" and "Troubleshoot NAT gateways"
    "lambda/nat-idle-timeout", Degraded, fix M,
    "Connections through the NAT gateway are dropped after 350 idle seconds",
    needs [GET_METRIC_STATISTICS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let describe = |reading: &Reading<'_>| Some(finding(case, reading));
    gateways::judge(
        case,
        IDLE_TIMEOUTS,
        "no NAT gateway on the way gave up an idle connection in the last hour",
        &describe,
    )
}

fn finding(case: &Case<'_>, reading: &Reading<'_>) -> Finding {
    let detail = format!(
        "NAT gateway `{}` gave up {} idle connections in the last hour: if a first call of function `{}` after a pause fails and the retry \
         works, keep connections alive more often than every 350 seconds",
        reading.gateway,
        reading.total,
        case.name()
    );
    let mut finding = gateways::finding(reading, IDLE_TIMEOUTS, detail);
    // A count for everybody behind the gateway is no proof.
    finding.rule = RULE.about.id;
    finding.severity = Severity::Advice;
    let summary =
        "keep connections alive below 350 seconds or close them, and retry once (in the code of the function)";
    finding.fix(Fix::new(FixClass::M, summary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::metrics::IDLE_TIMEOUTS;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_as_advice_on_idle_connections() {
        let mut world = worlds::nat();
        worlds::nat_metric(&mut world, IDLE_TIMEOUTS, "nat-b", 3.0);
        let found = findings(world.judge(&RULE));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Advice));
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
