//! Tags in the call that registers need a permission of their own.

use crate::ecs::calls::{REGISTER, TAG};
use crate::ecs::{Case, TAGGING, identity};
use crate::evidence::Evidence;
use crate::finding::{Judgement, Place};
use crate::instance::Grant;
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::user_data::USER_DATA;
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

/// Settings with which the agent sends tags.
const TAGS: [&str; 2] = ["ECS_CONTAINER_INSTANCE_TAGS", "ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM"];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.registered().is_some() {
        return Ok(Judgement::pass(case.sign()));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
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
    let key = format!("{}/{USER_DATA}", case.instance.instance_id);
    let signs = case.snapshot.instance_attributes.get(&key).ok().flatten();
    let signs = signs.and_then(|attribute| attribute.user_data_signs.as_ref());
    let told = signs.and_then(|signs| signs.settings.iter().find(|setting| TAGS.contains(&setting.name.as_str())));
    let Some(told) = told.filter(|setting| !setting.is_conditional) else {
        return Ok(Judgement::Elsewhere {
            place: Place::Instance,
            command: "grep -E '^ECS_CONTAINER_INSTANCE_(TAGS|PROPAGATE_TAGS_FROM)=' /etc/ecs/ecs.config".into(),
            look_for: format!("a line at all: the agent sends tags then, and role `{name}` may not call `{TAG}`")
                .into(),
        });
    };
    let judged = identity::judge_lacking(case, &[TAG], "so a registration with tags is refused as a whole")?;
    let Judgement::Fail(findings) = judged else { return Ok(judged) };
    let proof = [
        Evidence::new(op::LIST_ACCOUNT_SETTINGS, TAGGING, "settings[].value", value),
        Evidence::new(op::DESCRIBE_INSTANCE_ATTRIBUTE, &case.instance.instance_id, "UserData", told.name.as_str()),
    ];
    Ok(Judgement::Fail(findings.into_iter().map(|finding| finding.proofs(proof.clone())).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    /// Without the statement on tags, and with user data that sets this.
    fn without_tag(setting: Option<&str>) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::never(&mut world).patch(
            op::GET_POLICY_VERSION,
            "/PolicyVersion/Document/Statement/1",
            Value::Null,
        );
        let settings: Vec<Value> = setting.iter().map(|name| json!({ "Name": name })).collect();
        let of_instance = json!({ "InstanceId": testkit::INSTANCE, "Attribute": USER_DATA });
        world.forget(op::DESCRIBE_INSTANCE_ATTRIBUTE).answer(
            op::DESCRIBE_INSTANCE_ATTRIBUTE,
            of_instance,
            json!({ "InstanceId": testkit::INSTANCE, "UserDataSigns": { "Kind": "shell-script", "Settings": settings } }),
        );
        world
    }

    #[test]
    fn fires_when_tags_are_sent_and_not_permitted() {
        let found = findings(without_tag(Some(TAGS[0])).judge(&RULE));
        assert!(found[0].detail.contains("`ecs:TagResource`"), "{}", found[0].detail);
        assert!(found[0].evidence.iter().any(|proof| proof.field == "settings[].value" && proof.value == "on"));
    }

    #[test]
    fn silent_when_tagging_needs_no_permission_or_is_given() {
        let mut world = without_tag(Some(TAGS[1]));
        world.patch(op::LIST_ACCOUNT_SETTINGS, "/settings/0/value", json!("off"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        let mut world = testkit::ecs::nat();
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_but_for_a_hint_when_nothing_tells_of_tags() {
        assert!(matches!(without_tag(None).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_setting_is_denied() {
        let mut world = without_tag(Some(TAGS[0]));
        world.deny(op::LIST_ACCOUNT_SETTINGS);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:ListAccountSettings"]);
    }
}
