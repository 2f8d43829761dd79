//! From what the tool knows to what the format says.

use super::path::{forward_path, return_path};
use super::{
    Calls, Check, Component, Decision, Denied, Diagnosis, Evidence, Finding, Fix, Report, SCHEMA, Step, Subject,
    SubjectError, Tool, Way,
};
use checks::diagnosis as core;
use checks::reach::deciding;
use checks::{evidence, finding, fix, report};

impl Report {
    /// The wire form of a report.
    pub fn of(report: &report::Report, tool_version: &str) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "aws-triage".to_owned(), version: tool_version.to_owned() },
            command: report.command.clone(),
            started_at: report.started_at.clone(),
            finished_at: report.finished_at.clone(),
            account: report.account.clone(),
            region: report.region.clone(),
            partition: report.partition.clone(),
            subjects: report.subjects.iter().map(Diagnosis::from).collect(),
            calls: Calls { count: report.calls.count, denied: report.calls.denied.iter().map(Denied::from).collect() },
            errors: report.errors.iter().map(SubjectError::from).collect(),
        }
    }
}

impl From<&core::Diagnosis> for Diagnosis {
    fn from(diagnosis: &core::Diagnosis) -> Self {
        // One way is all there is to say of most paths.
        let several = if diagnosis.ways.len() > 1 { diagnosis.ways.as_slice() } else { &[] };
        Self {
            subject: Subject::from(&diagnosis.subject),
            verdict: diagnosis.verdict.word().to_owned(),
            summary: diagnosis.summary.clone(),
            findings: diagnosis.findings.iter().map(Finding::from).collect(),
            checks: diagnosis.checks.iter().map(Check::from).collect(),
            forward_path: deciding(&diagnosis.ways).map(forward_path),
            return_path: deciding(&diagnosis.ways).map(return_path),
            ways: several.iter().map(Way::from).collect(),
            decision: diagnosis.decision.as_deref().map(Decision::from),
        }
    }
}

impl From<&core::Subject> for Subject {
    fn from(subject: &core::Subject) -> Self {
        Self {
            kind: subject.kind.to_owned(),
            id: subject.id.clone(),
            arn: subject.arn.clone(),
            name: subject.name.clone(),
        }
    }
}

impl From<&finding::Finding> for Finding {
    fn from(finding: &finding::Finding) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            severity: finding.severity.word().to_owned(),
            title: finding.title.clone(),
            detail: finding.detail.clone(),
            resources: finding.resources.iter().map(Component::from).collect(),
            evidence: finding.evidence.iter().map(Evidence::from).collect(),
            reachability_code: finding.reachability_code.map(str::to_owned),
            path: finding.path.iter().map(Step::from).collect(),
            fix: finding.fix.as_ref().map(Fix::from),
            missing: finding.missing.clone(),
        }
    }
}

impl From<&evidence::Component> for Component {
    fn from(component: &evidence::Component) -> Self {
        Self { kind: component.kind.to_owned(), id: component.id.clone() }
    }
}

impl From<&evidence::Evidence> for Evidence {
    fn from(evidence: &evidence::Evidence) -> Self {
        Self {
            source: evidence.source.to_owned(),
            resource: evidence.resource.clone(),
            field: evidence.field.clone(),
            value: evidence.value.clone(),
        }
    }
}

impl From<&finding::Step> for Step {
    fn from(step: &finding::Step) -> Self {
        Self {
            component: step.component.id.clone(),
            kind: step.component.kind.to_owned(),
            verdict: step.verdict.to_owned(),
            by: step.by.clone(),
        }
    }
}

impl From<&fix::Fix> for Fix {
    fn from(fix: &fix::Fix) -> Self {
        Self {
            class: fix.class.letter().to_owned(),
            summary: fix.summary.clone(),
            commands: fix.commands.clone(),
            rollback: fix.rollback.clone(),
            changes: Vec::new(),
        }
    }
}

impl From<&core::Check> for Check {
    fn from(check: &core::Check) -> Self {
        Self {
            rule: check.rule.to_owned(),
            status: check.status.word().to_owned(),
            reason: check.reason.clone().into_owned(),
        }
    }
}

impl From<&report::Denied> for Denied {
    fn from(denied: &report::Denied) -> Self {
        Self { action: denied.action.clone(), rules: denied.rules.iter().map(|rule| (*rule).to_owned()).collect() }
    }
}

impl From<&report::SubjectError> for SubjectError {
    fn from(error: &report::SubjectError) -> Self {
        Self { subject: error.subject.clone(), message: error.message.clone() }
    }
}
