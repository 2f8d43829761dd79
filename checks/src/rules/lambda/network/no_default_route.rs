//! A subnet of the function has no route to where it connects to.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Cause;
use crate::net::Family;
use crate::remedy::nat::default_route;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route table of each subnet of the function (its own, or the VPC's main table) has a route that takes packets to the
    /// destination over IPv4. The longest prefix decides, and two halves of the address space make a default route as well. A peering
    /// connection carries nothing to the internet, and an internet gateway nothing to private addresses.
    ///
    /// ## Why it matters
    ///
    /// A function in a VPC has no other way out than the routes of its subnets. Without one its packets are dropped, and calls wait until
    /// they time out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET` (nothing found: the main table counts,
    /// `Name=association.main,Values=true`).
    ///
    /// ## False positives
    ///
    /// A function that only calls services with endpoints in the VPC needs no default route: ask with `--to` and the name of the service.
    /// Where IPv6 is the only way that was meant, or an endpoint is what lacks, another rule says so.
    ///
    /// ## Fix
    ///
    /// A default route to a NAT gateway that is there (class A), or a new NAT gateway in a public subnet with an Elastic IP address
    /// (class B). To undo, delete the route, then the gateway, then release the address.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Enable internet access for VPC-connected Lambda functions"
    /// - VPC user guide, "Configure route tables"
    "lambda/no-default-route", Blocker, fix A,
    "No route of the subnet leads to the destination",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS, DESCRIBE_VPCS, DESCRIBE_PREFIX_LISTS, DESCRIBE_VPC_PEERING_CONNECTIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.lacks_endpoint() {
        return Ok(Judgement::follows_from("lambda/endpoint-missing-for-api"));
    }
    if case.unassociated_endpoint().is_some() {
        return Ok(Judgement::follows_from("lambda/gateway-endpoint-not-associated"));
    }
    if case.leaves_region_from_closed() {
        return Ok(Judgement::follows_from("lambda/gateway-endpoint-other-region"));
    }
    if case.unused_sts().is_some() {
        return Ok(Judgement::follows_from("lambda/sts-global-endpoint"));
    }
    if case.is_of_ipv6_only() {
        return Ok(Judgement::follows_from("lambda/ipv6-destination-v4-only"));
    }
    let judged = obstacles::judge(
        &case.ipv4(),
        &RULE.about,
        Family::Ipv4,
        "the routes of every subnet lead to the destination",
        |wall| finding(case, wall),
    )?;
    let Judgement::Fail(mut findings) = judged else { return Ok(judged) };
    findings.retain(|own| !case.is_in_hub(own));
    Ok(if findings.is_empty() {
        Judgement::follows_from("lambda/tgw-egress-unverified")
    } else {
        Judgement::Fail(findings)
    })
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let table = wall.obstacle.component.id.as_str();
    let what = match wall.obstacle.cause {
        Cause::PeeringNoInternet => {
            format!("the route leads to `{table}`, a peering connection, which carries nothing beyond its two VPCs")
        }
        Cause::NotPublicDestination => {
            format!("the route leads to `{table}`, an internet gateway, which drops packets to private addresses")
        }
        Cause::NoReturnRoute => format!("`{table}` has no way back to the function"),
        Cause::NoAddress => format!("`{table}` has no IPv4 address"),
        _ => format!("route table `{table}` has no route to the destination"),
    };
    let finding = case.finding(wall, &what);
    let fix = default_route(&case.site_of(wall)).filter(|_| wall.obstacle.cause == Cause::NoRoute);
    match fix.filter(|_| case.target.is_public()) {
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
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn without(tables: &[usize]) -> crate::testkit::World {
        let mut world = worlds::nat();
        for table in tables {
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), json!(null));
        }
        world
    }

    #[test]
    fn fires_where_no_subnet_has_a_default_route() {
        let found = findings(without(&[0, 1]).judge(&RULE));
        assert_eq!((found.len(), found[0].severity), (2, Severity::Blocker), "each table is a cause");
        let fix = found[0].fix.as_ref().unwrap();
        let command = "aws ec2 create-route --region eu-west-1 --route-table-id rtb-a --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-a";
        assert_eq!((fix.class, fix.commands[0].as_str()), (FixClass::A, command));
    }

    #[test]
    fn fires_as_degraded_where_another_subnet_has_one() {
        let found = findings(without(&[1]).judge(&RULE));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Degraded));
        assert!(found[0].detail.ends_with("calls that run in `subnet-a` get through"), "{}", found[0].detail);
    }

    #[test]
    fn fires_with_a_new_gateway_where_none_works() {
        let mut world = without(&[0, 1]);
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways", json!([]));
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert_eq!((fix.class, fix.commands.len(), fix.rollback.len()), (FixClass::B, 4, 4));
    }

    #[test]
    fn silent_with_a_split_default_route_and_without_a_vpc() {
        let mut world = without(&[0]);
        for half in ["0.0.0.0/1", "128.0.0.0/1"] {
            worlds::route(&mut world, 0, json!({ "DestinationCidrBlock": half, "NatGatewayId": "nat-a" }));
        }
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeRouteTables".to_owned()));
    }
}
