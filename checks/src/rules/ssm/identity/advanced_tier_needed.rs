//! Sessions to a hybrid node need the advanced-instances tier.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::ssm::ACTIVATION_TIER as TIER;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance that works under a hybrid registration (`mi-…`) and is online there: whether the Region's activation tier is
    /// `advanced`. An EC2 instance under its own id never needs it.
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
    /// Commands, patches and inventory of hybrid nodes work in the standard tier; only sessions do not. Where nobody wants the hybrid
    /// registration, `ssm/stale-hybrid-registration` is the cause and this is no more than advice. A change of tier takes some minutes to
    /// come into force.
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
    needs [GET_SERVICE_SETTING, DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(node) = case.hybrid_twin().filter(|node| is(&node.ping_status, "Online")) else {
        return Ok(Judgement::not_applicable("an EC2 instance under its own id needs no advanced tier"));
    };
    let id = node.instance_id.as_str();
    let setting = case.snapshot.service_settings.get(TIER)?;
    let tier = setting.map_or("standard", |setting| setting.setting_value.as_str());
    if is(tier, "advanced") {
        return Ok(Judgement::pass("hybrid nodes of this Region are in the advanced tier"));
    }
    let set = |value: &str| {
        Aws::new("ssm", "update-service-setting", case.region()).arg("setting-id", TIER).arg("setting-value", value)
    };
    let fix = Fix::new(
        FixClass::B,
        "if the hybrid node is wanted, use the advanced tier; every hybrid node of the account and Region is then billed",
    );
    let detail = format!("hybrid node `{id}` is in the {tier} tier, in which Session Manager opens no sessions");
    let mut finding = Finding::new(detail)
        .about("managed-node", id)
        .proof(Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, id, "PingStatus", node.ping_status.as_str()))
        .proof(Evidence::new(op::GET_SERVICE_SETTING, TIER, "SettingValue", tier))
        .fix(fix.run(set("advanced")).undo(set("standard")));
    // The registration itself is the fault of an instance.
    finding.rule = RULE.about.id;
    finding.severity = Severity::Advice;
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// The instance answers as a hybrid node only.
    fn hybrid(status: &str) -> World {
        let mut world = testkit::nat();
        let node = json!([{ "InstanceId": "mi-0123456789abcdef0", "PingStatus": status, "IPAddress": "10.0.1.10",
            "ComputerName": "web-1", "ResourceType": "ManagedInstance" }]);
        world.never().patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList", node);
        world
    }

    fn tier(value: &str) -> World {
        let mut world = hybrid("Online");
        let setting = json!({ "ServiceSetting": { "SettingId": TIER, "SettingValue": value } });
        world.answer(op::GET_SERVICE_SETTING, json!({ "SettingId": TIER }), setting);
        world
    }

    #[test]
    fn fires_for_a_hybrid_node_in_the_standard_tier() {
        let found = findings(tier("standard").judge(&RULE));
        assert_eq!((&found[0].evidence[1].value, found[0].severity), (&json!("standard"), Severity::Advice));
    }

    #[test]
    fn silent_in_the_advanced_tier_and_for_instances() {
        assert!(matches!(tier("advanced").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(hybrid("ConnectionLost").judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_nobody_asked() {
        assert_eq!(missing(hybrid("Online").judge(&RULE)), ["ssm:GetServiceSetting"]);
    }
}
