//! The role must allow the call that registers the node.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::Grant;
use crate::instance::nearly;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::calls::REGISTER;
use crate::ssm::credentials::core_policy;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an identity policy of the profile's role allows `ssm:UpdateInstanceInformation` on the instance. All statements count, with
    /// their resources and conditions, whatever the policies are called. Denials are the matter of `ssm/explicit-deny`.
    ///
    /// ## Why it matters
    ///
    /// The agent registers the node with this call and repeats it as the heartbeat. While AWS refuses it, the instance is in no list of
    /// Systems Manager.
    ///
    /// ## How to confirm
    ///
    /// `aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names ssm:UpdateInstanceInformation`, and
    /// `AccessDeniedException` in the agent's log.
    ///
    /// ## False positives
    ///
    /// With Default Host Management on, the agent falls back to it because the call is refused, and the rule passes. A policy that was
    /// attached a minute ago may not be in force yet, and an agent that was refused for long hibernates for up to an hour: restart it.
    ///
    /// ## Fix
    ///
    /// Attach `AmazonSSMManagedInstanceCore` to the role (class A). Every instance and program with this role gets the permissions. To
    /// undo, detach it.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Configure instance permissions required for Systems Manager"
    /// - AWS managed policy reference, "AmazonSSMManagedInstanceCore"
    "ssm/role-lacks-core", Blocker, Registration, fix A,
    "The role may not register the instance with Systems Manager",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY, GET_SERVICE_SETTING]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(role) = case.identity.role.as_ref().map_err(Clone::clone)? else {
        return Ok(Judgement::not_applicable("the instance has no role of its own"));
    };
    let name = role.role.role_name.as_str();
    let decision = match role.grant(case, REGISTER) {
        Grant::Given => return Ok(Judgement::pass(format!("a policy of role `{name}` allows `{REGISTER}`"))),
        Grant::Refused => return Ok(Judgement::follows_from("ssm/explicit-deny")),
        Grant::Open(gaps) => {
            return Ok(Judgement::cannot_tell(
                format!("whether role `{name}` may call `{REGISTER}` depends on what is not known"),
                gaps,
            ));
        }
        Grant::Lacking(decision) => decision,
    };
    if let Some(fallback) = case.default_host.management.clone()? {
        return Ok(Judgement::pass(format!(
            "role `{name}` does not allow `{REGISTER}`, and because it is refused the agent falls back to role `{fallback}` of Default \
             Host Management"
        )));
    }
    let near = decision.near_miss().and_then(|miss| role.statement(&miss.statement));
    let attach = |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-arn", core_policy(case));
    Ok(Judgement::fail(
        Finding::new(format!("no policy of role `{name}` allows `{REGISTER}`{}", nearly(&decision)))
            .about("role", name)
            .about("ec2-instance", &case.instance.instance_id)
            .proofs(role.listed())
            .proofs(near)
            .fix(
                Fix::new(
                    FixClass::A,
                    format!(
                        "attach `AmazonSSMManagedInstanceCore` to role `{name}`; everything with this role gets it"
                    ),
                )
                .run(attach("attach-role-policy"))
                .undo(attach("detach-role-policy")),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn bare() -> World {
        let mut world = testkit::nat();
        world.never().patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
        world
    }

    fn inline(statement: Value) -> World {
        let mut world = bare();
        world.patch(op::LIST_ROLE_POLICIES, "/PolicyNames", json!(["own"]));
        world.answer(
            op::GET_ROLE_POLICY,
            json!({ "RoleName": "web", "PolicyName": "own" }),
            json!({ "RoleName": "web", "PolicyName": "own",
                "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } }),
        );
        world
    }

    #[test]
    fn fires_without_a_policy() {
        let found = findings(bare().judge(&RULE));
        assert_eq!(found[0].evidence[0].value, json!([]));
        assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("AmazonSSMManagedInstanceCore"));
    }

    #[test]
    fn fires_with_the_statement_that_nearly_allows() {
        let other = format!("arn:aws:ec2:{}:{}:instance/i-0other", testkit::REGION, testkit::ACCOUNT);
        let world = inline(json!({ "Effect": "Allow", "Action": "ssm:*", "Resource": other }));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("statement 1") && found[0].detail.contains("i-0other"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[2].field, "PolicyDocument.Statement[0]");
    }

    #[test]
    fn silent_when_any_policy_allows() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        let world = inline(json!({ "Effect": "Allow", "Action": "ssm:Update*", "Resource": "*" }));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let world = inline(json!({ "Effect": "Deny", "Action": "ssm:*", "Resource": "*" }));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn silent_when_default_host_management_takes_over() {
        let mut world = bare();
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_policies_cannot_be_read() {
        for (denied, action) in [
            (op::LIST_ATTACHED_ROLE_POLICIES, "iam:ListAttachedRolePolicies"),
            (op::GET_POLICY_VERSION, "iam:GetPolicyVersion"),
            (op::GET_INSTANCE_PROFILE, "iam:GetInstanceProfile"),
        ] {
            assert_eq!(missing(testkit::nat().deny(denied).judge(&RULE)), [action]);
        }
        assert_eq!(missing(bare().deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
    }

    #[test]
    fn unknown_names_the_list_that_was_denied() {
        let mut world = testkit::nat();
        world.deny(op::LIST_POLICIES).forget(op::GET_POLICY_VERSION);
        assert_eq!(missing(world.judge(&RULE)), ["iam:ListPolicies"]);
    }
}
