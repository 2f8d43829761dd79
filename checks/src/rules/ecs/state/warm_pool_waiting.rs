//! An instance in a warm pool waits on purpose.

use crate::ecs::Case;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance waits in the warm pool of its Auto Scaling group: its `LifecycleState` begins with `Warmed:`.
    ///
    /// ## Why it matters
    ///
    /// With `ECS_WARM_POOLS_CHECK=true` an agent does not register until its instance leaves the pool, and most pools keep their instances
    /// stopped. That is correct, and no fault of the agent.
    ///
    /// ## How to confirm
    ///
    /// `aws autoscaling describe-auto-scaling-instances --instance-ids ID --query 'AutoScalingInstances[].LifecycleState'`
    ///
    /// ## False positives
    ///
    /// None while the state is the one shown. An instance that stays in `Warmed:Pending:Wait` waits for a life cycle hook.
    ///
    /// ## Fix
    ///
    /// None: it registers when the group puts it into service. Raise the desired capacity if it is needed now.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Using a warm pool with your Auto Scaling group"
    /// - EC2 Auto Scaling user guide, "Warm pools for Amazon EC2 Auto Scaling"
    "ecs/warm-pool-waiting", CannotTell, Agent, fix None,
    "The instance waits in a warm pool",
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
    if !case.is_warmed() {
        return Ok(Judgement::pass(format!("the instance is `{state}` in Auto Scaling group `{group}`")));
    }
    Ok(Judgement::cannot_tell(
        format!(
            "the instance is `{state}` in the warm pool of Auto Scaling group `{group}`, where it is not to register yet"
        ),
        vec![Gap::opaque("whether the agent registers once the instance leaves the warm pool")],
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
    fn fires_as_an_open_question_in_a_warm_pool() {
        let gaps = missing(with("Warmed:Stopped").judge(&RULE));
        assert_eq!(gaps, ["whether the agent registers once the instance leaves the warm pool"]);
    }

    #[test]
    fn silent_in_service_or_in_no_group() {
        assert!(matches!(with("Warmed:Terminating").judge(&RULE), Judgement::Pass(_)), "it never comes");
        assert!(matches!(with("InService").judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_group_is_denied() {
        let mut world = with("InService");
        world.deny(op::DESCRIBE_AUTO_SCALING_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["autoscaling:DescribeAutoScalingInstances"]);
    }
}
