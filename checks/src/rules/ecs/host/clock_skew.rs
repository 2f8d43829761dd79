//! A clock that is off makes AWS refuse every signature.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text shows requests that AWS refused for a wrong clock (`Signature expired`, `Signature not yet current`).
    /// The clock itself can only be read inside the instance.
    ///
    /// ## Why it matters
    ///
    /// AWS refuses a signed request whose time is more than five minutes off. The agent then neither registers nor connects.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `chronyc tracking` (Windows: `w32tm /query /status`), and `Signature` in `/var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// A program may start before the first time synchronisation after a boot; one such line before the agent connects means nothing.
    ///
    /// ## Fix
    ///
    /// Step the clock and restart the agent (class C): `sudo chronyc makestep && sudo systemctl restart ecs`. Nothing to undo.
    ///
    /// ## References
    ///
    /// - IAM user guide, "Troubleshoot signed requests for AWS APIs"
    /// - EC2 user guide, "Precision clock and time synchronization on your EC2 instance"
    "ecs/clock-skew", Blocker, fix C,
    "The clock of the instance is wrong",
    needs [DESCRIBE_CONTAINER_INSTANCES, GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "chronyc tracking || timedatectl; sudo grep -i 'signature' /var/log/ecs/ecs-agent.log | tail -n 3";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if let Some(judgement) = case.past_connection()? {
        return Ok(judgement);
    }
    let Some(line) = case.console_line(SignKind::ClockSkew, &[SignKind::AgentStarted, SignKind::EcsAgentStarted])?
    else {
        let look_for = "an offset of more than five minutes, no reference at all, or `Signature expired`";
        return Ok(case.ask_inside(Settled::Connected, LINUX, "w32tm /query /status", look_for));
    };
    let step = if case.instance.is_windows() {
        "w32tm /resync /force; Restart-Service AmazonECS"
    } else {
        "sudo chronyc makestep && sudo systemctl restart ecs"
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
    use crate::testkit::{ecs, findings, missing};

    #[test]
    fn fires_on_a_refused_signature() {
        let mut world = ecs::nat();
        let found =
            findings(ecs::with_console(&mut world, "InvalidSignatureException: Signature expired: 2026").judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("restart ecs"));
    }

    #[test]
    fn silent_while_connected_and_without_such_a_line() {
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::with_console(&mut world, "").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = ecs::nat();
        ecs::disconnected(&mut world).deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
