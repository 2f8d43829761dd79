//! Docker does not run, and the agent needs it.

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
    /// Whether the console text of the present start shows that systemd failed to start Docker, while the agent is not connected.
    /// Whether Docker answers shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// The agent is a container, and starts containers. Without Docker its service does not start; with a Docker whose API is too old it
    /// ends for good (`Required minimum docker API version`). A storage that was copied with an image, or a broken `daemon.json`, are the
    /// usual reasons.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo docker info`, and `journalctl -u docker -n 50`.
    ///
    /// ## False positives
    ///
    /// systemd tries again: a Docker that failed once may run now. Only a later start of the agent's service proves that.
    ///
    /// ## Fix
    ///
    /// Mend what the log of Docker names, then start Docker and the agent (class C). To undo, put a changed `daemon.json` back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Viewing Amazon ECS container agent logs"
    /// - Docker documentation, "Troubleshooting the Docker daemon"
    "ecs/docker-not-ready", Blocker, fix C,
    "Docker does not run",
    needs [DESCRIBE_CONTAINER_INSTANCES, GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "systemctl is-active docker; sudo docker info; sudo journalctl -u docker -n 30 --no-pager; sudo grep -i 'minimum docker' /var/log/ecs/ecs-agent.log | tail -n 3";
const WINDOWS: &str = "Get-Service docker; docker info; Get-EventLog -LogName Application -Source Docker -Newest 10";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if let Some(judgement) = case.past_connection()? {
        return Ok(judgement);
    }
    let Some(line) = case.console_line(SignKind::DockerFailed, &[SignKind::EcsAgentStarted])? else {
        let look_for = "a Docker that is not active, does not answer, or is too old for the agent";
        return Ok(case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for));
    };
    let start =
        Fix::new(FixClass::C, "on the instance, mend what the log of Docker names, then start Docker and the agent")
            .run("sudo journalctl -u docker -n 50 --no-pager")
            .run("sudo systemctl start docker && sudo systemctl start ecs");
    Ok(Judgement::fail(
        Finding::new(format!("Docker does not start on `{id}`, and the agent needs it: `{line}`"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(start),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{ecs, findings, missing};

    const FAILED: &str = "[FAILED] Failed to start Docker Application Container Engine.";

    #[test]
    fn fires_when_docker_failed_to_start() {
        let mut world = ecs::nat();
        findings(ecs::with_console(&mut world, FAILED).judge(&RULE));
    }

    #[test]
    fn silent_while_connected_and_when_the_agent_started_since() {
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let later = format!("{FAILED}\n[  OK  ] Started Amazon Elastic Container Service - container agent.");
        assert!(matches!(ecs::with_console(&mut world, &later).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = ecs::nat();
        ecs::disconnected(&mut world).deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
