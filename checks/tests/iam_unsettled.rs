//! What AWS's documentation leaves open is answered with an unknown verdict that names the point, never with a guess.

mod iam_support;

use checks::iam::{
    Context, EndpointKind, EndpointPolicy, Layer, Missing, Policies, Request, Unsettled, Verdict, evaluate,
};
use iam_support::world::*;
use serde_json::{Value, json};

/// Asserts that the verdict is unknown because of one point alone.
fn unsettled(request: &Request, policies: &Policies, point: Unsettled) {
    let decision = evaluate(request, policies);
    assert_eq!(decision.verdict, Verdict::Unknown, "{:#?}", decision.layers);
    assert_eq!(decision.missing, [Missing::Rule(point)]);
}

/// An Allow under a condition, asked with a context.
fn conditional(condition: Value, context: Context, point: Unsettled) {
    let asked = Request { context, ..get_object() };
    unsettled(&asked, &identity(json!(allow_if("s3:*", condition.clone()))), point.clone());
    // The same condition on a Deny: a guess would drop it.
    unsettled(&asked, &identity(json!([allow("s3:*"), deny_if("s3:*", condition)])), point);
}

#[test]
fn partial_not_principal_lists() {
    for listed in [json!([ROLE]), json!([SESSION]), json!([SESSION, ROLE]), json!([ROLE, A])] {
        let statement = json!({"Effect": "Deny", "NotPrincipal": {"AWS": listed}, "Action": "s3:*", "Resource": "*"});
        let mut policies = identity(json!(allow("s3:*")));
        policies.resource = resource(statement).resource;
        unsettled(&get_object(), &policies, Unsettled::PartialNotPrincipal);
    }
}

#[test]
fn not_resource_with_a_variable_without_value() {
    let statement = json!({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::${aws:username}"});
    unsettled(&get_object(), &identity(statement), Unsettled::NotResourceVariableWithoutValue);
}

#[test]
fn for_any_value_if_exists_with_the_key_missing() {
    let condition = json!({"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}});
    conditional(condition, Context::complete(), Unsettled::ForAnyValueIfExistsMissing { key: "aws:TagKeys".into() });
}

#[test]
fn a_multivalued_key_without_set_operator() {
    let point = || Unsettled::MultivaluedWithoutSetOperator { key: "aws:TagKeys".into() };
    let condition = || json!({"StringEquals": {"aws:TagKeys": "a"}});
    conditional(condition(), Context::complete().with_values("aws:TagKeys", ["a", "b"]), point());
    conditional(condition(), Context::complete().with_values("aws:TagKeys", Vec::<String>::new()), point());
}

#[test]
fn a_multivalued_key_as_a_variable() {
    let condition = json!({"StringEquals": {"aws:RequestTag/x": "${aws:TagKeys}"}});
    let context = Context::complete().with("aws:RequestTag/x", "x").with_values("aws:TagKeys", ["x", "y"]);
    conditional(condition, context, Unsettled::MultivaluedVariable { key: "aws:tagkeys".into() });
}

#[test]
fn null_on_an_empty_list() {
    let context = || Context::complete().with_values("aws:TagKeys", Vec::<String>::new());
    for value in ["true", "false"] {
        let point = Unsettled::NullOnEmptyList { key: "aws:TagKeys".into() };
        conditional(json!({"Null": {"aws:TagKeys": value}}), context(), point);
    }
}

#[test]
fn arn_not_like_against_a_value_that_is_no_arn() {
    let condition = json!({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::b"}});
    let context = Context::complete().with("aws:SourceArn", "b");
    conditional(condition, context, Unsettled::ArnNegationOnOtherText { value: "b".into() });
}

#[test]
fn a_wildcard_in_the_resource_type() {
    let entry = format!("arn:aws:lambda:eu-west-1:{A}:func*");
    let statement = json!({"Effect": "Allow", "Action": "lambda:*", "Resource": entry});
    let asked = request(SESSION, "lambda:InvokeFunction", FUNCTION);
    unsettled(&asked, &identity(statement), Unsettled::ResourceTypeWildcard { pattern: entry });
}

#[test]
fn the_case_of_region_and_account_segments() {
    let entry = format!("arn:aws:lambda:EU-WEST-1:{A}:function:f");
    let statement = json!({"Effect": "Allow", "Action": "lambda:*", "Resource": entry});
    let asked = request(SESSION, "lambda:InvokeFunction", FUNCTION);
    unsettled(&asked, &identity(statement), Unsettled::SegmentCase { pattern: entry.clone() });
    let condition = json!({"ArnLike": {"aws:SourceArn": entry}});
    let context = Context::complete().with("aws:SourceArn", FUNCTION);
    conditional(condition, context, Unsettled::SegmentCase { pattern: entry });
}

#[test]
fn all_buckets_as_an_arn() {
    let asked = request(SESSION, "s3:ListAllMyBuckets", "*");
    for entry in ["arn:aws:s3:::*", "arn:aws:s3:*"] {
        let statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": entry});
        unsettled(&asked, &identity(statement), Unsettled::AllBucketsArn);
    }
    let statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b"});
    assert_eq!(verdict(&asked, &identity(statement)), 'I');
    let statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"});
    assert_eq!(verdict(&request(SESSION, "s3:GetAccountPublicAccessBlock", "*"), &identity(statement)), 'I');
}

#[test]
fn unknown_operators() {
    for operator in ["StringEqualz", "stringequals", "NullIfExists", "ForAllValues:Null", "ForEachValue:Bool"] {
        let point = Unsettled::UnknownOperator { operator: operator.into() };
        conditional(json!({operator: {"aws:username": "x"}}), Context::complete(), point);
    }
}

#[test]
fn values_that_their_operator_cannot_read() {
    for (operator, family, wrong, value) in [
        ("NumericLessThan", "Numeric", "ten", "5"),
        ("DateLessThan", "Date", "2025", "2025-06-01T00:00:00Z"),
        ("IpAddress", "IpAddress", "203.0.113.0/33", "203.0.113.1"),
        ("BinaryEquals", "Binary", "?", "TWE="),
        ("Null", "Null", "perhaps", "x"),
    ] {
        let point = Unsettled::UnreadableValue { family, value: wrong.into() };
        conditional(json!({operator: {"aws:x": wrong}}), Context::complete().with("aws:x", value), point);
    }
}

#[test]
fn policy_variables_where_they_do_not_work() {
    let point = Unsettled::UnreadableValue { family: "IpAddress", value: "${aws:username}".into() };
    let context = Context::complete().with("aws:SourceIp", "203.0.113.1").with("aws:username", "203.0.113.1");
    conditional(json!({"IpAddress": {"aws:SourceIp": "${aws:username}"}}), context, point);
}

#[test]
fn arn_conditions_of_fewer_than_six_segments_that_fit_so_far() {
    let condition = json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:*"}});
    let context = Context::complete().with("aws:SourceArn", BUCKET);
    conditional(condition, context, Unsettled::ShortArnInCondition { pattern: "arn:aws:s3:*".into() });
}

#[test]
fn empty_lists() {
    conditional(
        json!({"StringNotEquals": {"aws:x": []}}),
        Context::complete().with("aws:x", "1"),
        Unsettled::EmptyElement { element: "aws:x".into() },
    );
    for (element, statement) in [
        ("NotAction", json!({"Effect": "Allow", "NotAction": [], "Resource": "*"})),
        ("NotResource", json!({"Effect": "Allow", "Action": "*", "NotResource": []})),
    ] {
        unsettled(&get_object(), &identity(statement), Unsettled::EmptyElement { element: element.into() });
    }
}

#[test]
fn elements_that_a_policy_type_must_or_must_not_have() {
    let without_resource = json!({"Effect": "Allow", "Action": "s3:*"});
    unsettled(&get_object(), &identity(without_resource), Unsettled::MissingElement { element: "Resource" });
    unsettled(&get_object(), &resource(json!(allow("s3:*"))), Unsettled::MissingElement { element: "Principal" });
    unsettled(&get_object(), &identity(json!(to("Allow", "*", "s3:*"))), Unsettled::UnexpectedPrincipal);
    let not_principal = json!({"Effect": "Allow", "NotPrincipal": {"AWS": B}, "Action": "s3:*", "Resource": "*"});
    unsettled(&get_object(), &resource(not_principal), Unsettled::NotPrincipalWithAllow);
}

#[test]
fn principals_that_cannot_be_told_apart() {
    let canonical =
        json!({"Effect": "Deny", "Principal": {"CanonicalUser": "79a5"}, "Action": "s3:*", "Resource": "*"});
    let mut policies = identity(json!(allow("s3:*")));
    policies.resource = resource(canonical).resource;
    unsettled(&get_object(), &policies, Unsettled::CanonicalUser { id: "79a5".into() });
    let named = resource(json!(to("Allow", SESSION, "s3:*")));
    unsettled(&request(ROLE, "s3:GetObject", OBJECT), &named, Unsettled::SessionNameUnknown);
    let federated = format!("arn:aws:sts::{A}:federated-user/bob");
    let named = resource(json!(to("Allow", USER, "s3:*")));
    let mut policies = named;
    policies.session = Some(policy(Layer::Session, json!(allow("s3:*"))));
    unsettled(&request(&federated, "s3:GetObject", OBJECT), &policies, Unsettled::FederatingUser);
}

#[test]
fn a_role_in_a_gateway_endpoint_policy() {
    let endpoint = EndpointPolicy {
        kind: EndpointKind::Gateway,
        policy: policy(Layer::Endpoint, json!(to("Allow", ROLE, "s3:*"))),
    };
    let policies = Policies { endpoints: vec![endpoint], ..identity(json!(allow("s3:*"))) };
    unsettled(&get_object(), &policies, Unsettled::GatewayEndpointPrincipal);
}
