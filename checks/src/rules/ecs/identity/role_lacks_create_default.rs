//! Cluster `default` does not exist, and the agent may not make it.

use crate::ecs::calls::CREATE;
use crate::ecs::{Case, DEFAULT, identity};
use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// When cluster `default` is asked about and does not exist: whether the role may call `ecs:CreateCluster`.
    ///
    /// ## Why it matters
    ///
    /// An agent that is told of no cluster registers in `default`, and makes it first where it does not exist. When the role does not
    /// permit that, it logs `AccessDeniedException` for `CreateCluster` and exits.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-clusters --clusters default`, and `Unable to create cluster` in the agent's log.
    ///
    /// ## False positives
    ///
    /// Roles without that permission are good practice: then the cluster is to be made by whoever makes the instances, and `ECS_CLUSTER`
    /// is to be set.
    ///
    /// ## Fix
    ///
    /// Name the cluster that is meant in `ECS_CLUSTER` (class M), or make cluster `default`; to undo, delete it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container instance IAM role", on `ecs:CreateCluster`
    /// - ECS developer guide, "Amazon ECS container agent configuration", `ECS_CLUSTER`
    "ecs/role-lacks-create-default", Blocker, Registration, fix M,
    "Cluster `default` is missing and the role may not make it",
    needs [DESCRIBE_CLUSTERS, GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES,
        GET_POLICY_VERSION, GET_ROLE_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.question.cluster_name() != DEFAULT {
        return Ok(Judgement::not_applicable("agents make no cluster but `default`"));
    }
    if case.cluster.clone()?.is_some() {
        return Ok(Judgement::pass("cluster `default` exists"));
    }
    let judged =
        identity::judge_lacking(case, &[CREATE], "and cluster `default`, which its agent asks for, does not exist")?;
    let Judgement::Fail(findings) = judged else { return Ok(judged) };
    let proof = Evidence::new(op::DESCRIBE_CLUSTERS, DEFAULT, "failures[].reason", "MISSING");
    let mend = |finding: crate::finding::Finding| finding.proof(proof.clone()).fix(identity::make_cluster(case));
    Ok(Judgement::Fail(findings.into_iter().map(mend).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::Question;
    use crate::instance::find;
    use crate::net::Network;
    use crate::testkit::{self, World};
    use serde_json::json;

    fn world(exists: bool) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world);
        let clusters = if exists { json!([{ "clusterName": "default", "status": "ACTIVE" }]) } else { json!([]) };
        world.answer(op::DESCRIBE_CLUSTERS, json!({ "clusters": ["default"] }), json!({ "clusters": clusters }));
        world
    }

    fn judged(world: &World) -> Judgement {
        let snapshot = world.snapshot();
        let network = Network::new(&snapshot);
        let question = Question { cluster: DEFAULT.to_owned(), ..testkit::ecs::question() };
        judge(&Case::new(&network, &question, find(&snapshot, testkit::INSTANCE).unwrap()))
            .unwrap_or_else(Judgement::from)
    }

    #[test]
    fn fires_without_cluster_and_permission() {
        let mut world = world(false);
        let only = json!(["ecs:RegisterContainerInstance"]);
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/0/Action", only);
        let found = testkit::findings(judged(&world));
        assert!(found[0].detail.contains("`ecs:CreateCluster`"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("create-cluster"));
    }

    #[test]
    fn silent_where_the_agent_may_make_it_or_it_is_there() {
        assert!(matches!(judged(&world(false)), Judgement::Pass(_)));
        assert!(matches!(judged(&world(true)), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_policies_cannot_be_read() {
        let mut world = world(false);
        world.deny(op::GET_POLICY_VERSION);
        assert_eq!(testkit::missing(judged(&world)), ["iam:GetPolicyVersion"]);
    }
}
