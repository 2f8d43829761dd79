//! There is no cluster of that name here.

use crate::ecs::{Case, DEFAULT};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the cluster that was asked about exists in this account and Region: `DescribeClusters` lists an unknown name among
    /// `failures` with reason `MISSING`.
    ///
    /// ## Why it matters
    ///
    /// An agent that is told of a cluster which does not exist gets `ClusterNotFoundException` and registers nowhere. Names of clusters
    /// are told apart by case, and each Region has its own.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs list-clusters`, and `ECS_CLUSTER` in `/etc/ecs/ecs.config` of the instance.
    ///
    /// ## False positives
    ///
    /// Cluster `default` is made by the first agent that asks for it, so that its absence says nothing yet: the rule leaves that to
    /// `ecs/role-lacks-create-default`.
    ///
    /// ## Fix
    ///
    /// Ask about the right name in the right Region (class M). Or create the cluster, which costs nothing by itself; to undo, delete it
    /// while it is empty.
    ///
    /// ## References
    ///
    /// - ECS API reference, `DescribeClusters` and "API failure reasons"
    /// - ECS developer guide, "Amazon ECS clusters"
    "ecs/cluster-not-found", Blocker, Agent, fix M,
    "The cluster does not exist in this account and Region",
    needs [DESCRIBE_CLUSTERS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let name = case.question.cluster_name();
    if let Some(cluster) = case.cluster.clone()? {
        return Ok(Judgement::pass(format!("cluster `{name}` exists in status `{}`", cluster.status)));
    }
    if name == DEFAULT {
        return Ok(Judgement::not_applicable("the first agent that asks for it makes cluster `default`"));
    }
    let place = match (case.region(), case.account()) {
        ("", _) | (_, "") => "this account and Region".to_owned(),
        (region, account) => format!("account {account} in {region}"),
    };
    let command = |verb: &str| Aws::new("ecs", verb, case.region());
    let summary = format!(
        "ask about a cluster that exists (the first command lists them), or create `{name}` if it is missing (the second)"
    );
    Ok(Judgement::fail(
        Finding::new(format!("cluster `{name}` does not exist in {place}, so no instance can register in it"))
            .about("ecs-cluster", name)
            .proof(Evidence::new(op::DESCRIBE_CLUSTERS, name, "failures[].reason", "MISSING"))
            .fix(
                Fix::new(FixClass::M, summary)
                    .run(command("list-clusters"))
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

    fn absent() -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(op::DESCRIBE_CLUSTERS, "/clusters", json!([]));
        let failure = json!([{ "arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/web", "reason": "MISSING" }]);
        world.patch(op::DESCRIBE_CLUSTERS, "/failures", failure);
        world
    }

    #[test]
    fn fires_on_a_missing_cluster() {
        let found = findings(absent().judge(&RULE));
        assert!(found[0].detail.contains("account 123456789012 in eu-west-1"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.commands[1], "aws ecs create-cluster --region eu-west-1 --cluster-name web");
    }

    #[test]
    fn silent_where_it_exists() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_clusters_are_denied() {
        assert_eq!(missing(testkit::ecs::nat().deny(op::DESCRIBE_CLUSTERS).judge(&RULE)), ["ecs:DescribeClusters"]);
    }
}
