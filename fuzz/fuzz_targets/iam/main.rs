//! Policies as text and decisions on them against random input: nothing panics or loops, and a decision agrees with its own parts.
//!
//! The first byte chooses: the rest as the text of a policy, as a case of a test, or as the choices of which policies and a request are made.

#![no_main]

#[path = "../network/draw.rs"]
#[allow(dead_code, reason = "the network takes more kinds of choices")]
mod draw;
mod policies;

use checks::can::Written;
use checks::iam::{
    Context, Decision, Layer, LayerEffect, OrganizationPolicies, Policies, PolicyDocument, PolicySet, PolicySource,
    Principal, Request, Verdict, evaluate,
};
use draw::Draw;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    match kind % 8 {
        0 => text(rest),
        1 => case(rest),
        _ => made(&mut Draw::new(rest)),
    }
});

/// The bytes as a policy, wherever a policy can stand.
fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parsed = PolicyDocument::parse_text(&text);
    if let Ok(document) = &parsed {
        assert_eq!(document.positions().count(), document.len());
    }
    let set = |layer| {
        let mut set = PolicySet::default();
        set.add_text(PolicySource::new(layer, "p"), &text);
        set
    };
    for principal in policies::PRINCIPALS {
        let Ok(principal) = Principal::parse(principal) else { continue };
        let request = Request::new(principal, "s3:GetObject", "arn:aws:s3:::b/k", Context::partial());
        let policies = Policies {
            identity: set(Layer::Identity),
            resource: Some(set(Layer::Resource)),
            boundary: Some(set(Layer::Boundary)),
            session: Some(set(Layer::Session)),
            service_control: OrganizationPolicies::Levels(vec![set(Layer::ServiceControl)]),
            ..Policies::default()
        };
        agrees(&evaluate(&request, &policies));
    }
}

/// The bytes as a line of a file of cases.
fn case(bytes: &[u8]) {
    let Ok(written) = serde_json::from_slice::<Written>(bytes) else { return };
    let Ok(case) = written.checked() else { return };
    agrees(&case.decide());
}

/// Policies and a request of words that fit each other often.
fn made(draw: &mut Draw<'_>) {
    let value = policies::case(draw);
    if std::env::var_os("FUZZ_SHOW").is_some() {
        println!("{value:#}");
    }
    let Ok(written) = serde_json::from_value::<Written>(value) else { return };
    let Ok(case) = written.checked() else { return };
    let decision = case.decide();
    agrees(&decision);
    assert_eq!(decision, case.decide(), "the same question has the same answer");
}

/// A decision agrees with its own parts.
fn agrees(decision: &Decision) {
    let has = |effect| decision.layers.iter().any(|layer| layer.effect == effect);
    match decision.verdict {
        Verdict::Allowed => {
            assert!(!has(LayerEffect::ImplicitDeny) && !has(LayerEffect::ExplicitDeny), "{decision:#?}")
        }
        Verdict::ExplicitlyDenied => assert!(has(LayerEffect::ExplicitDeny), "{decision:#?}"),
        Verdict::ImplicitlyDenied => assert!(!has(LayerEffect::ExplicitDeny), "{decision:#?}"),
        Verdict::Unknown => assert!(!decision.missing.is_empty(), "{decision:#?}"),
    }
    assert!(decision.verdict == Verdict::Unknown || decision.missing.is_empty(), "{decision:#?}");
    let _ = decision.explain();
    let _ = decision.deciding();
}
