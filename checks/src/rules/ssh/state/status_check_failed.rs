//! A status check of the instance fails.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::{StatusCheck, failed_boot};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the system status check (the host), the instance status check (the operating system) or that of the attached volumes is
    /// `impaired`. An instance status check that a failed boot explains is the finding of `ssh/boot-failed`.
    ///
    /// ## Why it matters
    ///
    /// The checks are made by AWS every minute without the network of the VPC. A system that does not answer them answers no SSH client
    /// either.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-status --instance-ids ID --query 'InstanceStatuses[].[SystemStatus,InstanceStatus]'`
    ///
    /// ## False positives
    ///
    /// The instance check asks by ARP on the first interface: a broken network configuration fails it while everything else runs. Some
    /// appliances never answer it. An SSH server that answers all the same proves that it works.
    ///
    /// ## Fix
    ///
    /// For the host: stop and start, which moves the instance (class D: an auto-assigned public address changes, instance store is lost).
    /// For the operating system: read the console, then reboot (class C).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances"
    /// - EC2 user guide, "Troubleshoot instances with failed status checks"
    "ssh/status-check-failed", Blocker, Path, fix D,
    "A status check of the instance fails",
    needs [DESCRIBE_INSTANCE_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let mut found = Vec::new();
    let mut otherwise = Judgement::pass("the status checks are passed");
    for check in [StatusCheck::System, StatusCheck::AttachedEbs, StatusCheck::Instance] {
        match case.impaired(check)? {
            // The first that fails explains those behind it.
            Ok(_) if !found.is_empty() => {}
            Ok(_) if check == StatusCheck::Instance && has_failed_boot(case) => {
                otherwise = Judgement::follows_from("ssh/boot-failed");
            }
            Ok(impaired) => {
                let id = case.instance.instance_id.as_str();
                let detail = format!("the {} of instance `{id}` fails{}", check.words(), impaired.since());
                found.push(
                    Finding::new(detail).about("ec2-instance", id).proofs(impaired.evidence(id)).fix(fix(case, check)),
                );
            }
            Err(Judgement::NotApplicable(why)) if check == StatusCheck::AttachedEbs => drop(why),
            Err(Judgement::Pass(_)) => {}
            Err(judgement) => otherwise = judgement,
        }
    }
    Ok(if found.is_empty() { otherwise } else { Judgement::Fail(found) })
}

fn has_failed_boot(case: &Case<'_>) -> bool {
    case.console_since_start().ok().flatten().and_then(failed_boot).is_some()
}

fn fix(case: &Case<'_>, check: StatusCheck) -> Fix {
    let id = case.instance.instance_id.as_str();
    let command = |name| Aws::new("ec2", name, case.region()).args("instance-ids", [id]);
    let look = Aws::new("ec2", "get-console-output", case.region())
        .arg("instance-id", id)
        .flag("latest")
        .arg("output", "text");
    match check {
        StatusCheck::Instance => Fix::new(
            FixClass::C,
            format!("read the console of instance `{id}`, then reboot it; running work is interrupted"),
        )
        .run(look)
        .run(command("reboot-instances")),
        StatusCheck::System | StatusCheck::AttachedEbs => Fix::new(
            FixClass::D,
            format!(
                "stop and start instance `{id}`; an auto-assigned public address changes, and instance store is lost"
            ),
        )
        .run(command("stop-instances"))
        .run(String::from(Aws::new("ec2", "wait instance-stopped", case.region()).args("instance-ids", [id])))
        .run(command("start-instances")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::public;
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    fn impaired(check: &str) -> World {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCE_STATUS, &format!("/InstanceStatuses/0/{check}/Status"), json!("impaired"));
        world
    }

    #[test]
    fn fires_for_the_host_with_stop_and_start() {
        let found = findings(impaired("SystemStatus").judge(&RULE));
        assert_eq!(found[0].fix.as_ref().unwrap().class, FixClass::D);
        assert_eq!(found[0].evidence[0].field, "SystemStatus.Status");
    }

    #[test]
    fn fires_for_the_system_with_a_reboot() {
        let found = findings(impaired("InstanceStatus").judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[1].contains("reboot-instances"));
    }

    #[test]
    fn silent_when_ok_or_explained_by_the_boot() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
        let mut world = impaired("InstanceStatus");
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!("Kernel panic - not syncing"));
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssh/boot-failed"));
    }

    #[test]
    fn unknown_when_denied() {
        let mut world = public();
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
