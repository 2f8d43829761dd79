//! A stopped instance answers nobody.

use crate::finding::Judgement;
use crate::instance::not_running;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance is in state `running` (`State.Name` of `DescribeInstances`).
    ///
    /// ## Why it matters
    ///
    /// Nothing listens on a stopped instance, and an auto-assigned public address is taken from it: the client times out, or meets
    /// whoever has the address now.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[State.Name,StateTransitionReason]'`
    ///
    /// ## False positives
    ///
    /// An instance of an Auto Scaling group is replaced and not started again; look for its successor. A terminated instance cannot come
    /// back.
    ///
    /// ## Fix
    ///
    /// Start it (class D: an auto-assigned public address changes, and an Auto Scaling group may act). To undo, stop it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Amazon EC2 instance state changes"
    /// - EC2 user guide, "Troubleshoot connecting to your instance"
    "ssh/instance-not-running", Blocker, fix D,
    "The instance is not running",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    Ok(not_running(&case.host, "no SSH server runs there"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::public;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    const STATE: &str = "/Reservations/0/Instances/0/State/Name";

    #[test]
    fn fires_when_stopped() {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCES, STATE, json!("stopped"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.ends_with("no SSH server runs there"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("start-instances"));
    }

    #[test]
    fn silent_when_running() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_state() {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCES, STATE, json!(null));
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
