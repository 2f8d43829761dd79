//! The role must allow the calls that open the agent's connections.

use crate::ecs::calls::POLL;
use crate::ecs::{Case, identity};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an identity policy of the profile's role allows `ecs:DiscoverPollEndpoint`, and `ecs:Poll` and `ecs:StartTelemetrySession` on
    /// the container instance. Denials are the matter of `ecs/explicit-deny`.
    ///
    /// ## Why it matters
    ///
    /// After it has registered, the agent asks for the addresses of its two connections and opens them, one to be told of tasks and
    /// one to send metrics. Without them the cluster shows the instance with `agentConnected=false` from the first minute, and no task
    /// is placed on it.
    ///
    /// ## How to confirm
    ///
    /// `aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names ecs:DiscoverPollEndpoint ecs:Poll ecs:StartTelemetrySession`,
    /// and `AccessDeniedException` in `/var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// A policy that was attached a minute ago may not be in force yet. A connection that is open proves that the calls were allowed when it
    /// was opened. The id of the entry is not known before the registration: a statement for single entries cannot match then.
    ///
    /// ## Fix
    ///
    /// Attach `AmazonEC2ContainerServiceforEC2Role` to the role (class A). Every instance with this role gets the permissions. To undo,
    /// detach it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container instance IAM role"
    /// - ECS API reference, `DiscoverPollEndpoint`
    "ecs/role-lacks-poll", Blocker, Channel, fix A,
    "The role may not open the connections of the agent",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    identity::judge_lacking(case, POLL, "so the agent registers and never connects")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn without_poll() -> World {
        let mut world = testkit::ecs::nat();
        let allowed = json!(["ecs:RegisterContainerInstance", "ecs:DiscoverPollEndpoint"]);
        testkit::ecs::disconnected(&mut world).patch(
            op::GET_POLICY_VERSION,
            "/PolicyVersion/Document/Statement/0/Action",
            allowed,
        );
        world
    }

    #[test]
    fn fires_as_a_blocker_of_a_disconnected_instance() {
        let found = findings(without_poll().judge(&RULE));
        assert!(found[0].detail.contains("`ecs:Poll`, `ecs:StartTelemetrySession`"), "{}", found[0].detail);
        let report = testkit::ecs::diagnose(&without_poll()).unwrap();
        let blockers = report.findings.iter().filter(|found| found.severity == Severity::Blocker);
        assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/role-lacks-poll"]);
    }

    #[test]
    fn silent_with_a_condition_on_the_cluster() {
        let mut world = testkit::ecs::nat();
        let guarded = json!([{ "Effect": "Allow", "Action": "ecs:DiscoverPollEndpoint", "Resource": "*" },
            { "Effect": "Allow", "Action": ["ecs:Poll", "ecs:StartTelemetrySession"], "Resource": "*",
              "Condition": { "ArnEquals": { "ecs:cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/web" } } }]);
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement", guarded);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        testkit::ecs::never(&mut world);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_policies_cannot_be_read() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::disconnected(&mut world).deny(op::GET_POLICY_VERSION);
        assert_eq!(missing(world.judge(&RULE)), ["iam:GetPolicyVersion"]);
    }
}
