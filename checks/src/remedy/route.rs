//! How to mend a route that has lost its target.

use super::Site;
use crate::fix::{Aws, Fix, FixClass};
use crate::net::route::Target;
use crate::snapshot::ec2::{Route, RouteTable};
use crate::walls::Wall;

/// A target that works for each dead route that an obstacle proves; `None` where none of a kind can be found.
pub fn revive(site: &Site<'_>, wall: &Wall<'_>) -> Option<Fix> {
    let commands = replacements(site, wall);
    let id = &wall.obstacle.component.id;
    let summary = format!("point each dead route of `{id}` at a target that works; all its subnets follow");
    let fix = Fix::new(FixClass::A, summary);
    (!commands.is_empty()).then(|| commands.into_iter().fold(fix, Fix::run))
}

/// A target of the kind that a route has lost: the option that takes it, the command that finds one in the VPC, and where it stands in the
/// answer.
fn another(site: &Site<'_>, lost: &Target) -> Option<(&'static str, Aws, String)> {
    let vpc = site.vpc;
    let find = |command: &str, filters: &[&str]| {
        let filters = filters.iter().map(|filter| filter.replace("VPC", vpc));
        let name = if command == "describe-nat-gateways" { "filter" } else { "filters" };
        site.command(command).args(name, filters)
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
            let command = site.command("describe-egress-only-internet-gateways");
            let query =
                format!("EgressOnlyInternetGateways[?Attachments[?VpcId=='{vpc}']].EgressOnlyInternetGatewayId | [0]");
            ("egress-only-internet-gateway-id", command, query)
        }
        Target::Interface { .. } | Target::Local | Target::Endpoint(_) | Target::Other(_) => return None,
    })
}

/// A command for each dead route that the obstacle proves: the NAT instance is started, and any other target replaced by one of its kind;
/// none for a kind that is not known.
fn replacements(site: &Site<'_>, wall: &Wall<'_>) -> Vec<Aws> {
    let id = wall.obstacle.component.id.as_str();
    let table = site.snapshot().route_tables.get(id).ok().flatten();
    let dead = table.into_iter().flat_map(|table| proven(table, wall));
    dead.filter_map(|route| {
        let (option, destination) = destination_of(route)?;
        let target = Target::of(route);
        if let Target::Interface { instance, .. } = &target {
            let start = site.command("start-instances").args("instance-ids", [instance]);
            return Some(start).filter(|_| !instance.is_empty());
        }
        let (member, finder, query) = another(site, &target)?;
        let replace = site.command("replace-route").arg("route-table-id", id);
        Some(replace.arg(option, destination).found(member, finder, &query))
    })
    .collect()
}

/// The routes of a table that an obstacle's evidence points at: `Routes[1].State`.
pub fn proven<'r>(table: &'r RouteTable, wall: &Wall<'_>) -> Vec<&'r Route> {
    let position = |field: &str| field.strip_prefix("Routes[")?.split(']').next()?.parse::<usize>().ok();
    let evidence = wall.obstacle.evidence.iter().filter(|own| own.resource == table.route_table_id);
    evidence.filter_map(|own| table.routes.get(position(&own.field)?)).collect()
}

/// The option of `replace-route` for a route's destination, and its value.
pub fn destination_of(route: &Route) -> Option<(&'static str, &str)> {
    let known = [
        ("destination-cidr-block", &route.destination_cidr_block),
        ("destination-ipv6-cidr-block", &route.destination_ipv6_cidr_block),
        ("destination-prefix-list-id", &route.destination_prefix_list_id),
    ];
    known.into_iter().find(|(_, value)| !value.is_empty()).map(|(option, value)| (option, value.as_str()))
}
