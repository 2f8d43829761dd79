//! An attached volume does no I/O.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::StatusCheck;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the attached EBS status check of the instance is `impaired` (`AttachedEbsStatus.Status` of `DescribeInstanceStatus`).
    ///
    /// ## Why it matters
    ///
    /// The check fails when one of the attached volumes completes no I/O. Every program that reads or writes there stands still, the
    /// agent among them, and none of them can write a log line about it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-volume-status --volume-ids VOLUME_ID` for each attached volume, and the AWS Health Dashboard.
    ///
    /// ## False positives
    ///
    /// The check covers data volumes as well as the root: an agent on a healthy root goes on, so a node that answers is only slowed
    /// down. Instances that are not on the Nitro System have no such check.
    ///
    /// ## Fix
    ///
    /// Follow the events of the volume; where AWS does not repair it soon, stop and start the instance or restore the volume from a
    /// snapshot (class M).
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Status checks for Amazon EC2 instances", attached EBS status checks
    /// - EBS user guide, "Amazon EBS volume status checks"
    "ssm/ebs-status-impaired", Blocker, Registration, fix M,
    "An attached volume does no I/O",
    needs [DESCRIBE_INSTANCE_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let impaired = match case.impaired(StatusCheck::AttachedEbs)? {
        Ok(impaired) => impaired,
        Err(judgement) => return Ok(judgement),
    };
    let detail = format!(
        "the attached EBS status check of instance `{id}` is impaired{}: a volume of it completes no I/O, \
            so its programs stand still",
        impaired.since()
    );
    let attached = || {
        let filter = format!("Name=attachment.instance-id,Values={id}");
        Aws::new("ec2", "describe-volumes", case.region()).arg("filters", filter)
    };
    let volumes = attached().arg("query", "Volumes[].[VolumeId,Attachments[0].Device,State]");
    let status = Aws::new("ec2", "describe-volume-status", case.region());
    let status = status.found_all("volume-ids", attached(), "Volumes[].VolumeId");
    let summary = "find the volume and follow its events; if AWS does not repair it soon, stop and start the instance";
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proofs(impaired.evidence(id))
            .fix(Fix::new(FixClass::M, summary).run(volumes).run(status)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::{Value, json};

    const EBS: &str = "/InstanceStatuses/0/AttachedEbsStatus";

    #[test]
    fn fires_on_an_impaired_volume() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCE_STATUS, &format!("{EBS}/Status"), json!("impaired"));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].evidence[0].field, "AttachedEbsStatus.Status");
        assert!(
            found[0].fix.as_ref().unwrap().commands[0].contains("attachment.instance-id,Values=i-0123456789abcdef0")
        );
    }

    #[test]
    fn silent_when_ok_or_without_the_check() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.patch(op::DESCRIBE_INSTANCE_STATUS, EBS, Value::Null);
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_denied_or_without_data() {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCE_STATUS, &format!("{EBS}/Status"), json!("insufficient-data"));
        assert_eq!(missing(world.judge(&RULE)), ["the result of the attached EBS status check"]);
        world.deny(op::DESCRIBE_INSTANCE_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceStatus"]);
    }
}
