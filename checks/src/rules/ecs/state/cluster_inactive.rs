//! The cluster was deleted.

use crate::ecs::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the cluster takes container instances: its `status` in `DescribeClusters`. A deleted cluster stays visible as `INACTIVE`
    /// for some time.
    ///
    /// ## Why it matters
    ///
    /// No agent can register in a cluster that was deleted, and an agent that was registered there before keeps the name and its old
    /// entry in its state file.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-clusters --clusters NAME --query 'clusters[].status'`
    ///
    /// ## False positives
    ///
    /// While resources of capacity providers are made or removed the cluster is `PROVISIONING` or `DEPROVISIONING`, and `FAILED` when that
    /// did not work out: instances can be in it all the same, and the rule only says that it is not settled.
    ///
    /// ## Fix
    ///
    /// Create the cluster again under its name (class A; it starts empty: services, capacity providers and settings of the old one are
    /// gone), and clear the state of agents that were registered in the old one. To undo, delete it.
    ///
    /// ## References
    ///
    /// - ECS API reference, `Cluster`
    /// - ECS developer guide, "Deleting an Amazon ECS cluster"
    "ecs/cluster-inactive", Blocker, Agent, fix A,
    "The cluster was deleted",
    needs [DESCRIBE_CLUSTERS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let name = case.question.cluster_name();
    let Some(cluster) = case.cluster.clone()? else { return Ok(Judgement::follows_from("ecs/cluster-not-found")) };
    let status = cluster.status.as_str();
    if is(status, "ACTIVE") {
        return Ok(Judgement::pass(format!("cluster `{name}` is active")));
    }
    if is(status, "INACTIVE") && case.wants_default() {
        return Ok(Judgement::not_applicable("the first agent that asks for it makes cluster `default` anew"));
    }
    let proof = Evidence::new(op::DESCRIBE_CLUSTERS, name, "clusters[0].status", status);
    if !is(status, "INACTIVE") {
        if status.is_empty() {
            return Ok(Judgement::cannot_tell(
                format!("the facts do not tell the status of cluster `{name}`"),
                vec![Gap::NotAsked { action: op::DESCRIBE_CLUSTERS.action.to_owned() }],
            ));
        }
        let detail = format!("cluster `{name}` is in status `{status}`: its capacity providers are not settled");
        let mut finding = Finding::new(detail).about("ecs-cluster", name).proof(proof);
        (finding.rule, finding.severity) = (RULE.about.id, Severity::Advice);
        finding.title = "The cluster is not settled".to_owned();
        return Ok(Judgement::fail(finding));
    }
    let command = |verb: &str| Aws::new("ecs", verb, case.region());
    let summary =
        format!("create cluster `{name}` again; it starts empty, and agents of the old one must forget their state");
    Ok(Judgement::fail(
        Finding::new(format!("cluster `{name}` was deleted, so no instance can register in it"))
            .about("ecs-cluster", name)
            .proof(proof)
            .fix(
                Fix::new(FixClass::A, summary)
                    .run(command("create-cluster").arg("cluster-name", name))
                    .undo(command("delete-cluster").arg("cluster", name)),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with(status: &str) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(op::DESCRIBE_CLUSTERS, "/clusters/0/status", json!(status));
        world
    }

    #[test]
    fn fires_on_a_deleted_cluster() {
        let found = findings(with("INACTIVE").judge(&RULE));
        assert_eq!((found[0].evidence[0].value.as_str(), found[0].severity), (Some("INACTIVE"), Severity::Blocker));
    }

    #[test]
    fn fires_as_advice_while_it_is_not_settled() {
        assert_eq!(findings(with("PROVISIONING").judge(&RULE))[0].severity, Severity::Advice);
    }

    #[test]
    fn silent_on_an_active_cluster() {
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_clusters_are_denied() {
        assert_eq!(missing(testkit::ecs::nat().deny(op::DESCRIBE_CLUSTERS).judge(&RULE)), ["ecs:DescribeClusters"]);
    }
}
