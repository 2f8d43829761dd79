//! A clock that is off makes AWS refuse every signature.

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
    /// Whether the console text shows requests that AWS refused for a wrong clock (`Signature expired`, `Signature not yet current`).
    /// The clock itself can only be read inside the instance.
    ///
    /// ## Why it matters
    ///
    /// AWS refuses a signed request whose time is more than five minutes off. The agent then registers nothing and sends no heartbeat.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `chronyc tracking` (Windows: `w32tm /query /status`), and `InvalidSignatureException` in the agent's log.
    ///
    /// ## False positives
    ///
    /// The agent may start before the first time synchronisation after a boot; one such line followed by a heartbeat means nothing.
    ///
    /// ## Fix
    ///
    /// Step the clock and restart the agent (class C): `sudo chronyc makestep && sudo systemctl restart amazon-ssm-agent`.
    ///
    /// ## References
    ///
    /// - IAM user guide, "Troubleshoot signed requests for AWS APIs"
    /// - EC2 user guide, "Precision clock and time synchronization on your EC2 instance"
    "ssm/clock-skew", Blocker, Registration, fix C,
    "The clock of the instance is wrong",
    needs [GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    // While the node answers, its requests are signed with a good clock: no console text is asked for then.
    let line = case.console_line(SignKind::ClockSkew, &[SignKind::AgentStarted])?;
    let Some(line) = line else {
        let look_for = "an offset of more than five minutes, or no reference at all";
        return Ok(case.inside("chronyc tracking || timedatectl", "w32tm /query /status", look_for));
    };
    let step = if case.instance.is_windows() {
        "w32tm /resync /force; Restart-Service AmazonSSMAgent"
    } else {
        "sudo chronyc makestep && (sudo systemctl restart amazon-ssm-agent || sudo snap restart amazon-ssm-agent)"
    };
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` signs with a wrong clock, so AWS refuses its requests: `{line}`"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(Fix::new(FixClass::C, "step the clock and restart the agent; run it on the instance").run(step)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_a_refused_signature() {
        let mut world = testkit::nat();
        world.lost().patch(
            op::GET_CONSOLE_OUTPUT,
            "/Output",
            json!("ssm: InvalidSignatureException: Signature expired: 2026"),
        );
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("Signature expired"));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("snap restart"));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(findings(world.judge(&RULE))[0].fix.as_ref().unwrap().commands[0].starts_with("w32tm"));
    }

    #[test]
    fn silent_without_such_a_line() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(world.lost().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_when_the_agent_started_since_or_the_text_is_old() {
        let mut world = testkit::nat();
        let later = "Signature expired: 2026\nAmazon SSM Agent v3.3.987.0 is running";
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(later));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!("Signature expired: 2026"));
        world.patch(op::GET_CONSOLE_OUTPUT, "/Timestamp", json!("2026-11-01T00:00:00+00:00"));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = testkit::nat();
        world.lost().deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
