//! A closed VPC lacks the endpoint over which the agent registers.

use crate::ecs::{Case, endpoints};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a VPC that reaches ECS over interface endpoints, and has no other way out, has one for `com.amazonaws.REGION.ecs`.
    ///
    /// ## Why it matters
    ///
    /// The agent registers over this service. The other two endpoints alone are of no use.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].ServiceName'`
    ///
    /// ## False positives
    ///
    /// Endpoints in a hub VPC work through a private hosted zone that is associated with this VPC. In a subnet that the owner of the VPC shares,
    /// the endpoints are not shown to others. Where a NAT gateway leads out no endpoint is needed.
    ///
    /// ## Fix
    ///
    /// Create the endpoint with private DNS (class B). When instances run already, create those for `ecs-agent` and `ecs-telemetry` first and
    /// this one last, and restart the agents. To undo, delete it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    "ecs/endpoint-ecs-missing", Blocker, Registration, fix B,
    "The VPC has no endpoint for `ecs`",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES, LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(endpoints::judge_missing(case, &RULE.about, &["ecs"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::Value;

    fn without(position: usize) -> World {
        let mut world = testkit::ecs::closed();
        let pointer = format!("/VpcEndpoints/{position}");
        testkit::ecs::never(&mut world).patch(op::DESCRIBE_VPC_ENDPOINTS, &pointer, Value::Null);
        world
    }

    #[test]
    fn fires_as_the_only_blocker() {
        let found = findings(without(0).judge(&RULE));
        assert!(
            found[0]
                .fix
                .as_ref()
                .unwrap()
                .commands
                .iter()
                .any(|command| command.contains("com.amazonaws.eu-west-1.ecs "))
        );
        let report = testkit::ecs::diagnose(&without(0)).unwrap();
        let blockers = report.findings.iter().filter(|found| found.severity == Severity::Blocker);
        assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/endpoint-ecs-missing"]);
    }

    #[test]
    fn silent_where_it_is_there_or_nothing_is_closed() {
        assert!(matches!(without(1).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = without(1);
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeVpcEndpoints".to_owned()));
    }
}
