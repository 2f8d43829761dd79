//! ECS's own health check of the container runtime fails.

use crate::ecs::{Case, health};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the health check `CONTAINER_RUNTIME` of the container instance is `IMPAIRED` (`DescribeContainerInstances` with
    /// `CONTAINER_INSTANCE_HEALTH`).
    ///
    /// ## Why it matters
    ///
    /// The agent reports that Docker does not answer: running tasks cannot be stopped, and new ones do not start, though the agent itself
    /// is connected.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl status docker` and `sudo docker info`.
    ///
    /// ## False positives
    ///
    /// The check exists for agents from 1.57.0 on, and not on every image; without it nothing is said. A check that is `INITIALIZING` or
    /// has `INSUFFICIENT_DATA` shows no fault.
    ///
    /// ## Fix
    ///
    /// Restart Docker on the instance (class C: its containers are restarted, unless live restore is on), or replace the instance.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Monitoring Amazon ECS container instance health"
    /// - ECS API reference, `ContainerInstanceHealthStatus`
    "ecs/container-runtime-impaired", Degraded, Feature, fix C,
    "The container runtime of the instance is impaired",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(entry) = case.entry()? else {
        return Ok(Judgement::not_applicable("the cluster does not list the instance"));
    };
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let Some(check) = health::runtime(entry) else {
        return Ok(Judgement::not_applicable("the instance reports no health of its container runtime"));
    };
    let (arn, status) = (entry.container_instance_arn.as_str(), check.status.as_str());
    if !is(status, "IMPAIRED") {
        return Ok(Judgement::pass(format!("the health check of the container runtime is `{status}`")));
    }
    let id = case.instance.instance_id.as_str();
    let since = match check.last_status_change.as_str() {
        "" => String::new(),
        at => format!(" since {at}"),
    };
    let proof = |field: &str, value: &str| Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, field, value);
    let summary = "restart Docker and the agent on the instance; containers are restarted";
    Ok(Judgement::fail(
        Finding::new(format!(
            "the container runtime of instance `{id}` is impaired{since}: tasks cannot start or stop there"
        ))
        .about("container-instance", arn)
        .about("ec2-instance", id)
        .proof(proof("containerInstances[].healthStatus.details[].status", status))
        .proof(proof("containerInstances[].healthStatus.details[].lastStatusChange", &check.last_status_change))
        .fix(Fix::new(FixClass::C, summary).run("sudo systemctl restart docker && sudo systemctl restart ecs")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with(status: &str) -> World {
        let mut world = testkit::ecs::nat();
        let field = "/containerInstances/0/healthStatus/details/0/status";
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, field, json!(status));
        world
    }

    #[test]
    fn fires_when_impaired() {
        let found = findings(with("IMPAIRED").judge(&RULE));
        assert!(found[0].detail.contains("since 2026-11-20T08:03:00"), "{}", found[0].detail);
        let report = testkit::ecs::diagnose(&with("IMPAIRED")).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Degraded);
    }

    #[test]
    fn silent_when_ok_or_not_reported() {
        assert!(matches!(with("OK").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with("INSUFFICIENT_DATA").judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/healthStatus", json!(null));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_entries_are_denied() {
        let mut world = testkit::ecs::nat();
        world.deny(op::DESCRIBE_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:DescribeContainerInstances"]);
    }
}
