//! The destination has no IPv6 address.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the subnets of the function lead out over IPv6 only: whether the name that was asked about has IPv6 addresses. The usual
    /// names of AWS APIs have none. An endpoint that does not answer on IPv6 counts too.
    ///
    /// ## Why it matters
    ///
    /// Without a route for IPv4 a name with IPv4 addresses only is not reached, and the function waits until it times out.
    ///
    /// ## How to confirm
    ///
    /// `dig AAAA HOST`: no answer is the fault.
    ///
    /// ## False positives
    ///
    /// With a NAT gateway, IPv4 works beside IPv6. The name is looked up by this machine, whose resolver may answer otherwise than that
    /// of the VPC.
    ///
    /// ## Fix
    ///
    /// The dual-stack name of the service (`AWS_USE_DUALSTACK_ENDPOINT=true`), a way for IPv4, or DNS64 with a NAT gateway (class M).
    ///
    /// ## References
    ///
    /// - AWS SDKs and Tools reference guide, "Dual-stack and FIPS endpoints"
    /// - VPC user guide, "DNS64 and NAT64"
    "lambda/ipv6-destination-v4-only", Blocker, fix M,
    "The destination has no IPv6 address, and IPv6 is the only way out",
    needs [DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_some() && case.over(Family::Ipv6).next().is_none() {
        if let Some(gap) = case.snapshot.refusal(crate::snapshot::operations::DESCRIBE_ROUTE_TABLES) {
            return if case.target.host().is_some() { Err(gap) } else { Ok(not_asked()) };
        }
        if !case.is_of_ipv6_only() {
            return Ok(not_asked());
        }
        let to = case.target.words();
        let detail = format!(
            "the subnets of function `{}` lead out over IPv6 only, and {to} has no IPv6 address, so it is not reached",
            case.name()
        );
        let walls = case.over(Family::Ipv4).flat_map(|way| &way.obstacles);
        let finding = Finding::new(detail)
            .about("lambda-function", case.name())
            .proofs(walls.flat_map(|own| own.evidence.iter().cloned()));
        return Ok(Judgement::fail(finding.fix(advice())));
    }
    obstacles::judge(
        &case.ipv6(),
        &RULE.about,
        Family::Ipv6,
        "the destination has IPv6 addresses",
        |wall: &Wall<'_>| {
            let what = format!("endpoint `{}` does not answer on IPv6", wall.obstacle.component.id);
            case.finding(wall, &what).fix(advice())
        },
    )
}

fn not_asked() -> Judgement {
    Judgement::not_applicable("IPv6 is not the only way out of the function, or no name was asked about")
}

fn advice() -> Fix {
    let summary = "use the dual-stack name of the service (`AWS_USE_DUALSTACK_ENDPOINT=true`), or give the subnets a way for IPv4";
    Fix::new(FixClass::M, summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn ipv6_only() -> crate::testkit::World {
        let mut world = worlds::dual_stack();
        for table in [0, 1] {
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), json!(null));
        }
        worlds::asking(&mut world, "sns.eu-west-1.amazonaws.com");
        world
    }

    #[test]
    fn fires_on_a_name_without_ipv6() {
        let found = findings(ipv6_only().judge(&RULE));
        assert!(found[0].detail.contains("`sns.eu-west-1.amazonaws.com` has no IPv6 address"), "{}", found[0].detail);
    }

    #[test]
    fn silent_with_the_dual_stack_name_or_a_way_for_ipv4() {
        let mut world = ipv6_only();
        worlds::asking(&mut world, "sns.eu-west-1.api.aws");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = ipv6_only();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}
