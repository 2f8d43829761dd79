//! A closed VPC needs endpoints for the services that take session logs.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::remedy::endpoint::create;
use crate::rule::declare_rule;
use crate::snapshot::ec2::RouteTable;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::endpoints::ENDPOINTS;
use crate::ssm::sessions::{Way, not_asked, preference, way_to};
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the preferences send session logs to CloudWatch Logs or S3 and no route of the instance's subnet leads out of the VPC: whether
    /// the VPC has an endpoint for `logs` or `s3`.
    ///
    /// ## Why it matters
    ///
    /// Before it shows a prompt, the agent looks at the log group and the bucket. In a closed VPC without their endpoints those calls
    /// run into a timeout: the session shows a blank screen for a long time, and its log is lost.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -sv --max-time 5 https://logs.REGION.amazonaws.com` (or `s3`) does not connect.
    ///
    /// ## False positives
    ///
    /// A route to anywhere else (NAT, transit gateway, peering) counts as a way out here, even if the service cannot be reached by it.
    ///
    /// ## Fix
    ///
    /// Create an interface endpoint for `logs` (class B: billed by the hour) and a gateway endpoint for `s3` (free). To undo, delete them.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Improve the security of EC2 instances by using VPC endpoints for Systems Manager"
    "ssm/session-log-path-missing", Degraded, Sessions, fix B,
    "Session logs have no way out of the closed VPC",
    needs [GET_DOCUMENT, DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case)? {
        return Ok(judgement);
    }
    let preferences = case.preferences()?;
    let destinations = [
        ("logs", "cloudWatchLogGroupName", preferences.cloud_watch_log_group_name.as_str()),
        ("s3", "s3BucketName", preferences.s3_bucket_name.as_str()),
    ];
    let mut used = destinations.iter().filter(|(_, _, name)| !name.is_empty()).peekable();
    if used.peek().is_none() {
        return Ok(Judgement::not_applicable("sessions are not logged"));
    }
    let mut findings = Vec::new();
    for (service, member, name) in used {
        if let Way::None(table) = way_to(case, service)? {
            findings.push(finding(case, service, table).proof(preference(member, name)));
        }
    }
    Ok(Judgement::of(findings, "a route or an endpoint leads to where sessions are logged"))
}

fn finding(case: &Case<'_>, service: &str, table: &RouteTable) -> Finding {
    let vpc = case.instance.vpc_id.as_str();
    let name = case.service_name(service);
    let summary = format!("create an endpoint for `{service}` in VPC `{vpc}`");
    let fix = if service == "s3" {
        let gateway = Aws::new("ec2", "create-vpc-endpoint", case.region())
            .arg("vpc-id", vpc)
            .arg("service-name", &name)
            .arg("vpc-endpoint-type", "Gateway")
            .args("route-table-ids", [&table.route_table_id]);
        let delete = Aws::new("ec2", "delete-vpc-endpoints", case.region()).made("vpc-endpoint-ids", "endpoint");
        Fix::new(FixClass::A, summary).run(gateway.keep("endpoint", "VpcEndpoint.VpcEndpointId")).undo(delete)
    } else {
        create(&case.endpoint_place(ENDPOINTS), Fix::new(FixClass::B, summary), &[name.as_str()], &[])
    };
    let targets: Vec<Value> = table.routes.iter().map(|route| route.gateway_id.as_str().into()).collect();
    Finding::new(format!(
        "session logs go to `{service}`, but no route of `{}` leads out of VPC `{vpc}` and the VPC has no endpoint for it",
        table.route_table_id
    ))
    .about("vpc", vpc)
    .about("route-table", &table.route_table_id)
    .proof(Evidence::new(op::DESCRIBE_ROUTE_TABLES, &table.route_table_id, "Routes[].GatewayId", targets))
    .fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::ssm::SESSION_PREFERENCES;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn logged(mut world: World) -> World {
        let inputs = json!({ "s3BucketName": "logs-bucket", "cloudWatchLogGroupName": "/ssm/sessions" });
        let content = json!({ "inputs": inputs }).to_string();
        world.replace(op::GET_DOCUMENT, &[], json!({ "Name": SESSION_PREFERENCES, "Content": content }));
        world
    }

    fn endpoint(world: &mut World, at: usize, service: &str, members: Value) {
        let mut row = json!({ "VpcEndpointId": format!("vpce-{service}"), "VpcId": "vpc-1", "State": "available",
            "ServiceName": format!("com.amazonaws.eu-west-1.{service}") });
        row.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, &format!("/VpcEndpoints/{at}"), row);
    }

    #[test]
    fn fires_for_each_service_without_endpoint() {
        let mut world = logged(testkit::closed());
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 2);
        assert!(found[1].fix.as_ref().unwrap().commands[0].contains("--route-table-ids rtb-private"));
        // A gateway endpoint that the subnet's table does not carry is none.
        endpoint(&mut world, 9, "s3", json!({ "VpcEndpointType": "Gateway", "RouteTableIds": ["rtb-public"] }));
        assert_eq!(findings(world.judge(&RULE)).len(), 2);
    }

    #[test]
    fn silent_with_endpoints_a_way_out_or_no_logs() {
        let mut world = logged(testkit::closed());
        endpoint(&mut world, 9, "s3", json!({ "VpcEndpointType": "Gateway", "RouteTableIds": ["rtb-private"] }));
        endpoint(&mut world, 9, "logs", json!({ "VpcEndpointType": "Interface", "PrivateDnsEnabled": true }));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(logged(testkit::nat()).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_names_or_routes_may_lead_past_an_endpoint() {
        let mut world = logged(testkit::closed());
        endpoint(&mut world, 9, "s3", json!({ "VpcEndpointType": "Gateway", "RouteTableIds": ["rtb-private"] }));
        for (service, private) in [("logs", false), ("logs-fips", true)] {
            let mut world = world.clone();
            endpoint(&mut world, 9, service, json!({ "VpcEndpointType": "Interface", "PrivateDnsEnabled": private }));
            assert!(missing(world.judge(&RULE))[0].ends_with(&format!("endpoint `vpce-{service}`")));
        }
        let transit = json!({ "DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/9", transit);
        assert_eq!(missing(world.judge(&RULE)), ["whether `logs` is reached over `tgw-1`"]);
        let narrow = json!({ "DestinationCidrBlock": "198.51.100.0/24", "NatGatewayId": "nat-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/9", narrow);
        assert!(!matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied_or_the_subnet_is_shared() {
        let world = logged(testkit::closed());
        for (denied, action) in [
            (op::GET_DOCUMENT, "ssm:GetDocument"),
            (op::DESCRIBE_ROUTE_TABLES, "ec2:DescribeRouteTables"),
            (op::DESCRIBE_VPC_ENDPOINTS, "ec2:DescribeVpcEndpoints"),
        ] {
            assert_eq!(missing(world.clone().deny(denied).judge(&RULE)), [action]);
        }
        let mut shared = world;
        shared.patch(op::DESCRIBE_SUBNETS, "/Subnets/0/OwnerId", json!("999999999999"));
        assert!(missing(shared.judge(&RULE))[0].contains("999999999999"));
    }
}
