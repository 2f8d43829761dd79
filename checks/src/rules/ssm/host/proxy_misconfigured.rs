//! A proxy that swallows the agent's calls, or its metadata.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the agent runs with a proxy, and one that lets its calls through. The settings are inside the instance, so the rule hands
    /// over the command.
    ///
    /// ## Why it matters
    ///
    /// With a wrong or dead proxy no call leaves. With a good one and without an exception for `169.254.169.254` the agent asks the
    /// proxy for its own identity, and gets none or that of the proxy's host.
    ///
    /// ## How to confirm
    ///
    /// On the instance: the proxy variables of the agent's process; `ssm-cli get-diagnostics` lists them as "Proxy configuration".
    ///
    /// ## False positives
    ///
    /// Variables in `/etc/environment` or a shell profile do not reach a systemd unit; only those of the unit count. Behind VPC endpoints
    /// with private names no proxy is needed at all.
    ///
    /// ## Fix
    ///
    /// Set `http_proxy`, `https_proxy` and `no_proxy=169.254.169.254` with `sudo systemctl edit amazon-ssm-agent`, then
    /// `sudo systemctl daemon-reload` and restart the agent (class C). To undo, restore the override.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Configuring SSM Agent to use a proxy on Linux nodes" and "… for Windows Server instances"
    "ssm/proxy-misconfigured", Blocker, Registration, fix C,
    "The agent's proxy is set wrongly",
    needs [DESCRIBE_INSTANCES]
}

const LINUX: &str = "sudo sh -c 'for p in $(pgrep -f \"amazon-ssm-agent|ssm-agent-worker\"); do tr \
    \"\\0\" \"\\n\" </proc/$p/environ | grep -i proxy; done'; systemctl cat amazon-ssm-agent \
    snap.amazon-ssm-agent.amazon-ssm-agent | grep -i proxy";
const WINDOWS: &str =
    r"(Get-ItemProperty HKLM:\SYSTEM\CurrentControlSet\Services\AmazonSSMAgent).Environment; netsh winhttp show proxy";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(case.inside(
        LINUX,
        WINDOWS,
        "a proxy that is wrong or dead, or exceptions without 169.254.169.254; no proxy at all is in order",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Status;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World};
    use serde_json::json;

    fn status(world: &World) -> Status {
        world.diagnose().checks.iter().find(|check| check.rule == RULE.about.id).unwrap().status
    }

    #[test]
    fn fires_as_a_question_for_each_system() {
        let mut world = testkit::nat();
        assert!(matches!(world.lost().judge(&RULE), Judgement::Elsewhere { command, .. } if command == LINUX));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { command, .. } if command == WINDOWS));
    }

    #[test]
    fn silent_while_the_node_answers() {
        assert_eq!(status(&testkit::nat()), Status::NotApplicable);
    }

    #[test]
    fn unknown_until_somebody_looks_inside() {
        assert_eq!(status(testkit::nat().lost()), Status::CannotTell);
    }
}
