//! A stopped instance is not managed by anybody.

use crate::finding::Judgement;
use crate::instance::not_running;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance is in state `running` (`State.Name` of `DescribeInstances`).
    ///
    /// ## Why it matters
    ///
    /// SSM Agent is a program on the instance. While the instance is stopped nothing sends the heartbeat, and Systems Manager drops the
    /// node from its list.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[State.Name,StateTransitionReason]'`
    ///
    /// ## False positives
    ///
    /// An instance of an Auto Scaling group is replaced and not started again; look for its successor. A terminated instance cannot
    /// come back. A hibernated one shows `StateReason` and wakes up where it was.
    ///
    /// ## Fix
    ///
    /// Start it (class D: an auto-assigned public address changes, and an Auto Scaling group may act). To undo, stop it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 instance state changes"
    /// - Systems Manager user guide, "Troubleshooting managed node availability"
    "ssm/instance-not-running", Blocker, Registration, fix D,
    "The instance is not running",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(not_running(&case.host, "its agent cannot run"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const STATE: &str = "/Reservations/0/Instances/0/State/Name";

    #[test]
    fn fires_when_stopped() {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, STATE, json!("stopped"));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "stopped");
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("start-instances"));
    }

    #[test]
    fn fires_without_a_fix_when_terminated() {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, STATE, json!("terminated"));
        assert_eq!(findings(world.judge(&RULE))[0].fix, None);
    }

    #[test]
    fn silent_when_running() {
        assert!(matches!(testkit::public().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCES, STATE, serde_json::Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
