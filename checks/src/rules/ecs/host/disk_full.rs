//! A file system of the instance is full.

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
    /// Whether the console text of the present start shows a full file system (`No space left on device`), while the agent is not
    /// connected. How full a disk is shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// Docker keeps images, layers and logs of containers below `/var/lib/docker`. When that is full, Docker starts no container, not even
    /// the agent's own, and the agent cannot save its state.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `df -h / /var/lib/docker`, and `docker system df`.
    ///
    /// ## False positives
    ///
    /// The line can come from a small file system of its own, such as `/tmp` or `/boot`, that the agent does not need.
    ///
    /// ## Fix
    ///
    /// Remove what nobody uses, with consent (class C): `sudo docker system prune`; or grow the volume (class B). What was removed does
    /// not come back, and a volume cannot shrink.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Automated task and image cleanup"
    "ecs/disk-full", Blocker, fix C,
    "A file system of the instance is full",
    needs [DESCRIBE_CONTAINER_INSTANCES, GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "df -h / /var/lib/docker /var/lib/ecs; df -i / /var/lib/docker; sudo docker system df";
const WINDOWS: &str = "Get-PSDrive -PSProvider FileSystem; docker system df";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if let Some(judgement) = case.past_connection()? {
        return Ok(judgement);
    }
    let Some(line) = case.console_line(SignKind::DiskFull, &[SignKind::EcsAgentStarted])? else {
        let look_for = "a file system with `Use%` or `IUse%` at 100";
        return Ok(case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for));
    };
    let prune = Fix::new(
        FixClass::C,
        "free space on the instance: remove stopped containers and unused images, or grow the volume",
    )
    .run("sudo docker system prune")
    .run("sudo systemctl restart docker ecs");
    Ok(Judgement::fail(
        Finding::new(format!("a file system of `{id}` is full, so Docker and the agent cannot work: `{line}`"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(prune),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{ecs, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_a_full_disk() {
        let mut world = ecs::nat();
        ecs::with_console(&mut world, "write: No space left on device");
        findings(world.judge(&RULE));
    }

    #[test]
    fn fires_on_a_registered_instance_only_where_its_agent_is_long_silent() {
        let mut world = ecs::nat();
        let line = json!("write: No space left on device");
        ecs::disconnected(&mut world).patch(op::GET_CONSOLE_OUTPUT, "/Output", line);
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }), "a pause between two connections");
        let heard = "/containerInstances/0/healthStatus/details/0/lastUpdated";
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, heard, json!("2026-11-22T19:00:00+00:00"));
        findings(world.judge(&RULE));
    }

    #[test]
    fn silent_while_connected_and_when_the_agent_started_since() {
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let later =
            "write: No space left on device\n[  OK  ] Started Amazon Elastic Container Service - container agent.";
        assert!(matches!(ecs::with_console(&mut world, later).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = ecs::nat();
        ecs::disconnected(&mut world).deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
