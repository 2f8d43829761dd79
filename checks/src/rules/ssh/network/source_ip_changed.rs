//! The security group lets in an address that somebody had before.

use crate::finding::{Finding, Judgement};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::door::{self, Closed};
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups stop the source while a rule for the port lets in one single other public address (a `/32`, or a
    /// `/128` of IPv6).
    ///
    /// ## Why it matters
    ///
    /// Addresses at home, on the road and behind a company's pool change. The rule that somebody made for the address of yesterday lets
    /// in nobody today, and looks right in the console.
    ///
    /// ## How to confirm
    ///
    /// `curl https://checkip.amazonaws.com` beside `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissions'`
    ///
    /// ## False positives
    ///
    /// The rule may be a colleague's and still be in use: nothing proves whose it is, so that it is left alone. What is proven is that
    /// the source is not let in.
    ///
    /// ## Fix
    ///
    /// One more rule for the present address (class A); the old one goes only when its owner says so. Where addresses change often, a
    /// prefix list that all rules refer to, Session Manager or an EC2 Instance Connect Endpoint. To undo, revoke the new rule.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules"
    /// - VPC user guide, "Group CIDR blocks using managed prefix lists"
    /// - EC2 user guide, "Troubleshoot connecting to your instance"
    "ssh/source-ip-changed", Blocker, Path, fix A,
    "The security group lets an older address in",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_INSTANCES, GET_MANAGED_PREFIX_LIST_ENTRIES]
}

const PASS: &str = "no rule for the port waits for another single address";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    door::judge(case, &RULE.about, Closed::ForAnotherAddress, PASS, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let others = door::other_addresses(case);
    let words: Vec<String> = others.iter().map(door::Single::words).collect();
    let detail = format!(
        "on TCP {} the security groups of instance `{}` let in {}, and connections come from {}",
        case.question.port,
        case.instance.instance_id,
        words.join(", "),
        case.source.words()
    );
    let finding = wall.finding(detail).proofs(others.iter().map(door::Single::evidence));
    match door::let_in(case) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::findings;
    use crate::testkit::ssh::{ingress, public, seen_as};
    use serde_json::json;

    #[test]
    fn fires_with_the_old_address_and_its_description() {
        let mut world = public();
        let found = findings(seen_as(&mut world, "192.0.2.9").judge(&RULE));
        assert!(found[0].detail.contains("`198.51.100.7/32` (\"office\")"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("192.0.2.9/32"));
        assert!(found[0].evidence.iter().any(|own| own.field == "IpPermissions[0].IpRanges"));
        let other = world.judge(&crate::rules::ssh::network::sg_ingress_missing::RULE);
        assert_eq!(other, Judgement::follows_from("ssh/source-ip-changed"));
    }

    #[test]
    fn silent_when_the_source_gets_in_or_only_blocks_are_named() {
        let mut world = public();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        ingress(
            &mut world,
            json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "192.0.2.0/25" }] }]),
        );
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_is_the_other_rules_question() {
        let mut world = public();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }
}
