//! The profile that the instance was given does not exist any more.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::instance::is_other;
use crate::instance::profile;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::credentials::kit;
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance profile that the instance shows still exists in IAM, and is still the same one: `IamInstanceProfile.Id` of the
    /// instance against `InstanceProfileId` of `GetInstanceProfile`. The ARN alone hides a profile that was deleted and made again under
    /// its old name.
    ///
    /// ## Why it matters
    ///
    /// An instance is bound to the id of a profile. Once that profile is deleted, the metadata service stops handing out credentials, even
    /// if a new profile bears the same name, and the agent loses them when those it has expire.
    ///
    /// ## How to confirm
    ///
    /// On the instance, the metadata path `/latest/meta-data/iam/info` shows a `Code` other than `Success`, such as
    /// `InstanceProfileNotFound`.
    ///
    /// ## False positives
    ///
    /// With Default Host Management on, the agent should fall back to it: the rule passes while the node is online then, and is a
    /// degradation otherwise.
    ///
    /// ## Fix
    ///
    /// Replace the association with an existing profile (class A). The old one cannot be put back once it is deleted.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Attach an IAM role to an instance"
    /// - EC2 user guide, "Retrieve security credentials from instance metadata"
    "ssm/profile-deleted-or-stale", Blocker, Registration, fix A,
    "The instance profile was deleted, or deleted and made again",
    needs [DESCRIBE_INSTANCES, GET_INSTANCE_PROFILE, GET_SERVICE_SETTING]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (id, name) = (case.instance.instance_id.as_str(), case.identity.profile_name);
    let Some(attached) = case.identity.attached else {
        return Ok(Judgement::not_applicable("the instance has no instance profile"));
    };
    let shown = Evidence::new(op::DESCRIBE_INSTANCES, id, "IamInstanceProfile.Id", attached.id.as_str());
    let (detail, proof, is_there) = match case.identity.profile.clone()? {
        None => {
            let detail = format!("instance profile `{name}` of instance `{id}` does not exist any more");
            (detail, Evidence::new(op::GET_INSTANCE_PROFILE, name, "InstanceProfile", Value::Null), false)
        }
        Some(known) if is_other(&known.instance_profile_id, &attached.id) => {
            let detail = format!(
                "instance profile `{name}` was deleted and made again: instance `{id}` is bound to `{}`, the profile of that name is \
                 `{}` now",
                attached.id, known.instance_profile_id
            );
            let current = known.instance_profile_id.as_str();
            (detail, Evidence::new(op::GET_INSTANCE_PROFILE, name, "InstanceProfileId", current), true)
        }
        Some(_) => return Ok(Judgement::pass(format!("instance profile `{name}` is the one that was attached"))),
    };
    // Whether anything replaces it must be known before it is called the cause.
    case.default_host.management.clone()?;
    if let (Some(role), true) = (case.fallback(), case.heartbeat.is_online()) {
        return Ok(Judgement::pass(format!(
            "{detail}, and the agent falls back to role `{role}` of Default Host Management"
        )));
    }
    let fix = if is_there {
        let summary = "bind the instance to the profile of that name that exists; the deleted one cannot be put back";
        profile::rebind(case, Fix::new(FixClass::A, summary), name)
    } else {
        let summary = "make the profile again, with a role that may register, and bind the instance to it; if you have such a profile, \
                       only the last command, with its name. What else the old role could do is not known";
        profile::make_again(case, &kit(case), Fix::new(FixClass::A, summary), name)
    };
    let mut finding = Finding::new(format!("{detail}, so the metadata service has no credentials for the agent"))
        .about("instance-profile", name)
        .about("ec2-instance", id)
        .proofs([shown, proof])
        .fix(fix);
    if let Some(role) = case.fallback() {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
        finding.detail = format!("{}, and only role `{role}` of Default Host Management is left to it", finding.detail);
    }
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const SETTING: &str = "/ServiceSetting/SettingValue";

    #[test]
    fn fires_when_deleted() {
        let mut world = testkit::nat();
        world.lost().fail(op::GET_INSTANCE_PROFILE, "NoSuchEntity");
        let found = findings(world.judge(&RULE));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(commands[4].contains("--association-id \"$(aws ec2 describe-iam-instance-profile-associations "));
        assert!(commands[4].ends_with("--iam-instance-profile Name=web"), "{commands:?}");
        world.patch(op::GET_SERVICE_SETTING, SETTING, json!("service-role/Default"));
        assert_eq!(findings(world.judge(&RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn fires_when_made_again_under_its_name() {
        let mut world = testkit::nat();
        world.lost().patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/InstanceProfileId", json!("AIPA2"));
        let found = findings(world.judge(&RULE));
        assert_eq!((&found[0].evidence[0].value, &found[0].evidence[1].value), (&json!("AIPA1"), &json!("AIPA2")));
    }

    #[test]
    fn silent_for_the_same_profile_or_when_an_id_is_not_told() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/IamInstanceProfile/Id", Value::Null);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let mut world = testkit::nat();
        assert_eq!(missing(world.clone().deny(op::GET_INSTANCE_PROFILE).judge(&RULE)), ["iam:GetInstanceProfile"]);
        world.lost().fail(op::GET_INSTANCE_PROFILE, "NoSuchEntity").deny(op::GET_SERVICE_SETTING);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:GetServiceSetting"]);
        let mut again = testkit::nat();
        again.lost().patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/InstanceProfileId", json!("AIPA2"));
        assert_eq!(missing(again.deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
    }
}
