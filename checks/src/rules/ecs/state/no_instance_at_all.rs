//! The instance is gone, and nothing takes its place.

use crate::ecs::{Case, capacity};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance that is terminated: whether the Auto Scaling groups that launch instances for the cluster (its own, and those
    /// behind the cluster's capacity providers) are meant to have any, and whether their last launches failed.
    ///
    /// ## Why it matters
    ///
    /// "It does not register" is often said of an instance that was never launched: the group wants none (`DesiredCapacity` 0), or every
    /// launch fails for want of capacity, a quota, an image or a permission, and no agent ever starts.
    ///
    /// ## How to confirm
    ///
    /// `aws autoscaling describe-scaling-activities --auto-scaling-group-name GROUP --max-items 5`
    ///
    /// ## False positives
    ///
    /// A group that scaled in on purpose wants nothing. A launch that failed once is repeated, and may have worked since: only the newest
    /// launch counts.
    ///
    /// ## Fix
    ///
    /// Raise the desired capacity of the group, or mend what its activities complain of (class A: instances cost money while they run).
    /// To undo, set the old capacity.
    ///
    /// ## References
    ///
    /// - EC2 Auto Scaling user guide, "Troubleshoot Amazon EC2 Auto Scaling"
    /// - ECS developer guide, "Amazon ECS capacity providers for the EC2 launch type"
    "ecs/no-instance-at-all", Blocker, Agent, fix A,
    "Nothing launches instances for the cluster",
    needs [DESCRIBE_INSTANCES, DESCRIBE_CLUSTERS, DESCRIBE_CAPACITY_PROVIDERS, DESCRIBE_AUTO_SCALING_GROUPS, DESCRIBE_SCALING_ACTIVITIES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let state = case.instance.state.name.as_str();
    if !matches!(state, "terminated" | "shutting-down") {
        return Ok(Judgement::pass(format!("the instance exists in state `{state}`")));
    }
    let groups = capacity::groups(case.snapshot, case.question)?;
    if groups.is_empty() {
        return Ok(Judgement::not_applicable("no Auto Scaling group is known to launch instances for the cluster"));
    }
    let findings: Vec<_> = groups
        .iter()
        .filter_map(|group| capacity::lacking(case.snapshot, group).transpose())
        .collect::<Result<_, _>>()?;
    Ok(Judgement::of(findings, "the Auto Scaling groups of the cluster have instances"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn gone(desired: i64, instances: Value, activities: Value) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(
            op::DESCRIBE_INSTANCES,
            "/Reservations/0/Instances/0/State/Name",
            json!("terminated"),
        );
        testkit::ecs::with_capacity(&mut world, desired, instances, activities);
        world
    }

    #[test]
    fn fires_on_a_group_that_wants_none() {
        let found = findings(gone(0, json!([]), json!([])).judge(&RULE));
        assert_eq!((found[0].evidence[0].field.as_str(), &found[0].evidence[0].value), ("DesiredCapacity", &json!(0)));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            fix.commands[0].contains("set-desired-capacity") && fix.rollback[0].ends_with("--desired-capacity 0"),
            "{fix:?}"
        );
    }

    #[test]
    fn fires_on_launches_that_fail() {
        let failed = json!([{ "ActivityId": "a-1", "StatusCode": "Failed", "Description": "Launching a new EC2 instance",
            "StatusMessage": "The requested configuration is currently not supported.", "StartTime": "2026-11-22T20:10:00+00:00" }]);
        let found = findings(gone(2, json!([]), failed).judge(&RULE));
        assert!(found[0].detail.contains("currently not supported"), "{}", found[0].detail);
    }

    #[test]
    fn silent_where_instances_are_there() {
        let there = json!([{ "InstanceId": "i-0fedcba9876543210", "LifecycleState": "InService" }]);
        assert!(matches!(gone(1, there, json!([])).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = gone(0, json!([]), json!([]));
        world.deny(op::DESCRIBE_AUTO_SCALING_GROUPS);
        assert_eq!(missing(world.judge(&RULE)), ["autoscaling:DescribeAutoScalingGroups"]);
    }
}
