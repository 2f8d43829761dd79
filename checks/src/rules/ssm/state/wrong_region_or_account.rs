//! The facts are of another Region or account than the instance.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance lies in the Region and account that the facts are of: its Availability Zone and the owner of its reservation
    /// against those of the snapshot. A live run finds an instance only in the right place; saved outputs can be mixed up.
    ///
    /// ## Why it matters
    ///
    /// Systems Manager knows a node in one Region of one account. Looked for anywhere else it is "not managed", and everything that
    /// is then repaired was not broken.
    ///
    /// ## How to confirm
    ///
    /// `aws sts get-caller-identity`, and `aws ec2 describe-instances --instance-ids ID --region REGION` in the Region you mean.
    ///
    /// ## False positives
    ///
    /// None is known for live runs. In a folder of saved outputs a stray file of another account or Region is enough.
    ///
    /// ## Fix
    ///
    /// Run again with `--region` and `--profile` of the instance (class M).
    ///
    /// ## References
    ///
    /// - EC2 API reference, "Error codes", `InvalidInstanceID.NotFound`
    /// - Systems Manager user guide, "Troubleshooting managed node availability"
    "ssm/wrong-region-or-account", Blocker, Registration, fix M,
    "The instance lies in another Region or account",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let (id, zone) = (case.instance.instance_id.as_str(), case.instance.placement.availability_zone.as_str());
    let (region, account) = (case.region(), case.snapshot.header.account.as_str());
    if case.heartbeat.is_online() {
        return Ok(Judgement::pass(format!("Systems Manager knows `{id}` here")));
    }
    if region.is_empty() && zone.is_empty() {
        return Ok(Judgement::cannot_tell(
            "the facts tell neither their Region nor the zone of the instance",
            vec![Gap::opaque("which Region the facts were collected in")],
        ));
    }
    let owner = case.instance.owner_id.as_str();
    let found = || Finding::new("").about("ec2-instance", id);
    let mut findings = Vec::new();
    // The name of a zone begins with that of its Region, for Local Zones and Wavelength Zones too.
    if !region.is_empty() && !zone.is_empty() && !zone.starts_with(region) {
        let mut finding = found().proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "Placement.AvailabilityZone", zone));
        finding.detail = format!("instance `{id}` lies in zone `{zone}`, but the other facts are of Region `{region}`");
        let summary = "collect the facts again in the Region of the instance";
        findings.push(
            finding.fix(Fix::new(FixClass::M, summary).run(format!("aws-triage ssm {} --region REGION", quoted(id)))),
        );
    }
    if !account.is_empty() && !owner.is_empty() && owner != account {
        let mut finding = found().proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "Reservations[].OwnerId", owner));
        finding.detail =
            format!("instance `{id}` belongs to account `{owner}`, but the other facts are of account `{account}`");
        let summary = format!("collect the facts again with a profile of account `{owner}`");
        findings.push(
            finding.fix(Fix::new(FixClass::M, summary).run(format!("aws-triage ssm {} --profile PROFILE", quoted(id)))),
        );
    }
    Ok(Judgement::of(findings, format!("instance `{id}` was found in account `{account}`, Region `{region}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const ZONE: &str = "/Reservations/0/Instances/0/Placement/AvailabilityZone";

    #[test]
    fn fires_on_facts_of_two_places() {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, ZONE, json!("us-east-1a"));
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/OwnerId", json!("999999999999"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("us-east-1a"));
        assert!(found[1].detail.contains("999999999999"));
    }

    #[test]
    fn silent_where_the_instance_was_found() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.never().patch(op::DESCRIBE_INSTANCES, ZONE, json!("eu-west-1-lax-1a"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_nothing_tells_the_place() {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, ZONE, json!(""));
        let mut snapshot = world.snapshot();
        snapshot.header.region.clear();
        let instance = crate::instance::find(&snapshot, testkit::INSTANCE).unwrap();
        let estate = crate::ssm::Estate::new(&snapshot);
        let judgement = judge(&Case::new(&estate, instance)).unwrap();
        assert_eq!(missing(judgement), ["which Region the facts were collected in"]);
    }
}
