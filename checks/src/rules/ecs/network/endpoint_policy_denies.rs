//! The policy of an endpoint does not let the agent's calls through.

use crate::ecs::Case;
use crate::ecs::calls::REGISTER;
use crate::finding::Judgement;
use crate::instance::endpoint_policies;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the policies of the endpoints that the agent's names lead to let its calls through: `ecs:RegisterContainerInstance` and
    /// `ecs:DiscoverPollEndpoint` at `ecs`, `ecs:Poll` at `ecs-agent`, `ecs:StartTelemetrySession` at `ecs-telemetry`, with the role of the
    /// instance.
    ///
    /// ## Why it matters
    ///
    /// An endpoint with a policy of its own refuses every call that the policy does not allow, whatever the role permits: the agent logs
    /// `AccessDeniedException`.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ID --query 'VpcEndpoints[].PolicyDocument'`
    ///
    /// ## False positives
    ///
    /// The default policy lets everything through. Conditions on keys that only the request itself carries leave the question open.
    ///
    /// ## Fix
    ///
    /// Add a statement for the role to the policy (class A). To undo, write the saved document back.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"
    /// - ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    "ecs/endpoint-policy-denies", Blocker, Agent, fix A,
    "An endpoint policy refuses the agent's calls",
    needs [DESCRIBE_VPC_ENDPOINTS, GET_INSTANCE_PROFILE, GET_ROLE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    endpoint_policies::judge(case, calls, || case.role())
}

/// The calls that the endpoint of each service gets.
fn calls(service: &str) -> &'static [&'static str] {
    match service {
        "ecs" => &[REGISTER, "ecs:DiscoverPollEndpoint"],
        "ecs-agent" => &["ecs:Poll"],
        _ => &["ecs:StartTelemetrySession"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};
    use serde_json::{Value, json};

    fn with(statement: Value) -> World {
        let mut world = testkit::ecs::closed();
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        testkit::ecs::never(&mut world).patch(
            op::DESCRIBE_VPC_ENDPOINTS,
            "/VpcEndpoints/0/PolicyDocument",
            json!(policy),
        );
        world
    }

    #[test]
    fn fires_when_the_call_is_not_allowed() {
        let narrow = json!({ "Effect": "Allow", "Principal": "*", "Action": "ecs:Describe*", "Resource": "*" });
        let found = testkit::findings(with(narrow).judge(&RULE));
        assert!(found[0].detail.contains("`ecs:RegisterContainerInstance`"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("ecs:*"));
    }

    #[test]
    fn silent_with_the_default_policy_or_one_that_allows() {
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
        let own = json!({ "Effect": "Allow", "Principal": "*", "Action": "ecs:*", "Resource": "*" });
        assert!(matches!(with(own).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_role_is_denied() {
        let narrow = json!({ "Effect": "Allow", "Principal": "*", "Action": "ecs:Describe*", "Resource": "*" });
        let mut world = with(narrow);
        world.deny(op::GET_INSTANCE_PROFILE);
        assert_eq!(missing(world.judge(&RULE)), ["iam:GetInstanceProfile"]);
    }
}
