//! The instance joined another cluster.

use crate::ecs::{Case, DEFAULT, registration};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an instance that is not in the cluster asked about has an entry in another cluster of the Region (`ListClusters`; at most
    /// twelve are looked into, `default` apart: that is `ecs/registered-in-default-cluster`).
    ///
    /// ## Why it matters
    ///
    /// The agent works, and somewhere else: its configuration names another cluster, or its state file remembers one from the image it
    /// was made from. The cluster that was asked about never hears of it.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -s http://localhost:51678/v1/metadata` shows `Cluster`; `sudo cat -A /etc/ecs/ecs.config` shows quotes,
    /// trailing blanks and carriage returns.
    ///
    /// ## False positives
    ///
    /// The instance may be where it belongs, and the question names the wrong cluster. Names are told apart by case.
    ///
    /// ## Fix
    ///
    /// Give the launch template user data that names the cluster, and replace the instance. To mend the one at hand, name the cluster in
    /// `/etc/ecs/ecs.config`, move the agent's state aside and restart it (class C: tasks on the instance are orphaned), then deregister
    /// the old entry. To undo, put both files back and restart.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container agent configuration", `ECS_CLUSTER`
    /// - ECS developer guide, "Amazon ECS container agent introspection"
    "ecs/wrong-cluster-name", Blocker, Agent, fix C,
    "The instance is registered in another cluster",
    needs [LIST_CLUSTERS, LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.entry()?.is_some() {
        return Ok(Judgement::pass(case.sign()));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let elsewhere = case.entries_elsewhere()?;
    let others: Vec<_> = elsewhere.iter().filter(|(cluster, _)| *cluster != DEFAULT).collect();
    if others.is_empty() && !elsewhere.is_empty() {
        return Ok(Judgement::not_applicable(
            "the instance is in cluster `default`: see `ecs/registered-in-default-cluster`",
        ));
    }
    let findings = others.iter().map(|(cluster, entry)| registration::joined(case, cluster, entry)).collect();
    Ok(Judgement::of(findings, "no other cluster lists the instance"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_an_entry_elsewhere() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::in_other(&mut world, "Web");
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("registered in cluster `Web`"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[1].field, "containerInstances[].ec2InstanceId");
    }

    #[test]
    fn silent_where_it_is_in_no_other() {
        let mut world = testkit::ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        testkit::ecs::never(&mut world);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_on_an_entry_of_another_instance() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::in_other(&mut world, "other");
        world.patch(
            op::DESCRIBE_CONTAINER_INSTANCES,
            "/containerInstances/0/ec2InstanceId",
            json!("i-0fedcba9876543210"),
        );
        let judged = world.judge(&RULE);
        assert!(matches!(judged, Judgement::Pass(_)), "a back end that does not know the filter: {judged:?}");
    }

    #[test]
    fn unknown_when_clusters_are_denied_or_too_many() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world);
        let mut denied = world.clone();
        assert_eq!(missing(denied.deny(op::LIST_CLUSTERS).judge(&RULE)), ["ecs:ListClusters"]);
        let many: Vec<String> =
            (0..15).map(|at| format!("arn:aws:ecs:eu-west-1:123456789012:cluster/c{at:02}")).collect();
        for arn in &many {
            let filter = "ec2InstanceId == i-0123456789abcdef0";
            let name = arn.rsplit('/').next().unwrap();
            let none = json!({ "containerInstanceArns": [] });
            world.answer(op::LIST_CONTAINER_INSTANCES, json!({ "cluster": name, "filter": filter }), none);
        }
        world.patch(op::LIST_CLUSTERS, "/clusterArns", json!(many));
        assert_eq!(missing(world.judge(&RULE)), ["whether the instance is in one of 3 more clusters"]);
    }
}
