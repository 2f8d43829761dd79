//! The network ACL that should let the connection pass is full.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::walls::Ways;

declare_rule! {
    /// ## What it checks
    ///
    /// Where a network ACL drops the connection or its replies: whether it has as many entries in that direction as the quota lets it
    /// have, 20 unless AWS raised it.
    ///
    /// ## Why it matters
    ///
    /// The entry that would mend it is refused with `NetworkAclEntryLimitExceeded`.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-network-acls --network-acl-ids ACL --query 'NetworkAcls[].Entries[]'`
    ///
    /// ## False positives
    ///
    /// The quota can be raised to 40. The final deny of AWS has no place in the count.
    ///
    /// ## Fix
    ///
    /// Join entries (class M): which ones can be joined is for their owner to say.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Amazon VPC quotas"
    "ssh/nacl-quota", Advice, Feature, fix M,
    "The network ACL is full",
    needs [DESCRIBE_NETWORK_ACLS]
}

/// Entries that an ACL can have in each direction, unless AWS raised the quota.
const QUOTA: usize = 20;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.snapshot.refusal(op::DESCRIBE_NETWORK_ACLS).is_some() {
        return Ok(Judgement::follows_from("ssh/nacl-inbound-denied"));
    }
    let walls = case.walls(|cause| matches!(cause, Cause::DestinationAclInbound | Cause::DestinationAclReply));
    if walls.is_empty() {
        return Ok(Judgement::not_applicable("no entry has to be added"));
    }
    let mut found = Vec::new();
    for wall in &walls {
        let (id, egress) = (wall.obstacle.component.id.as_str(), wall.obstacle.is_on_return);
        let Some(acl) = case.snapshot.network_acls.get(id)? else { continue };
        let number = acl.entries.iter().filter(|entry| entry.egress == egress && entry.rule_number < 32_767).count();
        if number >= QUOTA {
            let way = if egress { "outbound" } else { "inbound" };
            let detail =
                format!("network ACL `{id}` has {number} {way} entries, and {QUOTA} is the quota: one more is refused");
            let finding = Finding::new(detail)
                .about("network-acl", id)
                .proof(Evidence::new(op::DESCRIBE_NETWORK_ACLS, id, "Entries", number))
                .fix(Fix::new(
                    FixClass::M,
                    format!("have the owner of `{id}` join entries, or ask for a higher quota"),
                ));
            found.push(finding);
        }
    }
    Ok(Judgement::of(found, "there is room for one more entry"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{acl_entry, public};
    use crate::testkit::{World, findings};
    use serde_json::json;

    fn with(number: u32) -> World {
        let mut world = public();
        for at in 0..number {
            acl_entry(&mut world, at.saturating_add(1), false, json!({ "From": 22, "To": 22 }));
        }
        world
    }

    #[test]
    fn fires_when_no_entry_can_be_added() {
        assert!(findings(with(19).judge(&RULE))[0].detail.contains("has 20 inbound entries"));
    }

    #[test]
    fn silent_with_room_and_when_nothing_has_to_be_added() {
        assert!(matches!(with(3).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(public().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_is_the_question_of_the_rule_about_the_missing_entry() {
        let mut world = public();
        world.deny(op::DESCRIBE_NETWORK_ACLS);
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssh/nacl-inbound-denied"));
    }
}
