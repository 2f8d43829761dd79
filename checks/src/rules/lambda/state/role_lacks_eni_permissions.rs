//! The role may not manage network interfaces.

use crate::finding::{Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{Context, Layer, LayerEffect, Policies, Principal, Request, base_name, evaluate};
use crate::iam_facts::Held;
use crate::lambda::Case;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::in_words;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the policies of the function's role let it call `ec2:CreateNetworkInterface`, `ec2:DescribeNetworkInterfaces` and
    /// `ec2:DeleteNetworkInterface`.
    ///
    /// ## Why it matters
    ///
    /// Lambda makes, looks up and deletes the network interfaces of a function with the function's role. Without these calls the
    /// attachment to a VPC fails, and a function that was idle does not wake up.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query '[StateReasonCode,LastUpdateStatusReasonCode]'` says
    /// `InsufficientRolePermissions` where it failed.
    ///
    /// ## False positives
    ///
    /// A function whose interfaces are there goes on without the permissions: then it is advice. A statement may be restricted to
    /// subnets or groups by conditions; where that decides, nothing is said.
    ///
    /// ## Fix
    ///
    /// Attach the managed policy `AWSLambdaVPCAccessExecutionRole` (class A). To undo, detach it.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - AWS managed policy reference, "AWSLambdaVPCAccessExecutionRole"
    "lambda/role-lacks-eni-permissions", Blocker, fix A,
    "The role of the function may not manage network interfaces",
    needs [GET_FUNCTION_CONFIGURATION, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION, GET_ROLE_POLICY, GET_ROLE]
}

/// Calls that Lambda makes with the function's role, and the type of resource that a statement may name.
const CALLS: &[(&str, &str)] = &[
    ("ec2:CreateNetworkInterface", "network-interface/eni-0123456789abcdef0"),
    ("ec2:DescribeNetworkInterfaces", "*"),
    ("ec2:DeleteNetworkInterface", "network-interface/eni-0123456789abcdef0"),
];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(crate::lambda::paths::not_in_vpc());
    }
    let failure = case.failure_with(&["InsufficientRolePermissions"])?;
    let role = base_name(&case.function.role);
    let held = Held::by_role(case.snapshot, role);
    let mut lacking = Vec::new();
    let mut is_open = false;
    for (action, resource) in CALLS {
        match effect(case, &held, role, action, resource) {
            LayerEffect::ImplicitDeny | LayerEffect::ExplicitDeny => lacking.push(*action),
            LayerEffect::Unknown => is_open = true,
            _ => {}
        }
    }
    let name = case.name();
    let policy = format!("arn:{}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole", partition(case));
    let command = |command: &str| Aws::new("iam", command, "").arg("role-name", role).arg("policy-arn", &policy);
    let attach = Fix::new(FixClass::A, format!("give role `{role}` what Lambda needs to attach functions to a VPC"))
        .run(command("attach-role-policy"))
        .undo(command("detach-role-policy"));
    let mut finding = match failure {
        Some(failure) => {
            case.failed(&failure, &format!("role `{role}` may not manage the interfaces of function `{name}`"))
        }
        None if !lacking.is_empty() => {
            let calls = in_words(&lacking);
            let detail = format!("no policy lets role `{role}` of function `{name}` call {calls}");
            case.found(format!("{detail}; the interfaces that are there go on, new ones cannot be made"))
        }
        None if is_open && !held.gaps.is_empty() => {
            let reasons: Vec<String> = held.gaps.iter().map(Gap::to_string).collect();
            return Ok(Judgement::cannot_tell(reasons.join("; "), held.gaps));
        }
        None => return Ok(Judgement::pass(format!("role `{role}` may manage network interfaces"))),
    };
    let severity = match failure {
        Some(failure) if failure.member == "State" => None,
        Some(_) => Some(Severity::Degraded),
        None => Some(Severity::Advice),
    };
    if let Some(severity) = severity {
        finding.rule = RULE.about.id;
        finding.severity = severity;
    }
    Ok(Judgement::fail(finding.about("role", role).proof(case.shows("Role", case.function.role.as_str())).fix(attach)))
}

/// What the role's own policies say of a call, on any resource or on one of the type.
fn effect(case: &Case<'_>, held: &Held<'_>, role: &str, action: &str, resource: &str) -> LayerEffect {
    let (partition, account) = (partition(case), case.account());
    let principal = Principal::RoleSession {
        partition: partition.to_owned(),
        account: account.to_owned(),
        role: role.to_owned(),
        session: case.name().to_owned(),
    };
    let policies = Policies { identity: held.identity.clone(), ..Policies::default() };
    let of = |resource: String| {
        let context = Context::partial().with_principal(&principal);
        let request = Request::new(principal.clone(), action, resource, context).owned_by(account);
        let decision = evaluate(&request, &policies);
        decision
            .layers
            .iter()
            .find(|part| part.layer == Layer::Identity)
            .map_or(LayerEffect::Unknown, |part| part.effect)
    };
    match of("*".to_owned()) {
        LayerEffect::ImplicitDeny if resource != "*" => {
            of(format!("arn:{partition}:ec2:{}:{account}:{resource}", case.region()))
        }
        effect => effect,
    }
}

fn partition<'a>(case: &Case<'a>) -> &'a str {
    case.arn().split(':').nth(1).filter(|own| !own.is_empty()).unwrap_or("aws")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn failed(member: &str, code: &str) -> World {
        let mut world = testkit::lambda::nat();
        world.patch(op::GET_FUNCTION_CONFIGURATION, &format!("/{member}"), json!("Failed"));
        world.patch(op::GET_FUNCTION_CONFIGURATION, &format!("/{member}ReasonCode"), json!(code));
        world
    }

    fn with_policy(statements: Value) -> World {
        let mut world = testkit::lambda::nat();
        let own = json!({ "RoleName": "web" });
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        world
            .forget(op::GET_ROLE)
            .forget(op::LIST_ATTACHED_ROLE_POLICIES)
            .forget(op::LIST_ROLE_POLICIES)
            .answer(
                op::GET_ROLE,
                own.clone(),
                json!({ "Role": { "RoleName": "web", "Arn": "arn:aws:iam::123456789012:role/web" } }),
            )
            .answer(op::LIST_ATTACHED_ROLE_POLICIES, own.clone(), json!({ "AttachedPolicies": [] }))
            .answer(op::LIST_ROLE_POLICIES, own, json!({ "PolicyNames": ["vpc"] }))
            .answer(
                op::GET_ROLE_POLICY,
                json!({ "RoleName": "web", "PolicyName": "vpc" }),
                json!({ "RoleName": "web", "PolicyName": "vpc", "PolicyDocument": document }),
            );
        world
    }

    #[test]
    fn fires_as_advice_while_the_function_works() {
        let world = with_policy(json!([{ "Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*" }]));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].severity, Severity::Advice);
        assert!(
            found[0].detail.contains("`ec2:CreateNetworkInterface` and `ec2:DeleteNetworkInterface`"),
            "{}",
            found[0].detail
        );
    }

    #[test]
    fn fires_in_full_when_lambda_says_so() {
        let found = findings(failed("State", "InsufficientRolePermissions").judge(&RULE));
        assert_eq!(found[0].rule, "");
        assert!(found[0].fix.as_ref().unwrap().rollback[0].contains("detach-role-policy"));
    }

    #[test]
    fn silent_when_the_calls_are_allowed_for_some_resource() {
        let arn = "arn:aws:ec2:eu-west-1:123456789012:*/*";
        for resource in ["*", arn] {
            let world = with_policy(json!([
                { "Effect": "Allow", "Action": "ec2:*NetworkInterface", "Resource": resource },
                { "Effect": "Allow", "Action": "ec2:DescribeNetworkInterfaces", "Resource": "*" },
            ]));
            assert!(matches!(world.judge(&RULE), Judgement::Pass(_)), "{resource}");
        }
        assert!(matches!(testkit::lambda::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_policies_are_denied() {
        let mut world = with_policy(json!([]));
        world.deny(op::LIST_ATTACHED_ROLE_POLICIES);
        assert_eq!(missing(world.judge(&RULE)), ["iam:ListAttachedRolePolicies"]);
    }
}
