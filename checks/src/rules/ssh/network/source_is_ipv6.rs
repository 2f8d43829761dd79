//! Connections come over one address family, and the rules are of the other.

use crate::finding::{Finding, Judgement};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::door::{self, Closed};
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups stop the source while their rules for the port are all of the other address family: IPv4 blocks for a
    /// client that comes over IPv6, or the reverse.
    ///
    /// ## Why it matters
    ///
    /// A client that resolves the name to an IPv6 address connects over IPv6, and an IPv4 rule says nothing about it, not even
    /// `0.0.0.0/0`.
    ///
    /// ## How to confirm
    ///
    /// `ssh -4 HOST` and `ssh -6 HOST`: one of them works.
    ///
    /// ## False positives
    ///
    /// Clients try the addresses of a name one after the other: a closed IPv6 address delays them and does not stop them where IPv4 is
    /// open. Prefix lists belong to one family and are not guessed at.
    ///
    /// ## Fix
    ///
    /// A rule for the address of the source in its own family (class A), or `ssh -4`. To undo, revoke the rule.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules"
    /// - OpenSSH manual, ssh(1), options -4 and -6
    "ssh/source-is-ipv6", Blocker, Path, fix A,
    "The security group knows the other address family only",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_INSTANCES, GET_MANAGED_PREFIX_LIST_ENTRIES]
}

const PASS: &str = "the groups have rules of the source's own address family, or let it in";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    door::judge(case, &RULE.about, Closed::ForAnotherFamily, PASS, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let family = case.source.origin().family().unwrap_or(Family::Ipv4);
    let other = if family == Family::Ipv4 { Family::Ipv6 } else { Family::Ipv4 };
    let detail = format!(
        "on TCP {} the security groups of instance `{}` have rules for {other} only, and connections come over {family} from {}",
        case.question.port,
        case.instance.instance_id,
        case.source.words()
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
    use crate::snapshot::operations as op;
    use crate::testkit::findings;
    use crate::testkit::ssh::{asked, dual_stack, from, public};

    #[test]
    fn fires_for_a_client_over_ipv6() {
        let found = findings(asked(&dual_stack(), &RULE, from("2a05:d018:9::7")));
        assert!(found[0].detail.contains("rules for IPv4 only"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains(r#""CidrIpv6":"2a05:d018:9::7/128""#), "{fix:?}");
    }

    #[test]
    fn silent_when_rules_and_source_are_of_one_family() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(asked(&public(), &RULE, from("192.0.2.9")), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_is_the_other_rules_question() {
        let mut world = dual_stack();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(matches!(asked(&world, &RULE, from("2a05:d018:9::7")), Judgement::NotApplicable(_)));
    }
}
