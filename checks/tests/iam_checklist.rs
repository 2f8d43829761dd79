//! Small cases whose verdict follows from the IAM, Organizations, VPC, Lambda and STS user guides. The caller is the
//! session `web/i-0abc` of role `web` in account A, unless a case says otherwise. A, E and I are allowed, explicitly and
//! implicitly denied.

mod iam_support;

use checks::iam::{Context, EndpointKind, EndpointPolicy, Layer, OrganizationPolicies, Policies};
use iam_support::world::*;
use serde_json::json;

#[test]
fn bucket_policy_names_the_role_in_the_same_account() {
    assert_eq!(verdict(&get_object(), &resource(json!(to("Allow", ROLE, "s3:*")))), 'A');
}

#[test]
fn bucket_policy_names_the_role_and_a_boundary_lacks_the_allow() {
    let mut policies = resource(json!(to("Allow", ROLE, "s3:*")));
    policies.boundary = Some(policy(Layer::Boundary, json!(allow("ec2:*"))));
    assert_eq!(verdict(&get_object(), &policies), 'I');
}

#[test]
fn bucket_policy_names_the_session_and_a_boundary_lacks_the_allow() {
    let mut policies = resource(json!(to("Allow", SESSION, "s3:*")));
    policies.boundary = Some(policy(Layer::Boundary, json!(allow("ec2:*"))));
    assert_eq!(verdict(&get_object(), &policies), 'A');
}

#[test]
fn bucket_policy_names_the_account_and_the_role_has_no_policies() {
    assert_eq!(verdict(&get_object(), &resource(json!(to("Allow", A, "s3:*")))), 'I');
}

#[test]
fn identity_allows_a_bucket_of_another_account_without_bucket_policy() {
    assert_eq!(verdict(&get_object().owned_by(B), &identity(json!(allow("s3:*")))), 'I');
}

#[test]
fn identity_allows_a_bucket_of_another_account_that_allows_everyone() {
    let mut policies = identity(json!(allow("s3:*")));
    policies.resource = resource(json!(to("Allow", "*", "s3:*"))).resource;
    assert_eq!(verdict(&get_object().owned_by(B), &policies), 'A');
}

#[test]
fn bucket_of_another_account_names_the_session_and_identity_is_silent() {
    assert_eq!(verdict(&get_object().owned_by(B), &resource(json!(to("Allow", SESSION, "s3:*")))), 'I');
}

#[test]
fn identity_allows_and_the_bucket_policy_denies_the_account() {
    let mut policies = identity(json!(allow("s3:*")));
    policies.resource = resource(json!(to("Deny", A, "s3:*"))).resource;
    assert_eq!(verdict(&get_object(), &policies), 'E');
}

#[test]
fn bucket_policy_names_the_user_whose_boundary_lacks_the_allow() {
    let mut policies = resource(json!(to("Allow", USER, "s3:*")));
    policies.boundary = Some(policy(Layer::Boundary, json!(allow("ec2:*"))));
    assert_eq!(verdict(&request(USER, "s3:GetObject", OBJECT), &policies), 'A');
}

#[test]
fn session_policy_lacks_the_allow_and_the_bucket_policy_names_the_role() {
    let mut policies = resource(json!(to("Allow", ROLE, "s3:*")));
    policies.session = Some(policy(Layer::Session, json!(allow("ec2:*"))));
    assert_eq!(verdict(&get_object(), &policies), 'I');
}

#[test]
fn an_organizational_unit_allows_only_another_service() {
    let mut policies = identity(json!(allow("*")));
    policies.service_control = levels(vec![json!(allow("*")), json!(allow("ec2:*"))]);
    assert_eq!(verdict(&get_object(), &policies), 'I');
}

#[test]
fn one_of_two_documents_on_a_level_allows() {
    let mut policies = identity(json!(allow("*")));
    let mut level = policy(Layer::ServiceControl, json!(allow("ec2:*")));
    level.policies.extend(policy(Layer::ServiceControl, json!(allow("s3:*"))).policies);
    policies.service_control = OrganizationPolicies::Levels(vec![level]);
    assert_eq!(verdict(&get_object(), &policies), 'A');
}

#[test]
fn service_control_policies_do_not_limit_s3_invoking_a_function() {
    let mut policies = resource(json!({
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": FUNCTION
    }));
    policies.service_control = levels(vec![json!([allow("*"), deny("lambda:*")])]);
    assert_eq!(verdict(&request("s3.amazonaws.com", "lambda:InvokeFunction", FUNCTION), &policies), 'A');
}

#[test]
fn trust_names_the_account_and_the_user_has_no_identity_allow() {
    assert_eq!(verdict(&request(USER, "sts:AssumeRole", TARGET_ROLE), &resource(json!(trust("AWS", A)))), 'I');
}

#[test]
fn trust_names_the_user_who_has_no_identity_allow() {
    assert_eq!(verdict(&request(USER, "sts:AssumeRole", TARGET_ROLE), &resource(json!(trust("AWS", USER)))), 'A');
}

#[test]
fn trust_names_another_account_only() {
    let mut policies = identity(json!(allow("sts:AssumeRole")));
    policies.resource = resource(json!(trust("AWS", B))).resource;
    assert_eq!(verdict(&request(SESSION, "sts:AssumeRole", TARGET_ROLE), &policies), 'I');
}

#[test]
fn trust_for_lambda_when_ec2_asks() {
    let policies = resource(json!(trust("Service", "lambda.amazonaws.com")));
    assert_eq!(verdict(&request("ec2.amazonaws.com", "sts:AssumeRole", TARGET_ROLE), &policies), 'I');
    let policies = resource(json!(trust("Service", "ec2.amazonaws.com")));
    assert_eq!(verdict(&request("ec2.amazonaws.com", "sts:AssumeRole", TARGET_ROLE), &policies), 'A');
}

#[test]
fn endpoint_policy_allows_ssm_only_and_the_call_is_ssmmessages() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "ssm:*", "Resource": "*"});
    let endpoint = EndpointPolicy { kind: EndpointKind::Interface, policy: policy(Layer::Endpoint, statement) };
    let policies = Policies { endpoints: vec![endpoint], ..identity(json!(allow("*"))) };
    assert_eq!(verdict(&request(SESSION, "ssmmessages:CreateControlChannel", "*"), &policies), 'I');
    assert_eq!(verdict(&request(SESSION, "ssm:ListAssociations", "*"), &policies), 'A');
}

#[test]
fn for_all_values_allows_when_no_tags_are_sent() {
    let condition = json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}});
    assert_eq!(verdict(&get_object(), &identity(json!(allow_if("s3:*", condition)))), 'A');
}

#[test]
fn negated_for_any_value_fails_when_no_tags_are_sent() {
    let condition = json!({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}});
    assert_eq!(verdict(&get_object(), &identity(json!(allow_if("s3:*", condition)))), 'I');
}

#[test]
fn string_like_star_fails_on_an_absent_tag() {
    let condition = json!({"StringLike": {"aws:PrincipalTag/x": "*"}});
    assert_eq!(verdict(&get_object(), &identity(json!(allow_if("s3:*", condition)))), 'I');
}

#[test]
fn deny_unless_a_tag_equals_a_variable_without_value() {
    let condition = json!({"StringNotEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}});
    let policies = identity(json!([allow("s3:*"), deny_if("s3:*", condition)]));
    let mut asked = get_object();
    asked.context = Context::complete().with("aws:ResourceTag/Team", "blue");
    assert_eq!(verdict(&asked, &policies), 'E');
    asked.context = asked.context.with("aws:PrincipalTag/team", "blue");
    assert_eq!(verdict(&asked, &policies), 'A');
}

#[test]
fn a_variable_under_the_older_version_is_text() {
    let statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"});
    let mut asked = request(USER, "s3:GetObject", "arn:aws:s3:::b/bob/x");
    asked.context = Context::complete().with("aws:username", "bob");
    let old = Policies { identity: old_policy(Layer::Identity, statement.clone()), ..Policies::default() };
    assert_eq!(verdict(&asked, &old), 'I');
    assert_eq!(verdict(&asked, &identity(statement)), 'A');
}

#[test]
fn deny_not_ip_address_fires_on_requests_through_an_endpoint() {
    let condition = json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    let policies = identity(json!([allow("s3:*"), deny_if("s3:*", condition)]));
    let mut asked = get_object();
    asked.context = Context::complete().with("aws:VpcSourceIp", "10.0.0.7").with("aws:SourceVpce", "vpce-1");
    assert_eq!(verdict(&asked, &policies), 'E');
    asked.context = Context::complete().with("aws:SourceIp", "203.0.113.9");
    assert_eq!(verdict(&asked, &policies), 'A');
}

#[test]
fn not_ip_address_of_ipv4_holds_for_an_ipv6_caller() {
    let condition = json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.7"}});
    let mut asked = get_object();
    asked.context = Context::complete().with("aws:SourceIp", "2001:db8::1");
    assert_eq!(verdict(&asked, &identity(json!(allow_if("s3:*", condition)))), 'A');
}

#[test]
fn dates_are_compared_as_instants() {
    let condition = json!({"DateLessThan": {"aws:CurrentTime": "1767225600"}});
    let mut asked = get_object();
    asked.context = Context::complete().with("aws:CurrentTime", "2025-06-01T00:00:00Z");
    assert_eq!(verdict(&asked, &identity(json!(allow_if("s3:*", condition)))), 'A');
}

#[test]
fn arn_like_does_not_run_over_a_colon() {
    let condition = json!({"ArnLike": {"aws:SourceArn": "arn:aws:logs:*:log-group:x"}});
    let mut asked = get_object();
    asked.context = Context::complete().with("aws:SourceArn", format!("arn:aws:logs:eu-west-1:{A}:log-group:x"));
    assert_eq!(verdict(&asked, &identity(json!(allow_if("s3:*", condition)))), 'I');
    let condition = json!({"StringLike": {"aws:SourceArn": "arn:aws:logs:*:log-group:x"}});
    assert_eq!(verdict(&asked, &identity(json!(allow_if("s3:*", condition)))), 'A');
}

#[test]
fn list_bucket_is_not_allowed_on_the_objects() {
    let statement = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"});
    assert_eq!(verdict(&request(SESSION, "s3:ListBucket", BUCKET), &identity(statement)), 'I');
}

#[test]
fn actions_without_resource_types_are_not_allowed_on_an_instance() {
    let instance = format!("arn:aws:ec2:eu-west-1:{A}:instance/i-0abc");
    let statement = json!({"Effect": "Allow", "Action": "ec2messages:*", "Resource": instance});
    assert_eq!(verdict(&request(SESSION, "ec2messages:GetMessages", "*"), &identity(statement)), 'I');
}

#[test]
fn a_function_policy_without_qualifier_does_not_cover_the_alias() {
    let policies = resource(json!({
        "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": FUNCTION
    }));
    let alias = format!("{FUNCTION}:live");
    assert_eq!(verdict(&request("s3.amazonaws.com", "lambda:InvokeFunction", &alias), &policies), 'I');
}

#[test]
fn get_caller_identity_cannot_be_denied() {
    assert_eq!(verdict(&request(SESSION, "sts:GetCallerIdentity", "*"), &identity(json!(deny("*")))), 'A');
    assert_eq!(verdict(&request(SESSION, "STS:getcalleridentity", "*"), &Policies::default()), 'A');
}
