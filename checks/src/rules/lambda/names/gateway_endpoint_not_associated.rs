//! The gateway endpoint does not serve the function's route table.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::net::{Cause, Verdict};
use crate::remedy::endpoint::add_tables;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use crate::walls::in_words;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the target is S3 or DynamoDB: whether a gateway endpoint of the VPC is there while the route table of a subnet of the
    /// function, which has no other way, is not among its tables.
    ///
    /// ## Why it matters
    ///
    /// A gateway endpoint is a route in the tables that it is given. "The VPC has an S3 endpoint" helps only the subnets of those tables.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids VPCE --query 'VpcEndpoints[].RouteTableIds'`
    ///
    /// ## False positives
    ///
    /// A subnet with a NAT gateway reaches the service without it; then it costs money and is no fault.
    ///
    /// ## Fix
    ///
    /// Add the table to the endpoint (class A). Open connections of its subnets to the service may be cut. To undo, remove the table.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Gateway endpoints"
    "lambda/gateway-endpoint-not-associated", Blocker, fix A,
    "The gateway endpoint does not serve the route table of the function's subnet",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    if !case.service().is_some_and(|service| service.has_gateway_endpoint() && service.region == case.region()) {
        return Ok(Judgement::not_applicable("the target is no service with a gateway endpoint in this Region"));
    }
    for needed in [op::DESCRIBE_VPC_ENDPOINTS, op::DESCRIBE_ROUTE_TABLES] {
        if let Some(gap) = case.snapshot.refusal(needed) {
            return Err(gap);
        }
    }
    let Some(endpoint) = case.unassociated_endpoint() else {
        return Ok(Judgement::pass("no subnet of the function depends on a gateway endpoint that does not serve it"));
    };
    let id = endpoint.vpc_endpoint_id.as_str();
    let lacks = case.ways.iter().filter(|way| way.verdict == Verdict::Blocked);
    let lacks: Vec<_> = lacks.filter(|way| way.obstacles.iter().any(|own| own.cause == Cause::NoRoute)).collect();
    let subnets: Vec<&str> = lacks.iter().map(|way| way.subnet.as_str()).collect();
    let mut tables: Vec<&str> = subnets
        .iter()
        .filter_map(|subnet| case.network.route_table(subnet).ok())
        .map(|table| table.route_table_id.as_str())
        .collect();
    tables.sort_unstable();
    tables.dedup();
    let detail = format!(
        "gateway endpoint `{id}` does not serve {}, so function `{}` does not reach {} from {}",
        in_words(&tables),
        case.name(),
        case.target.words(),
        in_words(&subnets)
    );
    let finding = Finding::new(detail).about("vpc-endpoint", id).proof(Evidence::new(
        op::DESCRIBE_VPC_ENDPOINTS,
        id,
        "RouteTableIds",
        json!(endpoint.route_table_ids),
    ));
    let mut finding = tables.iter().fold(finding, |finding, table| finding.about("route-table", *table));
    if lacks.len() < case.ways.len() {
        finding.rule = RULE.about.id;
        finding.severity = crate::finding::Severity::Degraded;
    }
    Ok(Judgement::fail(finding.fix(add_tables(&case.site(""), id, &tables))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    fn without(tables: &[usize]) -> crate::testkit::World {
        let mut world = worlds::closed();
        for table in tables {
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), json!(null));
        }
        worlds::asking(&mut world, "s3.eu-west-1.amazonaws.com");
        world
    }

    #[test]
    fn fires_where_the_tables_are_not_served() {
        let found = findings(without(&[0, 1]).judge(&RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.ends_with("--vpc-endpoint-id vpce-s3 --add-route-table-ids rtb-a rtb-b"), "{command}");
    }

    #[test]
    fn fires_as_degraded_where_one_is() {
        assert_eq!(findings(without(&[1]).judge(&RULE))[0].severity, crate::finding::Severity::Degraded);
    }

    #[test]
    fn silent_where_it_serves_and_for_other_targets() {
        assert!(matches!(without(&[]).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = without(&[0]);
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
