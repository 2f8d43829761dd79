//! A closed VPC without an interface endpoint for `ssmmessages`.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::endpoints::judge_missing;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a VPC that reaches Systems Manager over interface endpoints has one for `ssmmessages`, where the subnet of the instance has
    /// no route to the internet that could stand in for it.
    ///
    /// ## Why it matters
    ///
    /// The agent opens its session and command channels to `ssmmessages`. Without them the node is listed as online, while sessions do
    /// not open and, from agent 3.3.40.0 on, commands are not delivered.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].[ServiceName,State]'`
    ///
    /// ## False positives
    ///
    /// Endpoints of a hub VPC count when a private hosted zone leads there; where that cannot be seen the rule cannot tell.
    ///
    /// ## Fix
    ///
    /// Create the endpoint in the subnet of the instance, with private DNS and a security group that lets TCP 443 in (class B: it costs
    /// money). To undo, delete it.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    /// - Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations"
    "ssm/endpoint-ssmmessages-missing", Blocker, Channel, fix B,
    "The closed VPC has no endpoint for ssmmessages",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES, LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    judge_missing(case, &RULE.about, "ssmmessages")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn without() -> World {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/1", json!(null));
        world
    }

    #[test]
    fn fires_also_while_the_node_is_online() {
        let world = without();
        let found = findings(world.judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[2].contains("com.amazonaws.eu-west-1.ssmmessages"));
        assert_eq!(world.diagnose().findings[0].rule, RULE.about.id);
    }

    #[test]
    fn silent_with_the_endpoint_or_another_way() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::public().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_an_open_channel_proves_the_way_over_a_hub() {
        let mut world = without();
        let zone = json!([{ "HostedZoneId": "Z1", "Name": "amazonaws.com.", "Owner": { "OwningAccount": "1" } }]);
        world.patch(op::LIST_HOSTED_ZONES_BY_VPC, "/HostedZoneSummaries", zone);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(missing(world.lost().judge(&RULE))[0].contains("hosted zone"));
    }

    #[test]
    fn unknown_when_routes_are_denied() {
        let mut world = without();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeRouteTables".to_owned()));
    }
}
