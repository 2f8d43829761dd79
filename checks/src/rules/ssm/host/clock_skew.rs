//! A clock that is off makes AWS refuse every signature.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::os::console::{SignKind, signs_of};
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
    let elsewhere = Judgement::Elsewhere {
        place: Place::Instance,
        command: "chronyc tracking || w32tm /query /status".to_owned(),
        look_for: "an offset of more than five minutes, or no reference at all".to_owned(),
    };
    // While the node answers, its requests are signed with a good clock: no console text is asked for then.
    if case.heartbeat.is_online() {
        return Ok(elsewhere);
    }
    let Some(console) = case.console()? else { return Ok(elsewhere) };
    let Some(sign) = signs_of(&console.output, SignKind::ClockSkew).last() else { return Ok(elsewhere) };
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` signs with a wrong clock, so AWS refuses its requests: `{}`", sign.line))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", sign.line))
            .fix(
                Fix::new(FixClass::C, "step the clock and restart the agent; run it on the instance")
                    .run("sudo chronyc makestep && sudo systemctl restart amazon-ssm-agent"),
            ),
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
        assert!(findings(world.judge(&RULE))[0].detail.contains("Signature expired"));
    }

    #[test]
    fn silent_without_such_a_line() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(world.lost().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = testkit::nat();
        world.lost().deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
