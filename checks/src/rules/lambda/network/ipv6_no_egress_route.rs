//! No route leads out over IPv6.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles::{opaque_owner, owner};
use crate::net::Cause;
use crate::net::Family;
use crate::remedy::route::revive;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Where the function uses IPv6: whether the table of each subnet has a live route for the destination, mostly `::/0` to an
    /// egress-only internet gateway that is attached, or to an internet gateway.
    ///
    /// ## Why it matters
    ///
    /// A client that prefers IPv6 addresses waits for a way that is not there, although IPv4 works.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query
    /// 'RouteTables[].Routes[?DestinationIpv6CidrBlock]'`
    ///
    /// ## False positives
    ///
    /// Where IPv4 works the finding is degraded: only what is reached over IPv6 fails.
    ///
    /// ## Fix
    ///
    /// An egress-only internet gateway, which is free, and a route to it (class A). To undo, delete the route, then the gateway.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Enable outbound IPv6 traffic using an egress-only internet gateway"
    "lambda/ipv6-no-egress-route", Blocker, fix A,
    "No route of the subnet leads out over IPv6",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| owner(cause, Family::Ipv6) == RULE.about.id,
        opaque: &|what| opaque_owner(what) == "lambda/no-default-route",
        pass: "every subnet has a route out over IPv6",
    };
    watch.judge(&case.ipv6(), |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let what = match wall.obstacle.cause {
        Cause::Blackhole => format!("an IPv6 route of `{}` has lost its target", component.id),
        Cause::EgressOnlyGatewayMissing => format!("`{}` is not attached to the VPC", component.id),
        _ => format!("route table `{}` has no IPv6 route to the destination", component.id),
    };
    let finding = case.finding(wall, &what);
    let site = case.site_of(wall);
    if wall.obstacle.cause == Cause::Blackhole {
        return match revive(&site, wall) {
            Some(fix) => finding.fix(fix),
            None => finding,
        };
    }
    let Ok(table) = case.network.route_table(site.subnet) else { return finding };
    let route = |name: &str| {
        let command = site.command(name).arg("route-table-id", &table.route_table_id);
        command.arg("destination-ipv6-cidr-block", "::/0")
    };
    let create = site.command("create-egress-only-internet-gateway").arg("vpc-id", site.vpc);
    let summary = "create an egress-only internet gateway (free) and a route to it; all subnets of the table follow";
    let name = if wall.obstacle.cause == Cause::NoRoute { "create-route" } else { "replace-route" };
    finding.fix(
        Fix::new(FixClass::A, summary)
            .run(create.keep("gateway", "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId"))
            .run(route(name).made("egress-only-internet-gateway-id", "gateway"))
            .undo(route("delete-route"))
            .undo(
                site.command("delete-egress-only-internet-gateway").made("egress-only-internet-gateway-id", "gateway"),
            ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_as_degraded_while_ipv4_works() {
        let mut world = worlds::dual_stack();
        for table in [0, 1] {
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/3"), json!(null));
        }
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].severity, Severity::Degraded);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("create-egress-only-internet-gateway"));
        worlds::asking(&mut world, "2a00:1450::1");
        assert_eq!(findings(world.judge(&RULE))[0].severity, Severity::Blocker);
    }

    #[test]
    fn fires_on_a_gateway_that_is_not_attached() {
        let mut world = worlds::dual_stack();
        world.patch(op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS, "/EgressOnlyInternetGateways/0/Attachments", json!([]));
        assert!(findings(world.judge(&RULE))[0].detail.contains("`eigw-1` is not attached"));
    }

    #[test]
    fn silent_with_a_route_and_without_ipv6() {
        assert!(matches!(worlds::dual_stack().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_gateways_are_denied() {
        let mut world = worlds::dual_stack();
        world.deny(op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeEgressOnlyInternetGateways"]);
    }
}
