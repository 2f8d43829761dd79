//! A stopped or failing machine runs no agent.

use crate::ecs::Case;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::StatusCheck;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance is in state `running` (`State.Name` of `DescribeInstances`), and whether one of its status checks is
    /// `impaired` while the agent is not connected.
    ///
    /// ## Why it matters
    ///
    /// The agent is a program on the instance. The entry of a stopped instance stays `ACTIVE` in the cluster with `agentConnected=false`,
    /// which looks like a fault of the agent; no task can be placed on it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[State.Name,StateTransitionReason]'`
    ///
    /// ## False positives
    ///
    /// An instance of an Auto Scaling group is replaced and not started again: look for its successor. One that waits in a warm pool is
    /// stopped or hibernated on purpose: `ecs/warm-pool-waiting` tells of it. ECS does not support stopping container instances to start them again later; the agent then reconnects
    /// mostly, but not after a change of the instance type.
    ///
    /// ## Fix
    ///
    /// Start it (class D: an auto-assigned public address changes), or, for a failed status check, stop and start it, or replace it. To
    /// undo, stop it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 instance state changes" and "Status checks for Amazon EC2 instances"
    /// - ECS developer guide, "Amazon ECS container instances"
    "ecs/instance-not-running", Blocker, Agent, fix D,
    "The instance is not running, or a status check fails",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let state = case.instance.state.name.as_str();
    if state.is_empty() {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell the state of the instance",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    }
    if case.is_asleep() {
        // Most pools keep their instances stopped. A place that is not known makes the instance run no more.
        if case.is_warmed() {
            return Ok(Judgement::follows_from("ecs/warm-pool-waiting"));
        }
        return Ok(Judgement::fail(asleep(case, state)));
    }
    if case.is_connected() == Some(true) {
        return Ok(Judgement::pass("the instance is running and its agent connected"));
    }
    for check in [StatusCheck::System, StatusCheck::Instance, StatusCheck::AttachedEbs] {
        let impaired = match case.impaired(check)? {
            Ok(impaired) => impaired,
            Err(Judgement::Pass(_) | Judgement::NotApplicable(_)) => continue,
            Err(open) => return Ok(open),
        };
        let detail = format!(
            "the {} of instance `{id}` is impaired{}: until that is mended its agent cannot be relied on",
            check.words(),
            impaired.since()
        );
        let command = |name| Aws::new("ec2", name, case.region()).args("instance-ids", [id]);
        let summary = format!(
            "replace instance `{id}`, or stop and start it, so that it boots anew on another host; an auto-assigned public address \
             changes and data on instance store volumes is lost"
        );
        let fix = Fix::new(FixClass::D, summary)
            .run(command("stop-instances"))
            .run(command("wait instance-stopped"))
            .run(command("start-instances"));
        return Ok(Judgement::fail(
            Finding::new(detail).about("ec2-instance", id).proofs(impaired.evidence(id)).fix(fix),
        ));
    }
    Ok(Judgement::pass("the instance is running, and no status check fails"))
}

fn asleep(case: &Case<'_>, state: &str) -> Finding {
    let id = case.instance.instance_id.as_str();
    let why = match (case.instance.state_transition_reason.as_str(), case.instance.state_reason.message.as_str()) {
        ("", "") => String::new(),
        ("", reason) | (reason, _) => format!(" ({reason})"),
    };
    let finding = Finding::new(format!("instance `{id}` is {state}{why}, so its agent cannot run"))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "State.Name", state));
    if state != "stopped" {
        return finding;
    }
    let command = |name| Aws::new("ec2", name, case.region()).args("instance-ids", [id]);
    let summary = format!("start instance `{id}`; an auto-assigned public address will be another one");
    finding.fix(Fix::new(FixClass::D, summary).run(command("start-instances")).undo(command("stop-instances")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn stopped() -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::disconnected(&mut world);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        world
    }

    #[test]
    fn fires_as_the_only_blocker_when_stopped() {
        let found = findings(stopped().judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("start-instances"));
        let report = testkit::ecs::diagnose(&stopped()).unwrap();
        let blockers = report.findings.iter().filter(|found| found.severity == crate::finding::Severity::Blocker);
        assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/instance-not-running"]);
    }

    #[test]
    fn fires_on_an_impaired_check_of_a_disconnected_instance() {
        let mut world = testkit::ecs::nat();
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/InstanceStatus/Status", json!("impaired"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)), "connected");
        testkit::ecs::disconnected(&mut world);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("instance status check"), "{}", found[0].detail);
    }

    #[test]
    fn silent_in_a_warm_pool_that_keeps_it_stopped() {
        for place in ["Warmed:Stopped", "Warmed:Hibernated"] {
            let mut world = stopped();
            testkit::ecs::in_group(testkit::ecs::never(&mut world), place);
            let judged = world.judge(&RULE);
            assert!(
                matches!(&judged, Judgement::NotApplicable(why) if why.contains("ecs/warm-pool-waiting")),
                "{judged:?}"
            );
            let report = testkit::ecs::diagnose(&world).unwrap();
            assert_eq!(report.verdict, crate::diagnosis::Verdict::Inconclusive, "{:?}", report.findings);
            assert_eq!(report.findings.iter().map(|found| found.rule).collect::<Vec<_>>(), ["ecs/warm-pool-waiting"]);
        }
    }

    #[test]
    fn fires_on_an_instance_that_the_warm_pool_has_ended() {
        let mut world = stopped();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("terminated"));
        testkit::ecs::in_group(testkit::ecs::never(&mut world), "Warmed:Terminated");
        assert!(findings(world.judge(&RULE))[0].fix.is_none());
    }

    #[test]
    fn silent_when_running() {
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_state_or_a_status() {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!(null));
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
