//! Callers: their policies, and condition keys.

use super::*;

#[test]
fn a_role_with_a_managed_policy() {
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!((found.result(), found.diagnosis.verdict), ("Allowed", Verdict::Healthy));
    assert_eq!(found.diagnosis.summary, "`s3:GetObject` is allowed by identity-based policy `Read`, statement 1 `One`");
    assert_eq!(found.rounds.len(), 2, "{:?}", found.rounds);
    let lacking = asked((WEB, "ec2:RunInstances", None), &[], &account);
    assert_eq!((lacking.result(), lacking.rules()), ("ImplicitlyDenied", vec!["iam/identity-no-allow"]));
}

#[test]
fn a_user_has_the_policies_of_its_groups() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    let found = asked((BOB, "sqs:SendMessage", Some(queue)), &[], &account);
    assert_eq!(found.result(), "Allowed");
    assert_eq!(found.rounds.len(), 3, "lists, groups, documents: {:?}", found.rounds);
    let unread = asked((BOB, "sqs:SendMessage", Some(queue)), &[], &but("ListGroupsForUser", |_| Err("AccessDenied")));
    assert_eq!(unread.result(), "Unknown");
    assert!(
        unread.diagnosis.findings.iter().any(|own| own.missing == ["iam:ListGroupsForUser"]),
        "{:?}",
        unread.rules()
    );
}

#[test]
fn a_key_that_only_the_request_has_leaves_it_open() {
    let document = json!({ "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } } });
    let reply = move |_: &Read| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": document } }));
    let from =
        |context: &[&str]| asked((WEB, "s3:GetObject", Some(OBJECT)), context, &but("GetPolicyVersion", reply.clone()));
    let open = from(&[]);
    assert_eq!(open.result(), "Unknown");
    assert_eq!(open.diagnosis.findings[0].detail, "allowed if identity-based policy `Read`, statement 1 applies");
    assert_eq!(open.diagnosis.findings[1].missing, ["condition key `aws:SourceIp`"]);
    assert_eq!(from(&["aws:SourceIp=203.0.113.7"]).result(), "Allowed");
    assert_eq!(from(&["aws:SourceIp=198.51.100.7"]).result(), "ImplicitlyDenied");
}

#[test]
fn tags_of_the_principal_are_known() {
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/Team": "blue", "aws:PrincipalAccount": A } } } });
    let reply = move |_: &Read| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": document } }));
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &but("GetPolicyVersion", reply));
    assert_eq!(found.result(), "Allowed");
}

#[test]
fn what_another_account_lets_its_principals_do_is_not_known() {
    let foreign = "arn:aws:iam::444455556666:role/web";
    let found = asked((foreign, "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!(found.result(), "Unknown");
    assert!(found.diagnosis.summary.contains("not known"), "{}", found.diagnosis.summary);
}

#[test]
fn a_principal_that_does_not_exist_is_an_error() {
    for (gone, what) in [("role/gone", "role `gone` not found"), ("user/gone", "user `gone` not found")] {
        let question =
            Question::parse(&format!("arn:aws:iam::{A}:{gone}"), "ec2:DescribeInstances", None, &[]).unwrap();
        let (snapshot, _) = collect(&question, &account);
        assert!(decide(&snapshot, &question).unwrap_err().starts_with(what));
    }
    let question = Question::parse(WEB, "ec2:DescribeInstances", None, &[]).unwrap();
    let empty = Snapshot::new(Header::default());
    let answer = decide(&empty, &question).unwrap();
    assert_eq!(answer.decision.verdict.word(), "Unknown", "nothing was read at all");
}

#[test]
fn a_boundary_limits() {
    let boundary = |read: &Read| match read.operation.name {
        "GetRole" => Ok(json!({ "Role": { "RoleName": "web", "Arn": WEB,
            "PermissionsBoundary": { "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Edge" } } })),
        "GetPolicyVersion" if read.parameters["PolicyArn"].as_str().is_some_and(|arn| arn.ends_with("Edge")) => {
            Ok(json!({ "PolicyVersion": { "VersionId": "v1", "IsDefaultVersion": true, "Document": allow("ec2:*") } }))
        }
        _ => account(read),
    };
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &boundary);
    assert_eq!((found.result(), found.rules()), ("ImplicitlyDenied", vec!["iam/boundary-no-allow"]));
}

#[test]
fn sessions_and_federated_users() {
    let session = "arn:aws:sts::111122223333:assumed-role/web/alice";
    let found = asked((session, "s3:GetObject", Some(OBJECT)), &[], &account);
    let decision = found.diagnosis.decision.as_ref().unwrap();
    assert_eq!(found.result(), "Allowed");
    assert!(decision.assumptions.iter().any(|own| own.to_string().contains("session policy")), "{decision:?}");
    let federated =
        asked(("arn:aws:sts::111122223333:federated-user/alice", "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!(federated.result(), "Unknown");
    let root = asked(("arn:aws:iam::111122223333:root", "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!((root.result(), root.diagnosis.summary.as_str()), ("Allowed", "`s3:GetObject` is allowed"));
}

#[test]
fn facts_of_a_namesake_are_not_the_caller_s() {
    let foreign = "arn:aws:sts::444455556666:assumed-role/web/s";
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*" }, { "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
        "Condition": { "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::444455556666:role/web" } } }] });
    let reply = move |_: &Read| Ok(json!({ "Attributes": { "Policy": policy.to_string() } }));
    let found = asked((foreign, "sqs:SendMessage", Some(queue)), &[], &but("GetQueueAttributes", reply));
    assert_eq!(found.result(), "Unknown");
    let question = Question::parse("arn:aws:iam::111122223333:role/web", "ec2:DescribeInstances", None, &[]).unwrap();
    let (snapshot, _) = collect(&question, &account);
    assert_eq!(decide(&snapshot, &question).unwrap_err(), format!("role `web` has the ARN `{WEB}`"));
}

#[test]
fn the_version_of_a_boundary_that_is_in_force_is_found() {
    let edge = "arn:aws:iam::111122223333:policy/Edge";
    let bounded = move |read: &Read| match read.operation.name {
        "GetRole" => Ok(
            json!({ "Role": { "RoleName": "web", "Arn": WEB, "PermissionsBoundary": { "PermissionsBoundaryArn": edge } } }),
        ),
        "ListPolicies" if read.parameters.contains_key("PolicyUsageFilter") => {
            Ok(json!({ "Policies": [{ "PolicyName": "Edge", "Arn": edge, "DefaultVersionId": "v7" }] }))
        }
        "GetPolicyVersion" if read.parameters["PolicyArn"] == edge => {
            let is_in_force = read.parameters["VersionId"] == "v7";
            let document = if is_in_force { allow("ec2:*") } else { allow("*") };
            Ok(
                json!({ "PolicyVersion": { "VersionId": read.parameters["VersionId"], "IsDefaultVersion": is_in_force, "Document": document } }),
            )
        }
        _ => account(read),
    };
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &bounded);
    assert_eq!((found.result(), found.rules()), ("ImplicitlyDenied", vec!["iam/boundary-no-allow"]));
    assert_eq!(found.rounds.len(), 4, "{:?}", found.rounds);
}
