//! The instance type needs a network driver that is not there.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::StatusCheck;
use crate::rule::declare_rule;
use crate::snapshot::ec2::{InstanceType, is};
use crate::snapshot::{Gap, Observed, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether enhanced networking with the Elastic Network Adapter is off for the instance (`EnaSupport`) although its type has no
    /// other adapter (`NetworkInfo.EnaSupport` is `required`).
    ///
    /// ## Why it matters
    ///
    /// Types of the Nitro system have an ENA adapter and NVMe disks and nothing else. A system without these drivers comes up without
    /// network, or not at all: mostly an old image after a change of the type. EC2 refuses to start a type that requires ENA while the
    /// attribute is off.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].[InstanceType,EnaSupport]'` and `aws ec2
    /// describe-instance-types --instance-types TYPE --query 'InstanceTypes[].NetworkInfo.EnaSupport'`.
    ///
    /// ## False positives
    ///
    /// `EnaSupport` is what somebody set for the image or the instance: `true` does not prove that the driver is there, which only a
    /// look inside tells (`modinfo ena`). An instance whose system answers the status check has a driver.
    ///
    /// ## Fix
    ///
    /// Give the instance its old type back (class D), install the driver there, set `EnaSupport`, and change the type again. To undo:
    /// the new type.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Enable enhanced networking with ENA on your EC2 instances"
    /// - EC2 user guide, "Compatibility for changing the instance type"
    /// - EC2 API reference, `NetworkInfo`, member `EnaSupport`
    "ssh/ena-driver-missing", Blocker, fix D,
    "The instance lacks the network driver that its type needs",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_TYPES, SSH_PROBE]
}

const COMMAND: &str = "modinfo ena | head -n 3; lspci -nn | grep -i ethernet; ls /sys/class/net";
const LOOK_FOR: &str = "no module `ena`, or no interface beside `lo`";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let instance = case.instance;
    if !case.is_asleep() && matches!(case.impaired(StatusCheck::Instance), Ok(Err(Judgement::Pass(_)))) {
        return Ok(Judgement::pass("the operating system answers the status check, so that its network adapter works"));
    }
    let kind = if instance.ena_support == Some(true) { None } else { type_of(case)? };
    let Some(kind) = kind.filter(|kind| is(&kind.network_info.ena_support, "required")) else {
        return Ok(case.inside(Settled::Banner, Place::Instance, COMMAND, LOOK_FOR));
    };
    let id = instance.instance_id.as_str();
    let name = kind.instance_type.as_str();
    let shown = instance.ena_support.map_or(serde_json::Value::Null, Into::into);
    let change = |to: &str| {
        Aws::new("ec2", "modify-instance-attribute", case.region())
            .arg("instance-id", id)
            .arg("instance-type", format!("Value={to}"))
    };
    let summary = format!(
        "stop instance `{id}`, give it a type that does not require ENA, install the driver, set `EnaSupport` and change \
            the type again"
    );
    let stop = Aws::new("ec2", "stop-instances", case.region()).args("instance-ids", [id]);
    Ok(Judgement::fail(
        Finding::new(format!(
            "instance `{id}` has type `{name}`, which requires the Elastic Network Adapter, and is not enabled for it"
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "EnaSupport", shown))
        .proof(Evidence::new(op::DESCRIBE_INSTANCE_TYPES, name, "NetworkInfo.EnaSupport", "required"))
        .fix(Fix::new(FixClass::D, summary).run(stop).run(change("OLD_TYPE")).undo(change(name))),
    ))
}

/// The type of the instance; not asked for while its status checks are not over.
fn type_of<'a>(case: &Case<'a>) -> Observed<&'a InstanceType> {
    match case.snapshot.instance_types.get(&case.instance.instance_type) {
        Err(Gap::NotAsked { .. }) => Ok(None),
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::public;
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    const INSTANCE: &str = "/Reservations/0/Instances/0";

    fn world(enabled: bool, need: &str) -> World {
        let mut world = public();
        world.patch(op::DESCRIBE_INSTANCE_STATUS, "/InstanceStatuses/0/InstanceStatus/Status", json!("impaired"));
        world.patch(op::DESCRIBE_INSTANCES, &format!("{INSTANCE}/EnaSupport"), json!(enabled));
        let row = json!({ "InstanceType": "t3.micro", "NetworkInfo": { "EnaSupport": need } });
        world.answer(
            op::DESCRIBE_INSTANCE_TYPES,
            json!({ "InstanceTypes": ["t3.micro"] }),
            json!({ "InstanceTypes": [row] }),
        );
        world
    }

    #[test]
    fn fires_when_the_type_requires_what_is_off() {
        let found = findings(world(false, "required").judge(&RULE));
        assert_eq!(found[0].evidence[0].value, false);
        assert!(found[0].fix.as_ref().unwrap().rollback[0].contains("Value=t3.micro"));
    }

    #[test]
    fn fires_when_a_stopped_instance_could_not_be_started() {
        let mut world = world(false, "required");
        world.patch(op::DESCRIBE_INSTANCES, &format!("{INSTANCE}/State/Name"), json!("stopped"));
        assert_eq!(findings(world.judge(&RULE)).len(), 1);
    }

    #[test]
    fn silent_while_the_system_answers_or_the_type_does_not_require_it() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
        for world in [world(true, "required"), world(false, "supported")] {
            assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        }
    }

    #[test]
    fn unknown_when_types_are_denied() {
        let mut world = world(false, "required");
        world.deny(op::DESCRIBE_INSTANCE_TYPES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceTypes"]);
    }
}
