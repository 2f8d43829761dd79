//! The instance still believes that it is an on-premises node.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::os::console::{SignKind, signs_of};
use crate::rule::declare_rule;
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

const FILE: &str = "/var/lib/amazon/ssm/registration";
const CLEAR: &str = "sudo cp -p /var/lib/amazon/ssm/registration /var/lib/amazon/ssm/registration.saved && sudo amazon-ssm-agent -register -clear && sudo systemctl restart amazon-ssm-agent";
const RESTORE: &str = "sudo cp -p /var/lib/amazon/ssm/registration.saved /var/lib/amazon/ssm/registration && sudo systemctl restart amazon-ssm-agent";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let elsewhere = Judgement::Elsewhere {
        place: Place::Instance,
        command: format!("sudo cat {FILE}"),
        look_for: "a `ManagedInstanceID` that begins with mi-, on a machine that should be managed as an EC2 instance"
            .to_owned(),
    };
    // While the instance answers under its own id, the agent does not work as another node.
    if case.heartbeat.is_online() {
        return Ok(elsewhere);
    }
    if let Some(node) = hybrid_twin(case) {
        return Ok(Judgement::fail(twin(case, node)));
    }
    let Some(console) = case.console()? else { return Ok(elsewhere) };
    let Some(sign) = signs_of(&console.output, SignKind::AgentStaleRegistration).last() else { return Ok(elsewhere) };
    Ok(Judgement::fail(
        Finding::new(format!(
            "the agent on instance `{id}` works under a hybrid registration that does not exist any more: `{}`",
            sign.line
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", sign.line))
        .fix(
            Fix::new(
                FixClass::C,
                "save the hybrid registration, clear it and restart the agent; run it on the instance",
            )
            .run(CLEAR)
            .undo(RESTORE),
        ),
    ))
}

/// A hybrid node with the address of the instance.
fn hybrid_twin<'a>(case: &Case<'a>) -> Option<&'a InstanceInformation> {
    let address = case.instance.private_ip_address.as_str();
    let mut nodes = case.snapshot.managed_nodes.known().iter();
    nodes.find(|node| !address.is_empty() && node.instance_id.starts_with("mi-") && node.ip_address == address)
}

fn twin(case: &Case<'_>, node: &InstanceInformation) -> Finding {
    let id = case.instance.instance_id.as_str();
    let (hybrid, status) = (node.instance_id.as_str(), node.ping_status.as_str());
    let detail = format!(
        "instance `{id}` is managed as hybrid node `{hybrid}` ({status}), which has its address {}, and not under its own id",
        node.ip_address
    );
    let evidence = |field: &str, value: &str| Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, hybrid, field, value);
    Finding::new(detail)
        .about("ec2-instance", id)
        .about("managed-node", hybrid)
        .proof(evidence("IPAddress", &node.ip_address))
        .proof(evidence("PingStatus", status))
        .fix(
            Fix::new(
                FixClass::C,
                "if nobody wants the hybrid node, save its registration, clear it and restart the agent; run it on the instance",
            )
            .run(CLEAR)
            .undo(RESTORE),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_the_line_of_the_agent() {
        let mut world = testkit::nat();
        let line = "ERROR RequestManagedInstanceRoleToken: Not existing InstanceId mi-0abc";
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(line));
        assert!(findings(world.judge(&RULE))[0].detail.contains("mi-0abc"));
    }

    #[test]
    fn fires_on_a_hybrid_node_with_the_same_address() {
        let mut world = testkit::nat();
        let node = json!({ "InstanceId": "mi-0123456789abcdef0", "PingStatus": "Online", "IPAddress": "10.0.1.10" });
        let hybrid = json!({ "Filters": [{ "Key": "ResourceType", "Values": ["ManagedInstance"] }] });
        world.never().answer(op::DESCRIBE_INSTANCE_INFORMATION, hybrid, json!({ "InstanceInformationList": [node] }));
        assert!(findings(world.judge(&RULE))[0].detail.contains("`mi-0123456789abcdef0` (Online)"));
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
