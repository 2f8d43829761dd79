//! Default Host Management needs an agent that knows of it.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::profile;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::credentials::kit;
use crate::ssm::{AgentVersion, Case};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the instance depends on Default Host Management: whether its agent has version 3.2.582.0 or newer, as the node told it when it
    /// was last managed or as the console shows it.
    ///
    /// ## Why it matters
    ///
    /// An older agent asks the metadata service for the credentials of an instance profile and knows no other source. To it the instance
    /// has no permissions, however the account is set.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `amazon-ssm-agent -version` (Windows: the product version of `amazon-ssm-agent.exe`).
    ///
    /// ## False positives
    ///
    /// The version is that of the last registration; the agent may have been updated since by other means. Default Host Management also
    /// wants version 2 of the metadata service, which every agent of that age speaks.
    ///
    /// ## Fix
    ///
    /// Attach an instance profile (class A): with it the old agent registers and can then be updated by `AWS-UpdateSSMAgent`. Or update
    /// the agent by another way in (class C).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration"
    /// - Systems Manager user guide, "Checking the SSM Agent version number"
    "ssm/dhmc-agent-too-old", Blocker, Registration, fix C,
    "The agent is too old for Default Host Management",
    needs [GET_SERVICE_SETTING, DESCRIBE_INSTANCE_INFORMATION, GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if matches!(case.default_host.management, Ok(None)) {
        return Ok(Judgement::not_applicable("Default Host Management is off"));
    }
    let Some(why) = case.needs_fallback()? else {
        return Ok(Judgement::not_applicable("the instance profile suffices without Default Host Management"));
    };
    let Some(role) = case.default_host.management.clone()? else {
        return Ok(Judgement::not_applicable("Default Host Management is off"));
    };
    let oldest = AgentVersion::DEFAULT_HOST_MANAGEMENT;
    let Some(version) = case.agent_version() else {
        if !case.heartbeat.is_online() {
            case.console()?;
        }
        return Ok(case.inside(
            "sudo amazon-ssm-agent -version || /snap/amazon-ssm-agent/current/amazon-ssm-agent -version",
            r#"& "$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.exe" -version"#,
            format!("a version older than {oldest}, which cannot use Default Host Management"),
        ));
    };
    if version >= oldest {
        return Ok(Judgement::pass(format!("agent {version} can use Default Host Management")));
    }
    let proof = match case.heartbeat.node() {
        Some(node) => Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, id, "AgentVersion", node.agent_version.as_str()),
        None => Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", version.to_string()),
    };
    let update = Aws::new("ssm", "send-command", case.region())
        .arg("document-name", "AWS-UpdateSSMAgent")
        .args("instance-ids", [id]);
    let check = Aws::new("ssm", "describe-instance-information", case.region())
        .arg("filters", format!("Key=InstanceIds,Values={id}"))
        .arg("query", "InstanceInformationList[].[PingStatus,AgentVersion]");
    let summary = format!(
        "give the instance a profile (only the fifth command, if you have one), repeat the sixth until it says `Online`, then update the \
         agent; once it shows {oldest} or newer the profile may be taken off again"
    );
    Ok(Judgement::fail(
        Finding::new(format!(
            "agent {version} on instance `{id}` is older than {oldest} and cannot use role `{role}` of Default Host Management, and {why}"
        ))
        .about("ec2-instance", id)
        .proof(proof)
        .fix(profile::attach_new(case, &kit(case), Fix::new(FixClass::C, summary)).run(check).run(update)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn bare() -> World {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/IamInstanceProfile", Value::Null);
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        world
    }

    #[test]
    fn fires_on_an_old_version() {
        let mut world = bare();
        let version = "/InstanceInformationList/0/AgentVersion";
        world.lost().patch(op::DESCRIBE_INSTANCE_INFORMATION, version, json!("3.1.1732.0"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("3.1.1732.0"));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(commands[5].contains("PingStatus") && commands[6].contains("--instance-ids"), "{commands:?}");
        assert!(commands.iter().all(|command| !command.contains("disassociate")));
        let mut world = bare();
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!("Amazon SSM Agent v3.0.100.0 is running"));
        assert_eq!(findings(world.judge(&RULE))[0].evidence[0].value, "3.0.100.0");
    }

    #[test]
    fn silent_when_new_enough_unused_or_off() {
        assert!(matches!(bare().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        let mut unused = testkit::nat();
        unused.forget(op::GET_SERVICE_SETTING);
        assert!(matches!(unused.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_setting_or_version_cannot_be_read() {
        assert_eq!(missing(bare().deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
        assert_eq!(missing(bare().never().deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
        let mut silent = bare();
        silent.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(""));
        assert!(matches!(silent.judge(&RULE), Judgement::Elsewhere { command, .. } if command.starts_with("sudo")));
        silent.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(silent.judge(&RULE), Judgement::Elsewhere { command, .. } if command.starts_with("& ")));
    }
}
