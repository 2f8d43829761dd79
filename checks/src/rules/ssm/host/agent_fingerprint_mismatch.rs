//! The agent believes to be on another machine.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the agent found another machine than the one it had registered (`hardware ID …
    /// has changed`, `MachineFingerprintDoesNotMatch`). Otherwise its log on the instance tells.
    ///
    /// ## Why it matters
    ///
    /// The agent keeps a fingerprint of its machine. In a copy of the disk, or after a change of the type, it does not match: Systems
    /// Manager refuses the registration and the agent sleeps.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo grep -iE 'hardware ID|machine configuration|fingerprint' /var/log/amazon/ssm/errors.log`.
    ///
    /// ## False positives
    ///
    /// The agent compares three times, since hardware facts can be late in a boot; a later heartbeat shows that it was content.
    ///
    /// ## Fix
    ///
    /// Stop the agent, move its vault aside, start it (class C); it then registers anew. To undo, move the vault back. Lowering
    /// the similarity threshold only hides cloned machines. Take images from nodes whose agent was deregistered.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Troubleshooting SSM Agent"
    /// - SSM Agent release notes, 3.0.413.0, similarity check failures
    "ssm/agent-fingerprint-mismatch", Blocker, Registration, fix C,
    "SSM Agent does not recognise its machine",
    needs [GET_CONSOLE_OUTPUT]
}

const LINUX: &str =
    "sudo grep -iE 'hardware ID|machine configuration|fingerprint' /var/log/amazon/ssm/errors.log | tail -n 5";
const WINDOWS: &str = r#"Select-String -Path "$env:ProgramData\Amazon\SSM\Logs\errors.log" -Pattern 'hardware ID|machine configuration|fingerprint' | Select-Object -Last 5"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let Some(line) = case.console_line(SignKind::AgentFingerprint, &[])? else {
        return Ok(case.inside(LINUX, WINDOWS, "lines that say that the machine has changed since it registered"));
    };
    let summary = "let the agent register anew with an empty vault; run it on the instance";
    let fix = if case.instance.is_windows() {
        let (vault, kept) = (r#""$env:ProgramData\Amazon\SSM\Vault""#, "Vault.before-repair");
        Fix::new(FixClass::C, summary)
            .run(format!("Stop-Service AmazonSSMAgent; Rename-Item {vault} {kept}; Start-Service AmazonSSMAgent"))
            .undo(format!(
                r#"Stop-Service AmazonSSMAgent; Remove-Item -Recurse {vault}; Rename-Item "$env:ProgramData\Amazon\SSM\{kept}" Vault; Start-Service AmazonSSMAgent"#
            ))
    } else {
        let vault = "/var/lib/amazon/ssm/Vault";
        let stop = "(systemctl stop amazon-ssm-agent || snap stop amazon-ssm-agent)";
        let start = "(systemctl start amazon-ssm-agent || snap start amazon-ssm-agent)";
        Fix::new(FixClass::C, summary)
            .run(format!("sudo sh -c '{stop} && mv {vault} {vault}.before-repair && {start}'"))
            .undo(format!("sudo sh -c '{stop} && rm -r {vault} && mv {vault}.before-repair {vault} && {start}'"))
    };
    let detail =
        format!("the agent of instance `{id}` finds another machine than it registered, as in a copied disk: `{line}`");
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(fix),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    const LINE: &str = "ERROR Cannot connect to AWS Systems Manager.  The hardware ID (ec2a) has changed \
        from the registered value (ec2b).";

    fn console(text: &str) -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
        world
    }

    #[test]
    fn fires_on_another_machine() {
        let mut world = console(LINE);
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert!(fix.commands[0].contains("mv /var/lib/amazon/ssm/Vault "));
        assert!(fix.commands[0].contains("|| snap stop amazon-ssm-agent") && fix.rollback[0].contains("|| snap start"));
        assert_eq!(fix.rollback.len(), 1);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(findings(world.judge(&RULE))[0].fix.as_ref().unwrap().commands[0].starts_with("Stop-Service"));
    }

    #[test]
    fn silent_about_a_mere_setting() {
        let judgement = console("INFO Fingerprint SimilarityThreshold set to 40").judge(&RULE);
        assert!(matches!(judgement, Judgement::Elsewhere { .. }));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
