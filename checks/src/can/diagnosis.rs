//! A decision as a diagnosis that any renderer can show.

use super::judge::{Answer, missing};
use super::question::Question;
use super::rules::{DENY, Entry, OPEN, lacking};
use crate::diagnosis::{Diagnosis, Subject, Verdict};
use crate::finding::{Finding, Severity};
use crate::iam::{Layer, LayerDecision, LayerEffect, Missing, NearMiss, StatementRef, Verdict as Decided};

/// The diagnosis of a question.
pub fn diagnosis(question: &Question, answer: Answer<'_>) -> Diagnosis {
    let mut findings: Vec<Finding> = denying(&answer).map(|part| of_layer(part, &answer)).collect();
    if answer.decision.verdict == Decided::Unknown {
        findings.clear();
        findings.extend(answer.decision.layers.iter().filter_map(|part| perhaps(part, &answer)));
        findings.push(open(&answer));
    }
    let verdict = match answer.decision.verdict {
        Decided::Allowed => Verdict::Healthy,
        Decided::ExplicitlyDenied | Decided::ImplicitlyDenied => Verdict::Broken,
        Decided::Unknown => Verdict::Inconclusive,
    };
    let summary = summary(question, &answer, &findings);
    let subject = Subject { kind: "request", id: question.name(), arn: String::new(), name: None };
    let decision = Some(Box::new(answer.decision));
    Diagnosis { subject, verdict, summary, findings, checks: Vec::new(), ways: Vec::new(), decision }
}

/// The layers that deny, those first that do so explicitly. Within an account either the caller's policies or that of the resource
/// suffices: where both lack an Allow, it is the caller's that is told.
fn denying<'a>(answer: &'a Answer<'_>) -> impl Iterator<Item = &'a LayerDecision> {
    let parts: Vec<&LayerDecision> = answer.decision.denying().collect();
    let is_lacking = |layer: Layer| {
        let lacks = |part: &&LayerDecision| part.layer == layer && part.effect == LayerEffect::ImplicitDeny;
        parts.iter().any(lacks)
    };
    let is_either =
        is_lacking(Layer::Identity) && answer.is_within_account() && !answer.request.needs_resource_policy();
    let of = move |effect: LayerEffect| {
        let all = answer.decision.denying().filter(move |part| part.effect == effect);
        all.filter(move |part| !(is_either && part.layer == Layer::Resource && effect == LayerEffect::ImplicitDeny))
    };
    of(LayerEffect::ExplicitDeny).chain(of(LayerEffect::ImplicitDeny))
}

fn titled(entry: Entry, detail: String) -> Finding {
    let mut finding = Finding::new(detail);
    finding.rule = entry.id;
    finding.title = entry.title.to_owned();
    finding.severity = entry.severity;
    finding
}

/// The finding of a layer that denies, explicitly or for want of an Allow.
fn of_layer(part: &LayerDecision, answer: &Answer<'_>) -> Finding {
    let action = &answer.request.action;
    if part.effect == LayerEffect::ExplicitDeny {
        let by = part.by.as_ref().map_or_else(|| part.layer.to_string(), ToString::to_string);
        return proven(titled(DENY, format!("{by} denies `{action}`")), part.by.as_ref(), answer);
    }
    let level = part.to_string();
    let nearly = answer.decision.near_misses.iter().find(|miss| miss.statement.source.layer == part.layer);
    let hint = nearly.map_or_else(String::new, |miss| format!("; {miss}"));
    let finding = titled(lacking(part.layer), format!("{level}{hint}"));
    proven(finding, nearly.map(|NearMiss { statement, .. }| statement), answer)
}

fn proven(finding: Finding, statement: Option<&StatementRef>, answer: &Answer<'_>) -> Finding {
    let Some(statement) = statement else { return finding };
    let finding = finding.about("policy", &statement.source.name);
    finding.proofs(answer.proof(statement))
}

/// A statement that decides if what is not known is so.
fn perhaps(part: &LayerDecision, answer: &Answer<'_>) -> Option<Finding> {
    let by = part.by.as_ref().filter(|_| part.effect == LayerEffect::Unknown)?;
    let way = if by.is_deny { "denied" } else { "allowed" };
    let finding = titled(OPEN, format!("{way} if {by} applies"));
    Some(proven(finding, Some(by), answer))
}

fn open(answer: &Answer<'_>) -> Finding {
    let missing = missing(&answer.decision);
    let told = |fact: &Missing| match fact {
        Missing::ContextKey(_) => format!("{fact} (give it with --context)"),
        Missing::ResourceOwner => format!("{fact} (give it with --context aws:ResourceAccount=…)"),
        other => other.to_string(),
    };
    let facts: Vec<String> = answer.decision.missing.iter().map(told).collect();
    let mut finding = titled(OPEN, format!("not known: {}", facts.join("; ")));
    finding.missing = missing;
    finding
}

fn summary(question: &Question, answer: &Answer<'_>, findings: &[Finding]) -> String {
    let action = &question.action;
    match answer.decision.verdict {
        Decided::Allowed => match answer.decision.deciding().and_then(|part| part.by.as_ref()) {
            Some(by) => format!("`{action}` is allowed by {by}"),
            None => format!("`{action}` is allowed"),
        },
        Decided::ExplicitlyDenied | Decided::ImplicitlyDenied => {
            let Some(first) = findings.first() else { return format!("`{action}` is denied") };
            let others =
                findings.iter().filter(|finding| finding.severity == Severity::Blocker).count().saturating_sub(1);
            let more = match others {
                0 => String::new(),
                1 => ", and one more layer denies".to_owned(),
                n => format!(", and {n} more layers deny"),
            };
            format!("{}{more}", first.detail)
        }
        Decided::Unknown => {
            let first = answer.decision.missing.first().map_or_else(String::new, |fact| format!(": {fact}"));
            format!("whether `{action}` is allowed is not known{first}")
        }
    }
}
