//! The instance profile gives no credentials: it is gone, empty, or EC2 may not assume its role.

use crate::ecs::{Case, identity};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::iam::Verdict;
use crate::instance::trust::{mend_trust, trust_of};
use crate::instance::{ec2_services, is_other, nearly, profile};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance profile still exists in IAM and is still the same one (`IamInstanceProfile.Id` against `InstanceProfileId`),
    /// holds a role, and whether the trust policy of that role lets `ec2.amazonaws.com` call `sts:AssumeRole`.
    ///
    /// ## Why it matters
    ///
    /// In each of these cases the metadata service has no credentials for the agent, however generous the policies are. An instance is
    /// bound to the id of a profile: one that was deleted and made again under its old name is another one.
    ///
    /// ## How to confirm
    ///
    /// On the instance, the metadata path `/latest/meta-data/iam/info` shows a `Code` other than `Success`, and
    /// `/latest/meta-data/iam/security-credentials/ROLE` may say `AssumeRoleUnauthorizedAccess`.
    ///
    /// ## False positives
    ///
    /// Credentials that were handed out before the change stay valid for hours, so that an agent may still be connected. Whether EC2 tells
    /// `aws:SourceAccount` and `aws:SourceArn` is not documented: a trust policy that hangs on them cannot be judged.
    ///
    /// ## Fix
    ///
    /// Bind the instance to a profile that exists, put a role into the empty one, or let EC2 assume the role (class A). To undo, take
    /// the role out again, or write the saved trust policy back; a deleted profile cannot be put back.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "IAM roles for Amazon EC2" and "Retrieve security credentials from instance metadata"
    /// - ECS developer guide, "Amazon ECS container instance IAM role"
    "ecs/profile-broken", Blocker, Agent, fix A,
    "The instance profile gives no credentials",
    needs [DESCRIBE_INSTANCES, GET_INSTANCE_PROFILE, GET_ROLE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (id, name) = (case.instance.instance_id.as_str(), case.identity.profile_name);
    let Some(attached) = case.identity.attached else {
        return Ok(Judgement::follows_from("ecs/no-instance-profile"));
    };
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let finding = |detail: String| Finding::new(detail).about("instance-profile", name).about("ec2-instance", id);
    let kit = identity::kit(case);
    let Some(known) = case.identity.profile.clone()? else {
        let summary = "make the profile again, with a role for container instances, and bind the instance to it; if you have such a \
                       profile, only the last command, with its name. What else the old role could do is not known";
        let detail = format!(
            "instance profile `{name}` of instance `{id}` does not exist any more, so its agent gets no credentials"
        );
        return Ok(Judgement::fail(
            finding(detail)
                .proof(Evidence::new(op::GET_INSTANCE_PROFILE, name, "InstanceProfile", Value::Null))
                .fix(profile::make_again(case, &kit, Fix::new(FixClass::A, summary), name)),
        ));
    };
    if is_other(&known.instance_profile_id, &attached.id) {
        let detail = format!(
            "instance profile `{name}` was deleted and made again: instance `{id}` is bound to `{}`, the profile of that name is `{}` \
             now, so its agent gets no credentials",
            attached.id, known.instance_profile_id
        );
        let summary = "bind the instance to the profile of that name that exists; the deleted one cannot be put back";
        return Ok(Judgement::fail(
            finding(detail)
                .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "IamInstanceProfile.Id", attached.id.as_str()))
                .proof(Evidence::new(
                    op::GET_INSTANCE_PROFILE,
                    name,
                    "InstanceProfileId",
                    known.instance_profile_id.as_str(),
                ))
                .fix(profile::rebind(case, Fix::new(FixClass::A, summary), name)),
        ));
    }
    let Some(role) = case.role()? else {
        let summary = format!(
            "make a role for container instances and add it to instance profile `{name}`, of which every instance gets it; if you have \
             such a role, only the last command, with its name"
        );
        return Ok(Judgement::fail(
            finding(format!("instance profile `{name}` holds no role, so the agent of `{id}` gets no credentials"))
                .proof(Evidence::new(op::GET_INSTANCE_PROFILE, name, "Roles", json!([])))
                .fix(profile::fill(case, &kit, Fix::new(FixClass::A, summary), name)),
        ));
    };
    let role_name = role.role.role_name.as_str();
    let decision = role.decide_trust(case, ec2_services(case.partition()));
    match decision.verdict {
        Verdict::Allowed => Ok(Judgement::pass(format!(
            "instance profile `{name}` is the one attached, and its role `{role_name}` trusts EC2"
        ))),
        Verdict::Unknown => Ok(Judgement::cannot_tell(
            format!("whether role `{role_name}` trusts EC2 depends on what is not known"),
            role.open(&decision),
        )),
        Verdict::ExplicitlyDenied | Verdict::ImplicitlyDenied => {
            let detail = format!(
                "EC2 may not assume role `{role_name}`, so the agent of `{id}` gets no credentials{}",
                nearly(&decision)
            );
            Ok(Judgement::fail(finding(detail).about("role", role_name).proof(trust_of(role)).fix(mend_trust(
                role,
                "ec2.amazonaws.com",
                "EC2",
            ))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    fn never() -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world);
        world
    }

    #[test]
    fn fires_when_deleted_or_made_again() {
        let mut world = never();
        world.fail(op::GET_INSTANCE_PROFILE, "NoSuchEntity");
        assert!(findings(world.judge(&RULE))[0].detail.contains("does not exist any more"));
        let mut world = never();
        world.patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/InstanceProfileId", json!("AIPA2"));
        let found = findings(world.judge(&RULE));
        assert_eq!((&found[0].evidence[0].value, &found[0].evidence[1].value), (&json!("AIPA1"), &json!("AIPA2")));
    }

    #[test]
    fn fires_on_an_empty_profile() {
        let mut world = never();
        world.patch(op::GET_INSTANCE_PROFILE, "/InstanceProfile/Roles", json!([]));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].evidence[0].field, "Roles");
        assert!(found[0].fix.as_ref().unwrap().commands.iter().any(|command| command.contains("ecsInstanceRole")));
    }

    #[test]
    fn fires_when_ec2_is_not_trusted() {
        let mut world = never();
        let tasks = json!({ "Effect": "Allow", "Principal": { "Service": "ecs-tasks.amazonaws.com" }, "Action": "sts:AssumeRole" });
        world.patch(op::GET_ROLE, "/Role/AssumeRolePolicyDocument/Statement/0", tasks);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("ecs-tasks.amazonaws.com"), "{}", found[0].detail);
    }

    #[test]
    fn silent_when_all_is_in_order() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_profile_is_denied_or_trust_hangs_on_a_key() {
        assert_eq!(missing(never().deny(op::GET_INSTANCE_PROFILE).judge(&RULE)), ["iam:GetInstanceProfile"]);
        let mut world = never();
        let guarded = json!({ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceAccount": testkit::ACCOUNT } } });
        world.patch(op::GET_ROLE, "/Role/AssumeRolePolicyDocument/Statement/0", guarded);
        assert_eq!(missing(world.judge(&RULE)), ["condition key `aws:SourceAccount` of the request"]);
    }
}
