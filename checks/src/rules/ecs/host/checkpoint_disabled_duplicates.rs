//! The instance has several entries in the cluster.

use crate::ecs::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the cluster has more than one entry with this `ec2InstanceId` (`DescribeContainerInstances`).
    ///
    /// ## Why it matters
    ///
    /// An agent that does not keep its state (`ECS_CHECKPOINT=false`, or a state that was deleted) registers anew at each start, and leaves
    /// its old entry behind, not connected. Tasks of the old entry are lost to ECS, and whoever looks at the wrong entry finds an instance
    /// that does not work.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs list-container-instances --cluster CLUSTER --filter 'ec2InstanceId == ID'`
    ///
    /// ## False positives
    ///
    /// Right after the state was moved aside on purpose, one old entry is expected until it is deregistered.
    ///
    /// ## Fix
    ///
    /// Deregister the entries that are not connected (class A), and have the agent keep its state (`ECS_CHECKPOINT=true`, which the
    /// service of the ECS-optimized images does). An entry that was deregistered does not come back.
    ///
    /// ## References
    ///
    /// - ECS API reference, `DeregisterContainerInstance`
    /// - ECS developer guide, "Amazon ECS container agent configuration", `ECS_CHECKPOINT`
    "ecs/checkpoint-disabled-duplicates", Advice, fix A,
    "The instance has several entries in the cluster",
    needs [DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let entries = case.entries.as_ref().map_err(Clone::clone)?;
    let Some((_, others)) = entries.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(Judgement::pass("the instance has no second entry in the cluster"));
    };
    let id = case.instance.instance_id.as_str();
    let cluster = case.question.cluster_name();
    let stale = others.iter().filter(|entry| entry.agent_connected == Some(false));
    let mut fix =
        Fix::new(FixClass::A, format!("remove the entries of `{id}` that are not connected; they do not come back"));
    for entry in stale {
        let deregister = Aws::new("ecs", "deregister-container-instance", case.region())
            .arg("cluster", cluster)
            .arg("container-instance", &entry.container_instance_arn);
        // Without `--force` ECS refuses while tasks are on it.
        fix = fix.run(deregister);
    }
    let mut finding = Finding::new(format!(
        "cluster `{cluster}` has {} entries of instance `{id}`: its agent does not keep its state, or has lost it",
        entries.len()
    ))
    .about("ec2-instance", id);
    for entry in entries {
        let arn = entry.container_instance_arn.as_str();
        finding = finding.about("container-instance", arn).proof(Evidence::new(
            op::DESCRIBE_CONTAINER_INSTANCES,
            arn,
            "ec2InstanceId",
            id,
        ));
    }
    Ok(Judgement::fail(if fix.commands.is_empty() { finding } else { finding.fix(fix) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::INSTANCE;
    use crate::testkit::{ecs, findings, missing};
    use serde_json::json;

    const OLD: &str = "arn:aws:ecs:eu-west-1:123456789012:container-instance/web/old";

    #[test]
    fn fires_on_a_second_entry() {
        let mut world = ecs::nat();
        let mut old = ecs::entry(OLD, INSTANCE);
        old["agentConnected"] = json!(false);
        world.patch(op::LIST_CONTAINER_INSTANCES, "/containerInstanceArns", json!([OLD, ecs::ENTRY]));
        world.patch(
            op::DESCRIBE_CONTAINER_INSTANCES,
            "/containerInstances",
            json!([old, ecs::entry(ecs::ENTRY, INSTANCE)]),
        );
        let found = findings(world.judge(&RULE));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(commands.len() == 1 && commands[0].contains("web/old"), "{commands:?}");
    }

    #[test]
    fn silent_with_one_or_none() {
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::never(&mut world).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_entries_are_denied() {
        let mut world = ecs::nat();
        assert_eq!(
            missing(world.deny(op::DESCRIBE_CONTAINER_INSTANCES).judge(&RULE)),
            ["ecs:DescribeContainerInstances"]
        );
    }
}
