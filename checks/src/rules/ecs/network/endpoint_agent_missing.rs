//! A closed VPC lacks an endpoint of the agent's two connections.

use crate::ecs::{Case, endpoints};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a VPC that reaches ECS over interface endpoints, and has no other way out, has those for `com.amazonaws.REGION.ecs-agent` and
    /// `com.amazonaws.REGION.ecs-telemetry`.
    ///
    /// ## Why it matters
    ///
    /// With the endpoint for `ecs` alone the instance registers, and the cluster shows it with `agentConnected=false`: over `ecs-agent` the
    /// agent is told of tasks, over `ecs-telemetry` it sends metrics and health.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].ServiceName'`
    ///
    /// ## False positives
    ///
    /// Endpoints in a hub VPC work through a private hosted zone that is associated with this VPC. In a subnet that the owner of the VPC shares,
    /// the endpoints are not shown to others.
    ///
    /// ## Fix
    ///
    /// Create the missing endpoints with private DNS (class B), and restart agents that run already. To undo, delete them.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    "ecs/endpoint-agent-missing", Blocker, Channel, fix B,
    "The VPC has no endpoint for `ecs-agent` or `ecs-telemetry`",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES, LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(endpoints::judge_missing(case, &RULE.about, &["ecs-agent", "ecs-telemetry"]))
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
        testkit::ecs::disconnected(&mut world).patch(op::DESCRIBE_VPC_ENDPOINTS, &pointer, Value::Null);
        world
    }

    #[test]
    fn fires_as_a_blocker_of_a_disconnected_instance() {
        for (position, service) in [(1, "ecs-agent"), (2, "ecs-telemetry")] {
            let found = findings(without(position).judge(&RULE));
            assert!(found[0].detail.contains(&format!("no endpoint for `{service}`")), "{}", found[0].detail);
            let report = testkit::ecs::diagnose(&without(position)).unwrap();
            let blockers = report.findings.iter().filter(|found| found.severity == Severity::Blocker);
            assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/endpoint-agent-missing"]);
        }
    }

    #[test]
    fn silent_where_they_are_there_or_nothing_is_closed() {
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = without(0);
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeVpcEndpoints".to_owned()));
    }
}
