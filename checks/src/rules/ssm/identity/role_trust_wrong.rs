//! EC2 must be allowed to assume the role of the profile.

use crate::finding::{Finding, Judgement};
use crate::iam::{LayerEffect, Verdict};
use crate::instance::trust::{mend_trust, trust_of};
use crate::instance::{ec2_services, nearly};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the trust policy of the profile's role lets `ec2.amazonaws.com` call `sts:AssumeRole`, conditions included. In the China and
    /// isolated partitions the service's name with suffix counts as well.
    ///
    /// ## Why it matters
    ///
    /// EC2 assumes the role on behalf of the instance. When the role does not trust it, the metadata service hands out no credentials,
    /// however generous the policies of the role are.
    ///
    /// ## How to confirm
    ///
    /// On the instance, `/latest/meta-data/iam/security-credentials/ROLE` answers with `Code` `AssumeRoleUnauthorizedAccess`.
    ///
    /// ## False positives
    ///
    /// With Default Host Management on, the agent falls back to it on exactly this error, and the rule passes. Credentials that were
    /// handed out before the trust was changed stay valid for hours. Whether EC2 tells `aws:SourceAccount` and `aws:SourceArn` is not
    /// documented: a trust policy that hangs on them cannot be judged.
    ///
    /// ## Fix
    ///
    /// Add the statement for `ec2.amazonaws.com` to the trust policy (class A). To undo, write the saved document back.
    ///
    /// ## References
    ///
    /// - IAM user guide, "Update a role trust policy"
    /// - EC2 user guide, "IAM roles for Amazon EC2"
    "ssm/role-trust-wrong", Blocker, Registration, fix A,
    "EC2 may not assume the role of the instance profile",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, GET_SERVICE_SETTING]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(role) = case.identity.role.as_ref().map_err(Clone::clone)? else {
        return Ok(Judgement::not_applicable("the instance has no role of its own"));
    };
    let name = role.role.role_name.as_str();
    let services = ec2_services(case.partition());
    let decision = role.decide_trust(case, services);
    match decision.verdict {
        Verdict::Allowed => return Ok(Judgement::pass(format!("role `{name}` trusts EC2"))),
        Verdict::Unknown => {
            return Ok(Judgement::cannot_tell(
                format!("whether role `{name}` trusts EC2 depends on what is not known"),
                role.open(&decision),
            ));
        }
        Verdict::ExplicitlyDenied | Verdict::ImplicitlyDenied => {}
    }
    if let Some(fallback) = case.fallback() {
        return Ok(Judgement::pass(format!(
            "role `{name}` does not trust EC2, and the agent falls back to role `{fallback}` of Default Host Management"
        )));
    }
    // Whether anything replaces it must be known before it is called the cause.
    case.default_host.management.clone()?;
    let denied = decision.layers.iter().find(|part| part.effect == LayerEffect::ExplicitDeny);
    let why = match denied {
        Some(part) => format!("{part} to EC2"),
        None => format!("no statement of its trust policy lets EC2 assume it{}", nearly(&decision)),
    };
    Ok(Judgement::fail(
        Finding::new(format!("role `{name}` gives the instance no credentials: {why}"))
            .about("role", name)
            .about("instance-profile", case.identity.profile_name)
            .proof(trust_of(role))
            .fix(mend_trust(role, "ec2.amazonaws.com", "EC2")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn trusting(statement: Value) -> World {
        let mut world = testkit::nat();
        let pointer = "/AssumeRolePolicyDocument/Statement/0";
        world.lost().patch(op::GET_ROLE, &format!("/Role{pointer}"), statement.clone());
        world.patch(op::GET_INSTANCE_PROFILE, &format!("/InstanceProfile/Roles/0{pointer}"), statement);
        world
    }

    #[test]
    fn fires_when_another_service_is_trusted() {
        let lambda = json!({ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" });
        let found = findings(trusting(lambda).judge(&RULE));
        assert_eq!(found[0].evidence[0].field, "AssumeRolePolicyDocument");
        assert!(found[0].detail.contains("lambda.amazonaws.com"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("ec2.amazonaws.com") && !fix.rollback[0].contains("ec2.amazonaws.com"));
    }

    #[test]
    fn silent_when_ec2_is_trusted_even_if_the_role_cannot_be_read() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().deny(op::GET_ROLE).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_default_host_management_takes_over() {
        let mut world = trusting(json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:TagSession" }));
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_while_it_is_not_known_what_takes_over() {
        let nobody = json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:TagSession" });
        let mut world = trusting(nobody);
        assert_eq!(missing(world.deny(op::GET_SERVICE_SETTING).judge(&RULE)), ["ssm:GetServiceSetting"]);
    }

    #[test]
    fn unknown_when_it_hangs_on_an_undocumented_key() {
        let guarded = json!({ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceAccount": testkit::ACCOUNT } } });
        assert_eq!(missing(trusting(guarded).judge(&RULE)), ["condition key `aws:SourceAccount` of the request"]);
        assert_eq!(missing(testkit::nat().deny(op::GET_INSTANCE_PROFILE).judge(&RULE)), ["iam:GetInstanceProfile"]);
    }
}
