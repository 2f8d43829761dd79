//! The agent runs as somebody else than root.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the agent runs as `root`, on Windows as `LocalSystem`. No API shows the user of a process, so the rule hands over the
    /// command.
    ///
    /// ## Why it matters
    ///
    /// The agent reads root-only files, writes below `/var/lib/amazon/ssm` and starts sessions as other users. Under another user it fails
    /// in one place after the other: credentials, sessions, or commands.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `ps -o user= -C amazon-ssm-agent`; `ssm-cli get-diagnostics` tests it as "Agent service".
    ///
    /// ## False positives
    ///
    /// The workers of a session run as the session's user on purpose; only the agent itself and `ssm-agent-worker` count.
    ///
    /// ## Fix
    ///
    /// Remove `User=` from the unit's override with `sudo systemctl edit amazon-ssm-agent`, or set the Windows service back to
    /// `LocalSystem`, and restart the agent (class C). To undo, restore the override.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "About SSM Agent", root-level permissions
    /// - Systems Manager user guide, "Troubleshooting managed node availability using ssm-cli"
    "ssm/agent-wrong-user", Degraded, Registration, fix C,
    "SSM Agent runs as another user than root",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(case.inside(
        "ps -o user=,args= -C amazon-ssm-agent,ssm-agent-worker; systemctl cat amazon-ssm-agent | grep -i '^User='",
        "Get-CimInstance Win32_Service -Filter \"Name='AmazonSSMAgent'\" | Select-Object StartName,State,StartMode",
        if case.instance.is_windows() { "another account than LocalSystem" } else { "another user than root" },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit;
    use serde_json::json;

    #[test]
    fn fires_as_a_question_for_each_system() {
        let mut world = testkit::nat();
        let judgement = world.lost().judge(&RULE);
        assert!(matches!(judgement, Judgement::Elsewhere { look_for, .. } if look_for.ends_with("root")));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        let judgement = world.judge(&RULE);
        assert!(matches!(judgement, Judgement::Elsewhere { command, .. } if command.contains("Win32_Service")));
    }

    #[test]
    fn silent_about_a_stopped_instance() {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_until_somebody_looks_inside() {
        let checks = testkit::nat().lost().diagnose().checks;
        let check = checks.iter().find(|check| check.rule == RULE.about.id).unwrap();
        assert_eq!(check.status, crate::diagnosis::Status::CannotTell);
    }
}
