//! Nothing gives the instance credentials.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::instance::profile;
use crate::rule::declare_rule;
use crate::snapshot::ssm::DEFAULT_HOST_MANAGEMENT;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::credentials::kit;
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance has an instance profile (`IamInstanceProfile`), and if not, whether Default Host Management Configuration
    /// is on in its Region (service setting `/ssm/managed-instance/default-ec2-instance-management-role`).
    ///
    /// ## Why it matters
    ///
    /// SSM Agent signs its calls with the credentials of the instance profile, or with those that Default Host Management hands out.
    /// With neither it has no credentials at all, and registers nothing.
    ///
    /// ## How to confirm
    ///
    /// On the instance, the metadata path `/latest/meta-data/iam/security-credentials/` answers 404, and the agent's log says
    /// `no valid credentials could be retrieved for ec2 identity`.
    ///
    /// ## False positives
    ///
    /// An instance that is registered with a hybrid activation works as `mi-…` and needs no profile. A profile that was attached in
    /// the last few minutes may not have reached the instance yet.
    ///
    /// ## Fix
    ///
    /// Attach an instance profile whose role holds `AmazonSSMManagedInstanceCore` (class A), or turn Default Host Management on. To undo,
    /// disassociate by the association id that the call returned.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Configure instance permissions required for Systems Manager"
    /// - EC2 user guide, "Attach an IAM role to an instance"
    "ssm/no-instance-profile", Blocker, Registration, fix A,
    "The instance has no role and Default Host Management is off",
    needs [DESCRIBE_INSTANCES, GET_SERVICE_SETTING]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if case.identity.attached.is_some() {
        return Ok(Judgement::pass(format!("instance profile `{}` is attached", case.identity.profile_name)));
    }
    if matches!(case.instance.state.name.as_str(), "terminated" | "shutting-down") {
        return Ok(Judgement::follows_from("ssm/instance-not-running"));
    }
    if let Some(role) = case.default_host.management.clone()? {
        return Ok(Judgement::pass(format!("Default Host Management hands out role `{role}`")));
    }
    let detail = format!(
        "instance `{id}` has no instance profile and Default Host Management is off in this Region, so its agent has no credentials"
    );
    let setting = case.snapshot.service_settings.get(DEFAULT_HOST_MANAGEMENT).ok().flatten();
    let value = setting.map_or(Value::Null, |setting| setting.setting_value.as_str().into());
    let summary = "make a role and an instance profile that let the instance register, and attach it; if you have such a profile, only the \
                   last command, with its name";
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "IamInstanceProfile", Value::Null))
            .proof(Evidence::new(op::GET_SERVICE_SETTING, DEFAULT_HOST_MANAGEMENT, "SettingValue", value))
            .fix(profile::attach_new(case, &kit(case), Fix::new(FixClass::A, summary))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn bare() -> World {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/IamInstanceProfile", Value::Null);
        world
    }

    #[test]
    fn fires_without_profile_and_default_host_management() {
        let found = findings(bare().judge(&RULE));
        assert_eq!(found[0].evidence[1].value, "$None");
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[4].contains("--instance-id i-0123456789abcdef0"), "{fix:?}");
        let filter = "--association-id \"$(aws ec2 describe-iam-instance-profile-associations --region eu-west-1 \
                      --filters Name=instance-id,Values=i-0123456789abcdef0 ";
        assert!(fix.rollback[0].contains(filter), "{fix:?}");
    }

    #[test]
    fn silent_with_a_profile_or_default_host_management() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        let mut world = bare();
        let role = json!("service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole");
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", role);
        let Judgement::Pass(why) = world.judge(&RULE) else { panic!("a pass") };
        assert!(why.contains("`AWSSystemsManagerDefaultEC2InstanceManagementRole`"), "{why}");
    }

    #[test]
    fn unknown_when_the_setting_is_denied() {
        assert_eq!(missing(bare().deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
    }
}
