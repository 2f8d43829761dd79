//! A life cycle hook holds the instance back.

use crate::ecs::Case;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a life cycle hook of the Auto Scaling group still holds the instance: its `LifecycleState` is `Pending:Wait` or
    /// `Pending:Proceed`.
    ///
    /// ## Why it matters
    ///
    /// Whatever the hook waits for may be what prepares the machine: a script that installs the agent or writes its configuration. The
    /// group does not count the instance as in service until the hook is completed.
    ///
    /// ## How to confirm
    ///
    /// `aws autoscaling describe-auto-scaling-instances --instance-ids ID --query 'AutoScalingInstances[].LifecycleState'`, and
    /// `aws autoscaling describe-lifecycle-hooks --auto-scaling-group-name GROUP`.
    ///
    /// ## False positives
    ///
    /// The agent runs during the wait, and may register before the hook is completed. A hook that nobody completes ends with its timeout,
    /// an hour unless it says otherwise.
    ///
    /// ## Fix
    ///
    /// None: wait, or complete the hook with `aws autoscaling complete-lifecycle-action`.
    ///
    /// ## References
    ///
    /// - EC2 Auto Scaling user guide, "Amazon EC2 Auto Scaling lifecycle hooks"
    "ecs/launch-hook-waiting", CannotTell, Agent, fix None,
    "A life cycle hook holds the instance back",
    needs [DESCRIBE_AUTO_SCALING_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_connected() == Some(true) {
        return Ok(Judgement::pass(case.sign()));
    }
    let Some(place) = case.scaling()? else {
        return Ok(Judgement::not_applicable("the instance is in no Auto Scaling group"));
    };
    let (state, group) = (place.lifecycle_state.as_str(), place.auto_scaling_group_name.as_str());
    if !state.starts_with("Pending") {
        return Ok(Judgement::pass(format!("the instance is `{state}` in Auto Scaling group `{group}`")));
    }
    Ok(Judgement::cannot_tell(
        format!("the instance is `{state}` in Auto Scaling group `{group}`, which does not have it in service yet"),
        vec![Gap::opaque("whether the agent registers once the group has the instance in service")],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};

    fn with(state: &str) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::in_group(testkit::ecs::never(&mut world), state);
        world
    }

    #[test]
    fn fires_as_an_open_question_while_a_hook_waits() {
        let gaps = missing(with("Pending:Wait").judge(&RULE));
        assert_eq!(gaps, ["whether the agent registers once the group has the instance in service"]);
    }

    #[test]
    fn silent_in_service_or_connected() {
        assert!(matches!(with("InService").judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        assert!(matches!(testkit::ecs::in_group(&mut world, "Pending:Wait").judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_group_is_denied() {
        let mut world = with("InService");
        world.deny(op::DESCRIBE_AUTO_SCALING_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["autoscaling:DescribeAutoScalingInstances"]);
    }
}
