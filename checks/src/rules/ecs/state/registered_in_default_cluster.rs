//! The instance joined cluster `default`.

use crate::ecs::{Case, DEFAULT, registration};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an instance that is not in the cluster asked about has an entry in cluster `default`.
    ///
    /// ## Why it matters
    ///
    /// An agent that is told of no cluster joins `default`, and makes it where the role permits that. Nothing fails, and the instance
    /// looks as if it never registered: `ECS_CLUSTER` was not set, was empty, or was written after the agent had started.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs list-container-instances --cluster default --filter 'ec2InstanceId == ID'`
    ///
    /// ## False positives
    ///
    /// An instance that is meant to be in `default` is asked about with the wrong name. An old entry in `default` with a disconnected
    /// agent may be left from an earlier start.
    ///
    /// ## Fix
    ///
    /// Give the launch template user data that names the cluster, and replace the instance. To mend the one at hand, name the cluster in
    /// `/etc/ecs/ecs.config`, move the agent's state aside and restart it (class C: tasks on the instance are orphaned), then deregister
    /// the entry in `default`. To undo, put both files back and restart.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container agent configuration", `ECS_CLUSTER`
    /// - ECS developer guide, "Bootstrapping Amazon ECS Linux container instances to pass data"
    "ecs/registered-in-default-cluster", Blocker, Agent, fix C,
    "The instance is registered in cluster `default` instead",
    needs [LIST_CLUSTERS, LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.question.cluster_name() == DEFAULT {
        return Ok(Judgement::not_applicable("cluster `default` is the one that was asked about"));
    }
    if case.entry()?.is_some() {
        return Ok(Judgement::pass(case.sign()));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let entries = registration::entries(case.snapshot, DEFAULT, &case.instance.instance_id)?;
    let Some(entry) = entries.first() else {
        return Ok(Judgement::pass("cluster `default` does not list the instance"));
    };
    Ok(Judgement::fail(registration::joined(case, DEFAULT, entry)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};

    #[test]
    fn fires_on_an_entry_in_default() {
        let mut world = testkit::ecs::nat();
        world.forget(op::LIST_CONTAINER_INSTANCES).answer(
            op::LIST_CONTAINER_INSTANCES,
            serde_json::json!({ "cluster": "web", "filter": "ec2InstanceId == i-0123456789abcdef0" }),
            serde_json::json!({ "containerInstanceArns": [] }),
        );
        testkit::ecs::in_other(&mut world, "default");
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("registered in cluster `default`"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands.last().unwrap().contains("deregister-container-instance"), "{fix:?}");
    }

    #[test]
    fn silent_in_its_own_cluster_or_in_none() {
        let mut world = testkit::ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        testkit::ecs::never(&mut world);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_list_is_denied() {
        let mut world = testkit::ecs::nat();
        world.deny(op::LIST_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:ListContainerInstances"]);
    }
}
