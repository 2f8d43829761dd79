//! A closed VPC has no endpoint that works for the service.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles::opaque_owner;
use crate::lambda::paths::not_in_vpc;
use crate::lambda::target::Service;
use crate::net::{Cause, Obstacle, Verdict};
use crate::remedy::endpoint::{create, private_dns};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the target is a service of AWS: whether the VPC has an endpoint for it where no subnet of the function has a route to the
    /// internet, whether that endpoint is available, and whether its private DNS leads the service's name to it.
    ///
    /// ## Why it matters
    ///
    /// In a closed VPC an API without an endpoint cannot be reached. Logs, traces and invocations of the function do not pass the VPC and
    /// need none.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=VPC --query 'VpcEndpoints[].[ServiceName,State,PrivateDnsEnabled]'`
    ///
    /// ## False positives
    ///
    /// Where a subnet has a working way to the internet no endpoint is needed. Endpoints in a hub VPC work through a private hosted zone
    /// of this VPC: where zones cannot be read the rule cannot tell.
    ///
    /// ## Fix
    ///
    /// An interface endpoint in the function's subnets (class B: it costs money by the hour and gigabyte; compare a NAT gateway), a
    /// gateway endpoint for S3 and DynamoDB (free), or private DNS of the one that is there (class A). To undo, delete or switch back.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint" and "Gateway endpoints"
    "lambda/endpoint-missing-for-api", Blocker, fix B,
    "No endpoint that works leads the closed subnets to the service",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let Some(service) = case.service() else {
        return Ok(Judgement::not_applicable("the target is no service of AWS with an endpoint of its own"));
    };
    let blocked = case.ways.iter().filter(|way| way.verdict == Verdict::Blocked);
    let unused = blocked.filter_map(|way| way.service.as_ref()).flat_map(|path| path.unused_endpoints());
    let own = |obstacle: &&Obstacle| matches!(obstacle.cause, Cause::EndpointState | Cause::EndpointPrivateDnsOff);
    if let Some(obstacle) = unused.into_iter().find(own) {
        return Ok(Judgement::fail(broken(case, service, obstacle)));
    }
    if let Some(gap) = case.snapshot.refusal(op::DESCRIBE_VPC_ENDPOINTS) {
        return Err(gap);
    }
    if case.leaves_region_from_closed() {
        return Ok(Judgement::follows_from("lambda/gateway-endpoint-other-region"));
    }
    if case.lacks_endpoint() {
        return Ok(Judgement::fail(missing(case, service)));
    }
    let is_own = |gap: &&Gap| matches!(gap, Gap::Opaque { what } if opaque_owner(what) == RULE.about.id);
    let gaps: Vec<Gap> = case.ways.iter().flat_map(|way| &way.gaps).filter(is_own).cloned().collect();
    match gaps.first() {
        Some(first) => Ok(Judgement::open(vec![first.clone()])),
        None => {
            Ok(Judgement::pass("the service is reached without one more endpoint, or something else stands in the way"))
        }
    }
}

fn missing(case: &Case<'_>, service: &Service) -> Finding {
    let vpc = case.vpc_id();
    let detail = format!(
        "VPC `{vpc}` has no endpoint for `{}`, and no subnet of function `{}` has a route to the internet, so `{}` is not reached",
        service.endpoint_service(),
        case.name(),
        service.host
    );
    let endpoints = case.snapshot.vpc_endpoints.known().iter().filter(|endpoint| endpoint.vpc_id == vpc);
    let names: Vec<&str> = endpoints.map(|endpoint| endpoint.service_name.as_str()).collect();
    let routes = case.ways.iter().flat_map(|way| &way.obstacles).filter(|own| own.cause == Cause::NoRoute);
    Finding::new(detail)
        .about("vpc", vpc)
        .about("lambda-function", case.name())
        .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, vpc, "VpcEndpoints[].ServiceName", json!(names)))
        .proofs(routes.flat_map(|own| own.evidence.iter().cloned()))
        .fix(new_endpoint(case, service))
}

/// A gateway endpoint where the service has one, which is free; else an interface endpoint.
fn new_endpoint(case: &Case<'_>, service: &Service) -> Fix {
    let name = service.endpoint_service();
    if service.region != case.region() {
        let summary = format!("`{}` is in another Region: route the subnets over a NAT gateway", service.host);
        return Fix::new(FixClass::M, summary);
    }
    if service.has_gateway_endpoint() {
        let subnets = case.vpc().into_iter().flat_map(|config| &config.subnet_ids);
        let mut tables: Vec<&str> = subnets
            .filter_map(|subnet| case.network.route_table(subnet).ok())
            .map(|table| table.route_table_id.as_str())
            .collect();
        tables.sort_unstable();
        tables.dedup();
        let site = case.site("");
        let create = site
            .command("create-vpc-endpoint")
            .arg("vpc-id", site.vpc)
            .arg("vpc-endpoint-type", "Gateway")
            .arg("service-name", &name)
            .args("route-table-ids", &tables);
        let summary = format!("create a gateway endpoint for `{name}` (free) in the route tables of the function");
        return Fix::new(FixClass::A, summary)
            .run(create.keep("endpoint", "VpcEndpoint.VpcEndpointId"))
            .undo(site.command("delete-vpc-endpoints").made("vpc-endpoint-ids", "endpoint"));
    }
    let summary = format!(
        "create an interface endpoint for `{name}` with private DNS; it costs money by the hour and gigabyte, as a NAT gateway would"
    );
    create(&case.endpoint_place(), Fix::new(FixClass::B, summary), &[name.as_str()], &[])
}

fn broken(case: &Case<'_>, service: &Service, obstacle: &Obstacle) -> Finding {
    let id = obstacle.component.id.as_str();
    let by = obstacle.by.clone().unwrap_or_else(|| format!("endpoint `{id}` is not in use"));
    let detail = format!(
        "{by}, so `{}` leads function `{}` to public addresses, which its subnets do not reach",
        service.host,
        case.name()
    );
    let finding = Finding::new(detail).about("vpc-endpoint", id).proofs(obstacle.evidence.iter().cloned());
    match obstacle.cause {
        Cause::EndpointPrivateDnsOff => finding.fix(private_dns(&case.site(""), id, true)),
        _ => finding.fix(new_endpoint(case, service)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::lambda as worlds;

    #[test]
    fn fires_on_a_service_without_an_endpoint() {
        let mut world = worlds::closed();
        worlds::asking(&mut world, "sns.eu-west-1.amazonaws.com");
        let found = findings(world.judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.class, FixClass::B);
        assert!(fix.commands.last().unwrap().contains("--subnet-ids subnet-a subnet-b"), "{fix:?}");
    }

    #[test]
    fn fires_on_an_endpoint_that_is_not_in_use() {
        let mut world = worlds::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/PrivateDnsEnabled", json!(false));
        let found = findings(world.judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("--private-dns-enabled"), "{found:?}");
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/State", json!("failed"));
        assert!(findings(world.judge(&RULE))[0].detail.contains("is failed"));
    }

    #[test]
    fn fires_with_a_free_gateway_endpoint_for_s3() {
        let mut world = worlds::closed();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!([]));
        for table in [0, 1] {
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), json!(null));
        }
        worlds::asking(&mut world, "s3.eu-west-1.amazonaws.com");
        assert_eq!(findings(world.judge(&RULE))[0].fix.as_ref().unwrap().class, FixClass::A);
    }

    #[test]
    fn silent_with_an_endpoint_or_a_way_to_the_internet() {
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
        let mut world = worlds::nat();
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
        worlds::asking(&mut world, "sns.eu-west-1.amazonaws.com");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = worlds::closed();
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(crate::testkit::missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
