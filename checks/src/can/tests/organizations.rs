//! Organizations, and what is taken for granted.

use super::*;

/// An account under one organizational unit, whose policies everybody may read.
fn in_organization(ou: Value) -> impl Fn(&Read) -> Reply {
    move |read| {
        let text = |member: &str| read.parameters.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_service = text("Filter") == "SERVICE_CONTROL_POLICY";
        Ok(match (read.operation.name, text("ChildId").as_str(), text("TargetId").as_str()) {
            ("DescribeOrganization", ..) => {
                json!({ "Organization": { "Id": "o-1", "MasterAccountId": "999900001111" } })
            }
            ("ListParents", A, _) => json!({ "Parents": [{ "Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT" }] }),
            ("ListParents", ..) => json!({ "Parents": [{ "Id": "r-1", "Type": "ROOT" }] }),
            ("ListPoliciesForTarget", _, "ou-1") if is_service => {
                json!({ "Policies": [{ "Id": "p-ou", "Name": "guard" }] })
            }
            ("ListPoliciesForTarget", ..) if is_service => json!({ "Policies": [{ "Id": "p-full", "Name": "Full" }] }),
            ("ListPoliciesForTarget", ..) => json!({ "Policies": [] }),
            ("DescribePolicy", ..) if text("PolicyId") == "p-ou" => json!({ "Policy": { "Content": ou.to_string() } }),
            ("DescribePolicy", ..) => json!({ "Policy": { "Content": allow("*").to_string() } }),
            _ => return account(read),
        })
    }
}

#[test]
fn every_level_of_an_organization_has_to_allow() {
    let from = |ou: Value| asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &in_organization(ou));
    let open = from(allow("*"));
    assert_eq!((open.result(), open.rounds.concat().contains(&"SimulatePrincipalPolicy")), ("Allowed", false));
    let shut = from(allow("ec2:*"));
    assert_eq!((shut.result(), shut.rules()), ("ImplicitlyDenied", vec!["iam/service-control-no-allow"]));
    let denied = from(json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:*", "Resource": "*" }] }));
    assert_eq!(denied.result(), "ExplicitlyDenied");
    assert_eq!(denied.diagnosis.findings[0].evidence[0].source, "organizations:DescribePolicy");
}

#[test]
fn from_a_member_account_the_simulator_tells_of_the_organization() {
    let member = |allowed: Option<bool>| {
        move |read: &Read| match (read.operation.name, allowed) {
            ("DescribeOrganization", _) => {
                Ok(json!({ "Organization": { "Id": "o-1", "MasterAccountId": "999900001111" } }))
            }
            ("SimulatePrincipalPolicy", Some(allowed)) => Ok(json!({ "EvaluationResults": [
                { "EvalActionName": "s3:GetObject", "EvalDecision": "explicitDeny", "OrganizationsDecisionDetail": { "AllowedByOrganizations": allowed } },
                { "EvalActionName": "ec2:DescribeInstances", "EvalDecision": "allowed", "OrganizationsDecisionDetail": { "AllowedByOrganizations": true } }] })),
            _ => account(read),
        }
    };
    let from = |allowed| asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &member(allowed));
    assert_eq!(from(Some(true)).result(), "Allowed");
    let assumed = from(Some(true)).diagnosis.decision.unwrap().assumptions;
    assert!(assumed.iter().any(|own| own.to_string().starts_with("the service control policies")), "{assumed:?}");
    // It takes keys that it is not given to be absent, and a condition may ask for one of them.
    let denied = from(Some(false));
    assert_eq!((denied.result(), denied.rounds.len()), ("Unknown", 3));
    assert!(denied.diagnosis.summary.contains("the simulator says that they deny it"), "{}", denied.diagnosis.summary);
    let open = from(None);
    assert_eq!(open.result(), "Unknown");
    assert!(
        open.diagnosis.findings.iter().any(|own| own.missing == ["iam:SimulatePrincipalPolicy"]),
        "{:#?}",
        open.diagnosis.findings
    );
}

#[test]
fn the_management_account_is_not_limited() {
    let own = but("DescribeOrganization", |_| Ok(json!({ "Organization": { "Id": "o-1", "MasterAccountId": A } })));
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &own);
    assert_eq!(
        (found.result(), found.rounds.concat().contains(&"ListParents")),
        ("Allowed", false),
        "{:?}",
        found.rounds
    );
}

#[test]
fn a_kind_of_policy_that_is_not_enabled_limits_nobody() {
    let open = in_organization(allow("*"));
    let disabled = |read: &Read| match read.operation.name {
        "ListPoliciesForTarget" => Ok(json!({ "Policies": [] })),
        _ => open(read),
    };
    assert_eq!(asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &disabled).result(), "Allowed");
    let lost =
        |read: &Read| if read.operation.name == "DescribePolicy" { Err("PolicyNotFoundException") } else { open(read) };
    assert_eq!(asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &lost).result(), "Unknown");
}

#[test]
fn what_is_taken_for_granted_is_told() {
    let told = |context: &[&str], reply: &dyn Fn(&Read) -> Reply| {
        let found = asked((WEB, "s3:GetObject", Some(OBJECT)), context, reply);
        let assumptions = found.diagnosis.decision.unwrap().assumptions;
        assumptions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let plain = told(&[], &account);
    assert!(
        plain.iter().any(|own| own.contains("VPC endpoint")) && plain.iter().any(|own| own.contains("tags")),
        "{plain:?}"
    );
    assert!(!plain.iter().any(|own| own.contains("resource control")), "in no organization: {plain:?}");
    // The organization of whoever reads tells nothing of another account's.
    let queue = "arn:aws:sqs:eu-west-1:444455556666:q";
    let reply = but("GetQueueAttributes", |_| {
        Ok(json!({ "Attributes": { "Policy": to(&json!({ "AWS": BOB }), "Allow", "sqs:*").to_string() } }))
    });
    let far = asked((BOB, "sqs:SendMessage", Some(queue)), &[], &reply);
    let assumptions = far.diagnosis.decision.as_ref().unwrap().assumptions.clone();
    assert!(
        far.result() == "Allowed" && assumptions.iter().any(|own| own.to_string().contains("resource control")),
        "{assumptions:?}"
    );
}

#[test]
fn a_simulation_of_other_actions_tells_nothing() {
    let other = |read: &Read| match read.operation.name {
        "DescribeOrganization" => Err("AccessDenied"),
        "SimulatePrincipalPolicy" => Ok(
            json!({ "EvaluationResults": [{ "EvalActionName": "ssm:UpdateInstanceInformation", "EvalDecision": "allowed" }] }),
        ),
        _ => account(read),
    };
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &other);
    let assumptions = &found.diagnosis.decision.as_ref().unwrap().assumptions;
    assert!(
        assumptions.iter().any(|own| own.to_string().starts_with("the service control policies")),
        "{assumptions:?}"
    );
}
