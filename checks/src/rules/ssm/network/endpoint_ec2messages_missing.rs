//! A closed VPC without an interface endpoint for `ec2messages`.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::endpoints::judge_missing;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a VPC that reaches Systems Manager over interface endpoints has one for `ec2messages`, where the subnet of the instance has
    /// no route to the internet that could stand in for it.
    ///
    /// ## Why it matters
    ///
    /// An agent older than 3.3.40.0 fetches commands from `ec2messages`: without it the node may be online while Run Command and State
    /// Manager do nothing. Newer agents use `ssmmessages` for that, and the endpoint is then only a cost; the newest Regions do not
    /// offer it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].[ServiceName,State]'`
    ///
    /// ## False positives
    ///
    /// Endpoints of a hub VPC count when a private hosted zone leads there; where that cannot be seen the rule cannot tell.
    /// Nothing is asked while the version of the agent is not known. Updating the agent mends it as well.
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
    "ssm/endpoint-ec2messages-missing", Blocker, Feature, fix B,
    "The closed VPC has no endpoint for ec2messages",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES, LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    judge_missing(case, &RULE.about, "ec2messages")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with_agent(world: World, version: &str) -> World {
        let mut world = world;
        let pointer = "/InstanceInformationList/0/AgentVersion";
        world.patch(op::DESCRIBE_INSTANCE_INFORMATION, pointer, json!(version));
        world
    }

    fn without() -> World {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/2", json!(null));
        world
    }

    #[test]
    fn fires_for_an_old_agent() {
        let found = findings(with_agent(without(), "3.2.1542.0").judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[2].contains("com.amazonaws.eu-west-1.ec2messages"));
    }

    #[test]
    fn silent_for_a_new_agent() {
        assert!(matches!(without().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(with_agent(testkit::nat(), "3.2.1542.0").judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_while_the_agent_is_unknown() {
        let mut world = without();
        world.never().forget(op::GET_CONSOLE_OUTPUT);
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(reason) if reason.contains("not known")));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = with_agent(testkit::closed(), "3.2.1542.0");
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeVpcEndpoints".to_owned()));
    }
}
