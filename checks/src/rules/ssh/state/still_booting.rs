//! A boot that is not over says nothing about what is broken.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};
use jiff::SignedDuration;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance was started less than five minutes ago, or one of its status checks is still `initializing`, and no SSH
    /// server answered yet.
    ///
    /// ## Why it matters
    ///
    /// The SSH server starts late, and at the first start it waits for its host keys and for the key of the user. Until then connections
    /// are refused or time out, and nobody should be woken for it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-status --instance-ids ID` until both checks are `ok`, then connect again.
    ///
    /// ## False positives
    ///
    /// Long user data scripts and file system checks need more than five minutes. An instance that never leaves `initializing` has
    /// another fault: look at its console.
    ///
    /// ## Fix
    ///
    /// None: wait and look again.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances"
    /// - EC2 user guide, "Troubleshoot connecting to your instance"
    "ssh/still-booting", CannotTell, fix None,
    "The boot of the instance is not over",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_STATUS, SSH_PROBE]
}

/// How long a boot may take before silence means something.
const BOOT: i64 = 300;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(proof) = case.proof_of(Settled::Banner) {
        return Ok(Judgement::pass(format!("{proof}, so its boot is over")));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let (Some(age), Some(launched)) = (case.age(), case.launched()) else {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell when the instance was started",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    };
    let id = &case.instance.instance_id;
    let wait = |reason: String| {
        Judgement::cannot_tell(reason, vec![Gap::opaque("whether the SSH server answers once the boot is finished")])
    };
    if age < BOOT {
        let ready = launched.checked_add(SignedDuration::from_secs(BOOT)).unwrap_or(launched);
        let reason =
            format!("instance `{id}` was started at {launched}, too short ago to judge it; try again after {ready}");
        return Ok(wait(reason));
    }
    let is_open = case.status()?.is_some_and(|status| {
        is(&status.system_status.status, "initializing") || is(&status.instance_status.status, "initializing")
    });
    if is_open {
        return Ok(wait(format!(
            "a status check of instance `{id}` is still `initializing`; try again when it is `ok`"
        )));
    }
    Ok(Judgement::pass(format!("the instance runs since {launched}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{connected, probed, public};
    use crate::testkit::{World, missing};
    use serde_json::json;

    fn started(at: &str) -> World {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/LaunchTime", json!(at));
        world
    }

    #[test]
    fn fires_as_an_open_question_two_minutes_after_the_start() {
        let judgement = started("2026-11-22T20:12:00+00:00").judge(&RULE);
        let Judgement::CannotTell { reason, .. } = &judgement else { panic!("{judgement:?}") };
        assert!(reason.contains("try again after 2026-11-22T20:17:00Z"), "{reason}");
    }

    #[test]
    fn fires_while_a_check_initializes() {
        let mut world = started("2026-11-22T20:00:00+00:00");
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/InstanceStatus/Status", json!("initializing"));
        assert!(matches!(world.judge(&RULE), Judgement::CannotTell { .. }));
    }

    #[test]
    fn silent_when_it_answers_or_is_old_enough() {
        let mut world = started("2026-11-22T20:13:30Z");
        assert!(matches!(probed(&mut world, connected()).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(started("2026-11-22T20:08:00Z").judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_time_or_a_status() {
        assert_eq!(missing(started("soon").judge(&RULE)), ["ec2:DescribeInstances"]);
        let mut world = public();
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
