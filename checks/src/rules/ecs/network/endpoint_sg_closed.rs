//! The security groups of an interface endpoint do not let the instance in.

use crate::ecs::Case;
use crate::finding::Judgement;
use crate::instance::endpoints::{unlisted, used};
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Watch;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups of the interface endpoints that the agent's names lead to allow TCP 443 in from the instance: from
    /// its address, or from a group that it carries.
    ///
    /// ## Why it matters
    ///
    /// An endpoint is an interface with groups of its own. With the default group, which lets in only its own members, the endpoint is
    /// available, its name resolves, and every connection times out.
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
    /// Allow TCP 443 into a group of the endpoint from the instance's group (class A). To undo, revoke the rule.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    /// - AWS PrivateLink guide, "Security groups"
    "ecs/endpoint-sg-closed", Blocker, Agent, fix A,
    "The endpoint's security groups do not let the instance in",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
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
    use crate::testkit::{self, missing};
    use serde_json::json;

    #[test]
    fn fires_on_a_group_without_the_rule() {
        let mut world = testkit::ecs::closed();
        testkit::ecs::never(&mut world).patch(
            op::DESCRIBE_SECURITY_GROUPS,
            "/SecurityGroups/1/IpPermissions",
            json!([]),
        );
        let found = testkit::findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("authorize-security-group-ingress"));
    }

    #[test]
    fn silent_where_the_rule_is_there_or_no_endpoint() {
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = testkit::ecs::closed();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSecurityGroups"]);
    }
}
