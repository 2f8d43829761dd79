//! Every judged request of `fixtures/iam/cases.ndjson` gets its verdict.

mod iam_support;

use checks::iam::{LayerEffect, Verdict, evaluate};

#[test]
fn every_judged_request_gets_its_verdict() {
    let cases = iam_support::cases();
    let total = cases.len();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let decision = evaluate(&case.request, &case.policies);
            let expected = case.expected.expect("an expected verdict");
            let why = || {
                let (got, wanted) = (decision.verdict.word(), expected.0.word());
                format!("{}: expected {wanted}, got {got}\n  {}", case.name(), decision.explain().join("\n  "))
            };
            (expected.is_met(decision.verdict) != Some(true)).then(why)
        })
        .collect();
    assert_eq!(total, 1_600);
    assert!(wrong.is_empty(), "{} of {total} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn layers_agree_with_the_verdict() {
    for case in iam_support::cases() {
        let decision = evaluate(&case.request, &case.policies);
        let any = |effect| decision.layers.iter().any(|layer| layer.effect == effect);
        let explicit = any(LayerEffect::ExplicitDeny);
        assert_eq!(decision.verdict == Verdict::ExplicitlyDenied, explicit, "{}", case.name());
        if decision.verdict == Verdict::Allowed {
            assert!(!any(LayerEffect::ImplicitDeny), "{}: {:#?}", case.name(), decision.layers);
        }
        if decision.verdict == Verdict::ImplicitlyDenied {
            assert!(any(LayerEffect::ImplicitDeny), "{}: {:#?}", case.name(), decision.layers);
        }
        assert!(
            decision.missing.is_empty()
                && decision.assumptions.iter().all(|_| case.request.principal.to_string() == "anonymous"),
            "{}",
            case.name()
        );
    }
}
