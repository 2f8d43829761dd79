//! Tags in the call that registers need a permission of their own.

use crate::ecs::calls::{REGISTER, TAG};
use crate::ecs::{Case, TAGGING, identity};
use crate::evidence::Evidence;
use crate::finding::{Judgement, Place};
use crate::instance::Grant;
use crate::os::user_data::SettingSign;
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the role may call `ecs:TagResource` while it registers (`ecs:CreateAction` `RegisterContainerInstance`), where the account
    /// asks for that permission (setting `tagResourceAuthorization`) and the user data gives the entry tags
    /// (`ECS_CONTAINER_INSTANCE_TAGS`, `ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM`).
    ///
    /// ## Why it matters
    ///
    /// With tag authorization on, a registration with tags is refused as a whole when tagging is not permitted: the agent does not register
    /// at all, though `ecs:RegisterContainerInstance` is allowed.
    ///
    /// ## How to confirm
    ///
    /// `aws ecs list-account-settings --name tagResourceAuthorization --effective-settings --principal-arn ROLE_ARN`, and
    /// `AccessDeniedException` with `ecs:TagResource` in the agent's log.
    ///
    /// ## False positives
    ///
    /// An agent that sends no tags needs no such permission. Tags that another file configures do not show in the user data: then the rule
    /// only says where to look.
    ///
    /// ## Fix
    ///
    /// Attach `AmazonEC2ContainerServiceforEC2Role`, which holds the statement since its version of 2023, or add it to the role's own
    /// policy (class A). To undo, detach it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Grant permission to tag resources on creation"
    /// - ECS developer guide, "Amazon ECS container agent configuration"
    "ecs/role-lacks-tag", Blocker, Registration, fix A,
    "The role may not tag the container instance while it registers",
    needs [LIST_ACCOUNT_SETTINGS, GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES,
        GET_POLICY_VERSION, GET_ROLE_POLICY]
}

/// The tags themselves, as a JSON object.
const TAGS: &str = "ECS_CONTAINER_INSTANCE_TAGS";
/// Where else tags come from: `ec2_instance` or `none`.
const FROM: &str = "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM";

/// Whether the agent certainly sends tags for a setting.
///
/// Source: ECS developer guide, "Amazon ECS container agent configuration".
fn sends_tags(setting: &SettingSign, has_tags: bool) -> bool {
    let is_told = match setting.name.as_str() {
        TAGS => setting.value != "{}",
        // The agent gets them with a call of its own, and leaves out those that AWS made.
        FROM => setting.value == "ec2_instance" && has_tags,
        _ => false,
    };
    is_told && setting.faults.is_empty() && !setting.is_conditional
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.registered().is_some() {
        return Ok(Judgement::pass(case.sign()));
    }
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let Some(role) = case.role()? else {
        return Ok(Judgement::not_applicable("the instance has no role that could do it"));
    };
    let name = role.role.role_name.as_str();
    if !matches!(role.grant(case, REGISTER), Grant::Given) {
        return Ok(Judgement::not_applicable("the role may not register the instance in the first place"));
    }
    if matches!(role.grant(case, TAG), Grant::Given) {
        return Ok(Judgement::pass(format!("a policy of role `{name}` allows `{TAG}` while it registers")));
    }
    let settings = case.snapshot.account_settings.get(TAGGING)?;
    let setting = settings.and_then(|known| known.settings.iter().find(|setting| setting.name == TAGGING));
    let value = setting.map_or("", |setting| setting.value.as_str());
    if is(value, "off") || is(value, "disabled") {
        return Ok(Judgement::pass(format!("`{TAGGING}` is {value}, so that tags need no permission")));
    }
    let signs = case.user_data().ok().flatten();
    let has_tags = matches!(role.grant(case, "ec2:DescribeTags"), Grant::Given)
        && case.instance.tags.iter().any(|tag| !tag.key.starts_with("aws:"));
    let mut settings = signs.into_iter().flat_map(|signs| &signs.settings);
    let Some(told) = settings.find(|setting| sends_tags(setting, has_tags)) else {
        return Ok(Judgement::Elsewhere {
            place: Place::Instance,
            command: "grep -E '^ECS_CONTAINER_INSTANCE_(TAGS|PROPAGATE_TAGS_FROM)=' /etc/ecs/ecs.config".into(),
            look_for: format!(
                "a line with tags, or with `ec2_instance`: the agent sends tags then, and role `{name}` may not call `{TAG}`"
            )
                .into(),
        });
    };
    let judged = identity::judge_lacking(case, &[TAG], "so a registration with tags is refused as a whole")?;
    let Judgement::Fail(findings) = judged else { return Ok(judged) };
    let proof = [
        Evidence::new(op::LIST_ACCOUNT_SETTINGS, TAGGING, "settings[].value", value),
        Evidence::new(
            op::DESCRIBE_INSTANCE_ATTRIBUTE,
            &case.instance.instance_id,
            "UserDataSigns.Settings[].Name",
            told.name.as_str(),
        ),
    ];
    Ok(Judgement::Fail(findings.into_iter().map(|finding| finding.proofs(proof.clone())).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    const SET: &str = "ECS_CONTAINER_INSTANCE_TAGS={\"a\":\"b\"}";
    const FROM_INSTANCE: &str = "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance";

    /// Without the statement on tags, and with user data that sets this.
    fn without_tag(setting: &str) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(
            op::GET_POLICY_VERSION,
            "/PolicyVersion/Document/Statement/1",
            Value::Null,
        );
        let text = format!("{}echo '{setting}' >> /etc/ecs/ecs.config\n", testkit::ecs::USER_DATA);
        testkit::ecs::with_user_data(&mut world, &text);
        world.patch(
            op::DESCRIBE_INSTANCES,
            "/Reservations/0/Instances/0/Tags",
            json!([{ "Key": "team", "Value": "web" }]),
        );
        world
    }

    #[test]
    fn fires_when_tags_are_sent_and_not_permitted() {
        findings(without_tag(FROM_INSTANCE).judge(&RULE));
        let found = findings(without_tag(SET).judge(&RULE));
        assert!(found[0].detail.contains("`ecs:TagResource`"), "{}", found[0].detail);
        let proof = found[0].evidence.last().unwrap();
        assert_eq!((proof.field.as_ref(), &proof.value), ("UserDataSigns.Settings[].Name", &json!(TAGS)));
        assert!(found[0].evidence.iter().any(|proof| proof.field == "settings[].value" && proof.value == "on"));
    }

    #[test]
    fn silent_when_tagging_needs_no_permission_or_is_given() {
        let mut world = without_tag(FROM_INSTANCE);
        world.patch(op::LIST_ACCOUNT_SETTINGS, "/settings/0/value", json!("off"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_but_for_a_hint_when_nothing_tells_of_tags() {
        for setting in [
            "ECS_LOGLEVEL=info",
            "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=none",
            "ECS_CONTAINER_INSTANCE_TAGS={}",
            "ECS_CONTAINER_INSTANCE_TAGS=",
        ] {
            assert!(matches!(without_tag(setting).judge(&RULE), Judgement::Elsewhere { .. }), "{setting}");
        }
    }

    #[test]
    fn silent_but_for_a_hint_when_the_instance_has_no_tags_to_send() {
        let mut world = without_tag(FROM_INSTANCE);
        let own = json!([{ "Key": "aws:autoscaling:groupName", "Value": "web" }]);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Tags", own);
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = without_tag(FROM_INSTANCE);
        let allowed = json!(["ecs:RegisterContainerInstance", "ecs:Poll"]);
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/0/Action", allowed);
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }), "nor may the agent read them");
    }

    #[test]
    fn unknown_when_the_setting_is_denied() {
        let mut world = without_tag(SET);
        world.deny(op::LIST_ACCOUNT_SETTINGS);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:ListAccountSettings"]);
    }
}
