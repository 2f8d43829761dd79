//! The instance is registered, and its agent is not connected.

use crate::ecs::{Case, health};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the entry of a running instance says `agentConnected=false`, and since when nothing was heard of the agent: the time at
    /// which the health check of the container runtime was last reported (`healthStatus.details[].lastUpdated`), or else the time of the
    /// registration.
    ///
    /// ## Why it matters
    ///
    /// ECS places tasks only on instances whose agent is connected, and learns nothing of those that run on the others.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-container-instances --cluster CLUSTER --container-instances ARN --include CONTAINER_INSTANCE_HEALTH` twice,
    /// ten minutes apart.
    ///
    /// ## False positives
    ///
    /// An agent disconnects and reconnects several times an hour by design, and one that was registered a few minutes ago has not
    /// connected yet. One look cannot tell a pause from a failure: without a health report that is older than ten minutes the question
    /// stays open.
    ///
    /// ## Fix
    ///
    /// Restart the agent (class C: tasks go on), and read its log if that does not help. Other findings of this report may be the cause.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Monitoring Amazon ECS container instance health"
    /// - re:Post knowledge center, "How do I troubleshoot an Amazon ECS agent that is disconnected?"
    "ecs/agent-disconnected", Degraded, Channel, fix C,
    "The agent is not connected to ECS",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(entry) = case.entry()? else {
        return Ok(Judgement::not_applicable("the cluster does not list the instance"));
    };
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    if case.registered().is_none() {
        return Ok(Judgement::not_applicable(case.sign()));
    }
    let arn = entry.container_instance_arn.as_str();
    match entry.agent_connected {
        Some(true) => return Ok(Judgement::pass(case.sign())),
        None => {
            return Ok(Judgement::cannot_tell(
                "the facts do not tell whether the agent is connected",
                vec![Gap::NotAsked { action: op::DESCRIBE_CONTAINER_INSTANCES.action.to_owned() }],
            ));
        }
        Some(false) => {}
    }
    let id = case.instance.instance_id.as_str();
    let heard = health::runtime(entry).map(|check| check.last_updated.as_str()).filter(|at| !at.is_empty());
    let silence = heard.and_then(|at| health::seconds_since(case.snapshot, at));
    let Some((heard, _)) = heard.zip(silence.filter(|silence| *silence > health::PAUSE)) else {
        return Ok(Judgement::cannot_tell(
            format!(
                "the agent of instance `{id}` is not connected at this moment, which is normal for minutes; look again in ten"
            ),
            vec![Gap::opaque("whether the agent connects again within ten minutes")],
        ));
    };
    let (command, words) = if case.instance.is_windows() {
        ("Restart-Service AmazonECS", "Windows service `AmazonECS`")
    } else {
        ("sudo systemctl restart ecs", "service `ecs`")
    };
    let proof =
        |field: &str, value: serde_json::Value| Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, field, value);
    Ok(Judgement::fail(
        Finding::new(format!("the agent of instance `{id}` is not connected, and has reported nothing since {heard}"))
            .about("container-instance", arn)
            .about("ec2-instance", id)
            .proof(proof("containerInstances[].agentConnected", false.into()))
            .proof(proof("containerInstances[].healthStatus.details[].lastUpdated", heard.into()))
            .fix(Fix::new(FixClass::C, format!("restart {words} on the instance; tasks go on")).run(command)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn silent_since(at: &str) -> World {
        let mut world = testkit::ecs::nat();
        let field = "/containerInstances/0/healthStatus/details/0/lastUpdated";
        testkit::ecs::disconnected(&mut world).patch(op::DESCRIBE_CONTAINER_INSTANCES, field, json!(at));
        world
    }

    #[test]
    fn fires_when_nothing_was_heard_for_long() {
        let found = findings(silent_since("2026-11-22T19:00:00+00:00").judge(&RULE));
        assert!(found[0].detail.contains("since 2026-11-22T19:00:00"), "{}", found[0].detail);
        assert_eq!(found[0].fix.as_ref().unwrap().commands, ["sudo systemctl restart ecs"]);
    }

    #[test]
    fn silent_when_connected_or_never_registered() {
        let mut world = testkit::ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_in_what_may_be_a_pause() {
        for world in [silent_since("2026-11-22T20:13:00+00:00"), silent_since("")] {
            assert_eq!(missing(world.judge(&RULE)), ["whether the agent connects again within ten minutes"]);
        }
    }

    #[test]
    fn unknown_when_entries_are_denied() {
        let mut world = testkit::ecs::nat();
        world.deny(op::DESCRIBE_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:DescribeContainerInstances"]);
    }
}
