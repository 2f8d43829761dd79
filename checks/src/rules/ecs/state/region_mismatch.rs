//! The cluster that was asked about is in another Region or account.

use crate::ecs::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a cluster that is given by its ARN is in the Region and account of the instance. A name alone tells neither: it is looked
    /// for where the instance is.
    ///
    /// ## Why it matters
    ///
    /// An agent registers in its own Region and account, whatever its configuration says: it sends the instance's identity document
    /// along, which names both.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-clusters --clusters NAME --region REGION` in the Region of the instance, and in that of the ARN.
    ///
    /// ## False positives
    ///
    /// None: the parts of an ARN are exact. A cluster of the same name may well exist in both Regions, and then the instance is registered
    /// in the one of its own.
    ///
    /// ## Fix
    ///
    /// Ask about the cluster where the instance is, or launch the instance where the cluster is (class M).
    ///
    /// ## References
    ///
    /// - ECS API reference, `RegisterContainerInstance`
    /// - ECS developer guide, "Amazon ECS clusters"
    "ecs/region-mismatch", Blocker, Agent, fix M,
    "Cluster and instance are in different Regions or accounts",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let parts: Vec<&str> = case.question.cluster.split(':').collect();
    let (Some(region), Some(account), true) = (parts.get(3), parts.get(4), case.question.cluster.starts_with("arn:"))
    else {
        return Ok(Judgement::not_applicable("the cluster is given by its name, and looked for where the instance is"));
    };
    let differs = |told: &str, own: &str| !told.is_empty() && !own.is_empty() && told != own;
    let (other_region, other_account) = (differs(region, case.region()), differs(account, case.account()));
    if !other_region && !other_account {
        return Ok(Judgement::pass("the cluster is in the Region and account of the instance"));
    }
    let id = case.instance.instance_id.as_str();
    let detail = format!(
        "instance `{id}` is in account {} in {}, and cluster `{}` in account {account} in {region}: an instance registers in its own \
         Region and account only",
        case.account(),
        case.region(),
        case.question.cluster_name()
    );
    let summary = "ask about the cluster where the instance is, or launch the instance where the cluster is";
    let show = format!("aws ecs list-clusters --region {}", quoted(case.region()));
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ecs-cluster", &case.question.cluster)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "OwnerId", case.account()))
            .fix(Fix::new(FixClass::M, summary).run(show)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::find;
    use crate::net::Network;
    use crate::testkit;

    fn judged(cluster: &str) -> Judgement {
        let snapshot = testkit::ecs::nat().snapshot();
        let network = Network::new(&snapshot);
        let question = crate::ecs::Question { cluster: cluster.to_owned(), ..testkit::ecs::question() };
        judge(&Case::new(&network, &question, find(&snapshot, testkit::INSTANCE).unwrap())).unwrap()
    }

    #[test]
    fn fires_on_another_region_or_account() {
        for arn in ["arn:aws:ecs:us-east-1:123456789012:cluster/web", "arn:aws:ecs:eu-west-1:210987654321:cluster/web"]
        {
            let found = testkit::findings(judged(arn));
            assert!(found[0].detail.contains("its own Region and account only"), "{}", found[0].detail);
        }
    }

    #[test]
    fn silent_where_both_are_the_same() {
        assert!(matches!(judged("arn:aws:ecs:eu-west-1:123456789012:cluster/web"), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_is_not_asked_of_a_name() {
        assert!(matches!(judged("web"), Judgement::NotApplicable(_)));
    }
}
