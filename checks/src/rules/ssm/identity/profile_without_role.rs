//! An instance profile that holds no role gives no credentials.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::instance::profile;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::credentials::kit;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance profile of the instance holds a role (`Roles` of `GetInstanceProfile`).
    ///
    /// ## Why it matters
    ///
    /// A profile is only the envelope: the credentials are those of the role inside. An empty one looks attached in the console and
    /// gives the agent nothing. It is typical after a role was renamed or replaced by an infrastructure tool.
    ///
    /// ## How to confirm
    ///
    /// `aws iam get-instance-profile --instance-profile-name NAME --query 'InstanceProfile.Roles'`
    ///
    /// ## False positives
    ///
    /// With Default Host Management on, the agent falls back to it when the metadata service has no role credentials (error
    /// `EC2RoleRequestError` in the agent's source); the rule then passes, though every other program on the instance stays without
    /// credentials.
    ///
    /// ## Fix
    ///
    /// Add the role to the profile (class A); credentials follow within minutes, without a restart. To undo, remove it again. Every
    /// instance with this profile gets the role.
    ///
    /// ## References
    ///
    /// - IAM user guide, "Use instance profiles"
    /// - SSM Agent source, `common/identity/credentialproviders/ec2roleprovider`
    "ssm/profile-without-role", Blocker, Registration, fix A,
    "The instance profile holds no role",
    needs [DESCRIBE_INSTANCES, GET_INSTANCE_PROFILE, GET_SERVICE_SETTING]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let name = case.identity.profile_name;
    if case.identity.attached.is_none() {
        return Ok(Judgement::not_applicable("the instance has no instance profile"));
    }
    let Some(profile) = case.identity.profile.clone()? else {
        return Ok(Judgement::follows_from("ssm/profile-deleted-or-stale"));
    };
    if let Some(role) = profile.roles.first() {
        return Ok(Judgement::pass(format!("instance profile `{name}` holds role `{}`", role.role_name)));
    }
    if let Some(role) = case.default_host.management.clone()? {
        return Ok(Judgement::pass(format!(
            "instance profile `{name}` holds no role, and the agent falls back to role `{role}` of Default Host Management"
        )));
    }
    let summary = format!(
        "make a role that may register and add it to instance profile `{name}`, of which every instance gets it; if you have such a role, \
         only the last command, with its name"
    );
    Ok(Judgement::fail(
        Finding::new(format!("instance profile `{name}` holds no role, so the instance gets no credentials from it"))
            .about("instance-profile", name)
            .about("ec2-instance", &case.instance.instance_id)
            .proof(Evidence::new(op::GET_INSTANCE_PROFILE, name, "Roles", json!([])))
            .fix(profile::fill(case, &kit(case), Fix::new(FixClass::A, summary), name)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    fn empty() -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/Roles", json!([]));
        world
    }

    #[test]
    fn fires_on_an_empty_profile() {
        let found = findings(empty().judge(&RULE));
        assert_eq!((found[0].evidence[0].field.as_str(), &found[0].evidence[0].value), ("Roles", &json!([])));
    }

    #[test]
    fn silent_with_a_role_or_default_host_management() {
        assert!(matches!(testkit::public().judge(&RULE), Judgement::Pass(_)));
        let mut world = empty();
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_the_profile_is_gone() {
        let mut world = testkit::nat();
        world.fail(op::GET_INSTANCE_PROFILE, "NoSuchEntity");
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        assert_eq!(missing(testkit::nat().deny(op::GET_INSTANCE_PROFILE).judge(&RULE)), ["iam:GetInstanceProfile"]);
        assert_eq!(missing(empty().deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
    }
}
