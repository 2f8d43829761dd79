//! The groups of the function let nothing out to the destination.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::openings::egress;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::{Wall, in_words};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the outbound rules of the function's security groups, taken together, allow TCP to the destination and port over IPv4: to
    /// the addresses of an interface endpoint where the name leads to one, else to the address or the internet. Blocks, prefix lists and
    /// references to groups count.
    ///
    /// ## Why it matters
    ///
    /// Inbound rules are irrelevant for a function; outbound ones are all it has. A group without them lets it wait until it times out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissionsEgress'`
    ///
    /// ## False positives
    ///
    /// None for a connection that has yet to be made: replies need no rule, and several groups are a union. Where a rule allows some
    /// addresses only and the name may have others, the rule cannot tell.
    ///
    /// ## Fix
    ///
    /// Allow the port out: to the endpoint's group, to the service's prefix list, to the one address, or else to the internet (class A).
    /// To undo, revoke the rule.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Security group rules"
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    "lambda/sg-egress-blocked", Blocker, fix A,
    "The security groups of the function do not let it out",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS, GET_MANAGED_PREFIX_LIST_ENTRIES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(
        &case.ipv4(),
        &RULE.about,
        Family::Ipv4,
        "the groups of the function let it out to the destination",
        |wall| finding(case, wall),
    )
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let named: Vec<&str> = case.groups().iter().map(String::as_str).collect();
    let port = case.question.port;
    let finding = case.finding(wall, &format!("security group {} does not allow TCP {port} out", in_words(&named)));
    match egress(case, wall) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn allowing(rules: &serde_json::Value) -> crate::testkit::World {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", rules.clone());
        world
    }

    #[test]
    fn fires_without_an_outbound_rule() {
        let found = findings(allowing(&json!([])).judge(&RULE));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Blocker), "one cause for both subnets");
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(
            command.contains("authorize-security-group-egress") && command.contains(r#""FromPort":443"#),
            "{command}"
        );
    }

    #[test]
    fn fires_with_the_exact_peer() {
        let mut world = allowing(&json!([]));
        worlds::asking(&mut world, "198.51.100.7");
        let command = findings(world.judge(&RULE))[0].fix.clone().unwrap().commands.remove(0);
        assert!(command.contains("198.51.100.7/32"), "{command}");
        let mut world = worlds::closed();
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        let command = findings(world.judge(&RULE))[0].fix.clone().unwrap().commands.remove(0);
        assert!(command.contains(r#""GroupId":"sg-endpoints""#), "{command}");
    }

    #[test]
    fn silent_where_the_port_is_allowed() {
        let rule =
            json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
        assert!(matches!(allowing(&rule).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSecurityGroups".to_owned()));
    }
}
