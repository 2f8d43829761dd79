//! The host under the instance has failed.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::StatusCheck;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the system status check of the instance is `impaired` (`SystemStatus.Status` of `DescribeInstanceStatus`).
    ///
    /// ## Why it matters
    ///
    /// The check watches what AWS runs: power, network and hypervisor of the host. When it fails, no software inside the instance
    /// can help, and the agent is silent like everything else there.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instance-status --instance-ids ID --query 'InstanceStatuses[].[SystemStatus,Events]'`
    ///
    /// ## False positives
    ///
    /// A recovery by AWS may already be under way (see `Events` and the AWS Health Dashboard). The status can stay `impaired` for some
    /// minutes after the host is well again.
    ///
    /// ## Fix
    ///
    /// Stop and start the instance, which moves it to another host (class D: an auto-assigned public address changes, data on
    /// instance store volumes is lost). A reboot stays on the same host and does not help. An instance whose root is on instance store
    /// cannot be stopped: replace it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances"
    /// - EC2 user guide, "Troubleshoot instances with failed status checks"
    "ssm/system-status-impaired", Blocker, Registration, fix D,
    "The host of the instance has failed",
    needs [DESCRIBE_INSTANCE_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let impaired = match case.impaired(StatusCheck::System)? {
        Ok(impaired) => impaired,
        Err(judgement) => return Ok(judgement),
    };
    let detail = format!(
        "the system status check of instance `{id}` is impaired{}: the host under it has failed",
        impaired.since()
    );
    Ok(Judgement::fail(
        Finding::new(detail).about("ec2-instance", id).proofs(impaired.evidence(id)).fix(move_away(case)),
    ))
}

/// To another host.
fn move_away(case: &Case<'_>) -> Fix {
    let id = case.instance.instance_id.as_str();
    if is(&case.instance.root_device_type, "instance-store") {
        let summary =
            format!("replace instance `{id}`: its root is on instance store, so it cannot be stopped and started");
        return Fix::new(FixClass::M, summary);
    }
    let command = |name| Aws::new("ec2", name, case.region()).args("instance-ids", [id]);
    Fix::new(
        FixClass::D,
        format!(
            "stop and start instance `{id}`, so that it moves to another host; an auto-assigned \
            public address changes and data on instance store volumes is lost"
        ),
    )
    .run(command("stop-instances"))
    .run(command("wait instance-stopped"))
    .run(command("start-instances"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const SYSTEM: &str = "/InstanceStatuses/0/SystemStatus";

    fn impaired() -> testkit::World {
        let mut world = testkit::nat();
        let details =
            json!([{ "Name": "reachability", "Status": "failed", "ImpairedSince": "2026-11-22T18:00:00+00:00" }]);
        world.lost().patch(op::DESCRIBE_INSTANCE_STATUS, SYSTEM, json!({ "Status": "impaired", "Details": details }));
        world
    }

    #[test]
    fn fires_on_an_impaired_host() {
        let found = findings(impaired().judge(&RULE));
        assert!(found[0].detail.contains("since 2026-11-22T18:00:00+00:00"));
        let fields: Vec<&str> = found[0].evidence.iter().map(|evidence| evidence.field.as_str()).collect();
        assert_eq!(
            fields,
            ["SystemStatus.Status", "SystemStatus.Details[0].Status", "SystemStatus.Details[0].ImpairedSince"]
        );
        assert!(found[0].fix.as_ref().unwrap().commands[1].starts_with("aws ec2 wait instance-stopped"));
    }

    #[test]
    fn fires_without_commands_for_an_instance_store_root() {
        let mut world = impaired();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/RootDeviceType", json!("instance-store"));
        assert!(findings(world.judge(&RULE))[0].fix.as_ref().unwrap().commands.is_empty());
    }

    #[test]
    fn silent_when_ok_or_stopped() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCE_STATUS, &format!("{SYSTEM}/Status"), json!("not-applicable"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_denied_or_without_data() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCE_STATUS, &format!("{SYSTEM}/Status"), json!("insufficient-data"));
        assert_eq!(missing(world.judge(&RULE)), ["the result of the system status check"]);
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
