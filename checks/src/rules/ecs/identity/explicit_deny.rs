//! A Deny, a permissions boundary without an Allow, or the organization stands above every permission of the role.

use crate::ecs::Case;
use crate::ecs::calls::{self, REGISTER};
use crate::finding::Judgement;
use crate::instance::guards;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a statement with `Deny` in an identity policy or in the permissions boundary of the profile's role applies to
    /// `ecs:RegisterContainerInstance`, `ecs:DiscoverPollEndpoint`, `ecs:Poll` or `ecs:StartTelemetrySession`, the boundary has no `Allow`
    /// for them, or the service control policies of the organization do not let them pass. Endpoint policies are the matter of
    /// `ecs/endpoint-policy-denies`.
    ///
    /// ## Why it matters
    ///
    /// A Deny wins over every Allow, and a boundary or an organization caps what policies can give: attaching one policy more changes
    /// nothing.
    ///
    /// ## How to confirm
    ///
    /// `aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names ecs:RegisterContainerInstance` names the statement
    /// in `MatchedStatements`, and tells the part of boundary and organization.
    ///
    /// ## False positives
    ///
    /// Service control policies cannot be read from a member account. IAM's simulator knows them and is asked while the agent is not
    /// connected; it judges their conditions with the keys it is given, so where the organization seems to deny everything, even
    /// `ec2:DescribeInstances`, the question stays open. Without a simulation they are taken to allow.
    ///
    /// ## Fix
    ///
    /// Whoever set the guardrail decides (class M): show them the statement, and ask for an exception, or for an Allow in the boundary or
    /// in the organization's policies.
    ///
    /// ## References
    ///
    /// - IAM user guide, "Policy evaluation logic" and "Permissions boundaries for IAM entities"
    /// - IAM API reference, `SimulatePrincipalPolicy`
    /// - Organizations user guide, "Service control policies (SCPs)"
    "ecs/explicit-deny", Blocker, Agent, fix M,
    "A deny statement, the permissions boundary or the organization stops the role",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY, SIMULATE_PRINCIPAL_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let Some(role) = case.role()? else { return Ok(Judgement::not_applicable("the instance has no role")) };
    let name = role.role.role_name.as_str();
    let (stops, open) = guards::stops(case, role, calls::ALL);
    if stops.is_empty() && !open.is_empty() {
        return Ok(Judgement::cannot_tell(
            format!("whether something denies role `{name}` the calls of the agent depends on what is not known"),
            open,
        ));
    }
    let findings = stops.iter().map(|stop| guards::finding(case, role, stop, REGISTER)).collect();
    Ok(Judgement::of(findings, format!("nothing that could be read denies role `{name}` the calls of the agent")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Affects;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn with(statement: Value) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(op::LIST_ROLE_POLICIES, "/PolicyNames", json!(["guard"]));
        world.answer(
            op::GET_ROLE_POLICY,
            json!({ "RoleName": "web", "PolicyName": "guard" }),
            json!({ "RoleName": "web", "PolicyName": "guard",
                "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } }),
        );
        world
    }

    #[test]
    fn fires_on_a_deny() {
        let found =
            findings(with(json!({ "Effect": "Deny", "Action": "ecs:Register*", "Resource": "*" })).judge(&RULE));
        assert!(found[0].detail.contains("`ecs:RegisterContainerInstance`"), "{}", found[0].detail);
        assert_eq!(found[0].affects, Some(Affects::Registration));
    }

    #[test]
    fn fires_on_what_the_organization_denies() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world);
        let results = calls::ALL.iter().copied().chain([crate::iam_facts::simulated::CONTROL]).map(|action| {
            let allowed = !action.starts_with("ecs:");
            json!({ "EvalActionName": action, "EvalDecision": if allowed { "allowed" } else { "implicitDeny" },
                "OrganizationsDecisionDetail": { "AllowedByOrganizations": allowed } })
        });
        let role = "arn:aws:iam::123456789012:role/web";
        let output = json!({ "EvaluationResults": results.collect::<Vec<_>>() });
        world.answer(op::SIMULATE_PRINCIPAL_POLICY, json!({ "PolicySourceArn": role }), output);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("service control policies"), "{}", found[0].detail);
        assert_eq!(found[0].affects, Some(Affects::Agent));
    }

    #[test]
    fn silent_where_nothing_denies() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
        let other = with(json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*" }));
        assert!(matches!(other.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_a_policy_cannot_be_read() {
        let mut world = with(json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }));
        world.deny(op::GET_ROLE_POLICY);
        assert_eq!(missing(world.judge(&RULE)), ["iam:GetRolePolicy"]);
    }
}
