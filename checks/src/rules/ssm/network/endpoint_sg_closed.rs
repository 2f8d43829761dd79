//! The security groups of an interface endpoint do not let the instance in.

use crate::finding::Judgement;
use crate::instance::endpoints::{unlisted, used};
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups of the interface endpoints that the agent's names lead to allow TCP 443 in from the instance: from
    /// its address, or from a group that it carries.
    ///
    /// ## Why it matters
    ///
    /// An endpoint is an interface with groups of its own. The default group, which lets in only its own members, is the classic:
    /// the endpoint is available, its name resolves, and every connection times out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissions'` with the groups of the endpoint.
    ///
    /// ## False positives
    ///
    /// None for a connection that has yet to be made. One that was open before a rule was removed may live on.
    ///
    /// ## Fix
    ///
    /// Allow TCP 443 in from the instance's group (class A). To undo, revoke the rule by the id that the call gave back.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint", security groups
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    "ssm/endpoint-sg-closed", Blocker, Agent, fix A,
    "The security groups of an endpoint do not let the instance in",
    needs [GET_MANAGED_PREFIX_LIST_ENTRIES, DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.paths.iter().all(|path| used(path).is_empty()) && unlisted(case).is_empty() {
        return Ok(Judgement::not_applicable("no name of the agent leads to an interface endpoint of the VPC"));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::EndpointSecurityGroup,
        opaque: &|what| what.contains("security group") || what.contains("of endpoint"),
        pass: "the groups of the endpoints let the instance in on TCP 443",
    };
    watch.judge(case, |wall| findings::endpoint_group(case, wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const INGRESS: &str = "/SecurityGroups/1/IpPermissions";

    #[test]
    fn fires_on_a_group_that_lets_in_only_itself() {
        let mut world = testkit::closed();
        let own = json!([{ "IpProtocol": "-1", "UserIdGroupPairs": [{ "GroupId": "sg-endpoints" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, INGRESS, own);
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].detail.contains("`vpce-ssm`, `vpce-ssmmessages`"), "{}", found[0].detail);
        assert_eq!(found[0].reachability_code, Some("ENI_SG_RULES_MISMATCH"));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert_eq!(commands.len(), 1, "one group for both: {commands:?}");
        let command = &commands[0];
        assert!(command.contains("--group-id sg-endpoints") && command.contains(r#""GroupId":"sg-1""#), "{command}");
    }

    #[test]
    fn fires_with_a_command_for_each_group() {
        let mut world = testkit::closed();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, INGRESS, json!([]));
        let other = json!({ "GroupId": "sg-other", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": [] });
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/-", other);
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/1/Groups", json!([{ "GroupId": "sg-other" }]));
        let found = findings(world.judge(&RULE));
        let commands: Vec<&String> = found.iter().flat_map(|found| &found.fix.as_ref().unwrap().commands).collect();
        assert_eq!(commands.len(), 2, "{commands:?}");
        for group in ["--group-id sg-endpoints ", "--group-id sg-other "] {
            assert!(commands.iter().any(|command| command.contains(group)), "{commands:?}");
        }
    }

    #[test]
    fn silent_when_the_instance_group_is_let_in() {
        let mut world = testkit::closed();
        let rule = json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{ "GroupId": "sg-1" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, INGRESS, rule);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = testkit::closed();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSecurityGroups".to_owned()));
    }
}
