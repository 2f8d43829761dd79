//! The instance is registered and takes no new tasks.

use crate::ecs::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the entry of the instance is in status `DRAINING`.
    ///
    /// ## Why it matters
    ///
    /// ECS places no new task on a draining instance, and moves the tasks of services away from it. It looks registered and useless.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-container-instances --cluster CLUSTER --container-instances ARN --query 'containerInstances[].status'`
    ///
    /// ## False positives
    ///
    /// Draining is mostly wanted: somebody empties the instance, its Auto Scaling group is about to terminate it (managed draining), or a
    /// Spot interruption was announced. Then leave it.
    ///
    /// ## Fix
    ///
    /// Set it `ACTIVE` again if nobody needs it drained (class A). To undo, set it to `DRAINING`.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Draining Amazon ECS container instances"
    /// - ECS API reference, `UpdateContainerInstancesState`
    "ecs/status-draining", Degraded, Feature, fix A,
    "The container instance is draining",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(entry) = case.entry()? else {
        return Ok(Judgement::not_applicable("the cluster does not list the instance"));
    };
    let (arn, status) = (entry.container_instance_arn.as_str(), entry.status.as_str());
    if !is(status, "DRAINING") {
        return Ok(Judgement::pass(format!("the entry of the instance is in status `{status}`")));
    }
    let cluster = case.question.cluster_name();
    let detail = format!(
        "instance `{}` drains in cluster `{cluster}`: no new task is placed on it, and {} still run",
        case.instance.instance_id, entry.running_tasks_count
    );
    let update = |status: &str| {
        Aws::new("ecs", "update-container-instances-state", case.region())
            .arg("cluster", cluster)
            .args("container-instances", [arn])
            .arg("status", status)
    };
    let summary =
        "let ECS place tasks on it again, if nobody drains it on purpose and it is not about to be terminated";
    let mut finding = Finding::new(detail)
        .about("container-instance", arn)
        .about("ec2-instance", &case.instance.instance_id)
        .proof(Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, "containerInstances[].status", status));
    if let Ok(Some(place)) = case.scaling()
        && place.lifecycle_state.starts_with("Terminating")
    {
        let (group, state) = (place.auto_scaling_group_name.as_str(), place.lifecycle_state.as_str());
        finding.detail = format!("{}; Auto Scaling group `{group}` is about to terminate it", finding.detail);
        finding = finding.proof(Evidence::new(op::DESCRIBE_AUTO_SCALING_INSTANCES, group, "LifecycleState", state));
        return Ok(Judgement::fail(finding.fix(Fix::new(FixClass::None, "none: its group replaces it"))));
    }
    Ok(Judgement::fail(finding.fix(Fix::new(FixClass::A, summary).run(update("ACTIVE")).undo(update("DRAINING")))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn draining() -> World {
        let mut world = testkit::ecs::nat();
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/status", json!("DRAINING"));
        world
    }

    #[test]
    fn fires_with_the_way_back() {
        let found = findings(draining().judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            fix.commands[0].ends_with("--status ACTIVE") && fix.rollback[0].ends_with("--status DRAINING"),
            "{fix:?}"
        );
        let report = testkit::ecs::diagnose(&draining()).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Degraded);
    }

    #[test]
    fn fires_without_commands_when_it_is_to_be_terminated() {
        let mut world = draining();
        testkit::ecs::in_group(&mut world, "Terminating:Wait");
        assert!(findings(world.judge(&RULE))[0].fix.as_ref().unwrap().commands.is_empty());
    }

    #[test]
    fn silent_when_active() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_entries_are_denied() {
        let mut world = draining();
        world.deny(op::DESCRIBE_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:DescribeContainerInstances"]);
    }
}
