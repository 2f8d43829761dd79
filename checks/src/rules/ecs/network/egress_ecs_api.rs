//! Something in the network stops the way to ECS.

use crate::ecs::{Case, ENDPOINTS};
use crate::finding::{Finding, Judgement};
use crate::instance::{findings, is_claimed};
use crate::net::{Cause, Verdict};
use crate::remedy::nat;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// The way of the instance to the three services that its agent talks to (`ecs`, `ecs-agent`, `ecs-telemetry`) on TCP 443: routes, security
    /// groups, network ACLs in both directions, NAT devices, internet gateways and public addresses. Each obstacle is a finding of its
    /// own, with the line that decides. What endpoints have wrong is the matter of the rules on endpoints.
    ///
    /// ## Why it matters
    ///
    /// The agent only dials out. Without a way to `ecs` it logs `request canceled while waiting for connection` and exits with code 1, again
    /// and again. The commonest case is an instance in a public subnet without a public address.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -sv --connect-timeout 5 https://ecs.REGION.amazonaws.com/` gets an answer, whatever it says.
    ///
    /// ## False positives
    ///
    /// Behind a transit gateway, a virtual private gateway or an appliance nobody can look from here: *cannot tell*, unless the agent is
    /// connected. A proxy in the agent's configuration takes another way. Connections that were open before a rule was removed may live on.
    ///
    /// ## Fix
    ///
    /// That of the obstacle: a rule in the group or ACL, a route, a working NAT gateway, a public address, or interface endpoints for the three
    /// services (class A, or B where it costs money). To undo, take the rule or route back, or delete what was made.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container agent networking", and "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    /// - VPC user guide, "Configure route tables" and "Security group rules"
    "ecs/egress-ecs-api", Blocker, Agent, fix B,
    "The network stops the way of the instance to ECS",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS, DESCRIBE_SECURITY_GROUPS, DESCRIBE_NETWORK_ACLS, DESCRIBE_NAT_GATEWAYS,
        DESCRIBE_VPC_ENDPOINTS, GET_MANAGED_PREFIX_LIST_ENTRIES, LIST_HOSTED_ZONES_BY_VPC, DESCRIBE_NETWORK_INTERFACES]
}

/// What rules of their own look for.
const ELSEWHERE: &[&str] = &["Block Public Access", "enableDns", "DHCP options", "DNS server", "of endpoint"];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &is_obstacle,
        opaque: &is_own,
        pass: "nothing in the network stops the way to the services that the agent needs",
    };
    // In a VPC with endpoints, no route to the internet is as it should be.
    let has_way = |path: &crate::net::ServicePath| path.verdict != Verdict::Blocked;
    if case.has_endpoints() && !case.paths.iter().all(|path| has_way(path)) {
        return Watch { causes: &|cause| is_obstacle(cause) && !is_route(cause), ..watch }
            .judge(case, |wall| finding(case, wall));
    }
    watch.judge(case, |wall| finding(case, wall))
}

fn is_route(cause: Cause) -> bool {
    matches!(cause, Cause::NoRoute | Cause::PeeringNoInternet | Cause::NoReturnRoute | Cause::NoAddress)
}

fn is_obstacle(cause: Cause) -> bool {
    let is_other = matches!(
        cause,
        Cause::BlockPublicAccess
            | Cause::EndpointState
            | Cause::EndpointSecurityGroup
            | Cause::EndpointPrivateDnsOff
            | Cause::EndpointAddressFamily
            | Cause::DnsSupportOff
            | Cause::DnsHostnamesOff
            | Cause::CustomDns
            | Cause::DnsServerUnreachable
    );
    !is_other
}

/// Whether a fact that no read can give leaves the question of this rule open, and not that of another.
fn is_own(what: &str) -> bool {
    !is_claimed(what) || !ELSEWHERE.iter().any(|words| what.contains(words))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    match wall.obstacle.cause {
        Cause::SecurityGroupEgress => findings::security_group_out(case, wall),
        Cause::NetworkAclOutbound | Cause::EndpointSubnetAclInbound => findings::acl_out(case, wall),
        Cause::NetworkAclReply | Cause::EndpointSubnetAclReply => findings::acl_back(case, wall),
        Cause::NoPublicAddress => findings::no_public_address(case, wall),
        Cause::Blackhole | Cause::InternetGatewayMissing | Cause::EgressOnlyGatewayMissing => {
            findings::dead_route(case, wall)
        }
        cause if is_route(cause) => findings::no_route(case, wall, "ECS", ENDPOINTS),
        cause if nat::words(cause, "instance").is_some() => findings::nat_device(case, wall),
        _ => wall.finding(format!(
            "`{}` stops the packets of instance `{}` to {}{}",
            wall.obstacle.component.id,
            case.instance.instance_id,
            wall.labels_in_words(),
            wall.by()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    const DEFAULT: &str = "/RouteTables/0/Routes/1";

    fn never(world: World) -> World {
        let mut world = world;
        testkit::ecs::never(&mut world);
        world
    }

    #[test]
    fn fires_without_a_route_and_offers_all_three_endpoints() {
        let mut world = never(testkit::ecs::nat());
        world.patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, Value::Null);
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        let commands = &found[0].fix.as_ref().unwrap().commands;
        let made = commands.iter().filter_map(|command| command.split_once("com.amazonaws.eu-west-1."));
        let made: Vec<&str> = made.filter_map(|(_, rest)| rest.split(' ').next()).collect();
        assert_eq!(made, ["ecs-agent", "ecs-telemetry", "ecs"], "in the order that the developer guide asks for");
        let report = testkit::ecs::diagnose(&world).unwrap();
        let blockers = report.findings.iter().filter(|found| found.severity == Severity::Blocker);
        assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/egress-ecs-api"]);
    }

    #[test]
    fn fires_on_the_group_the_acl_and_the_gateway_each_with_its_proof() {
        let mut world = never(testkit::ecs::nat());
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/State", json!("failed"));
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|found| found.fix.is_some() && !found.evidence.is_empty()));
    }

    #[test]
    fn fires_in_a_public_subnet_without_a_public_address() {
        let mut world = never(testkit::ecs::nat());
        let to_gateway = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, to_gateway);
        assert!(findings(world.judge(&RULE))[0].detail.contains("has no public IPv4 address"));
    }

    #[test]
    fn fires_as_a_degradation_while_the_agent_is_connected() {
        let mut world = testkit::ecs::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, Value::Null);
        let report = testkit::ecs::diagnose(&world).unwrap();
        assert_eq!(report.findings[0].severity, Severity::Degraded, "{:?}", report.findings);
    }

    #[test]
    fn silent_where_the_way_is_open() {
        for world in [testkit::ecs::nat(), testkit::ecs::closed()] {
            assert!(matches!(never(world).judge(&RULE), Judgement::Pass(_)));
        }
    }

    #[test]
    fn silent_where_an_endpoint_is_what_is_missing() {
        let mut world = never(testkit::ecs::closed());
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0", Value::Null);
        let judged = world.judge(&RULE);
        assert!(matches!(judged, Judgement::Pass(_)), "{judged:?}");
    }

    #[test]
    fn unknown_behind_a_transit_gateway_or_when_tables_are_denied() {
        let mut world = never(testkit::ecs::nat());
        let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, DEFAULT, route);
        assert!(missing(world.judge(&RULE)).iter().any(|gap| gap.contains("tgw-1")));
        let mut world = never(testkit::ecs::nat());
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}
