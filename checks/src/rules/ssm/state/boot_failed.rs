//! A boot that stopped half-way never starts the agent.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::Aws;
use crate::instance::{StatusCheck, failed_boot, rescue};
use crate::os::console::{Sign, SignKind};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start ends in a kernel panic, in emergency mode, or without a root file system, with no
    /// log-in prompt and no start of the agent after it. `Dependency failed for Local File Systems` counts as well.
    ///
    /// ## Why it matters
    ///
    /// The agent is started near the end of a boot. A wrong line in `/etc/fstab`, a missing kernel module or a broken initial RAM disk
    /// ends the boot before that, and nothing on the network reaches the instance.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 get-console-output --latest --output text --instance-id ID`, or a screenshot: `aws ec2 get-console-screenshot`.
    ///
    /// ## False positives
    ///
    /// A console text can be older than the last start: such a text is not judged. A failed mount with `nofail` prints
    /// `Dependency failed for` and the boot goes on; that alone is no finding.
    ///
    /// ## Fix
    ///
    /// Repair the root volume offline (class D): stop, attach the volume to another instance, correct `/etc/fstab` (`nofail`) or choose
    /// the previous kernel, attach it back, start. The runbook `AWSSupport-ExecuteEC2Rescue` does this and saves an image first.
    /// To undo: the saved file, or the image.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot Linux instances with failed status checks"
    /// - Automation runbook reference, "AWSSupport-ExecuteEC2Rescue"
    "ssm/boot-failed", Blocker, Registration, fix D,
    "The boot of the operating system failed",
    needs [GET_CONSOLE_OUTPUT, DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_STATUS]
}

/// How the present boot ended in failure, with every sign of it.
pub(super) fn failure<'a>(case: &Case<'a>) -> Result<Option<(&'static str, Vec<Sign<'a>>)>, Gap> {
    Ok(case.present_console()?.and_then(failed_boot))
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if case.heartbeat.is_online() {
        return Ok(Judgement::pass("the node is online, so its boot got through"));
    }
    if case.is_asleep() {
        return Ok(Judgement::follows_from("ssm/instance-not-running"));
    }
    if let Some(console) = case.console()?.filter(|console| case.is_outdated(console)) {
        return Ok(Judgement::cannot_tell(
            format!("the console text is of {}, before the instance was last started", console.timestamp),
            vec![Gap::opaque("what the instance wrote to its console since its last start")],
        ));
    }
    let Some((words, shown)) = failure(case)? else {
        return Ok(without_failure(case));
    };
    let line = shown.last().map(|sign| sign.line).unwrap_or_default();
    let finding = Finding::new(format!("{words} on instance `{id}`, so its agent was never started: `{line}`"))
        .about("ec2-instance", id)
        .proofs(shown.iter().map(|sign| Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", sign.line)));
    Ok(Judgement::fail(finding.fix(rescue(&case.host))))
}

/// A text without a failure clears the boot only if something shows that it got through.
fn without_failure(case: &Case<'_>) -> Judgement {
    let shows = |kind| matches!(case.console_line(kind, &[]), Ok(Some(_)));
    if shows(SignKind::LoginPrompt) || shows(SignKind::AgentStarted) {
        return Judgement::pass("the console text shows a boot that got through");
    }
    if matches!(case.impaired(StatusCheck::Instance), Ok(Err(Judgement::Pass(_)))) {
        return Judgement::pass(
            "the console text shows no boot that failed, and the operating system \
            answers the status check",
        );
    }
    let screen = Aws::new("ec2", "get-console-screenshot", case.region())
        .arg("instance-id", &case.instance.instance_id)
        .flag("wake-up");
    Judgement::Elsewhere {
        place: Place::Client,
        command: screen.into(),
        look_for: "a screen that shows a failed boot, as the console text shows neither its success nor \
            its failure"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn console(text: &str) -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
        world
    }

    #[test]
    fn fires_in_emergency_mode() {
        let world = console("[DEPEND] Dependency failed for /data.\nYou are in emergency mode. After logging in");
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("emergency mode"));
        assert_eq!(found[0].evidence.len(), 2);
    }

    #[test]
    fn fires_on_a_panic_after_a_good_boot() {
        let found = findings(console("web-1 login: \nKernel panic - not syncing: VFS").judge(&RULE));
        assert!(found[0].detail.starts_with("the kernel panicked"));
        assert!(matches!(findings(console("Dependency failed for Local File Systems.").judge(&RULE)).len(), 1));
    }

    #[test]
    fn silent_when_the_boot_went_on() {
        for text in ["Dependency failed for /data.", "Kernel panic - not syncing\nweb-1 login: ", ""] {
            assert!(matches!(console(text).judge(&RULE), Judgement::Pass(_)), "{text}");
        }
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)), "online");
    }

    #[test]
    fn unknown_when_the_text_is_old_or_denied() {
        let mut world = console("Kernel panic - not syncing");
        world.patch(op::GET_CONSOLE_OUTPUT, "/Timestamp", json!("2026-11-19T08:00:00+00:00"));
        assert_eq!(missing(world.judge(&RULE)), ["what the instance wrote to its console since its last start"]);
        let mut silent = console("");
        silent.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert!(matches!(silent.judge(&RULE), Judgement::Elsewhere { .. }));
        world.deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
