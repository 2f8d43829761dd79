//! A boot that is not over says nothing about what is broken.

use crate::ecs::Case;
use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use jiff::SignedDuration;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance was started less than ten minutes ago, while it is not registered and the console text does not show
    /// cloud-init finished.
    ///
    /// ## Why it matters
    ///
    /// On the ECS-optimized images the agent starts when cloud-init is through, and cloud-init runs the whole user data first: updates of
    /// packages easily take minutes. Until then every instance looks like one that does not register.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `cloud-init status` says `running`, and `systemctl list-jobs` shows `ecs.service` waiting.
    ///
    /// ## False positives
    ///
    /// Windows instances and large user data scripts need longer than ten minutes. Where the boot never comes to its end, another rule
    /// tells why.
    ///
    /// ## Fix
    ///
    /// None: wait and look again.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `packaging/amazon-linux-ami-integrated/ecs.service`
    /// - cloud-init documentation, "Boot stages"
    "ecs/boot-not-finished", CannotTell, fix None,
    "The instance was just started",
    needs [DESCRIBE_INSTANCES, LIST_CONTAINER_INSTANCES]
}

/// How long a boot with its user data may take before silence means something.
const BOOT: i64 = 600;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let (Some(age), Some(launched)) = (case.age(), case.launched()) else {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell when the instance was started",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    };
    if age >= BOOT {
        return Ok(Judgement::pass(format!("the instance runs since {launched}")));
    }
    // A console that cannot be read leaves the age as all there is.
    if case.console_line(SignKind::CloudInitFinished, &[]).is_ok_and(|line| line.is_some()) {
        return Ok(Judgement::pass("the console shows that the user data has come to its end"));
    }
    let id = case.instance.instance_id.as_str();
    let ready = launched.checked_add(SignedDuration::from_secs(BOOT)).unwrap_or(launched);
    Ok(Judgement::cannot_tell(
        format!("instance `{id}` was started at {launched}, too short ago to judge it; look again after {ready}"),
        vec![Gap::opaque("whether the instance registers once its boot is finished")],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{World, ecs, missing};
    use serde_json::json;

    fn started(at: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_console(&mut world, "");
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/LaunchTime", json!(at));
        world
    }

    #[test]
    fn fires_as_an_open_question_right_after_the_start() {
        assert_eq!(missing(started("2026-11-22T20:12:00Z").judge(&RULE)).len(), 1);
        let mut world = started("2026-11-22T20:12:00Z");
        assert_eq!(missing(world.deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)).len(), 1);
    }

    #[test]
    fn silent_later_and_once_registered() {
        assert!(matches!(started("2026-11-22T20:02:00Z").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_time() {
        assert_eq!(missing(started("").judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
