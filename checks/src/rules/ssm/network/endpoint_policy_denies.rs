//! The policy of an interface endpoint does not let the agent's calls through.

use crate::finding::Judgement;
use crate::instance::endpoint_policies;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::calls::{CHANNELS, REGISTER};
use crate::ssm::endpoints::role_of;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the policies of the interface endpoints that the agent's names lead to let its calls through:
    /// `ssm:UpdateInstanceInformation`, the four channel calls of `ssmmessages`, and `ec2messages:GetMessages` for an old agent. They
    /// are asked for the role that the agent works with.
    ///
    /// ## Why it matters
    ///
    /// An endpoint policy is one more limit on every call that passes the endpoint. What it does not allow is refused with
    /// `AccessDeniedException`, however much the role may do.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids VPCE --query 'VpcEndpoints[].PolicyDocument' --output text`, and in the log of
    /// the agent: `because no VPC endpoint policy allows the ... action`.
    ///
    /// ## False positives
    ///
    /// None for principals and resources. Conditions on keys that cannot be seen, such as `aws:PrincipalOrgID`, leave the question open.
    ///
    /// ## Fix
    ///
    /// Add a statement for the role (class A). To undo, write the saved policy back. A Deny statement is for its owner to change.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"
    /// - IAM user guide, "Policy evaluation logic"
    "ssm/endpoint-policy-denies", Blocker, Agent, fix A,
    "The policy of an endpoint keeps the agent out",
    needs [DESCRIBE_VPC_ENDPOINTS, GET_INSTANCE_PROFILE, GET_SERVICE_SETTING, GET_ROLE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    endpoint_policies::judge(case, calls, || role_of(case))
}

fn calls(service: &str) -> &'static [&'static str] {
    match service {
        "ssm" => &[REGISTER],
        "ssmmessages" => CHANNELS,
        _ => &["ec2messages:GetMessages"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::FixClass;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::Value;
    use serde_json::json;

    fn with(statements: Value) -> World {
        let mut world = testkit::closed();
        let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/PolicyDocument", json!(policy));
        world
    }

    #[test]
    fn fires_on_another_role() {
        let other = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:role/ops" }, "Action": "*", "Resource": "*" });
        let found = findings(with(json!([other])).judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`vpce-ssm` does not let role `web` call `ssm:UpdateInstanceInformation`"));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("role/web") && fix.commands[0].contains("role/ops"), "{}", fix.commands[0]);
        assert!(fix.rollback[0].contains("role/ops") && !fix.rollback[0].contains("role/web"));
    }

    #[test]
    fn fires_on_a_deny_that_its_owner_must_change() {
        let all = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "ssm:Update*", "Resource": "*" });
        let found = findings(with(json!([all, deny])).judge(&RULE));
        assert_eq!(found[0].fix.as_ref().unwrap().class, FixClass::M);
    }

    #[test]
    fn silent_with_the_default_policy_whoever_asks() {
        let mut world = testkit::closed();
        world.deny(op::GET_INSTANCE_PROFILE);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn silent_for_resources_of_the_account() {
        let own = json!({ "Effect": "Allow", "Principal": "*", "Action": "ssm:*", "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceAccount": "123456789012" } } });
        assert!(matches!(with(json!([own])).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_role_is_not_known() {
        let other = json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:role/ops" }, "Action": "*", "Resource": "*" });
        let mut world = with(json!([other]));
        world.deny(op::GET_INSTANCE_PROFILE);
        assert_eq!(missing(world.judge(&RULE)), ["iam:GetInstanceProfile"]);
    }

    #[test]
    fn unknown_on_a_key_that_cannot_be_seen() {
        let org = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
            "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-1" } } });
        assert!(missing(with(json!([org])).judge(&RULE))[0].contains("aws:PrincipalOrgID"));
    }
}
