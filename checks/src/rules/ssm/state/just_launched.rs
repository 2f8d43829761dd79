//! A boot that is not over says nothing about what is broken.

use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::ec2::{InstanceStatus, is};
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use jiff::SignedDuration;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance was started less than five minutes ago, or one of its status checks is still `initializing`, while the node
    /// does not answer.
    ///
    /// ## Why it matters
    ///
    /// SSM Agent starts late in a boot, and registers with the first call that succeeds. Until then every managed instance looks
    /// like an unmanaged one, and nobody should be woken for it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-status --instance-ids ID` until both checks are `ok`, then look at the node again.
    ///
    /// ## False positives
    ///
    /// Windows instances and large user data scripts need longer than five minutes. An instance that never leaves `initializing` has
    /// another fault: look at its console.
    ///
    /// ## Fix
    ///
    /// None: wait and look again.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances"
    /// - Systems Manager user guide, "Troubleshooting managed node availability"
    "ssm/just-launched", CannotTell, Registration, fix None,
    "The instance was just started",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_STATUS, DESCRIBE_INSTANCE_INFORMATION]
}

/// How long a boot may take before silence means something.
const BOOT: i64 = 300;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if case.heartbeat.is_online() {
        return Ok(Judgement::pass("the node is online, so its boot is over"));
    }
    if case.is_asleep() {
        return Ok(Judgement::follows_from("ssm/instance-not-running"));
    }
    let (Some(age), Some(launched)) = (case.age(), case.launched()) else {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell when the instance was started",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    };
    let wait = |reason: String| {
        Judgement::cannot_tell(reason, vec![Gap::opaque("whether the agent registers once the boot is finished")])
    };
    if age < BOOT {
        let ready = launched.checked_add(SignedDuration::from_secs(BOOT)).unwrap_or(launched);
        return Ok(wait(format!(
            "instance `{id}` was started at {launched}, too short ago to judge it; look again after {ready}"
        )));
    }
    if let Some(check) = case.status()?.and_then(initializing) {
        return Ok(wait(format!("{check} of instance `{id}` is still `initializing`; look again when it is `ok`")));
    }
    Ok(Judgement::pass(format!("the instance runs since {launched}")))
}

fn initializing(status: &InstanceStatus) -> Option<&'static str> {
    let checks = [
        ("SystemStatus", Some(&status.system_status)),
        ("InstanceStatus", Some(&status.instance_status)),
        ("AttachedEbsStatus", status.attached_ebs_status.as_ref()),
    ];
    let mut open = checks.into_iter().filter(|(_, check)| check.is_some_and(|check| is(&check.status, "initializing")));
    open.next().map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, missing};
    use serde_json::json;

    fn started(at: &str) -> World {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/LaunchTime", json!(at));
        world
    }

    #[test]
    fn fires_as_an_open_question_two_minutes_after_the_start() {
        let judgement = started("2026-11-22T20:12:00+00:00").judge(&RULE);
        let Judgement::CannotTell { reason, .. } = &judgement else { panic!("{judgement:?}") };
        assert!(reason.contains("look again after 2026-11-22T20:17:00Z"), "{reason}");
        assert_eq!(missing(judgement), ["whether the agent registers once the boot is finished"]);
    }

    #[test]
    fn fires_while_a_check_initializes() {
        let mut world = started("2026-11-22T20:00:00+00:00");
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/InstanceStatus/Status", json!("initializing"));
        assert!(matches!(world.judge(&RULE), Judgement::CannotTell { .. }));
    }

    #[test]
    fn silent_when_online_or_old_enough() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/LaunchTime", json!("2026-11-22T20:13:30Z"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)), "online");
        assert!(matches!(started("2026-11-22T20:08:00Z").judge(&RULE), Judgement::Pass(_)));
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("pending"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_without_a_time_or_a_status() {
        assert_eq!(missing(started("soon").judge(&RULE)), ["ec2:DescribeInstances"]);
        let mut world = started("2026-11-20T08:00:00Z");
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
