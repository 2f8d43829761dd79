//! Sessions to a hybrid node need the advanced-instances tier.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// For a node that is registered by hybrid activation (`mi-…`): whether the Region's activation tier is `advanced`. An EC2 instance
    /// under its own id never needs it.
    ///
    /// ## Why it matters
    ///
    /// Session Manager opens sessions to hybrid nodes only in the advanced-instances tier; in the standard tier `StartSession` answers
    /// `BadRequest` with "Enable advanced-instances tier".
    ///
    /// ## How to confirm
    ///
    /// `aws ssm get-service-setting --setting-id /ssm/managed-instance/activation-tier`
    ///
    /// ## False positives
    ///
    /// Commands, patches and inventory of hybrid nodes work in the standard tier; only sessions do not. A change of tier takes some
    /// minutes to come into force.
    ///
    /// ## Fix
    ///
    /// Set the tier to `advanced` (class B: every hybrid node of the account and Region is billed by the hour). To undo, set `standard`
    /// back; that is refused while more than 1,000 hybrid nodes are registered.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Configuring instance tiers"
    "ssm/advanced-tier-needed", Blocker, Sessions, fix B,
    "The hybrid node is in the standard tier",
    needs [GET_SERVICE_SETTING]
}

const TIER: &str = "/ssm/managed-instance/activation-tier";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if !id.starts_with("mi-") {
        return Ok(Judgement::not_applicable("an EC2 instance under its own id needs no advanced tier"));
    }
    let setting = case.snapshot.service_settings.get(TIER)?;
    let tier = setting.map_or("standard", |setting| setting.setting_value.as_str());
    if is(tier, "advanced") {
        return Ok(Judgement::pass("hybrid nodes of this Region are in the advanced tier"));
    }
    let set = |value: &str| {
        Aws::new("ssm", "update-service-setting", case.region()).arg("setting-id", TIER).arg("setting-value", value)
    };
    Ok(Judgement::fail(
        Finding::new(format!("hybrid node `{id}` is in the {tier} tier, in which Session Manager opens no sessions"))
            .about("managed-node", id)
            .proof(Evidence::new(op::GET_SERVICE_SETTING, TIER, "SettingValue", tier))
            .fix(
                Fix::new(
                    FixClass::B,
                    "use the advanced tier; every hybrid node of the account and Region is then billed",
                )
                .run(set("advanced"))
                .undo(set("standard")),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::ec2::Instance;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn judged(world: &World) -> Judgement {
        let snapshot = world.snapshot();
        let node = Instance { instance_id: "mi-0123456789abcdef0".to_owned(), ..Instance::default() };
        (RULE.judge)(&Case::new(&snapshot, &node)).unwrap_or_else(Judgement::from)
    }

    fn tier(value: &str) -> World {
        let mut world = testkit::nat();
        let setting = json!({ "ServiceSetting": { "SettingId": TIER, "SettingValue": value } });
        world.answer(op::GET_SERVICE_SETTING, json!({ "SettingId": TIER }), setting);
        world
    }

    #[test]
    fn fires_for_a_hybrid_node_in_the_standard_tier() {
        let found = findings(judged(&tier("standard")));
        assert_eq!(found[0].evidence[0].value, "standard");
    }

    #[test]
    fn silent_in_the_advanced_tier_and_for_instances() {
        assert!(matches!(judged(&tier("advanced")), Judgement::Pass(_)));
        assert!(matches!(tier("standard").judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_nobody_asked() {
        assert_eq!(missing(judged(&testkit::nat())), ["ssm:GetServiceSetting"]);
    }
}
