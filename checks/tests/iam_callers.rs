//! What callers of some kinds can and cannot do, whatever their policies say.
#![allow(clippy::unwrap_used, reason = "a test ends when its own data is wrong")]

mod iam_support;

use checks::iam::{Context, Layer, Policies, Request, Unsettled, evaluate};
use iam_support::world::*;
use serde_json::json;

const ROOT: &str = "arn:aws:iam::111122223333:root";
const FEDERATED: &str = "arn:aws:sts::111122223333:federated-user/bob";

#[test]
fn policies_of_aws_are_nobody_else_s() {
    let asked =
        Request::new(caller(USER), "iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", Context::complete());
    assert_eq!(verdict(&asked, &identity(json!(allow("iam:Get*")))), 'A');
    assert_eq!(verdict(&asked, &identity(json!(allow("s3:*")))), 'I');
}

#[test]
fn a_session_token_needs_no_permission_and_sessions_get_none() {
    let ask = |who: &str, action: &str| verdict(&request(who, action, "*"), &identity(json!(allow("sts:*"))));
    let denied = |who: &str| verdict(&request(who, "sts:GetSessionToken", "*"), &identity(json!(deny("*"))));
    assert_eq!((denied(USER), denied(ROOT), denied(SESSION)), ('A', 'A', 'E'));
    for action in ["sts:GetSessionToken", "sts:GetFederationToken"] {
        assert_eq!((ask(SESSION, action), ask(ROLE, action)), ('I', 'I'), "{action}");
    }
    assert_eq!(ask(USER, "sts:GetFederationToken"), 'A');
    let decision = evaluate(&request(SESSION, "sts:GetSessionToken", "*"), &identity(json!(allow("sts:*"))));
    assert_eq!(decision.deciding().unwrap().layer, Layer::Identity);
}

#[test]
fn federated_users_call_nothing_of_sts_but_who_they_are() {
    let mut policies = identity(json!(allow("sts:*")));
    policies.session = Some(policy(Layer::Session, json!(allow("sts:*"))));
    policies.resource = Some(policy(Layer::Trust, json!(trust("AWS", A))));
    assert_eq!(verdict(&request(FEDERATED, "sts:AssumeRole", TARGET_ROLE), &policies), 'I');
    assert_eq!(verdict(&request(FEDERATED, "sts:GetCallerIdentity", "*"), &policies), 'A');
}

#[test]
fn requests_without_credentials_carry_no_sign_of_a_service() {
    let statements = json!([
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:PrincipalIsAWSService": "false"}}}]);
    let ask = |who: &str| {
        let principal = caller(who);
        let context = Context::complete().with_principal(&principal);
        verdict(&Request::new(principal, "s3:GetObject", OBJECT, context).owned_by(A), &resource(statements.clone()))
    };
    assert_eq!((ask("anonymous"), ask(USER)), ('A', 'E'));
}

#[test]
fn the_root_user_of_the_owner_mends_bucket_policies() {
    let shut = resource(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}));
    let ask = |who: &str, action: &str| verdict(&request(who, action, BUCKET), &shut);
    assert_eq!(
        (ask(ROOT, "s3:DeleteBucketPolicy"), ask(ROOT, "s3:PutBucketPolicy"), ask(ROOT, "s3:ListBucket")),
        ('A', 'A', 'E')
    );
    assert_eq!(ask(USER, "s3:DeleteBucketPolicy"), 'E');
    let of_others = request(ROOT, "s3:DeleteBucketPolicy", BUCKET).owned_by(B);
    assert_eq!(verdict(&of_others, &shut), 'E');
}

#[test]
fn every_type_of_resource_of_ec2() {
    let entry = format!("arn:aws:ec2:eu-west-1:{A}:*/*");
    let policies = identity(json!({"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": entry}));
    let ask = |resource: &str| verdict(&request(SESSION, "ec2:CreateTags", resource), &policies);
    assert_eq!(ask(&format!("arn:aws:ec2:eu-west-1:{A}:instance/i-1")), 'A');
    assert_eq!(ask(&format!("arn:aws:ec2:us-east-1:{A}:instance/i-1")), 'I');
}

#[test]
fn identity_providers_are_callers_by_their_host() {
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "pool"}}});
    let policies = Policies { resource: Some(policy(Layer::Trust, statement)), ..Policies::default() };
    let ask = |who: &str, aud: &str| {
        let context = Context::complete().with("cognito-identity.amazonaws.com:aud", aud);
        verdict(&Request::new(caller(who), "sts:AssumeRoleWithWebIdentity", TARGET_ROLE, context), &policies)
    };
    assert_eq!(
        (ask("cognito-identity.amazonaws.com", "pool"), ask("cognito-identity.amazonaws.com", "other")),
        ('A', 'I')
    );
    assert_eq!(ask("accounts.google.com", "pool"), 'I');
}

#[test]
fn not_every_service_takes_requests_without_credentials() {
    let open = resource(json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}));
    let decision = evaluate(&request("anonymous", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k"), &open);
    assert_eq!(letter(&decision), 'U');
    let reason = checks::iam::Missing::Rule(Unsettled::AnonymousCaller { service: "kms".to_owned() });
    assert_eq!(decision.missing, [reason]);
    assert_eq!(verdict(&request("anonymous", "s3:GetObject", OBJECT), &open), 'A');
    let none = resource(json!([]));
    assert_eq!(verdict(&request("anonymous", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k"), &none), 'I');
}
