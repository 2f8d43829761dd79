//! The security groups that should let the source in are full.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, Family};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use crate::ssh::door::{QUOTA, count, groups};
use crate::walls::{Ways, in_words};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the groups do not let the source in: whether each of them has as many inbound rules for the address family as the quota lets
    /// it have, 60 unless AWS raised it.
    ///
    /// ## Why it matters
    ///
    /// The rule that would mend it is refused with `RulesPerSecurityGroupLimitExceeded`.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-group-rules --filters Name=group-id,Values=SG --query 'length(SecurityGroupRules[?!IsEgress])'`
    ///
    /// ## False positives
    ///
    /// The quota of the account may be higher. A prefix list counts as its largest number of entries, which is not told here, so that a
    /// group can be full earlier.
    ///
    /// ## Fix
    ///
    /// A small group of its own for the new rule on the interface beside the others (class A: the call replaces the whole list, so all
    /// are given). To undo, write the old list back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Amazon VPC quotas"
    /// - EC2 API reference, "ModifyNetworkInterfaceAttribute"
    "ssh/sg-rule-limit", Advice, Feature, fix A,
    "The security groups are full",
    needs [DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.snapshot.refusal(op::DESCRIBE_SECURITY_GROUPS).is_some() {
        return Ok(Judgement::follows_from("ssh/sg-ingress-missing"));
    }
    if case.walls(|cause| cause == Cause::SecurityGroupIngress).is_empty() {
        return Ok(Judgement::not_applicable("no rule has to be added"));
    }
    let family = case.source.origin().family().unwrap_or(Family::Ipv4);
    let groups = groups(case);
    let Some(first) = groups.first().filter(|_| groups.iter().all(|group| count(group, family) >= QUOTA)) else {
        return Ok(Judgement::pass("there is room for one more rule"));
    };
    let ids: Vec<&str> = groups.iter().map(|group| group.group_id.as_str()).collect();
    let number = count(first, family);
    let detail = format!(
        "security group {} has {number} inbound rules for {family}, and {QUOTA} is the quota: one more is refused",
        in_words(&ids)
    );
    let finding = Finding::new(detail).about("security-group", &first.group_id).proof(Evidence::new(
        op::DESCRIBE_SECURITY_GROUPS,
        &first.group_id,
        "IpPermissions",
        number,
    ));
    let Some(eni) = case.interface() else { return Ok(Judgement::fail(finding)) };
    let command = |name| Aws::new("ec2", name, case.region());
    let modify =
        || command("modify-network-interface-attribute").arg("network-interface-id", &eni.network_interface_id);
    let all = modify().args("groups", &ids);
    let create = command("create-security-group")
        .arg("group-name", "ssh-access")
        .arg("description", "SSH")
        .arg("vpc-id", &case.instance.vpc_id)
        .keep("group", "GroupId");
    let fix = Fix::new(
        FixClass::A,
        "put the new rule into a small group of its own on the interface, beside those that are there",
    )
    .run(create)
    .run(format!("{} \"$group\"", String::from(all.clone())))
    .undo(all)
    .undo(command("delete-security-group").made("group-id", "group"));
    Ok(Judgement::fail(finding.fix(fix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::ssh::{ingress, public};
    use serde_json::{Value, json};

    fn rules(number: usize) -> Value {
        let ranges: Vec<Value> = (0..number).map(|host| json!({ "CidrIp": format!("10.1.0.{host}/32") })).collect();
        json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges }])
    }

    #[test]
    fn fires_when_no_rule_can_be_added() {
        let mut world = public();
        let fix = findings(ingress(&mut world, rules(60)).judge(&RULE))[0].fix.clone().unwrap();
        assert!(fix.commands[1].ends_with("--groups sg-1 \"$group\""), "{fix:?}");
        assert!(fix.rollback[0].ends_with("--groups sg-1"), "{fix:?}");
    }

    #[test]
    fn silent_with_room_and_when_nothing_has_to_be_added() {
        let mut world = public();
        assert!(matches!(ingress(&mut world, rules(59)).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(public().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_is_the_question_of_the_rule_about_the_missing_entry() {
        let mut world = public();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssh/sg-ingress-missing"));
    }
}
