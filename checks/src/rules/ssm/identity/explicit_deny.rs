//! A Deny, a permissions boundary without an Allow, or the organization stands above every permission of the role.

use crate::finding::Judgement;
use crate::instance::guards;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::calls::{self, REGISTER};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a statement with `Deny` in an identity policy or in the permissions boundary of the profile's role applies to
    /// `ssm:UpdateInstanceInformation` or to the four `ssmmessages` calls, the boundary has no `Allow` for them, or the service control
    /// policies of the organization do not let them pass. Endpoint policies are the matter of `ssm/endpoint-policy-denies`.
    ///
    /// ## Why it matters
    ///
    /// A Deny wins over every Allow, and a boundary or an organization caps what policies can give: attaching one policy more changes
    /// nothing.
    ///
    /// ## How to confirm
    ///
    /// `aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names ssm:UpdateInstanceInformation` names the statement
    /// in `MatchedStatements`, and tells the part of boundary and organization.
    ///
    /// ## False positives
    ///
    /// Service control policies cannot be read from a member account. IAM's simulator knows them and is asked for a node that does not
    /// answer; it judges their conditions with the keys it is given and takes others to be absent, so where the organization seems to
    /// deny everything, even `ec2:DescribeInstances`, the question stays open. Without a simulation they are taken to allow. Conditions
    /// of the other policies on keys that only the request itself carries leave the question open too.
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
    "ssm/explicit-deny", Blocker, Agent, fix M,
    "A deny statement, the permissions boundary or the organization stops the role",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY, SIMULATE_PRINCIPAL_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(role) = case.identity.role.as_ref().map_err(Clone::clone)? else {
        return Ok(Judgement::not_applicable("the instance has no role of its own"));
    };
    let name = role.role.role_name.as_str();
    let (stops, open) = guards::stops(case, role, calls::ALL);
    let stops_register = stops.iter().any(|stop| stop.actions.contains(&REGISTER));
    if let (true, Some(fallback)) = (stops_register, case.fallback()) {
        return Ok(Judgement::pass(format!(
            "`{REGISTER}` is denied to role `{name}`, and because it is refused the agent falls back to role `{fallback}` of Default Host \
             Management"
        )));
    }
    if stops.is_empty() && !open.is_empty() {
        return Ok(case.open_question(&format!("whether something denies role `{name}` the calls of the agent"), open));
    }
    let findings = stops.iter().map(|stop| guards::finding(case, role, stop, REGISTER)).collect();
    Ok(Judgement::of(findings, format!("nothing that could be read denies role `{name}` the calls of the agent")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::iam_facts::simulated;
    use crate::rule::Affects;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn with(statement: Value) -> World {
        let mut world = testkit::nat();
        world.never().patch(op::LIST_ROLE_POLICIES, "/PolicyNames", json!(["guard"]));
        world.answer(
            op::GET_ROLE_POLICY,
            json!({ "RoleName": "web", "PolicyName": "guard" }),
            json!({ "RoleName": "web", "PolicyName": "guard",
                "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } }),
        );
        world
    }

    fn bounded(allowed: &str) -> World {
        let arn = "arn:aws:iam::123456789012:policy/limit";
        let mut world = testkit::nat();
        world.never().patch(op::GET_ROLE, "/Role/PermissionsBoundary", json!({ "PermissionsBoundaryArn": arn }));
        world.answer(
            op::GET_POLICY_VERSION,
            json!({ "PolicyArn": arn, "VersionId": "v1" }),
            json!({ "PolicyVersion": { "VersionId": "v1", "IsDefaultVersion": true, "Document": {
                "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": allowed, "Resource": "*" }] } } }),
        );
        world
    }

    #[test]
    fn fires_on_a_deny_once_for_all_calls() {
        let all = json!(["ssm:*", "ssmmessages:*"]);
        let found =
            findings(with(json!({ "Sid": "No", "Effect": "Deny", "Action": all, "Resource": "*" })).judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`guard`, statement 1 `No`"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].value["Sid"], "No");
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("get-role-policy"));
    }

    #[test]
    fn fires_on_a_boundary_without_allow() {
        let found = findings(bounded("ssm:*").judge(&RULE));
        assert!(
            found[0].detail.contains("OpenDataChannel") && !found[0].detail.contains(REGISTER),
            "{}",
            found[0].detail
        );
        assert_eq!(found[0].evidence[0].field, "PermissionsBoundary.PermissionsBoundaryArn");
    }

    /// A world whose node was lost, with the simulator's answer: what the organization says to each action.
    fn organized(allows: impl Fn(&str) -> Option<bool>, decision: &str) -> World {
        let mut world = testkit::nat();
        world.never();
        let results = calls::ALL.iter().copied().chain([simulated::CONTROL]).map(|action| {
            let detail = allows(action).map(|allowed| json!({ "AllowedByOrganizations": allowed }));
            json!({ "EvalActionName": action, "EvalDecision": decision, "OrganizationsDecisionDetail": detail })
        });
        let arn = format!("arn:aws:iam::{}:role/web", testkit::ACCOUNT);
        let input = json!({ "PolicySourceArn": arn });
        let results: Vec<Value> = results.collect();
        world.answer(op::SIMULATE_PRINCIPAL_POLICY, input, json!({ "EvaluationResults": results }));
        world
    }

    #[test]
    fn fires_on_what_the_organization_does_not_let_pass() {
        let world = organized(|action| Some(!action.starts_with("ssmmessages:")), "implicitDeny");
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].detail.contains("service control policies") && found[0].detail.contains("OpenDataChannel"));
        assert_eq!(found[0].affects, Some(Affects::Channel));
        assert_eq!(
            found[0].evidence[0].field,
            "EvaluationResults[1].OrganizationsDecisionDetail.AllowedByOrganizations"
        );
        assert_eq!(found[0].evidence[0].value, false);
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(commands[0].contains("--action-names ssmmessages:CreateControlChannel"), "{commands:?}");
        assert!(commands[1].contains("--target-id 123456789012 --filter SERVICE_CONTROL_POLICY"), "{commands:?}");
    }

    #[test]
    fn silent_where_the_organization_allows_or_there_is_none() {
        for said in [Some(true), None] {
            assert!(matches!(organized(|_| said, "allowed").judge(&RULE), Judgement::Pass(_)));
        }
    }

    #[test]
    fn unknown_where_the_organization_denies_everything_or_nobody_may_ask() {
        let blanket = missing(organized(|_| Some(false), "explicitDeny").judge(&RULE));
        assert!(blanket[0].contains("denies even `ec2:DescribeInstances`"), "{blanket:?}");
        let mut denied = organized(|_| Some(true), "allowed");
        assert_eq!(missing(denied.deny(op::SIMULATE_PRINCIPAL_POLICY).judge(&RULE)), ["iam:SimulatePrincipalPolicy"]);
    }

    #[test]
    fn a_boundary_that_nobody_can_read_is_simulated() {
        let arn = "arn:aws:iam::123456789012:policy/limit";
        let mut world = organized(|_| None, "implicitDeny");
        world.patch(op::GET_ROLE, "/Role/PermissionsBoundary", json!({ "PermissionsBoundaryArn": arn }));
        assert!(matches!(world.judge(&RULE), Judgement::CannotTell { .. }));
        for at in 0..5 {
            let place = format!("/EvaluationResults/{at}/PermissionsBoundaryDecisionDetail");
            world.patch(op::SIMULATE_PRINCIPAL_POLICY, &place, json!({ "AllowedByPermissionsBoundary": at == 0 }));
        }
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("policy/limit") && !found[0].detail.contains(REGISTER), "{}", found[0].detail);
        let fields: Vec<&str> = found[0].evidence.iter().map(|evidence| evidence.field.as_str()).collect();
        assert_eq!(fields[0], "PermissionsBoundary.PermissionsBoundaryArn");
        assert_eq!(fields[1], "EvaluationResults[1].PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary");
    }

    #[test]
    fn fires_softer_while_the_node_is_online() {
        let world = with(json!({ "Effect": "Deny", "Action": "ssm:Update*", "Resource": "*" }));
        let mut online = testkit::nat();
        online.patch(op::LIST_ROLE_POLICIES, "/PolicyNames", json!(["guard"]));
        let document = json!({ "RoleName": "web", "PolicyName": "guard", "PolicyDocument": { "Version": "2012-10-17",
            "Statement": { "Effect": "Deny", "Action": "ssm:Update*", "Resource": "*" } } });
        online.answer(op::GET_ROLE_POLICY, json!({ "RoleName": "web", "PolicyName": "guard" }), document);
        let severity = |world: &World| {
            let findings = world.diagnose().findings;
            findings.iter().find(|finding| finding.rule == RULE.about.id).map(|finding| finding.severity)
        };
        assert_eq!(severity(&world), Some(Severity::Blocker));
        assert_eq!(severity(&online), Some(Severity::Degraded));
    }

    #[test]
    fn silent_when_nothing_denies() {
        assert!(matches!(testkit::public().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(bounded("*").judge(&RULE), Judgement::Pass(_)));
        let elsewhere = with(json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "StringNotEquals": { "aws:RequestedRegion": testkit::REGION } } }));
        assert!(matches!(elsewhere.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_default_host_management_takes_over() {
        let mut world = with(json!({ "Effect": "Deny", "Action": "*", "Resource": "*" }));
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_on_a_key_of_the_request_or_an_unread_boundary() {
        let guarded = with(json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } } }));
        assert_eq!(missing(guarded.judge(&RULE)), ["condition key `aws:SourceIp` of the request"]);
        assert_eq!(missing(testkit::nat().deny(op::GET_ROLE).judge(&RULE)), ["iam:GetRole"]);
    }
}
