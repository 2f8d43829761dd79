//! The instance still believes that it is an on-premises node.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::ssm::InstanceInformation;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text shows that the agent asks for credentials as a hybrid node that does not exist
    /// (`Not existing InstanceId mi-…`). The registration itself is a file inside the instance.
    ///
    /// ## Why it matters
    ///
    /// An agent that holds a hybrid registration works as `mi-…` and not as the instance, whatever profile the instance has. When that node
    /// was deregistered, or the disk was copied from another machine, it can register as neither.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the file `/var/lib/amazon/ssm/registration` names a `ManagedInstanceID` (Windows: below
    /// `C:\ProgramData\Amazon\SSM\InstanceData`).
    ///
    /// ## False positives
    ///
    /// An instance may be a hybrid node on purpose. Never clear the registration while the `mi-…` node is online and wanted. The usual
    /// sources are machines that were migrated to EC2 and images made of them.
    ///
    /// ## Fix
    ///
    /// Save the registration, clear it and restart the agent (class C). To undo, put the saved file back and restart the agent.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Deregister and reregister a managed node"
    /// - Systems Manager user guide, "Troubleshooting SSM Agent"
    "ssm/stale-hybrid-registration", Blocker, Registration, fix C,
    "The agent still holds a hybrid registration",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_CONSOLE_OUTPUT]
}

const LOOK: &str = "sudo cat /var/lib/amazon/ssm/registration";
const LOOK_WINDOWS: &str = r#"Get-Content "$env:ProgramData\Amazon\SSM\InstanceData\registration""#;
const CLEAR: &str = "sudo sh -c '(systemctl stop amazon-ssm-agent || snap stop amazon-ssm-agent) && cp -p /var/lib/amazon/ssm/registration /var/lib/amazon/ssm/registration.saved && (amazon-ssm-agent -register -clear || /snap/amazon-ssm-agent/current/amazon-ssm-agent -register -clear) && (systemctl start amazon-ssm-agent || snap start amazon-ssm-agent)'";
const RESTORE: &str = "sudo sh -c '(systemctl stop amazon-ssm-agent || snap stop amazon-ssm-agent) && cp -p /var/lib/amazon/ssm/registration.saved /var/lib/amazon/ssm/registration && (systemctl start amazon-ssm-agent || snap start amazon-ssm-agent)'";
const CLEAR_WINDOWS: &str = r#"Stop-Service AmazonSSMAgent; Copy-Item "$env:ProgramData\Amazon\SSM\InstanceData\registration" "$env:ProgramData\Amazon\SSM\InstanceData\registration.saved"; & "$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.exe" -register -clear; Start-Service AmazonSSMAgent"#;
const RESTORE_WINDOWS: &str = r#"Stop-Service AmazonSSMAgent; Copy-Item -Force "$env:ProgramData\Amazon\SSM\InstanceData\registration.saved" "$env:ProgramData\Amazon\SSM\InstanceData\registration"; Start-Service AmazonSSMAgent"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let look_for = "a `ManagedInstanceID` that begins with mi-, on a machine that should be managed as an EC2 instance";
    let elsewhere = case.inside(LOOK, LOOK_WINDOWS, look_for);
    // While the instance answers under its own id, the agent does not work as another node.
    if case.heartbeat.is_online() {
        return Ok(elsewhere);
    }
    if let Some(node) = case.hybrid_twin() {
        return Ok(Judgement::fail(twin(case, node)));
    }
    let line = case.console_line(SignKind::AgentStaleRegistration, &[SignKind::AgentStarted])?;
    let Some(line) = line else { return Ok(elsewhere) };
    Ok(Judgement::fail(
        Finding::new(format!(
            "the agent on instance `{id}` works under a hybrid registration that does not exist any more: `{line}`"
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
        .fix(clear(case, "save the hybrid registration, clear it and restart the agent; run it on the instance")),
    ))
}

fn clear(case: &Case<'_>, summary: &str) -> Fix {
    let is_windows = case.instance.is_windows();
    let (run, undo) = if is_windows { (CLEAR_WINDOWS, RESTORE_WINDOWS) } else { (CLEAR, RESTORE) };
    Fix::new(FixClass::C, summary).run(run).undo(undo)
}

fn twin(case: &Case<'_>, node: &InstanceInformation) -> Finding {
    let id = case.instance.instance_id.as_str();
    let (hybrid, status) = (node.instance_id.as_str(), node.ping_status.as_str());
    let detail = format!(
        "instance `{id}` is managed as hybrid node `{hybrid}` ({status}), which has its address {} and its name `{}`, and not under its own id",
        node.ip_address, node.computer_name
    );
    let fix = if is(status, "Online") {
        let show = Aws::new("ssm", "describe-instance-information", case.region())
            .arg("filters", format!("Key=InstanceIds,Values={hybrid}"));
        let summary =
            format!("ask who wants hybrid node `{hybrid}`, which is online; leave its registration until then");
        Fix::new(FixClass::M, summary).run(show)
    } else {
        let summary = "if nobody wants the hybrid node, save its registration, clear it and restart the agent; run it on the instance";
        clear(case, summary)
    };
    let evidence = |field: &str, value: &str| Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, hybrid, field, value);
    Finding::new(detail)
        .about("ec2-instance", id)
        .about("managed-node", hybrid)
        .proof(evidence("IPAddress", &node.ip_address))
        .proof(evidence("PingStatus", status))
        .proof(evidence("ComputerName", &node.computer_name))
        .fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_the_line_of_the_agent() {
        let mut world = testkit::nat();
        let line = "ERROR RequestManagedInstanceRoleToken: Not existing InstanceId mi-0abc";
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(line));
        assert!(findings(world.judge(&RULE))[0].detail.contains("mi-0abc"));
    }

    fn beside_hybrid(status: &str, computer: &str) -> World {
        let mut world = testkit::nat();
        let node = json!({ "InstanceId": "mi-0123456789abcdef0", "PingStatus": status, "IPAddress": "10.0.1.10", "ComputerName": computer });
        let hybrid = json!({ "Filters": [{ "Key": "ResourceType", "Values": ["ManagedInstance"] }] });
        world.never().answer(op::DESCRIBE_INSTANCE_INFORMATION, hybrid, json!({ "InstanceInformationList": [node] }));
        world
    }

    #[test]
    fn fires_on_a_hybrid_node_with_the_same_address_and_name() {
        for name in
            ["ip-10-0-1-10.eu-west-1.compute.internal", "web-1", "i-0123456789abcdef0.eu-west-1.compute.internal"]
        {
            let found = findings(beside_hybrid("Online", name).judge(&RULE));
            assert!(found[0].detail.contains("`mi-0123456789abcdef0` (Online)"));
            let fix = found[0].fix.as_ref().unwrap();
            assert_eq!(fix.class, FixClass::M);
            assert!(fix.commands.iter().all(|command| !command.contains("-clear")));
        }
        let mut lost = beside_hybrid("ConnectionLost", "web-1");
        assert!(findings(lost.judge(&RULE))[0].fix.as_ref().unwrap().commands[0].contains("snap stop"));
        lost.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(findings(lost.judge(&RULE))[0].fix.as_ref().unwrap().commands[0].starts_with("Stop-Service"));
    }

    #[test]
    fn silent_about_a_stranger_with_the_same_address() {
        for name in ["", "db-7", "ip-10-0-1-101"] {
            assert!(matches!(beside_hybrid("Online", name).judge(&RULE), Judgement::Elsewhere { .. }), "{name}");
        }
    }

    #[test]
    fn silent_when_the_agent_started_since_or_the_text_is_old() {
        let mut world = testkit::nat();
        let line = "ERROR Not existing InstanceId mi-0abc";
        let later = format!("{line}\nAmazon SSM Agent v3.3.987.0 is running");
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(later));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(line));
        world.patch(op::GET_CONSOLE_OUTPUT, "/Timestamp", json!("2026-11-01T00:00:00+00:00"));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_without_that_line() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = testkit::nat();
        world.never().deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
