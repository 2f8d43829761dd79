//! A boot that stopped half-way never starts the SSH server.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::instance::{failed_boot, rescue};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start ends in a kernel panic, in emergency mode, or without a root file system, with no
    /// log-in prompt after it. `Dependency failed for Local File Systems` counts as well.
    ///
    /// ## Why it matters
    ///
    /// The SSH server starts near the end of a boot. A wrong line in `/etc/fstab`, a device that has another name since the type was
    /// changed, or a missing kernel module ends the boot before that.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 get-console-output --latest --output text --instance-id ID`, or a screenshot: `aws ec2 get-console-screenshot --instance-id ID`
    ///
    /// ## False positives
    ///
    /// A text from before the last start is not judged. A failed mount with `nofail` prints `Dependency failed for` and the boot goes on;
    /// that alone is no finding. An empty text proves nothing either way.
    ///
    /// ## Fix
    ///
    /// Repair the root volume offline (class D). The runbook `AWSSupport-ExecuteEC2Rescue` does this and saves an image first. To undo:
    /// the saved file, or the image.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot Linux instances with failed status checks"
    /// - Automation runbook reference, "AWSSupport-ExecuteEC2Rescue"
    "ssh/boot-failed", Blocker, fix D,
    "The boot of the operating system failed",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if let Some(proof) = case.proof_of(Settled::Banner) {
        return Ok(Judgement::pass(format!("{proof}, so its boot got through")));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let Some((words, shown)) = case.console_since_start()?.and_then(failed_boot) else {
        return Ok(Judgement::pass("the console text shows no boot that failed"));
    };
    let line = shown.last().map(|sign| sign.line).unwrap_or_default();
    let finding = Finding::new(format!("{words} on instance `{id}`, so its SSH server was never started: `{line}`"))
        .about("ec2-instance", id)
        .proofs(shown.iter().map(|sign| Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", sign.line)));
    Ok(Judgement::fail(finding.fix(rescue(&case.host))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{connected, probed, public};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    fn console(text: &str) -> World {
        let mut world = public();
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
        world
    }

    #[test]
    fn fires_in_emergency_mode_and_on_a_panic() {
        for text in ["You are in emergency mode. After logging in", "web-1 login: \nKernel panic - not syncing: VFS"] {
            let found = findings(console(text).judge(&RULE));
            assert!(found[0].detail.contains("SSH server was never started"), "{}", found[0].detail);
        }
    }

    #[test]
    fn silent_when_the_boot_went_on_or_the_server_answers() {
        for text in ["Dependency failed for /data.", "Kernel panic - not syncing\nweb-1 login: ", ""] {
            assert!(matches!(console(text).judge(&RULE), Judgement::Pass(_)), "{text}");
        }
        let mut world = console("Kernel panic - not syncing");
        assert!(matches!(probed(&mut world, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_denied() {
        let mut world = public();
        world.deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
