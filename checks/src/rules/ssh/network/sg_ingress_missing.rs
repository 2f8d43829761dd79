//! The security groups of the instance do not let the source in.

use crate::finding::{Finding, Judgement};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::door::{self, Closed};
use crate::walls::{Wall, in_words};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups of the interface that connections arrive at, taken together, let TCP in on the port in question from
    /// the source: the address or block of `--from`, else the public address of this machine. Blocks, prefix lists and references to
    /// groups count; IPv4 and IPv6 apart. A block as source counts whole: where only a part of it gets in the finding is *degraded*.
    ///
    /// ## Why it matters
    ///
    /// A security group drops what no rule allows, without an answer: the client waits until it times out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissions'`
    ///
    /// ## False positives
    ///
    /// A rule that refers to a group lets in the private addresses of its members and never a public address. Outbound rules do not
    /// matter: replies to a connection that was let in always pass. A connection that was open before a rule was removed may live on.
    /// Behind a proxy or VPN the instance sees another address than this machine: give it with `--from`.
    ///
    /// ## Fix
    ///
    /// One inbound rule for exactly this port and source, with a description that says when it can go (class A; class M with a place-
    /// holder where the source is not known). Never wider. To undo, revoke the rule.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules"
    /// - VPC user guide, "Security group connection tracking"
    /// - EC2 user guide, "Troubleshoot connecting to your instance"
    "ssh/sg-ingress-missing", Blocker, Path, fix A,
    "No inbound rule lets the source in",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_INSTANCES, GET_MANAGED_PREFIX_LIST_ENTRIES]
}

const PASS: &str = "the security groups let the source in on the port";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    door::judge(case, &RULE.about, Closed::Plainly, PASS, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let groups: Vec<&str> = door::groups(case).iter().map(|group| group.group_id.as_str()).collect();
    let partly = wall.obstacle.passes.as_ref().map(|passes| format!(" (only {passes} passes)")).unwrap_or_default();
    let detail = format!(
        "security group {} of instance `{}` does not let {} in on TCP {}{partly}{}",
        in_words(&groups),
        case.instance.instance_id,
        case.source.words(),
        case.question.port,
        wall.by()
    );
    let finding = wall.finding(detail);
    match door::let_in(case) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::fix::FixClass;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{OFFICE, asked, from, ingress, public, seen_as, unseen};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_with_the_smallest_rule_that_lets_the_source_in() {
        let mut world = public();
        ingress(&mut world, json!([]));
        let found = findings(world.judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.class, FixClass::A);
        assert!(
            fix.commands[0].contains(r#""CidrIp":"198.51.100.7/32","Description":"SSH, remove after 2026-11-23""#),
            "{fix:?}"
        );
        assert!(fix.rollback[0].starts_with("aws ec2 revoke-security-group-ingress"), "{fix:?}");
        assert_eq!(found[0].evidence[0].field, "IpPermissions");
    }

    #[test]
    fn fires_for_another_port() {
        let found = findings(asked(&public(), &RULE, |question| question.port = 2222));
        assert!(found[0].detail.contains("TCP 2222"), "{}", found[0].detail);
    }

    #[test]
    fn fires_in_part_for_a_block_of_which_some_addresses_get_in() {
        let found = findings(asked(&public(), &RULE, from("198.51.100.0/24")));
        assert_eq!(found[0].severity, Severity::Degraded);
        assert!(found[0].detail.contains("only 198.51.100.7"), "{}", found[0].detail);
    }

    #[test]
    fn fires_with_a_place_holder_when_nobody_knows_the_source() {
        let mut world = public();
        ingress(unseen(&mut world), json!([]));
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert_eq!(fix.class, FixClass::M);
        assert!(fix.commands[0].contains("MY_ADDRESS/32"), "{fix:?}");
    }

    #[test]
    fn silent_when_a_rule_covers_the_source() {
        let mut world = public();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        ingress(&mut world, json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]));
        assert!(matches!(seen_as(&mut world, "192.0.2.9").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(asked(&public(), &RULE, from(OFFICE)), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied_or_the_source_is_not_known() {
        let mut world = public();
        let known = missing(unseen(&mut world).judge(&RULE));
        assert_eq!(known, ["which address on the internet is meant"]);
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSecurityGroups".to_owned()));
    }
}
