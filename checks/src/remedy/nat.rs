//! What is wrong with a NAT device, and how to mend it.

use super::Site;
use super::route::{destination_of, proven};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, NatInstanceFault};
use crate::snapshot::ec2::{NatGateway, RouteTable, is};
use crate::walls::Wall;

/// What is wrong, as the end of a sentence that begins with the device; `who` sends the packets.
pub fn words(cause: Cause, who: &str) -> Option<String> {
    let words = match cause {
        Cause::NatState => "is not available",
        Cause::NatPrivate => "is a private NAT gateway, which reaches no internet",
        Cause::NatInPrivateSubnet => "lies in a subnet without a route to an internet gateway",
        Cause::NatSubnetBlackhole => "lies in a subnet whose route out has lost its target",
        Cause::NatPointsToItself => "lies in a subnet whose route out leads back to itself",
        Cause::NatAddressMissing => "has no working public address",
        Cause::NatSubnetAclFromClient => "gets nothing from the WHO: its network ACL does not let it in",
        Cause::NatSubnetAclOutbound => "gets nothing out: its network ACL drops packets to the internet",
        Cause::NatSubnetAclReply => "gets no replies: its network ACL drops them",
        Cause::NatSubnetAclToClient => "cannot pass on replies: its network ACL drops them on their way to the WHO",
        Cause::NatInstance(fault) => match fault {
            NatInstanceFault::SourceDestCheck => "drops what is not its own: the source/destination check is on",
            NatInstanceFault::NotRunning => "does not run",
            NatInstanceFault::SecurityGroupIngress => "does not let the WHO in: its security groups do not allow it",
            NatInstanceFault::SecurityGroupEgress => "lets nothing out: its security groups do not allow it",
            NatInstanceFault::NoPublicAddress => "has no public address",
            NatInstanceFault::NoRoute => "lies in a subnet without a route to an internet gateway",
        },
        _ => return None,
    };
    Some(words.replace("WHO", who))
}

/// How to mend the device with this id; `None` where what is wrong is for the owner of its groups, its ACL or its system.
pub fn mend(site: &Site<'_>, wall: &Wall<'_>, id: &str) -> Option<Fix> {
    match wall.obstacle.cause {
        Cause::NatInPrivateSubnet | Cause::NatPointsToItself | Cause::NatSubnetBlackhole => reroute(site, wall, id),
        Cause::NatState | Cause::NatPrivate | Cause::NatAddressMissing => Some(another(site, id)),
        Cause::NatInstance(NatInstanceFault::SourceDestCheck) => {
            let interface = &wall.obstacle.component.id;
            let modify = |flag: &str| {
                let command = site.command("modify-network-interface-attribute");
                command.arg("network-interface-id", interface).flag(flag)
            };
            let summary = format!("switch the source/destination check of `{interface}` off");
            let fix = Fix::new(FixClass::A, summary);
            Some(fix.run(modify("no-source-dest-check")).undo(modify("source-dest-check")))
        }
        _ => None,
    }
}

/// A new gateway, where the old one cannot serve, and the route of the subnet to it.
pub fn another(site: &Site<'_>, id: &str) -> Fix {
    let command = |name| site.command(name);
    let own = site.network.route_table(site.subnet).ok();
    let (Some(table), Some(public)) = (own, public_subnet(site)) else {
        let summary = "create a public NAT gateway (it costs money by the hour) in a subnet with a route to an internet gateway, and route \
                       to it; the command lists the route tables of the VPC";
        let list = command("describe-route-tables").arg("filters", format!("Name=vpc-id,Values={}", site.vpc));
        return Fix::new(FixClass::M, summary).run(list);
    };
    let create = command("create-nat-gateway").arg("subnet-id", public).made("allocation-id", "address");
    let summary = format!(
        "create a public NAT gateway in public subnet `{public}` (it costs money by the hour) and point the route of `{}` at it",
        table.route_table_id
    );
    let mut fix = Fix::new(FixClass::B, summary)
        .run(command("allocate-address").arg("domain", "vpc").keep("address", "AllocationId"))
        .run(create.keep("nat", "NatGateway.NatGatewayId"))
        .run(command("wait nat-gateway-available").made("nat-gateway-ids", "nat"));
    for (option, destination) in
        table.routes.iter().filter(|route| route.nat_gateway_id == id).filter_map(destination_of)
    {
        let replace = || command("replace-route").arg("route-table-id", &table.route_table_id).arg(option, destination);
        fix = fix.run(replace().made("nat-gateway-id", "nat")).undo(replace().arg("nat-gateway-id", id));
    }
    fix.undo(command("delete-nat-gateway").made("nat-gateway-id", "nat"))
        .undo(command("wait nat-gateway-deleted").made("nat-gateway-ids", "nat"))
        .undo(command("release-address").made("allocation-id", "address"))
}

/// A default route for a subnet that has none: to a public NAT gateway that is there and works, one in the zone of the subnet before others,
/// or to a new one.
pub fn default_route(site: &Site<'_>) -> Option<Fix> {
    let table = site.network.route_table(site.subnet).ok()?;
    let id = table.route_table_id.as_str();
    let command = |name| site.command(name);
    let route = || command("create-route").arg("route-table-id", id).arg("destination-cidr-block", "0.0.0.0/0");
    let delete = command("delete-route").arg("route-table-id", id).arg("destination-cidr-block", "0.0.0.0/0");
    if let Some(gateway) = working(site) {
        let summary =
            format!("add a default route to NAT gateway `{gateway}` to `{id}`; all subnets of the table follow");
        return Some(Fix::new(FixClass::A, summary).run(route().arg("nat-gateway-id", gateway)).undo(delete));
    }
    let public = public_subnet(site)?;
    let create = command("create-nat-gateway").arg("subnet-id", public).made("allocation-id", "address");
    let summary = format!(
        "create a public NAT gateway in public subnet `{public}` (it costs money by the hour) and a default route to it in `{id}`"
    );
    let fix = Fix::new(FixClass::B, summary)
        .run(command("allocate-address").arg("domain", "vpc").keep("address", "AllocationId"))
        .run(create.keep("nat", "NatGateway.NatGatewayId"))
        .run(command("wait nat-gateway-available").made("nat-gateway-ids", "nat"))
        .run(route().made("nat-gateway-id", "nat"));
    Some(
        fix.undo(delete)
            .undo(command("delete-nat-gateway").made("nat-gateway-id", "nat"))
            .undo(command("wait nat-gateway-deleted").made("nat-gateway-ids", "nat"))
            .undo(command("release-address").made("allocation-id", "address")),
    )
}

/// A public NAT gateway of the VPC that is available in a public subnet.
fn working<'a>(site: &Site<'a>) -> Option<&'a str> {
    let zone_of = |id: &str| site.snapshot().subnets.get(id).ok().flatten().map(|row| row.availability_zone.as_str());
    let own_zone = zone_of(site.subnet);
    let is_good = |gateway: &&NatGateway| {
        let has_table = site.network.route_table(&gateway.subnet_id).is_ok_and(is_public);
        gateway.vpc_id == site.vpc
            && is(&gateway.state, "available")
            && !is(&gateway.connectivity_type, "private")
            && (has_table || gateway.subnet_id.is_empty())
    };
    let good = site.snapshot().nat_gateways.known().iter().filter(is_good);
    good.min_by_key(|gateway| (zone_of(&gateway.subnet_id) != own_zone, &gateway.nat_gateway_id))
        .map(|gateway| gateway.nat_gateway_id.as_str())
}

/// A live default route to an internet gateway.
pub fn is_public(table: &RouteTable) -> bool {
    table.routes.iter().any(|route| {
        route.destination_cidr_block == "0.0.0.0/0"
            && route.gateway_id.starts_with("igw-")
            && is(&route.state, "active")
    })
}

/// Another subnet of the VPC that leads to an internet gateway; one in the same zone before others.
fn public_subnet<'a>(site: &Site<'a>) -> Option<&'a str> {
    let own_zone = site.snapshot().subnets.get(site.subnet).ok().flatten().map(|own| &own.availability_zone);
    let subnets = site.snapshot().subnets.known().iter().filter(|subnet| subnet.vpc_id == site.vpc);
    let others = subnets.filter(|subnet| subnet.subnet_id != site.subnet);
    let public = others.filter(|subnet| site.network.route_table(&subnet.subnet_id).is_ok_and(is_public));
    let best = public.min_by_key(|subnet| (Some(&subnet.availability_zone) != own_zone, &subnet.subnet_id));
    best.map(|subnet| subnet.subnet_id.as_str())
}

/// The way to the internet gateway for a gateway's subnet: a live route in the subnet's own table, or else a public table.
///
/// `None` for a regional gateway, which has no subnet, and where the table is not known.
fn reroute(site: &Site<'_>, wall: &Wall<'_>, id: &str) -> Option<Fix> {
    let gateway =
        site.snapshot().nat_gateways.get(id).ok().flatten().filter(|gateway| !gateway.subnet_id.is_empty())?;
    let (subnet, vpc) = (gateway.subnet_id.as_str(), gateway.vpc_id.as_str());
    if subnet == site.subnet {
        // A table with an internet gateway would take the way from whoever is in it, which has no public address.
        return Some(another(site, id));
    }
    let command = |name| site.command(name);
    let to_internet = |route: Aws| {
        let find = command("describe-internet-gateways").arg("filters", format!("Name=attachment.vpc-id,Values={vpc}"));
        route.found("gateway-id", find, "InternetGateways[0].InternetGatewayId")
    };
    let table = site.network.route_table(subnet).ok()?;
    let own = table.associations.iter().find(|association| association.subnet_id == subnet);
    if wall.obstacle.cause == Cause::NatSubnetBlackhole && own.is_some() && table.associations.len() == 1 {
        let dead = proven(table, wall);
        let commands = dead.into_iter().filter_map(destination_of).map(|(option, destination)| {
            let route = command("replace-route").arg("route-table-id", &table.route_table_id);
            to_internet(route.arg(option, destination))
        });
        let summary = format!("point the dead route of the NAT gateway's subnet `{subnet}` at an internet gateway");
        return Some(commands.fold(Fix::new(FixClass::A, summary), Fix::run));
    }
    let mut tables = site.snapshot().route_tables.known().iter().filter(|known| known.vpc_id == vpc);
    let public = tables.find(|known| known.route_table_id != table.route_table_id && is_public(known));
    let summary = format!("give subnet `{subnet}` of `{id}` a route table whose default route is an internet gateway");
    let mut fix = Fix::new(FixClass::A, summary);
    if public.is_none() {
        let create = command("create-route-table").arg("vpc-id", vpc).keep("table", "RouteTable.RouteTableId");
        let route = command("create-route").made("route-table-id", "table");
        fix = fix.run(create).run(to_internet(route.arg("destination-cidr-block", "0.0.0.0/0")));
    }
    let to_table = |command: Aws| match public {
        Some(public) => command.arg("route-table-id", &public.route_table_id),
        None => command.made("route-table-id", "table"),
    };
    fix = match own {
        Some(own) => {
            let replace = || command("replace-route-table-association");
            let there = replace().arg("association-id", &own.route_table_association_id);
            let back = replace().made("association-id", "association").arg("route-table-id", &table.route_table_id);
            fix.run(to_table(there).keep("association", "NewAssociationId")).undo(back)
        }
        None => {
            let associate = to_table(command("associate-route-table").arg("subnet-id", subnet));
            let undo = command("disassociate-route-table").made("association-id", "association");
            fix.run(associate.keep("association", "AssociationId")).undo(undo)
        }
    };
    Some(if public.is_none() { fix.undo(command("delete-route-table").made("route-table-id", "table")) } else { fix })
}
