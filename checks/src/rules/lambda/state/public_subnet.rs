//! A function in a public subnet has no public address.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::net::{Cause, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the way out of a subnet of the function is an internet gateway.
    ///
    /// ## Why it matters
    ///
    /// The interfaces of a function never have public addresses, whatever the subnet gives to instances, and an internet gateway drops
    /// packets without one. The route looks right and every call to the internet times out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query 'RouteTables[].Routes'` shows `igw-…`
    /// for `0.0.0.0/0`.
    ///
    /// ## False positives
    ///
    /// A function that reaches only addresses of the VPC or endpoints there may be in any subnet. Over IPv6 an internet gateway does,
    /// as such addresses are public.
    ///
    /// ## Fix
    ///
    /// Attach the function to private subnets whose default route is a NAT gateway (class A). To undo, the subnets that it had.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - AWS re:Post knowledge centre, "How do I give internet access to my Lambda function that is connected to an Amazon VPC?"
    "lambda/public-subnet", Blocker, fix A,
    "A subnet of the function leads to an internet gateway, where a function has no address",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::NoPublicAddress,
        opaque: &|_| false,
        pass: "no subnet of the function needs a public address on its way out",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let detail = format!(
        "{} of function `{}` leads out by an internet gateway, which drops packets of functions, as they have no public address{}",
        wall.labels_in_words(),
        case.name(),
        wall.by()
    );
    let works = |id: &&String| {
        let mut own = case.ways.iter().filter(|way| way.subnet == **id).peekable();
        own.peek().is_some() && own.all(|way| way.verdict == Verdict::Reachable)
    };
    let all = case.vpc().map(|config| config.subnet_ids.as_slice()).unwrap_or_default();
    let kept: Vec<String> = all.iter().filter(works).cloned().collect();
    let summary = "attach the function to private subnets whose default route is a NAT gateway";
    let attach = if kept.is_empty() {
        let routes =
            "RouteTables[].[RouteTableId,Associations[].SubnetId,Routes[].[DestinationCidrBlock,NatGatewayId]]";
        Fix::new(FixClass::M, format!("{summary}: the command lists where routes lead"))
            .run(case.list_of_vpc("route-tables", routes))
    } else {
        Fix::new(FixClass::A, summary).run(case.attach(&kept)).undo(case.attach(all))
    };
    wall.labels
        .iter()
        .fold(wall.finding(detail).about("lambda-function", case.name()), |finding, subnet| {
            finding.about("subnet", *subnet)
        })
        .fix(attach)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const TO_IGW: &str = "igw-1";

    fn public(tables: &[usize]) -> testkit::World {
        let mut world = testkit::lambda::nat();
        for at in tables {
            let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": TO_IGW, "Origin": "CreateRoute", "State": "active" });
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{at}/Routes/1"), route);
        }
        world
    }

    #[test]
    fn fires_when_every_subnet_is_public() {
        let found = findings(public(&[0, 1]).judge(&RULE));
        assert!(found.iter().all(|own| own.rule.is_empty()));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.class == FixClass::M && fix.commands[0].contains("describe-route-tables"), "{fix:?}");
    }

    #[test]
    fn fires_softly_when_one_is_and_keeps_the_others() {
        let found = findings(public(&[0]).judge(&RULE));
        assert_eq!(found[0].severity, crate::finding::Severity::Degraded);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            fix.commands[0].contains("SubnetIds=subnet-b,") && fix.rollback[0].contains("SubnetIds=subnet-a,subnet-b,")
        );
    }

    #[test]
    fn silent_behind_nat_gateways_and_without_a_vpc() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = testkit::lambda::nat();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}
