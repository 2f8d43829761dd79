//! A profile that can register but no more keeps Default Host Management from helping.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::Grant;
use crate::instance::calls_in_words;
use crate::rule::declare_rule;
use crate::snapshot::ssm::DEFAULT_HOST_MANAGEMENT;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::calls::{CHANNELS, REGISTER};
use crate::ssm::credentials::core_policy;

declare_rule! {
    /// ## What it checks
    ///
    /// With Default Host Management on: whether the profile's role allows `ssm:UpdateInstanceInformation` but not the `ssmmessages` calls.
    ///
    /// ## Why it matters
    ///
    /// The agent tries the credentials of the profile first, with just that one call. As it succeeds, the agent keeps them, never asks
    /// Default Host Management for its role, and cannot open its session channel with what it has.
    ///
    /// ## How to confirm
    ///
    /// The agent's log says `Successfully connected with instance profile role credentials`, and then `AccessDeniedException` for
    /// `ssmmessages:CreateControlChannel`.
    ///
    /// ## False positives
    ///
    /// None of importance: a profile that lacks the register call as well is refused, and the agent falls back as intended.
    ///
    /// ## Fix
    ///
    /// Give the role the missing calls with `AmazonSSMManagedInstanceCore` (class A), or take `ssm:UpdateInstanceInformation` from it so
    /// that the fallback works; the agent asks again within half an hour. To undo, detach the policy.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration"
    /// - SSM Agent source, `common/identity/credentialproviders/ec2roleprovider`
    "ssm/dhmc-shadowed-by-profile", Blocker, Channel, fix A,
    "A weak instance profile hides Default Host Management",
    needs [GET_SERVICE_SETTING, GET_INSTANCE_PROFILE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES,
        GET_POLICY_VERSION, GET_ROLE_POLICY]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let setting = &case.default_host.management;
    if matches!(setting, Ok(None)) {
        return Ok(Judgement::not_applicable("Default Host Management is off"));
    }
    let Some(role) = case.identity.role.as_ref().map_err(Clone::clone)? else {
        return Ok(Judgement::not_applicable("no role of the instance stands before Default Host Management"));
    };
    let name = role.role.role_name.as_str();
    match role.grant(case, REGISTER) {
        Grant::Lacking(_) | Grant::Refused => {
            return Ok(Judgement::pass(format!("role `{name}` may not call `{REGISTER}`, so the agent falls back")));
        }
        Grant::Given | Grant::Open(_) => {}
    }
    let lacking = match role.lacking(case, CHANNELS) {
        Ok(lacking) if lacking.is_empty() => {
            return Ok(Judgement::pass(format!("role `{name}` suffices without Default Host Management")));
        }
        Ok(lacking) => lacking,
        Err(gaps) => return Ok(case.open_question(&format!("whether role `{name}` suffices by itself"), gaps)),
    };
    let Some(fallback) = setting.clone()? else {
        return Ok(Judgement::not_applicable("Default Host Management is off"));
    };
    if let Grant::Open(gaps) = role.grant(case, REGISTER) {
        return Ok(case.open_question(&format!("whether role `{name}` may call `{REGISTER}`"), gaps));
    }
    let actions: Vec<&str> = lacking.iter().map(|(action, _)| *action).collect();
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-arn", core_policy(case));
    Ok(Judgement::fail(
        Finding::new(format!(
            "role `{name}` allows `{REGISTER}`, so the agent keeps it and never falls back to role `{fallback}` of Default Host Management, \
             but it lacks {}",
            calls_in_words(&actions)
        ))
        .about("role", name)
        .about("instance-profile", case.identity.profile_name)
        .proof(Evidence::new(op::GET_SERVICE_SETTING, DEFAULT_HOST_MANAGEMENT, "SettingValue", fallback))
        .proofs(role.listed())
        .fix(
            Fix::new(FixClass::A, format!("attach `AmazonSSMManagedInstanceCore` to role `{name}`; everything with this role gets it"))
                .run(command("attach-role-policy"))
                .undo(command("detach-role-policy")),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn shadowed() -> World {
        let mut world = testkit::nat();
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        let nothing = json!({ "Effect": "Allow", "Resource": "*", "Action": "s3:GetObject" });
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/1", nothing);
        world
    }

    #[test]
    fn fires_when_only_registering_is_allowed() {
        let found = findings(shadowed().judge(&RULE));
        assert!(found[0].detail.contains("role `Default`") && found[0].detail.contains("ssmmessages:"));
    }

    #[test]
    fn silent_when_off_sufficient_or_refused() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(testkit::nat().forget(op::GET_SERVICE_SETTING).judge(&RULE), Judgement::Pass(_)));
        let mut refused = shadowed();
        refused.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
        assert!(matches!(refused.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_setting_or_policies_cannot_be_read() {
        assert_eq!(missing(shadowed().deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
        assert_eq!(missing(shadowed().deny(op::GET_POLICY_VERSION).judge(&RULE)), ["iam:GetPolicyVersion"]);
    }
}
