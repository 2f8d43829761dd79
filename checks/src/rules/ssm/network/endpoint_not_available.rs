//! An interface endpoint that is there but not available.

use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::instance::endpoints::Unused;
use crate::net::Cause;
use crate::remedy::endpoint::create;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::endpoints::ENDPOINTS;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an interface endpoint for a service that the agent needs is in a state other than `available` (`pending`,
    /// `pendingAcceptance`, `rejected`, `failed`, `expired`, `deleting`) while that service is reached no other way.
    ///
    /// ## Why it matters
    ///
    /// Only an available endpoint takes the service's name over and passes packets on. Until then the name leads to public addresses,
    /// to which a closed VPC has no route.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids VPCE --query 'VpcEndpoints[].[State,LastError]'`
    ///
    /// ## False positives
    ///
    /// An endpoint that was made a few minutes ago is `pending`: wait, and look again.
    ///
    /// ## Fix
    ///
    /// Create a new one beside it (class B), and delete the dead one when the new one works. To undo, delete the new one.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint"
    /// - EC2 API reference, `VpcEndpoint`
    "ssm/endpoint-not-available", Blocker, Agent, fix B,
    "An endpoint that the agent needs is not available",
    needs [DESCRIBE_VPC_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let unused = Unused {
        causes: |cause| cause == Cause::EndpointState,
        pass: "no endpoint of the agent's services is out of order",
    };
    Ok(unused.judge(case, case, |wall| finding(case, wall)))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let id = wall.obstacle.component.id.as_str();
    let endpoint = case.snapshot.vpc_endpoints.get(id).ok().flatten();
    let error = endpoint.and_then(|endpoint| endpoint.last_error.as_ref());
    let why = error.map(|error| format!(" ({}: {})", error.code, error.message)).unwrap_or_default();
    let state = endpoint.map_or("not available", |endpoint| endpoint.state.as_str());
    let detail = format!(
        "endpoint `{id}` is in state `{state}`{why}, and instance `{}` reaches {} no other way",
        case.instance.instance_id,
        wall.labels_in_words()
    );
    let finding = wall.finding(detail);
    let Some(endpoint) = endpoint else { return finding };
    let groups: Vec<&str> = endpoint.groups.iter().map(|group| group.group_id.as_str()).collect();
    let summary = format!("create another endpoint for `{}`; `{id}` stays as it is", endpoint.service_name);
    finding.fix(create(
        &case.endpoint_place(ENDPOINTS),
        Fix::new(FixClass::B, summary),
        &[endpoint.service_name.as_str()],
        &groups,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn failed(world: World) -> World {
        let mut world = world;
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/State", json!("failed"));
        let error = json!({ "Code": "InsufficientIPs", "Message": "no free address" });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/LastError", error);
        world
    }

    #[test]
    fn fires_with_the_last_error() {
        let found = findings(failed(testkit::closed()).judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("`failed` (InsufficientIPs: no free address)"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].value, json!("failed"));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("sg-endpoints"));
    }

    #[test]
    fn silent_when_available_or_not_needed() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        let mut world = failed(testkit::closed());
        let way_out = json!({ "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active" });
        let nat = json!({ "NatGateways": [{
            "NatGatewayId": "nat-1", "SubnetId": "subnet-public", "VpcId": "vpc-1", "State": "available", "ConnectivityType": "public",
            "NatGatewayAddresses": [{ "AllocationId": "a", "NetworkInterfaceId": "e", "PrivateIp": "10.0.9.7", "PublicIp": "203.0.113.7",
                "Status": "succeeded" }] }] });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", way_out);
        world.answer(op::DESCRIBE_NAT_GATEWAYS, json!({ "NatGatewayIds": ["nat-1"] }), nat);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(reason) if reason.contains("another way")));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = testkit::closed();
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
