//! The registration was begun and failed.

use crate::ecs::{Case, TRUNKING};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the cluster lists the instance in status `REGISTRATION_FAILED`, with the `statusReason`, or still in `REGISTERING`; and the
    /// account setting `awsvpcTrunking` as it holds for the role of the instance.
    ///
    /// ## Why it matters
    ///
    /// With `awsvpcTrunking` on, ECS gives a new container instance a trunk network interface before it becomes active. When that
    /// cannot be made (no free address in the subnet, no interface left on the instance, a missing service-linked role), the registration
    /// fails, though the agent did everything right.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs describe-container-instances --cluster CLUSTER --container-instances ARN --query 'containerInstances[].[status,statusReason]'`
    ///
    /// ## False positives
    ///
    /// `REGISTERING` is normal for some seconds. Instance types that do not support trunking register without a trunk and do not fail.
    ///
    /// ## Fix
    ///
    /// Mend what the reason names and replace the instance, or switch the setting off for its role and let the agent register again
    /// (class A). To undo, switch it on.
    ///
    /// ## References
    ///
    /// - ECS API reference, `ContainerInstance`
    /// - ECS developer guide, "Increasing Amazon ECS Linux container instance network interfaces"
    "ecs/trunking-registration-failed", Blocker, Registration, fix A,
    "The registration was begun and failed",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES, LIST_ACCOUNT_SETTINGS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(entry) = case.entry()? else {
        return Ok(Judgement::not_applicable("the cluster does not list the instance"));
    };
    let (arn, status) = (entry.container_instance_arn.as_str(), entry.status.as_str());
    if is(status, "REGISTERING") {
        return Ok(Judgement::cannot_tell(
            format!("the registration of the instance is under way (status `{status}`); look again in a minute"),
            vec![Gap::opaque("whether the registration is completed")],
        ));
    }
    if !is(status, "REGISTRATION_FAILED") {
        return Ok(Judgement::pass(format!("the entry of the instance is in status `{status}`")));
    }
    let reason = match entry.status_reason.as_str() {
        "" => String::new(),
        reason => format!(" ({reason})"),
    };
    let settings = case.snapshot.account_settings.get(TRUNKING)?;
    let setting = settings.and_then(|known| known.settings.iter().find(|setting| setting.name == TRUNKING));
    let value = setting.map_or("", |setting| setting.value.as_str());
    let trunking = match value {
        "" => String::new(),
        value => format!("; `{TRUNKING}` is {value} for its role"),
    };
    let proof = |field: &str, value: &str| Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, field, value);
    let mut finding = Finding::new(format!(
        "the registration of instance `{}` in cluster `{}` failed{reason}{trunking}",
        case.instance.instance_id,
        case.question.cluster_name()
    ))
    .about("container-instance", arn)
    .about("ec2-instance", &case.instance.instance_id)
    .proof(proof("containerInstances[].status", status))
    .proof(proof("containerInstances[].statusReason", &entry.status_reason));
    let principal = setting.map_or("", |setting| setting.principal_arn.as_str());
    let fix = if matches!(value, "enabled" | "on") && !principal.is_empty() {
        finding = finding.proof(Evidence::new(op::LIST_ACCOUNT_SETTINGS, TRUNKING, "settings[].value", value));
        let put = |value: &str| {
            let put = Aws::new("ecs", "put-account-setting", case.region()).arg("name", TRUNKING).arg("value", value);
            put.arg("principal-arn", principal)
        };
        let summary = "mend what the reason names, and replace the instance; or switch trunk interfaces off for the role, and replace the \
                       instance: tasks with interfaces of their own then need one of the instance each";
        Fix::new(FixClass::A, summary).run(put("disabled")).undo(put(value))
    } else {
        Fix::new(FixClass::M, "mend what the reason names, and replace the instance")
    };
    Ok(Judgement::fail(finding.fix(fix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn failed() -> World {
        let mut world = testkit::ecs::nat();
        let entry = "/containerInstances/0";
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, &format!("{entry}/status"), json!("REGISTRATION_FAILED"));
        let reason = json!("Unable to attach the trunk ENI: subnet has no free addresses");
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, &format!("{entry}/statusReason"), reason);
        world.answer(
            op::LIST_ACCOUNT_SETTINGS,
            json!({ "name": TRUNKING }),
            json!({ "settings": [{ "name": TRUNKING, "value": "enabled", "principalArn": "arn:aws:iam::123456789012:role/web" }] }),
        );
        world
    }

    #[test]
    fn fires_with_the_reason_and_the_setting() {
        let found = findings(failed().judge(&RULE));
        assert!(
            found[0].detail.contains("no free addresses") && found[0].detail.contains("is enabled"),
            "{}",
            found[0].detail
        );
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("--value disabled") && fix.rollback[0].contains("--value enabled"), "{fix:?}");
        let report = testkit::ecs::diagnose(&failed()).unwrap();
        assert_eq!(report.findings[0].severity, crate::finding::Severity::Blocker, "{:?}", report.findings);
    }

    #[test]
    fn silent_on_an_active_entry_or_none() {
        let mut world = testkit::ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_while_it_registers_or_when_the_setting_is_denied() {
        let mut world = failed();
        assert_eq!(missing(world.deny(op::LIST_ACCOUNT_SETTINGS).judge(&RULE)), ["ecs:ListAccountSettings"]);
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/status", json!("REGISTERING"));
        assert_eq!(missing(world.judge(&RULE)), ["whether the registration is completed"]);
    }
}
