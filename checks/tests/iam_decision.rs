//! Layers, exemptions, unknown facts and the explanations of a decision.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends when its own data is wrong")]

mod iam_support;

use checks::iam::{
    Assumption, Context, EndpointKind, EndpointPolicy, FailedElement, Layer, LayerEffect, Missing,
    OrganizationPolicies, Policies, PolicyDocument, PolicySet, PolicySource, Request, Unreadable, Verdict, evaluate,
};
use iam_support::world::*;
use serde_json::json;

fn effect(request: &Request, policies: &Policies, layer: Layer) -> LayerEffect {
    let decision = evaluate(request, policies);
    decision.layers.iter().find(|part| part.layer == layer).unwrap().effect
}

fn iam_actions(missing: &[Missing]) -> Vec<&str> {
    missing.iter().filter_map(Missing::iam_action).collect()
}

#[test]
fn an_unread_policy_may_deny_what_the_others_allow() {
    let mut policies = identity(json!(allow("s3:*")));
    policies.identity.unreadable = unreadable(Layer::Identity, "iam:GetRolePolicy").unreadable;
    let decision = evaluate(&get_object(), &policies);
    assert_eq!(decision.verdict, Verdict::Unknown);
    assert_eq!(iam_actions(&decision.missing), ["iam:GetRolePolicy"]);
}

#[test]
fn an_unread_policy_makes_no_difference_to_an_explicit_deny() {
    let mut policies = identity(json!(deny("s3:*")));
    policies.identity.unreadable = unreadable(Layer::Identity, "iam:GetRolePolicy").unreadable;
    policies.boundary = Some(unreadable(Layer::Boundary, "iam:GetPolicyVersion"));
    let decision = evaluate(&get_object(), &policies);
    assert_eq!(decision.verdict, Verdict::ExplicitlyDenied);
    assert!(decision.missing.is_empty());
}

#[test]
fn an_unread_policy_makes_no_difference_where_an_allow_is_missing_elsewhere() {
    let policies =
        Policies { boundary: Some(unreadable(Layer::Boundary, "iam:GetPolicyVersion")), ..Policies::default() };
    assert_eq!(verdict(&get_object(), &policies), 'I');
}

#[test]
fn every_unread_layer_that_could_change_the_verdict_is_named() {
    let policies = Policies {
        identity: unreadable(Layer::Identity, "iam:ListAttachedRolePolicies"),
        resource: Some(unreadable(Layer::Resource, "s3:GetBucketPolicy")),
        boundary: Some(unreadable(Layer::Boundary, "iam:GetPolicyVersion")),
        session: Some(unreadable(Layer::Session, "none")),
        service_control: OrganizationPolicies::Levels(vec![unreadable(
            Layer::ServiceControl,
            "organizations:ListPolicies",
        )]),
        ..Policies::default()
    };
    let decision = evaluate(&get_object(), &policies);
    assert_eq!(decision.verdict, Verdict::Unknown);
    let mut named = iam_actions(&decision.missing);
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "iam:GetPolicyVersion",
            "iam:ListAttachedRolePolicies",
            "none",
            "organizations:ListPolicies",
            "s3:GetBucketPolicy"
        ]
    );
}

#[test]
fn a_malformed_policy_is_not_an_empty_one() {
    let mut policies = Policies::default();
    policies.identity.add_text(PolicySource::new(Layer::Identity, "broken"), "{");
    let decision = evaluate(&get_object(), &policies);
    assert_eq!(decision.verdict, Verdict::Unknown);
    assert!(
        matches!(&decision.missing[..], [Missing::Policy(policy)] if matches!(policy.why, Unreadable::Malformed(_)))
    );
}

#[test]
fn unknown_condition_keys_matter_only_where_they_decide() {
    let condition = json!({"StringEquals": {"aws:PrincipalTag/Team": "blue"}});
    let asked = Request { context: Context::partial(), ..get_object() };
    let decision = evaluate(&asked, &identity(json!(allow_if("s3:*", condition.clone()))));
    assert_eq!(decision.verdict, Verdict::Unknown);
    assert_eq!(decision.missing, [Missing::ContextKey("aws:PrincipalTag/Team".into())]);
    assert_eq!(verdict(&asked, &identity(json!([allow_if("s3:*", condition.clone()), allow("s3:Get*")]))), 'A');
    assert_eq!(verdict(&asked, &identity(json!([allow("s3:*"), deny_if("ec2:*", condition.clone())]))), 'A');
    assert_eq!(verdict(&asked, &identity(json!([allow("s3:*"), deny_if("s3:*", condition)]))), 'U');
}

#[test]
fn assumed_service_control_policies_are_listed_when_the_verdict_rests_on_them() {
    let mut policies = identity(json!(allow("s3:*")));
    policies.service_control = OrganizationPolicies::Assumed;
    policies.resource_control = OrganizationPolicies::Assumed;
    let decision = evaluate(&get_object(), &policies);
    assert_eq!(decision.verdict, Verdict::Allowed);
    assert_eq!(
        decision.assumptions,
        [Assumption::ServiceControlPoliciesAllow, Assumption::ResourceControlPoliciesAllow]
    );
    assert_eq!(effect(&get_object(), &policies, Layer::ServiceControl), LayerEffect::Assumed);
    policies.identity = PolicySet::default();
    assert!(evaluate(&get_object(), &policies).assumptions.is_empty());
    let ssm = request(SESSION, "ssm:ListAssociations", "*");
    let policies = Policies { resource_control: OrganizationPolicies::Assumed, ..identity(json!(allow("ssm:*"))) };
    assert!(evaluate(&ssm, &policies).assumptions.is_empty());
}

#[test]
fn the_management_account_and_service_linked_roles_are_not_limited_by_organization_policies() {
    let mut policies = identity(json!(allow("*")));
    policies.service_control = levels(vec![json!([allow("*"), deny("s3:*")])]);
    assert_eq!(verdict(&get_object(), &policies), 'E');
    policies.management_account = Some(A.into());
    assert_eq!(verdict(&get_object(), &policies), 'A');
    policies.management_account = Some(B.into());
    assert_eq!(verdict(&get_object(), &policies), 'E');
    for linked in [
        format!("arn:aws:sts::{A}:assumed-role/AWSServiceRoleForAmazonSSM/s"),
        format!("arn:aws:iam::{A}:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"),
    ] {
        policies.boundary = Some(policy(Layer::Boundary, json!(allow("ec2:*"))));
        assert_eq!(verdict(&request(&linked, "s3:GetObject", OBJECT), &policies), 'A', "{linked}");
    }
}

#[test]
fn resource_control_policies_reach_outside_callers_in_services_that_support_them() {
    let rcp = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}});
    let mut policies = resource(json!([to("Allow", "*", "*")]));
    policies.resource_control = OrganizationPolicies::Levels(vec![policy(Layer::ResourceControl, rcp)]);
    policies.identity = policy(Layer::Identity, json!(allow("*")));
    assert_eq!(verdict(&get_object(), &policies), 'E');
    assert_eq!(verdict(&request("anonymous", "s3:GetObject", OBJECT), &policies), 'E');
    let mut service = request("logging.s3.amazonaws.com", "s3:PutObject", OBJECT);
    service.context = Context::complete().with_principal(&service.principal);
    assert_eq!(verdict(&service, &policies), 'A');
    assert_eq!(verdict(&request(SESSION, "lambda:InvokeFunction", FUNCTION), &policies), 'A');
    policies.management_account = Some(A.into());
    assert_eq!(verdict(&get_object(), &policies), 'A');
}

#[test]
fn resource_control_policies_do_not_reach_actions_without_resource_and_service_linked_roles() {
    let rcp = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
    let mut policies = identity(json!(allow("*")));
    policies.resource_control = OrganizationPolicies::Levels(vec![policy(Layer::ResourceControl, rcp)]);
    assert_eq!(verdict(&request(SESSION, "s3:ListAllMyBuckets", "*"), &policies), 'A');
    policies.resource = resource(json!(trust("Service", "ssm.amazonaws.com"))).resource;
    let linked = format!("arn:aws:iam::{A}:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM");
    assert_eq!(verdict(&request("ssm.amazonaws.com", "sts:AssumeRole", &linked), &policies), 'A');
    assert_eq!(verdict(&request("ssm.amazonaws.com", "sts:AssumeRole", TARGET_ROLE), &policies), 'E');
}

#[test]
fn a_level_without_any_policy_allows_nothing() {
    let mut policies = identity(json!(allow("*")));
    policies.service_control = OrganizationPolicies::Levels(vec![PolicySet::default()]);
    assert_eq!(verdict(&get_object(), &policies), 'I');
    policies.service_control = OrganizationPolicies::Levels(Vec::new());
    assert_eq!(verdict(&get_object(), &policies), 'A');
}

#[test]
fn every_endpoint_on_the_path_must_allow() {
    let endpoint =
        |statement| EndpointPolicy { kind: EndpointKind::Gateway, policy: policy(Layer::Endpoint, statement) };
    let open = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
    let own = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::own/*"});
    let mut policies = identity(json!(allow("*")));
    policies.endpoints = vec![endpoint(open)];
    assert_eq!(verdict(&get_object(), &policies), 'A');
    policies.endpoints.push(endpoint(own));
    assert_eq!(verdict(&get_object(), &policies), 'I');
    // In a gateway endpoint policy an account is its root user only.
    policies.endpoints = vec![endpoint(json!(to("Allow", A, "s3:*")))];
    assert_eq!(verdict(&get_object(), &policies), 'I');
    assert_eq!(verdict(&request(&format!("arn:aws:iam::{A}:root"), "s3:GetObject", OBJECT), &policies), 'A');
    policies.endpoints = vec![EndpointPolicy {
        kind: EndpointKind::Interface,
        policy: policy(Layer::Endpoint, json!(to("Allow", A, "s3:*"))),
    }];
    assert_eq!(verdict(&get_object(), &policies), 'A');
}

#[test]
fn the_root_user_needs_no_policy_in_its_account() {
    let root = format!("arn:aws:iam::{A}:root");
    let asked = request(&root, "s3:GetObject", OBJECT);
    assert_eq!(verdict(&asked, &Policies::default()), 'A');
    assert_eq!(verdict(&asked, &resource(json!(to("Deny", A, "s3:*")))), 'E');
    assert_eq!(verdict(&asked.clone().owned_by(B), &Policies::default()), 'I');
    assert_eq!(verdict(&asked.clone().owned_by(B), &resource(json!(to("Allow", A, "s3:*")))), 'A');
    let limited = Policies { service_control: levels(vec![json!(allow("ec2:*"))]), ..Policies::default() };
    assert_eq!(verdict(&asked, &limited), 'I');
    let assume = request(&root, "sts:AssumeRole", TARGET_ROLE);
    let decision = evaluate(&assume, &resource(json!(trust("AWS", A))));
    assert_eq!(decision.verdict, Verdict::ImplicitlyDenied);
    assert_eq!(decision.denying().count(), 1);
}

#[test]
fn a_federated_user_has_no_identity_permissions_without_session_policy() {
    let asked = request(&format!("arn:aws:sts::{A}:federated-user/bob"), "s3:GetObject", OBJECT);
    let mut policies = identity(json!(allow("s3:*")));
    let decision = evaluate(&asked, &policies);
    assert_eq!(decision.verdict, Verdict::ImplicitlyDenied);
    assert_eq!(decision.denying().map(|part| part.layer).collect::<Vec<_>>(), [Layer::Session]);
    policies.session = Some(policy(Layer::Session, json!(allow("s3:Get*"))));
    assert_eq!(verdict(&asked, &policies), 'A');
}

#[test]
fn key_policies_must_match_even_in_the_same_account() {
    let asked = request(SESSION, "kms:Decrypt", &format!("arn:aws:kms:eu-west-1:{A}:key/1"));
    let mut policies = identity(json!(allow("kms:*")));
    assert_eq!(verdict(&asked, &policies), 'I');
    policies.resource = resource(json!(to("Allow", A, "kms:*"))).resource;
    assert_eq!(verdict(&asked, &policies), 'A');
    policies.identity = PolicySet::default();
    assert_eq!(verdict(&asked, &policies), 'I');
    assert_eq!(verdict(&asked, &resource(json!(to("Allow", ROLE, "kms:*")))), 'A');
}

#[test]
fn identities_of_a_provider_depend_on_the_trust_policy_alone() {
    let provider = format!("arn:aws:iam::{A}:oidc-provider/token.example.com");
    let asked = request(&provider, "sts:AssumeRoleWithWebIdentity", TARGET_ROLE);
    let statement = |provider: &str| {
        json!({"Effect": "Allow", "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity"})
    };
    assert_eq!(verdict(&asked, &resource(statement(&provider))), 'A');
    assert_eq!(verdict(&asked, &resource(statement("accounts.example.com"))), 'I');
}

#[test]
fn anonymous_callers_need_a_resource_policy_for_everyone() {
    let asked = request("anonymous", "s3:GetObject", OBJECT);
    assert_eq!(verdict(&asked, &resource(json!(to("Allow", A, "s3:*")))), 'I');
    let decision = evaluate(&asked, &resource(json!(to("Allow", "*", "s3:*"))));
    assert_eq!(decision.verdict, Verdict::Allowed);
    assert_eq!(decision.assumptions, [Assumption::PublicAccessNotBlocked]);
}

#[test]
fn not_principal_spares_a_caller_whose_every_level_is_listed() {
    let spare = |listed: serde_json::Value| {
        let statement = json!({"Effect": "Deny", "NotPrincipal": {"AWS": listed}, "Action": "s3:*", "Resource": "*"});
        let mut policies = identity(json!(allow("s3:*")));
        policies.resource = resource(statement).resource;
        policies
    };
    assert_eq!(verdict(&get_object(), &spare(json!([SESSION, ROLE, A]))), 'A');
    assert_eq!(verdict(&get_object(), &spare(json!([USER]))), 'E');
    assert_eq!(verdict(&request(USER, "s3:GetObject", OBJECT), &spare(json!([USER, A]))), 'A');
    let mut bounded = spare(json!([SESSION, ROLE, A]));
    bounded.boundary = Some(policy(Layer::Boundary, json!(allow("*"))));
    assert_eq!(verdict(&get_object(), &bounded), 'E');
    bounded.boundary = Some(unreadable(Layer::Boundary, "iam:GetPolicyVersion"));
    assert_eq!(iam_actions(&evaluate(&get_object(), &bounded).missing), ["iam:GetPolicyVersion"]);
}

#[test]
fn the_owner_of_the_resource_matters_only_where_it_decides() {
    let mut asked = get_object();
    asked.resource_account = None;
    let decision = evaluate(&asked, &identity(json!(allow("s3:*"))));
    assert_eq!(decision.verdict, Verdict::Unknown);
    assert_eq!(decision.missing, [Missing::ResourceOwner]);
    let mut policies = identity(json!(allow("s3:*")));
    policies.resource = resource(json!(to("Allow", "*", "s3:*"))).resource;
    assert_eq!(verdict(&asked, &policies), 'A');
    assert_eq!(verdict(&asked, &Policies::default()), 'I');
    let mut function = request(SESSION, "lambda:InvokeFunction", FUNCTION);
    function.resource_account = None;
    assert_eq!(verdict(&function, &identity(json!(allow("lambda:*")))), 'A');
    let mut without_resource = request(SESSION, "ssm:ListAssociations", "*");
    without_resource.resource_account = None;
    assert_eq!(verdict(&without_resource, &identity(json!(allow("ssm:*")))), 'A');
}

#[test]
fn each_layer_says_what_it_contributes() {
    let mut policies = resource(json!(to("Allow", SESSION, "s3:*")));
    policies.boundary = Some(policy(Layer::Boundary, json!(allow("ec2:*"))));
    policies.service_control = levels(vec![json!(allow("*"))]);
    assert_eq!(effect(&get_object(), &policies, Layer::Resource), LayerEffect::Allows);
    assert_eq!(effect(&get_object(), &policies, Layer::Identity), LayerEffect::NoImpact);
    assert_eq!(effect(&get_object(), &policies, Layer::Boundary), LayerEffect::NoImpact);
    assert_eq!(effect(&get_object(), &policies, Layer::ServiceControl), LayerEffect::Allows);
    assert_eq!(effect(&get_object(), &policies, Layer::Session), LayerEffect::NotApplicable);
    let cross = get_object().owned_by(B);
    assert_eq!(effect(&cross, &policies, Layer::Identity), LayerEffect::ImplicitDeny);
    assert_eq!(effect(&cross, &policies, Layer::Boundary), LayerEffect::ImplicitDeny);
    let assume = request("ec2.amazonaws.com", "sts:AssumeRole", TARGET_ROLE);
    assert_eq!(effect(&assume, &Policies::default(), Layer::Trust), LayerEffect::ImplicitDeny);
}

#[test]
fn a_near_miss_names_the_element_and_both_values() {
    let miss = |request: &Request, policies: &Policies| evaluate(request, policies).near_misses.into_iter().next();
    let statement = json!([
        {"Sid": "Other", "Effect": "Allow", "Action": "s3:Put*", "Resource": "*"},
        {"Sid": "Objects", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"}
    ]);
    let found = miss(&request(SESSION, "s3:ListBucket", BUCKET), &identity(statement.clone())).unwrap();
    assert_eq!(found.element, FailedElement::Resource { negated: false });
    assert_eq!(found.statement.sid.as_deref(), Some("Objects"));
    assert_eq!((found.expected, found.actual), (vec!["arn:aws:s3:::b/*".to_owned()], vec![BUCKET.to_owned()]));

    let condition =
        json!({"StringEquals": {"aws:PrincipalTag/Team": ["blue", "red"]}, "Bool": {"aws:SecureTransport": true}});
    let mut asked = get_object();
    asked.context = Context::complete().with("aws:SecureTransport", "true").with("aws:principaltag/team", "green");
    let found = miss(&asked, &identity(json!(allow_if("s3:*", condition.clone())))).unwrap();
    let element = FailedElement::Condition { operator: "StringEquals".into(), key: "aws:PrincipalTag/Team".into() };
    assert_eq!((found.element, found.actual), (element, vec!["green".to_owned()]));
    asked.context = Context::complete();
    assert_eq!(miss(&asked, &identity(json!(allow_if("s3:*", condition)))), None, "two conditions fail");

    let trust_miss = resource(json!(trust("Service", "lambda.amazonaws.com")));
    let found = miss(&request("ec2.amazonaws.com", "sts:AssumeRole", TARGET_ROLE), &trust_miss).unwrap();
    assert_eq!(found.element, FailedElement::Principal);
    assert_eq!(found.expected, ["lambda.amazonaws.com"]);

    assert_eq!(miss(&request(SESSION, "ec2:RunInstances", "*"), &identity(statement)), None, "another service");
    let found = miss(&request(SESSION, "s3:GetObject", OBJECT), &identity(json!(allow("s3:Put*")))).unwrap();
    assert_eq!(found.element, FailedElement::Action { negated: false });
}

#[test]
fn explanations_name_layer_statement_and_line() {
    let text = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},\n    {\"Sid\": \"Guard\", \"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\"}\n  ]\n}";
    let mut policies = identity(json!(allow("s3:*")));
    let mut guard = PolicySet::default();
    guard.add_text(PolicySource::new(Layer::ServiceControl, "p-guard"), text);
    policies.service_control = OrganizationPolicies::Levels(vec![guard]);
    let decision = evaluate(&get_object(), &policies);
    assert_eq!(
        decision.explain(),
        [
            "service control policy `p-guard`, statement 2 `Guard` (line 5): explicit deny (root of the organization)",
            "identity-based policy `identity-based policy 0`, statement 1: allows",
        ]
    );
    let denied = evaluate(&request(SESSION, "s3:ListBucket", BUCKET), &Policies::default());
    assert_eq!(denied.explain(), ["identity-based policy: no statement allows the action"]);
    let except = json!({"Effect": "Allow", "NotAction": ["s3:List*", "iam:*"], "Resource": "*"});
    assert_eq!(
        evaluate(&request(SESSION, "s3:ListBucket", BUCKET), &identity(except)).explain().last().unwrap(),
        "closest: identity-based policy `identity-based policy 0`, statement 1 would allow but for `NotAction`: \
         `s3:List*`, `iam:*`, the request has `s3:ListBucket`"
    );
    let asked = Request { context: Context::partial(), ..get_object() };
    let condition = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    assert_eq!(
        evaluate(&asked, &identity(json!(allow_if("s3:*", condition)))).explain(),
        [
            "identity-based policy `identity-based policy 0`, statement 1: may apply",
            "not known: condition key `aws:SourceIp` of the request",
        ]
    );
}

#[test]
fn documents_are_read_from_values_and_from_texts() {
    let value = json!({"Version": "2012-10-17", "Statement": allow("s3:*")});
    let from_text = PolicyDocument::parse(&json!(value.to_string())).unwrap();
    assert_eq!(from_text.positions().collect::<Vec<_>>(), [(0, None, Some(1))]);
    assert_eq!(PolicyDocument::parse(&value).unwrap().positions().collect::<Vec<_>>(), [(0, None, None)]);
    assert!(PolicyDocument::parse(&json!(null)).is_err());
}
