//! The cluster is full.

use crate::ecs::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the number of container instances in the cluster (`registeredContainerInstancesCount`) has reached the default quota of
    /// 5000 instances for each cluster.
    ///
    /// ## Why it matters
    ///
    /// A full cluster refuses further registrations: the agent logs `LimitExceededException`.
    ///
    /// ## How to confirm
    ///
    /// `aws service-quotas list-service-quotas --service-code ecs --query 'Quotas[?contains(QuotaName, `container instances per cluster`)]'`
    ///
    /// ## False positives
    ///
    /// The quota can be raised on request, which no read of this tool tells: at the default the rule says what to look for and no more.
    /// Entries of machines that are gone count as well: see `ecs/orphan-entry`.
    ///
    /// ## Fix
    ///
    /// Deregister entries that nobody needs, use another cluster, or ask for a higher quota (class M).
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS service quotas"
    "ecs/cluster-limit", Blocker, Registration, fix M,
    "The cluster may hold no more container instances",
    needs [DESCRIBE_CLUSTERS, LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

/// Container instances of a cluster, unless the account has more.
///
/// Source: ECS developer guide, "Amazon ECS service quotas".
const QUOTA: i64 = 5000;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let name = case.question.cluster_name();
    let Some(cluster) = case.cluster.clone()? else { return Ok(Judgement::follows_from("ecs/cluster-not-found")) };
    let count = cluster.registered_container_instances_count;
    if count < QUOTA {
        return Ok(Judgement::pass(format!("cluster `{name}` holds {count} container instances, fewer than {QUOTA}")));
    }
    if case.entry()?.is_some() {
        return Ok(Judgement::pass(case.sign()));
    }
    let show = Aws::new("service-quotas", "list-service-quotas", case.region()).arg("service-code", "ecs");
    if count > QUOTA {
        return Ok(Judgement::cannot_tell(
            format!(
                "cluster `{name}` holds {count} container instances: its quota was raised above {QUOTA}, nobody knows how far"
            ),
            vec![Gap::opaque(format!("the quota of container instances in cluster `{name}`"))],
        ));
    }
    let mut finding = Finding::new(format!(
        "cluster `{name}` holds {count} container instances, as many as the default quota allows"
    ))
    .about("ecs-cluster", name)
    .proof(Evidence::new(op::DESCRIBE_CLUSTERS, name, "clusters[0].registeredContainerInstancesCount", count))
    .fix(
        Fix::new(FixClass::M, "look at the quota in force, and deregister entries of machines that are gone").run(show),
    );
    // A quota that was raised would explain the number as well.
    (finding.rule, finding.severity) = (RULE.about.id, Severity::Degraded);
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with(count: i64) -> World {
        let mut world = testkit::ecs::nat();
        let field = "/clusters/0/registeredContainerInstancesCount";
        testkit::ecs::never(&mut world).patch(op::DESCRIBE_CLUSTERS, field, json!(count));
        world
    }

    #[test]
    fn fires_at_the_default_quota() {
        assert_eq!(findings(with(5000).judge(&RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_below_it_or_when_registered() {
        assert!(matches!(with(4999).judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        world.patch(op::DESCRIBE_CLUSTERS, "/clusters/0/registeredContainerInstancesCount", json!(5000));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_above_it_and_when_clusters_are_denied() {
        assert_eq!(missing(with(5001).judge(&RULE)), ["the quota of container instances in cluster `web`"]);
        assert_eq!(missing(with(1).deny(op::DESCRIBE_CLUSTERS).judge(&RULE)), ["ecs:DescribeClusters"]);
    }
}
