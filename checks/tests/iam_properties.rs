//! Laws that hold for every request and every set of policies.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends when its own data is wrong")]

mod iam_support;

use checks::can::Case;
use checks::iam::{Context, ContextValue, Layer, OrganizationPolicies, Policies, Policy, PolicySet, Verdict, evaluate};
use iam_support::{cases, set, world};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);

/// A request of the judged corpus with its policies.
fn judged() -> impl Strategy<Value = &'static Case> {
    (0..CASES.len()).prop_map(|at| &CASES[at])
}

/// The parts of statements that fit many requests and miss many.
fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec!["*", "s3:*", "ssm:*", "s3:Get*", "sts:AssumeRole", "ec2:*", "lambda:*"]);
    let resource = prop::sample::select(vec![
        "*",
        "arn:aws:s3:::*",
        "arn:aws:ec2:*",
        "arn:aws:lambda:*:*:func*",
        "arn:aws:s3:::${aws:username}/*",
    ]);
    let condition = prop::sample::select(vec![
        json!({}),
        json!({"StringLike": {"aws:PrincipalTag/Team": "*"}}),
        json!({"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}),
        json!({"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["a"]}}),
        json!({"StringEquals": {"aws:CalledVia": "x"}}),
        json!({"Sounds": {"aws:Like": "x"}}),
    ]);
    (action, resource, condition).prop_map(move |(action, resource, condition)| {
        json!({"Effect": effect, "Action": action, "Resource": resource, "Condition": condition})
    })
}

fn document(layer: Layer, statement: &Value) -> Vec<Policy> {
    set(layer, &[json!({"Version": "2012-10-17", "Statement": [statement]})]).policies
}

/// Adds a statement to one of the layers of the caller; `at` chooses.
fn add(policies: &mut Policies, at: usize, statement: &Value) {
    match at {
        0 => policies.identity.policies.extend(document(Layer::Identity, statement)),
        1 => {
            let boundary =
                policies.boundary.get_or_insert_with(|| world::policy(Layer::Boundary, json!(world::allow("*"))));
            boundary.policies.extend(document(Layer::Boundary, statement));
        }
        2 => {
            let mut named = statement.clone();
            named["Principal"] = json!("*");
            policies.resource.get_or_insert_default().policies.extend(document(Layer::Resource, &named));
        }
        _ => {
            if let OrganizationPolicies::Levels(levels) = &mut policies.service_control
                && let Some(level) = levels.first_mut()
            {
                level.policies.extend(document(Layer::ServiceControl, statement));
            }
        }
    }
}

/// Every set of a world.
fn sets(policies: &mut Policies) -> Vec<&mut PolicySet> {
    let mut all = vec![&mut policies.identity];
    all.extend(&mut policies.resource);
    all.extend(&mut policies.boundary);
    all.extend(&mut policies.session);
    for organization in [&mut policies.service_control, &mut policies.resource_control] {
        if let OrganizationPolicies::Levels(levels) = organization {
            all.extend(levels);
        }
    }
    all.extend(policies.endpoints.iter_mut().map(|endpoint| &mut endpoint.policy));
    all
}

/// The same case with the statements of every document in reverse.
fn backwards(case: &Case) -> Case {
    fn turn(value: &mut Value) {
        match value {
            Value::Array(list) => {
                list.iter_mut().for_each(turn);
            }
            Value::Object(fields) => {
                if let Some(Value::Array(statements)) = fields.get_mut("Statement") {
                    statements.reverse();
                }
                fields.values_mut().for_each(turn);
            }
            _ => {}
        }
    }
    let text = iam_support::texts().find(|text| text.contains(&format!("\"{}\"", case.name()))).unwrap();
    let mut value = serde_json::from_str(text).unwrap();
    turn(&mut value);
    iam_support::case(&value.to_string())
}

/// Where a layer is absent, AWS takes it to allow everything: the same verdict with a policy that says so (IAM user guide, policy
/// evaluation logic; Organizations user guide, `FullAWSAccess` and `RCPFullAWSAccess`; PrivateLink guide, default endpoint policy).
#[test]
fn an_absent_limit_equals_full_access() {
    let full = |layer| world::policy(layer, json!(world::allow("*")));
    let named = |layer| {
        let everyone = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        set(layer, &[json!({"Version": "2012-10-17", "Statement": [everyone]})])
    };
    let mut compared = [0; 5];
    for case in CASES.iter() {
        let before = evaluate(&case.request, &case.policies).verdict;
        let mut check = |at: usize, policies: Policies| {
            compared[at] += 1;
            let after = evaluate(&case.request, &policies).verdict;
            assert_eq!(after, before, "{} with layer {at}", case.name());
        };
        let of = || case.policies.clone();
        if matches!(case.policies.service_control, OrganizationPolicies::None) {
            let levels =
                || OrganizationPolicies::Levels(vec![full(Layer::ServiceControl), full(Layer::ServiceControl)]);
            check(0, Policies { service_control: levels(), ..of() });
        }
        if matches!(case.policies.resource_control, OrganizationPolicies::None) {
            let levels = || OrganizationPolicies::Levels(vec![named(Layer::ResourceControl)]);
            check(1, Policies { resource_control: levels(), ..of() });
        }
        if case.policies.endpoints.is_empty() {
            let endpoint = checks::iam::EndpointPolicy {
                kind: checks::iam::EndpointKind::Interface,
                policy: named(Layer::Endpoint),
            };
            check(2, Policies { endpoints: vec![endpoint], ..of() });
        }
        // `NotPrincipal` denies whoever has a boundary at all.
        let text = iam_support::texts().find(|text| text.contains(&format!("\"{}\"", case.name()))).unwrap();
        if case.policies.boundary.is_none() && !text.contains("NotPrincipal") {
            check(3, Policies { boundary: Some(full(Layer::Boundary)), ..of() });
        }
        // A federated user has only what the session policy allows.
        if case.policies.session.is_none() && !text.contains("federated-user") {
            check(4, Policies { session: Some(full(Layer::Session)), ..of() });
        }
    }
    assert!(compared.iter().all(|count| *count > 500), "{compared:?}");
}

fn denied(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::ExplicitlyDenied | Verdict::ImplicitlyDenied)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_a_deny_never_allows(case in judged(), statement in statement("Deny"), at in 0_usize..4) {
        let before = evaluate(&case.request, &case.policies).verdict;
        let mut policies = case.policies.clone();
        add(&mut policies, at, &statement);
        let after = evaluate(&case.request, &policies).verdict;
        prop_assert!(after != Verdict::Allowed || before == Verdict::Allowed, "{before:?} became {after:?}");
        prop_assert!(before != Verdict::ExplicitlyDenied || after == Verdict::ExplicitlyDenied);
    }

    #[test]
    fn adding_an_allow_to_the_identity_policies_never_denies(case in judged(), statement in statement("Allow")) {
        let before = evaluate(&case.request, &case.policies).verdict;
        let mut policies = case.policies.clone();
        add(&mut policies, 0, &statement);
        let after = evaluate(&case.request, &policies).verdict;
        prop_assert!(before != Verdict::Allowed || after == Verdict::Allowed, "{before:?} became {after:?}");
        prop_assert!(before != Verdict::ExplicitlyDenied || after == Verdict::ExplicitlyDenied);
    }

    #[test]
    fn order_never_matters(case in judged(), extra in prop::collection::vec((statement("Allow"), statement("Deny"), 0_usize..4), 0..3)) {
        let mut policies = case.policies.clone();
        for (allow, deny, at) in &extra {
            add(&mut policies, *at, allow);
            add(&mut policies, *at, deny);
        }
        let before = evaluate(&case.request, &policies);
        sets(&mut policies).into_iter().for_each(|set| set.policies.reverse());
        let after = evaluate(&case.request, &policies);
        prop_assert_eq!(before.verdict, after.verdict);
        let backwards = backwards(case);
        prop_assert_eq!(evaluate(&backwards.request, &backwards.policies).verdict, evaluate(&case.request, &case.policies).verdict);
        let effects = |decision: &checks::iam::Decision| decision.layers.iter().map(|part| part.effect).collect::<Vec<_>>();
        prop_assert_eq!(effects(&before), effects(&after));
    }

    #[test]
    fn learning_a_fact_never_overturns_a_certain_verdict(case in judged(), hidden in prop::collection::vec(any::<prop::sample::Index>(), 1..4)) {
        let known = evaluate(&case.request, &case.policies).verdict;
        let mut request = case.request.clone();
        let keys = ["aws:SourceIp", "aws:PrincipalTag/Team", "aws:CurrentTime", "aws:PrincipalArn", "aws:TagKeys", "aws:RequestedRegion", "aws:PrincipalTag/Squad", "aws:CalledVia", "aws:referer"];
        for index in hidden {
            request.context.set(keys[index.index(keys.len())], ContextValue::Unknown);
        }
        let unsure = evaluate(&request, &case.policies);
        prop_assert!(unsure.verdict == Verdict::Unknown || unsure.verdict == known || (denied(unsure.verdict) && denied(known)));
        prop_assert_eq!(unsure.verdict == Verdict::Unknown, !unsure.missing.is_empty());
    }

    #[test]
    fn an_unread_policy_leaves_only_certain_verdicts(case in judged(), statement in prop_oneof![statement("Allow"), statement("Deny")], at in 0_usize..4) {
        let mut unsure = case.policies.clone();
        let gap = world::unreadable(Layer::Identity, "iam:GetPolicyVersion").unreadable;
        match at {
            0 => unsure.identity.unreadable = gap,
            1 => unsure.boundary.get_or_insert_with(|| world::policy(Layer::Boundary, json!(world::allow("*")))).unreadable = gap,
            2 => unsure.resource.get_or_insert_default().unreadable = gap,
            _ => if let OrganizationPolicies::Levels(levels) = &mut unsure.service_control {
                levels.first_mut().unwrap().unreadable = gap;
            },
        }
        let mut read = case.policies.clone();
        add(&mut read, at, &statement);
        let (unsure, read) = (evaluate(&case.request, &unsure).verdict, evaluate(&case.request, &read).verdict);
        prop_assert!(unsure == Verdict::Unknown || unsure == read || read == Verdict::Unknown || (denied(unsure) && denied(read)), "{unsure:?} then {read:?}");
    }

    #[test]
    fn nothing_panics_on_any_document_and_request(text in "\\PC{0,80}", value in "\\PC{0,24}", action in "[a-z0-9]{1,6}:[A-Za-z*?]{1,8}") {
        let _ = checks::iam::PolicyDocument::parse_text(&text);
        let _ = checks::iam::Principal::parse(&text);
        let statement = json!([{"Effect": "Allow", "Action": action, "Resource": value,
            "Condition": {"StringLike": {"k": value}, "ArnLike": {"k": value}, "DateEquals": {"k": value},
                "IpAddress": {"k": value}, "NumericLessThan": {"k": value}, "BinaryEquals": {"k": value}, "Bool": {"k": value}}}]);
        let mut request = world::request(world::SESSION, &action, &text);
        request.context = Context::partial().with("k", text);
        let _ = evaluate(&request, &world::identity(statement)).explain();
    }
}
