//! A private hosted zone answers for the name.

use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::names::{leads, not_asked, zone};
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a private hosted zone that is associated with the VPC covers the host name that was asked about, itself or a parent of it.
    /// What the zone holds is not read: it often belongs to another account.
    ///
    /// ## Why it matters
    ///
    /// Inside the VPC a private zone answers for everything below its name. A public name that it does not hold does not exist there,
    /// while it works everywhere else: that is the tell.
    ///
    /// ## How to confirm
    ///
    /// `aws route53 list-resource-record-sets --hosted-zone-id ZONE --query "ResourceRecordSets[?Name=='HOST.']"`; in the function: look
    /// the name up.
    ///
    /// ## False positives
    ///
    /// A zone that has the record is what somebody meant. Zones that private DNS of an endpoint makes do not count. A zone below the name
    /// does not cover it.
    ///
    /// ## Fix
    ///
    /// Add the record to the private zone (class A, by its owner). To undo, delete the record.
    ///
    /// ## References
    ///
    /// - Route 53 developer guide, "Considerations when working with a private hosted zone"
    "lambda/private-zone-shadows-public", Blocker, fix A,
    "A private hosted zone hides the public name",
    needs [LIST_HOSTED_ZONES_BY_VPC]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case) {
        return Ok(judgement);
    }
    let Some(host) = case.target.host() else { return Ok(Judgement::not_applicable("no host name was asked about")) };
    if case.ways.iter().any(|way| !way.endpoints().is_empty()) {
        return Ok(Judgement::pass("private DNS of an endpoint answers for the name"));
    }
    let Some(zone) = zone(case, host)? else {
        return Ok(Judgement::pass("no private hosted zone of the VPC covers the name"));
    };
    let gap = leads(zone, host);
    let id = zone.hosted_zone_id.as_str();
    let reason = format!(
        "{gap}; run `aws route53 list-resource-record-sets --hosted-zone-id {id}`: without a record for `{host}` the name does not exist in \
         VPC `{}`",
        case.vpc_id()
    );
    Ok(Judgement::cannot_tell(reason, vec![gap]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::missing;
    use serde_json::json;

    fn with_zone(name: &str) -> crate::testkit::World {
        let mut world = worlds::nat();
        let zone = json!([{ "HostedZoneId": "Z1", "Name": name, "Owner": { "OwningAccount": "123456789012" } }]);
        world.patch(op::LIST_HOSTED_ZONES_BY_VPC, "/HostedZoneSummaries", zone);
        worlds::asking(&mut world, "api.example.com");
        world.answer(op::RESOLVE, json!({ "Name": "api.example.com" }), json!({ "Addresses": ["198.51.100.7"] }));
        world
    }

    #[test]
    fn fires_never_without_the_records_of_the_zone() {
        let report = worlds::diagnose(&with_zone("example.com.")).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Inconclusive, "{:?}", report.findings);
    }

    #[test]
    fn silent_where_no_zone_covers_the_name() {
        assert!(matches!(with_zone("other.com.").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_where_a_zone_covers_the_name_or_zones_are_denied() {
        assert_eq!(
            missing(with_zone("example.com.").judge(&RULE)),
            ["where the private hosted zone `Z1` (example.com.) leads `api.example.com`"]
        );
        let mut world = with_zone("other.com.");
        world.deny(op::LIST_HOSTED_ZONES_BY_VPC);
        assert_eq!(missing(world.judge(&RULE)), ["route53:ListHostedZonesByVPC"]);
    }
}
