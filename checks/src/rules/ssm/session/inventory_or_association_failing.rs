//! The node is managed, but its associations fail.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::{Case, Heartbeat};

declare_rule! {
    /// ## What it checks
    ///
    /// The overall status of the node's associations as the node list tells it (`AssociationStatus`).
    ///
    /// ## Why it matters
    ///
    /// State Manager associations gather inventory, patch and configure. A failing one means that something that is meant to happen on
    /// the node does not; the node itself answers.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm describe-instance-associations-status --instance-id INSTANCE` shows each association with its `DetailedStatus` and
    /// error code.
    ///
    /// ## False positives
    ///
    /// It says nothing about availability: a node with failing associations is managed and takes sessions. The status is that of the
    /// last run and may be mended already.
    ///
    /// ## Fix
    ///
    /// Read the output of the failing association and mend its cause (class M), then run it again with `aws ssm
    /// start-associations-once`.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Viewing association histories"
    /// - Systems Manager API reference, "InstanceInformation"
    "ssm/inventory-or-association-failing", Degraded, Feature, fix M,
    "An association of the node fails",
    needs [DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let node = match &case.heartbeat {
        Heartbeat::Online(node) | Heartbeat::Lost(node) => node,
        Heartbeat::Never => return Ok(Judgement::not_applicable("the node is not managed")),
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
    };
    let status = node.association_status.as_str();
    if status.is_empty() {
        return Ok(Judgement::pass("the node has no association"));
    }
    if !is(status, "Failed") {
        return Ok(Judgement::pass(format!("the associations of the node are in status {status}")));
    }
    let when = match node.last_association_execution_date.as_str() {
        "" => String::new(),
        date => format!(", last run at {date}"),
    };
    let show = Aws::new("ssm", "describe-instance-associations-status", case.region()).arg("instance-id", id);
    Ok(Judgement::fail(
        Finding::new(format!("at least one association of node `{id}` failed{when}; the node itself is managed"))
            .about("managed-node", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, id, "AssociationStatus", status))
            .fix(
                Fix::new(FixClass::M, "find the association that fails and mend its cause; this lists them").run(show),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn with(status: &str) -> World {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/AssociationStatus", json!(status));
        world
    }

    #[test]
    fn fires_on_a_failed_status() {
        assert_eq!(findings(with("Failed").judge(&RULE))[0].evidence[0].value, "Failed");
    }

    #[test]
    fn silent_on_any_other_status() {
        assert!(matches!(with("Success").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().never().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_without_the_node_list() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
