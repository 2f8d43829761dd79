//! The operating system does not answer the reachability probe.

use super::boot_failed;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::StatusCheck;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance status check is `impaired` (`InstanceStatus.Status` of `DescribeInstanceStatus`) and neither a failed host
    /// nor a failed boot explains it.
    ///
    /// ## Why it matters
    ///
    /// The check asks the operating system by ARP on its primary interface. Without an answer the kernel hangs, memory is
    /// exhausted, or its network is not configured: the agent reaches nothing in each of these cases.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 get-console-output --latest --output text --instance-id ID` shows where it stands.
    ///
    /// ## False positives
    ///
    /// Since the probe is ARP, an operating system with a broken configuration of its first interface fails it while its disk is
    /// fine; a rescue of the disk is then too much. Some marketplace appliances do not answer ARP at all.
    ///
    /// ## Fix
    ///
    /// Reboot (class C: running work is interrupted). If the check stays impaired, stop and start, or repair the root volume offline.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances"
    /// - EC2 user guide, "Troubleshoot instances with failed status checks"
    "ssm/instance-status-impaired", Blocker, Registration, fix C,
    "The operating system does not answer",
    needs [DESCRIBE_INSTANCE_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let impaired = match case.impaired(StatusCheck::Instance)? {
        Ok(impaired) => impaired,
        Err(judgement) => return Ok(judgement),
    };
    if case.impaired(StatusCheck::System)?.is_ok() {
        return Ok(Judgement::follows_from("ssm/system-status-impaired"));
    }
    // A console that cannot be read is the other rule's open question; the failed probe is a fact without it.
    if matches!(boot_failed::failure(case), Ok(Some(_))) {
        return Ok(Judgement::follows_from("ssm/boot-failed"));
    }
    let detail = format!(
        "the instance status check of `{id}` is impaired{}: its operating system does not answer on the network",
        impaired.since()
    );
    let reboot = Aws::new("ec2", "reboot-instances", case.region()).args("instance-ids", [id]);
    let look = Aws::new("ec2", "get-console-output", case.region())
        .arg("instance-id", id)
        .flag("latest")
        .arg("output", "text");
    let fix = Fix::new(
        FixClass::C,
        format!("read the console of instance `{id}`, then reboot it; running work is interrupted"),
    );
    Ok(Judgement::fail(
        Finding::new(detail).about("ec2-instance", id).proofs(impaired.evidence(id)).fix(fix.run(look).run(reboot)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn impaired() -> World {
        let mut world = testkit::nat();
        world.lost().patch(
            op::DESCRIBE_INSTANCE_STATUS,
            "/InstanceStatuses/0/InstanceStatus/Status",
            json!("impaired"),
        );
        world
    }

    #[test]
    fn fires_when_the_system_is_silent() {
        let found = findings(impaired().judge(&RULE));
        assert_eq!(found[0].evidence[0].field, "InstanceStatus.Status");
        assert!(found[0].fix.as_ref().unwrap().commands[1].contains("reboot-instances"));
        assert_eq!(findings(impaired().deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)).len(), 1);
    }

    #[test]
    fn silent_when_ok_or_explained() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        let mut world = impaired();
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!("Kernel panic - not syncing"));
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssm/boot-failed"));
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/SystemStatus/Status", json!("impaired"));
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssm/system-status-impaired"));
    }

    #[test]
    fn unknown_when_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
