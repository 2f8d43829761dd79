//! The cluster still lists a machine that is gone.

use crate::ecs::{Case, registration};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the cluster lists an instance that is terminated. For an instance that EC2 does not know any more the command says the same
    /// beside its error: there is nothing else to diagnose then.
    ///
    /// ## Why it matters
    ///
    /// ECS deregisters an instance that is terminated while its agent is connected. One that was stopped or disconnected before stays in the
    /// list for ever, with `agentConnected=false`: it is counted in the size of the cluster, and its capacity is shown as free.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs list-container-instances --cluster CLUSTER --filter 'agentConnected == false'`, and `aws ec2 describe-instances` for each.
    ///
    /// ## False positives
    ///
    /// While an instance shuts down its entry may take a minute to go. Instances of other accounts cannot be in the list.
    ///
    /// ## Fix
    ///
    /// Deregister the entry (class A). That cannot be undone, and a machine that is gone does not need it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Deregistering an Amazon ECS container instance"
    /// - ECS API reference, `DeregisterContainerInstance`
    "ecs/orphan-entry", Advice, Feature, fix A,
    "The cluster lists an instance that is gone",
    needs [DESCRIBE_INSTANCES, LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let state = case.instance.state.name.as_str();
    if state != "terminated" {
        return Ok(Judgement::pass(format!("the instance exists in state `{state}`")));
    }
    let entries = case.entries.as_ref().map_err(Clone::clone)?;
    let findings = entries.iter().map(|entry| registration::orphan(case.snapshot, case.question, entry)).collect();
    Ok(Judgement::of(findings, "the cluster does not list the instance"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn terminated() -> World {
        let mut world = testkit::ecs::nat();
        let state = "/Reservations/0/Instances/0/State/Name";
        testkit::ecs::disconnected(&mut world).patch(op::DESCRIBE_INSTANCES, state, json!("terminated"));
        world
    }

    #[test]
    fn fires_on_the_entry_of_a_terminated_instance() {
        let found = findings(terminated().judge(&RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(
            command.starts_with("aws ecs deregister-container-instance") && command.ends_with("--force"),
            "{command}"
        );
    }

    #[test]
    fn silent_while_it_exists_or_is_not_listed() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::never(&mut terminated()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_list_is_denied() {
        let mut world = terminated();
        world.deny(op::LIST_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:ListContainerInstances"]);
    }
}
