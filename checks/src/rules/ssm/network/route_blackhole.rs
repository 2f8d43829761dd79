//! The route to Systems Manager has lost its target.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::Cause;
use crate::net::route::Target;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{Route, RouteTable};
use crate::ssm::Case;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route that takes the agent's packets is in state `blackhole`, or leads to a gateway that is not attached to the VPC.
    ///
    /// ## Why it matters
    ///
    /// The longest matching prefix decides even when its target is gone: packets are dropped, and no other route is tried.
    ///
    /// ## How to confirm
    ///
    /// ``aws ec2 describe-route-tables --route-table-ids RTB --query 'RouteTables[].Routes[?State==`blackhole`]'``
    ///
    /// ## False positives
    ///
    /// A NAT instance that is stopped on purpose shows a black hole as well; so does a peering connection that waits for acceptance.
    ///
    /// ## Fix
    ///
    /// Point the route at a target that exists (class A). Everything else in the subnets of that table moves with it. Going back to a
    /// deleted target is pointless.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Configure route tables"
    /// - EC2 API reference, `Route`, member `State`
    "ssm/route-blackhole", Blocker, Agent, fix A,
    "The route to Systems Manager leads to a target that is gone",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: |cause| {
            matches!(cause, Cause::Blackhole | Cause::InternetGatewayMissing | Cause::EgressOnlyGatewayMissing)
        },
        opaque: |what| what.contains("main route table"),
        pass: "no route on the way leads to a target that is gone",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let what = match wall.obstacle.cause {
        Cause::Blackhole => format!("a route of `{}` has lost its target", component.id),
        _ => format!("`{}` is not attached to the VPC", component.id),
    };
    let detail = format!("{what}, so packets to {} are dropped{}", wall.labels_in_words(), wall.by());
    let finding = wall.finding(detail);
    let commands = replacements(case, wall);
    if commands.is_empty() {
        return finding;
    }
    let summary = format!("point each dead route of `{}` at a target that works; all its subnets follow", component.id);
    finding.fix(commands.into_iter().fold(Fix::new(FixClass::A, summary), Fix::run))
}

/// A target of the kind that a route has lost: the option that takes it, the command that finds one in the VPC, and where it stands in the
/// answer.
fn another(case: &Case<'_>, lost: &Target) -> Option<(&'static str, Aws, String)> {
    let vpc = case.instance.vpc_id.as_str();
    let find = |command: &str, filters: &[&str]| {
        let filters = filters.iter().map(|filter| filter.replace("VPC", vpc));
        let name = if command == "describe-nat-gateways" { "filter" } else { "filters" };
        Aws::new("ec2", command, case.region()).args(name, filters)
    };
    let attached = "Name=attachment.vpc-id,Values=VPC";
    let first = |query: &str| query.to_owned();
    Some(match lost {
        Target::NatGateway(_) => {
            let filters = ["Name=vpc-id,Values=VPC", "Name=state,Values=available"];
            ("nat-gateway-id", find("describe-nat-gateways", &filters), first("NatGateways[0].NatGatewayId"))
        }
        Target::InternetGateway(_) => {
            let query = first("InternetGateways[0].InternetGatewayId");
            ("gateway-id", find("describe-internet-gateways", &[attached]), query)
        }
        Target::VirtualPrivateGateway(_) => {
            ("gateway-id", find("describe-vpn-gateways", &[attached]), first("VpnGateways[0].VpnGatewayId"))
        }
        Target::TransitGateway(_) => {
            let filters = ["Name=vpc-id,Values=VPC", "Name=state,Values=available"];
            let query = first("TransitGatewayVpcAttachments[0].TransitGatewayId");
            ("transit-gateway-id", find("describe-transit-gateway-vpc-attachments", &filters), query)
        }
        Target::Peering(_) => {
            let filters = ["Name=requester-vpc-info.vpc-id,Values=VPC", "Name=status-code,Values=active"];
            let query = first("VpcPeeringConnections[0].VpcPeeringConnectionId");
            ("vpc-peering-connection-id", find("describe-vpc-peering-connections", &filters), query)
        }
        Target::EgressOnlyInternetGateway(_) => {
            let command = Aws::new("ec2", "describe-egress-only-internet-gateways", case.region());
            let query =
                format!("EgressOnlyInternetGateways[?Attachments[?VpcId=='{vpc}']].EgressOnlyInternetGatewayId | [0]");
            ("egress-only-internet-gateway-id", command, query)
        }
        Target::Interface { .. } | Target::Local | Target::Endpoint(_) | Target::Other(_) => return None,
    })
}

/// A command for each dead route that the obstacle proves: the NAT instance is started, and any other target replaced by one of its kind;
/// none for a kind that is not known.
fn replacements(case: &Case<'_>, wall: &Wall<'_>) -> Vec<Aws> {
    let id = wall.obstacle.component.id.as_str();
    let table = case.snapshot.route_tables.get(id).ok().flatten();
    let dead = table.into_iter().flat_map(|table| proven(table, wall));
    dead.filter_map(|route| {
        let (option, destination) = destination_of(route)?;
        let target = Target::of(route);
        if let Target::Interface { instance, .. } = &target {
            let start = Aws::new("ec2", "start-instances", case.region()).args("instance-ids", [instance]);
            return Some(start).filter(|_| !instance.is_empty());
        }
        let (member, finder, query) = another(case, &target)?;
        let replace = Aws::new("ec2", "replace-route", case.region()).arg("route-table-id", id);
        Some(replace.arg(option, destination).found(member, finder, &query))
    })
    .collect()
}

/// The routes of a table that an obstacle's evidence points at: `Routes[1].State`.
pub(super) fn proven<'r>(table: &'r RouteTable, wall: &Wall<'_>) -> Vec<&'r Route> {
    let position = |field: &str| field.strip_prefix("Routes[")?.split(']').next()?.parse::<usize>().ok();
    let evidence = wall.obstacle.evidence.iter().filter(|own| own.resource == table.route_table_id);
    evidence.filter_map(|own| table.routes.get(position(&own.field)?)).collect()
}

/// The option of `replace-route` for a route's destination, and its value.
pub(super) fn destination_of(route: &Route) -> Option<(&'static str, &str)> {
    let known = [
        ("destination-cidr-block", &route.destination_cidr_block),
        ("destination-ipv6-cidr-block", &route.destination_ipv6_cidr_block),
        ("destination-prefix-list-id", &route.destination_prefix_list_id),
    ];
    known.into_iter().find(|(_, value)| !value.is_empty()).map(|(option, value)| (option, value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    const STATE: &str = "/RouteTables/0/Routes/1/State";

    #[test]
    fn fires_on_a_blackhole() {
        let mut world = testkit::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, STATE, json!("blackhole"));
        let found = findings(world.judge(&RULE));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].reachability_code, Some("BAD_STATE_ROUTE"));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--route-table-id rtb-private --destination-cidr-block 0.0.0.0/0"), "{command}");
    }

    #[test]
    fn fires_with_a_command_for_each_dead_route_of_its_kind() {
        let mut world = testkit::nat();
        let half =
            |block: &str| json!({ "DestinationCidrBlock": block, "TransitGatewayId": "tgw-1", "State": "blackhole" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1", half("0.0.0.0/1"));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", half("128.0.0.0/1"));
        let found = findings(world.judge(&RULE));
        let commands: Vec<&String> = found.iter().flat_map(|found| &found.fix.as_ref().unwrap().commands).collect();
        assert_eq!(commands.len(), 2, "{commands:?}");
        for (command, block) in commands.iter().zip(["0.0.0.0/1", "128.0.0.0/1"]) {
            let part = format!(
                "--destination-cidr-block {block} --transit-gateway-id \"$(aws ec2 describe-transit-gateway-vpc-attachments "
            );
            assert!(command.contains(&part), "{command}");
        }
    }

    #[test]
    fn silent_while_the_target_is_there() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = testkit::public();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}
