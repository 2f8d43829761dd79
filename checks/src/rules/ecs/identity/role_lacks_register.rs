//! The role must allow the call that registers the instance.

use crate::ecs::calls::REGISTER;
use crate::ecs::{Case, identity};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an identity policy of the profile's role allows `ecs:RegisterContainerInstance` on the cluster. All statements count, with
    /// their resources and conditions, whatever the policies are called. Denials are the matter of `ecs/explicit-deny`.
    ///
    /// ## Why it matters
    ///
    /// It is the call with which an instance joins its cluster. While AWS refuses it the agent logs `AccessDeniedException` and exits, and
    /// the cluster lists nothing. A role for tasks, or for services, is a usual mistake here: it has other permissions.
    ///
    /// ## How to confirm
    ///
    /// `aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names ecs:RegisterContainerInstance --resource-arns CLUSTER_ARN`
    ///
    /// ## False positives
    ///
    /// A policy that was attached a minute ago may not be in force yet. An instance that is registered proves that the permission was there:
    /// what keeps it from registering anew is a degradation then.
    ///
    /// ## Fix
    ///
    /// Attach `AmazonEC2ContainerServiceforEC2Role` to the role (class A). Every instance with this role gets the permissions. To undo,
    /// detach it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container instance IAM role"
    /// - AWS managed policy reference, "AmazonEC2ContainerServiceforEC2Role"
    "ecs/role-lacks-register", Blocker, Registration, fix A,
    "The role may not register the instance in the cluster",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    identity::judge_lacking(case, &[REGISTER], "so the instance cannot register")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn with(statements: Value) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement", statements);
        world
    }

    #[test]
    fn fires_without_the_permission() {
        let found = findings(with(json!([{ "Effect": "Allow", "Action": "ecr:*", "Resource": "*" }])).judge(&RULE));
        assert!(found[0].detail.contains("`ecs:RegisterContainerInstance`"), "{}", found[0].detail);
        assert!(
            found[0].fix.as_ref().unwrap().commands[0].ends_with("service-role/AmazonEC2ContainerServiceforEC2Role")
        );
    }

    #[test]
    fn fires_where_only_another_cluster_is_allowed() {
        let other = "arn:aws:ecs:eu-west-1:123456789012:cluster/other";
        let world = with(json!([{ "Effect": "Allow", "Action": "ecs:*", "Resource": other }]));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("cluster/other"), "{}", found[0].detail);
    }

    #[test]
    fn silent_where_the_cluster_is_allowed() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
        let own = "arn:aws:ecs:eu-west-1:123456789012:cluster/web";
        let world = with(json!([{ "Effect": "Allow", "Action": "ecs:Register*", "Resource": own }]));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_where_another_rule_has_the_cause() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/Roles", json!([]));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
        let denied = with(json!([{ "Effect": "Deny", "Action": "ecs:*", "Resource": "*" }]));
        assert!(matches!(denied.judge(&RULE), Judgement::Pass(_) | Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_policies_cannot_be_read() {
        for (denied, action) in [
            (op::LIST_ATTACHED_ROLE_POLICIES, "iam:ListAttachedRolePolicies"),
            (op::GET_POLICY_VERSION, "iam:GetPolicyVersion"),
            (op::GET_INSTANCE_PROFILE, "iam:GetInstanceProfile"),
        ] {
            let mut world = testkit::ecs::nat();
            assert_eq!(missing(testkit::ecs::never(&mut world).deny(denied).judge(&RULE)), [action]);
        }
    }

    #[test]
    fn unknown_where_a_condition_hangs_on_the_request() {
        let guarded = json!([{ "Effect": "Allow", "Action": "ecs:*", "Resource": "*",
            "Condition": { "StringEquals": { "aws:RequestTag/team": "web" } } }]);
        assert!(!missing(with(guarded).judge(&RULE)).is_empty());
    }
}
