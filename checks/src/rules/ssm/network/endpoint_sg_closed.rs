//! The security groups of an interface endpoint do not let the instance in.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::endpoints::{unlisted, used};
use crate::ssm::paths::{Wall, Watch};
use serde_json::json;

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
        causes: |cause| cause == Cause::EndpointSecurityGroup,
        opaque: |what| what.contains("security group") || what.contains("of endpoint"),
        pass: "the groups of the endpoints let the instance in on TCP 443",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let endpoints: Vec<_> = wall.services.iter().filter_map(|service| case.endpoint_for(service)).collect();
    let ids: Vec<String> = endpoints.iter().map(|endpoint| format!("`{}`", endpoint.vpc_endpoint_id)).collect();
    let detail = format!(
        "the security groups of endpoint {} do not let instance `{}` in on TCP 443, so its agent cannot reach {}{}",
        ids.join(", "),
        case.instance.instance_id,
        wall.services_in_words(),
        wall.by()
    );
    let mut finding = wall.finding(detail);
    for endpoint in &endpoints {
        finding = finding.about("vpc-endpoint", &endpoint.vpc_endpoint_id);
    }
    let group = endpoints.iter().flat_map(|endpoint| &endpoint.groups).next();
    let own = case.instance.primary_interface().and_then(|eni| eni.groups.first());
    let (Some(group), Some(own)) = (group, own) else { return finding };
    let permission = json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{ "GroupId": own.group_id }] }]);
    let allow = Aws::new("ec2", "authorize-security-group-ingress", case.region())
        .arg("group-id", &group.group_id)
        .json("ip-permissions", &permission);
    let revoke = Aws::new("ec2", "revoke-security-group-ingress", case.region())
        .arg("group-id", &group.group_id)
        .arg("security-group-rule-ids", "SECURITY_GROUP_RULE_ID");
    finding.fix(
        Fix::new(
            FixClass::A,
            format!("allow TCP 443 into `{}` from the instance's group `{}`", group.group_id, own.group_id),
        )
        .run(allow)
        .undo(revoke),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};

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
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--group-id sg-endpoints") && command.contains(r#""GroupId":"sg-1""#), "{command}");
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
