//! The instance joined another cluster.

use crate::ecs::{Case, DEFAULT, registration};
use crate::finding::{Finding, Judgement};
use crate::iam::base_name;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an instance that is not in the cluster asked about has an entry in another cluster of the Region (`ListClusters`; at most
    /// twelve are looked into, `default` apart: that is `ecs/registered-in-default-cluster`); and whether its user data
    /// (`DescribeInstanceAttribute`, kept as signs) tells the agent of another cluster.
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
    /// The instance may be where it belongs, and the question names the wrong cluster. Names are told apart by case. User data that can fail
    /// before it names the cluster, or runs what is not seen here, proves nothing; and it can be replaced while the instance is stopped,
    /// and then is not what ran at its first start. What is wrong with quotes is the matter of `ecs/config-invalid-value`.
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
    needs [LIST_CLUSTERS, LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.entry()?.is_some() {
        return Ok(Judgement::pass(case.sign()));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let known = case.entries_elsewhere();
    let elsewhere = known.as_ref().map(Vec::as_slice).unwrap_or_default();
    let others: Vec<_> = elsewhere.iter().filter(|(cluster, _)| *cluster != DEFAULT).collect();
    if others.is_empty() && !elsewhere.is_empty() {
        return Ok(Judgement::not_applicable(
            "the instance is in cluster `default`: see `ecs/registered-in-default-cluster`",
        ));
    }
    if !others.is_empty() {
        let findings = others.iter().map(|(cluster, entry)| registration::joined(case, cluster, entry));
        return Ok(Judgement::Fail(findings.collect()));
    }
    if let Some(judgement) = case.without_cluster() {
        return Ok(judgement);
    }
    // Whatever other clusters list: an agent that is told of another one does not come to this one.
    if let Some(told) = told_of(case)? {
        return Ok(Judgement::fail(misnamed(case, told)));
    }
    known?;
    Ok(Judgement::pass("no other cluster lists the instance, and the user data names no other"))
}

/// The other cluster that the user data tells the agent of, when nothing can keep that from it or tell it anything else.
fn told_of<'a>(case: &Case<'a>) -> Result<Option<&'a str>, Gap> {
    let Some(signs) = case.user_data()? else { return Ok(None) };
    let is_run = signs.faults.is_empty() && !signs.is_double_base64 && !signs.exits_before && !signs.can_stop_before;
    if !is_run || !signs.is_plain() {
        return Ok(None);
    }
    let told = signs.certain_cluster().map(|sign| sign.name.as_str());
    Ok(told.filter(|told| base_name(told) != case.question.cluster_name()))
}

fn misnamed(case: &Case<'_>, told: &str) -> Finding {
    let (id, own, other) = (case.instance.instance_id.as_str(), case.question.cluster_name(), base_name(told));
    let near = if own.eq_ignore_ascii_case(other) { ", which differs in case only" } else { "" };
    let known = registration::others(case.snapshot, own).ok();
    let is_missing = known.is_some_and(|known| !known.contains(&other) && other != DEFAULT);
    let so = if is_missing { ", and there is no cluster of that name" } else { "" };
    let mut finding = case
        .user_data_finding(
            format!("the user data of `{id}` tells the agent of cluster `{other}` and not of `{own}`{near}{so}"),
            "Cluster.Name",
            told,
        )
        .about("ecs-cluster", own)
        .fix(case.set_cluster());
    finding.title = "The user data names another cluster".to_owned();
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_an_entry_elsewhere() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::in_other(&mut world, "Web");
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("registered in cluster `Web`"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[1].field, "containerInstances[].ec2InstanceId");
    }

    fn told(text: &str) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::with_user_data(&mut world, text);
        world
    }

    #[test]
    fn fires_on_user_data_that_names_another() {
        let world = told("#!/bin/bash\necho ECS_CLUSTER=Web >> /etc/ecs/ecs.config\n");
        let found = findings(world.judge(&RULE));
        assert!(
            found[0].detail.ends_with("differs in case only, and there is no cluster of that name"),
            "{}",
            found[0].detail
        );
        assert_eq!(
            (found[0].evidence[0].field.as_ref(), &found[0].evidence[0].value),
            ("UserDataSigns.Cluster.Name", &json!("Web"))
        );
        assert!(found[0].fix.as_ref().unwrap().commands[1].contains("ECS_CLUSTER=web"));
        let report = testkit::ecs::diagnose(&world).unwrap();
        let blockers = report.findings.iter().filter(|found| found.severity == crate::finding::Severity::Blocker);
        assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/wrong-cluster-name"]);
    }

    #[test]
    fn silent_on_user_data_that_is_not_certain() {
        for text in [
            "#!/bin/bash\necho ECS_CLUSTER=other >> /etc/ecs/ecs.config\n/opt/setup.sh\n",
            "#!/bin/bash\nif true; then echo ECS_CLUSTER=other >> /etc/ecs/ecs.config; fi\n",
            "#!/bin/bash\necho ECS_CLUSTER=other > /tmp/ecs.config\n",
            "#!/bin/bash\nset -e\nyum update -y\necho ECS_CLUSTER=other >> /etc/ecs/ecs.config\n",
        ] {
            assert!(matches!(told(text).judge(&RULE), Judgement::Pass(_)), "{text}");
        }
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).deny(op::DESCRIBE_INSTANCE_ATTRIBUTE);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceAttribute"]);
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
