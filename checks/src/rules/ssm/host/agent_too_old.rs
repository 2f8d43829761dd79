//! An agent that lacks a feature.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::{AgentVersion, Case, Heartbeat, services};
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// The version that the agent told with its registration: before 2.3.68.0 it opens no sessions; before 3.3.40.0 it receives commands over
    /// `ec2messages` only, which Regions opened since 2024 do not have; before 3.1.501.0 it has no `ssm-cli get-diagnostics`.
    ///
    /// ## Why it matters
    ///
    /// A session that is refused by an old agent looks like a fault of network or role. An agent that needs `ec2messages` also needs one
    /// more VPC endpoint.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm describe-instance-information --filters Key=InstanceIds,Values=ID --query 'InstanceInformationList[].AgentVersion'`
    ///
    /// ## False positives
    ///
    /// `IsLatestVersion` is not looked at: it is unreliable on Windows, and new versions reach the Regions over weeks. Where the old
    /// version still does all that is needed here, the finding is mere advice.
    ///
    /// ## Fix
    ///
    /// Run `AWS-UpdateSSMAgent` on the node (class C: the agent restarts, sessions end). To undo, run it with the old version and
    /// `allowDowngrade`.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Step 1: Complete Session Manager prerequisites", and "Automating updates to SSM Agent"
    /// - Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations"
    "ssm/agent-too-old", Degraded, Sessions, fix C,
    "SSM Agent is too old",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if let (Heartbeat::Unknown(gap), None) = (&case.heartbeat, case.agent_version()) {
        return Err(gap.clone());
    }
    let Some(version) = case.agent_version() else {
        return Ok(case.inside(
            "amazon-ssm-agent -version",
            r#"& "$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.exe" -version"#,
            "a version before 2.3.68.0, which opens no sessions",
        ));
    };
    let Some((severity, lack)) = lack(version, case.region()) else {
        return Ok(Judgement::pass(format!("agent {version} has all that sessions and commands need")));
    };
    let mut finding = Finding::new(format!("agent {version} of instance `{id}` {lack}"))
        .about("ec2-instance", id)
        .proof(match case.heartbeat.node() {
            Some(node) => {
                Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, id, "AgentVersion", node.agent_version.as_str())
            }
            None => Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", version.to_string()),
        })
        .fix(update(case, version));
    finding.rule = RULE.about.id;
    finding.severity = severity;
    Ok(Judgement::fail(finding))
}

fn lack(version: AgentVersion, region: &str) -> Option<(Severity, String)> {
    let is_cut_off =
        version < AgentVersion::WITHOUT_EC2_MESSAGES && !services(Some(version), region).contains(&"ec2messages");
    if version < AgentVersion::SESSIONS {
        Some((Severity::Degraded, format!("opens no sessions: that takes {} or later", AgentVersion::SESSIONS)))
    } else if is_cut_off {
        let first = AgentVersion::WITHOUT_EC2_MESSAGES;
        Some((
            Severity::Degraded,
            format!(
                "receives commands over `ec2messages` only, which Region `{region}` does not have: update \
                    it to {first} or later"
            ),
        ))
    } else if version < AgentVersion::DIAGNOSTICS {
        Some((
            Severity::Advice,
            format!(
                "has no `ssm-cli get-diagnostics`, which came with {}, and needs `ec2messages`",
                AgentVersion::DIAGNOSTICS
            ),
        ))
    } else if version < AgentVersion::WITHOUT_EC2_MESSAGES {
        Some((
            Severity::Advice,
            format!("still needs `ec2messages`; from {} on it does not", AgentVersion::WITHOUT_EC2_MESSAGES),
        ))
    } else {
        None
    }
}

fn update(case: &Case<'_>, old: AgentVersion) -> Fix {
    let id = case.instance.instance_id.as_str();
    let run = || {
        Aws::new("ssm", "send-command", case.region())
            .arg("document-name", "AWS-UpdateSSMAgent")
            .json("targets", &json!([{ "Key": "InstanceIds", "Values": [id] }]))
    };
    let back = run().json("parameters", &json!({ "version": [old.to_string()], "allowDowngrade": ["true"] }));
    Fix::new(FixClass::C, format!("update the agent of `{id}`; it restarts, so open sessions end"))
        .run(run())
        .undo(back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    fn agent(version: &str) -> World {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/AgentVersion", json!(version));
        world
    }

    #[test]
    fn fires_on_an_agent_without_sessions() {
        let found = findings(agent("2.2.916.0").judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
        let fix = found[0].fix.clone().unwrap();
        assert!(fix.rollback[0].contains(r#""version":["2.2.916.0"]"#), "{}", fix.rollback[0]);
    }

    #[test]
    fn fires_as_advice_while_nothing_is_missing() {
        for version in ["2.3.1644.0", "3.2.2303.0"] {
            assert_eq!(findings(agent(version).judge(&RULE))[0].severity, Severity::Advice, "{version}");
        }
        assert_eq!(lack(AgentVersion(3, 2, 0, 0), "mx-central-1").unwrap().0, Severity::Degraded);
    }

    #[test]
    fn silent_for_a_present_agent() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().never().judge(&RULE), Judgement::Pass(_)), "by the console");
    }

    #[test]
    fn unknown_without_a_version() {
        let mut world = testkit::nat();
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(""));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
