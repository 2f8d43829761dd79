//! The documents of fixed reports.

use super::*;
use crate::escape::is_unsafe;
use crate::{Format, Style, sample};
use proptest::prelude::*;
use serde_json::json;

fn text(report: &report::Report) -> String {
    let style = Style { colour: true, width: 80, verbose: false };
    crate::render(report, Format::Json, style, "0.1.0")
}

#[test]
fn the_document_of_a_finding() {
    let mut broken = sample::broken();
    broken.findings.truncate(1);
    broken.checks.truncate(1);
    let rule =
        r#"--ip-permissions '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'"#;
    let expected = json!({
        "schema": "aws-triage.report/1",
        "tool": { "name": "aws-triage", "version": "0.1.0" },
        "command": "ssm",
        "startedAt": "2026-11-22T20:14:00Z",
        "finishedAt": "2026-11-22T20:14:01Z",
        "account": "123456789012",
        "region": "eu-west-1",
        "partition": "aws",
        "subjects": [{
            "subject": {
                "kind": "ec2-instance",
                "id": "i-0a1b2c3d4e5f60718",
                "arn": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718",
                "name": "web-1"
            },
            "verdict": "broken",
            "summary": "security group `sg-0aa11bb22cc33dd44` has no outbound rule for TCP 443, so the agent cannot reach `ssm.eu-west-1.amazonaws.com`, and one more cause",
            "findings": [{
                "rule": "ssm/sg-egress-443-blocked",
                "severity": "blocker",
                "title": "No outbound rule lets the agent reach port 443",
                "detail": "security group `sg-0aa11bb22cc33dd44` has no outbound rule for TCP 443, so the agent cannot reach `ssm.eu-west-1.amazonaws.com`",
                "resources": [{ "kind": "security-group", "id": "sg-0aa11bb22cc33dd44" }],
                "evidence": [
                    { "source": "ec2:DescribeInstances", "resource": "i-0a1b2c3d4e5f60718", "field": "NetworkInterfaces[0].Groups[0].GroupId", "value": "sg-0aa11bb22cc33dd44" },
                    { "source": "ec2:DescribeSecurityGroups", "resource": "sg-0aa11bb22cc33dd44", "field": "IpPermissionsEgress", "value": [] }
                ],
                "reachabilityCode": "ENI_SG_RULES_MISMATCH",
                "path": [
                    { "component": "eni-0123456789abcdef0", "kind": "network-interface", "verdict": "passed" },
                    { "component": "sg-0aa11bb22cc33dd44", "kind": "security-group", "verdict": "blocked", "by": "sg-0aa11bb22cc33dd44" }
                ],
                "fix": {
                    "class": "A",
                    "summary": "allow TCP 443 out of `sg-0aa11bb22cc33dd44`",
                    "commands": [format!("aws ec2 authorize-security-group-egress --region eu-west-1 --group-id sg-0aa11bb22cc33dd44 {rule}")],
                    "rollback": [format!("aws ec2 revoke-security-group-egress --region eu-west-1 --group-id sg-0aa11bb22cc33dd44 {rule}")],
                    "changes": []
                },
                "missing": []
            }],
            "checks": [{ "rule": "ssm/instance-not-running", "status": "pass", "reason": "the instance is `running` since 2026-11-20T08:00:00Z" }]
        }],
        "calls": {
            "count": 19,
            "denied": [{ "action": "iam:GetRolePolicy", "rules": ["ssm/role-lacks-core", "ssm/role-lacks-ssmmessages"] }]
        },
        "errors": []
    });
    let text = text(&sample::report(vec![broken]));
    // Compared as text, because the order of the members is part of what people see.
    assert_eq!(text, format!("{}\n", serde_json::to_string_pretty(&expected).unwrap()));
}

#[test]
fn lists_stay_and_unknown_values_are_left_out() {
    let mut broken = sample::broken();
    broken.subject.name = None;
    broken.findings.drain(..4);
    let document: Value = serde_json::from_str(&text(&sample::report(vec![broken]))).unwrap();
    let subject = &document["subjects"][0];
    assert!(subject["subject"].get("name").is_none());
    assert_eq!(
        subject["findings"][0],
        json!({
            "rule": "ssm/role-lacks-core",
            "severity": "cannot-tell",
            "title": "The role cannot register",
            "detail": "`iam:GetRolePolicy` is denied (AccessDenied)",
            "resources": [],
            "evidence": [],
            "path": [],
            "missing": ["iam:GetRolePolicy"]
        })
    );
}

#[test]
fn a_document_can_be_read_back_even_if_a_newer_tool_wrote_it() {
    let subjects = vec![sample::broken(), sample::inconclusive(), sample::healthy()];
    let wire = Report::of(&sample::report(subjects.clone()), "0.1.0");
    let mut document: Value = serde_json::from_str(&text(&sample::report(subjects))).unwrap();
    document["run"] = json!({ "id": "1" });
    assert_eq!(serde_json::from_value::<Report>(document).unwrap(), wire);
}

#[test]
fn an_empty_report_is_a_document() {
    let document: Value = serde_json::from_str(&text(&sample::report(Vec::new()))).unwrap();
    assert_eq!(document["subjects"], json!([]));
}

proptest! {
    #[test]
    fn any_text_survives_and_harms_no_terminal(value: String) {
        let report = sample::report(vec![sample::hostile(&value), sample::request(&value)]);
        let text = text(&report);
        prop_assert!(text.chars().all(|letter| letter == '\n' || !is_unsafe(letter)));
        prop_assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), Report::of(&report, "0.1.0"));
    }
}
