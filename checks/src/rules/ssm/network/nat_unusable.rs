//! The NAT gateway or instance on the way does not carry the agent's packets.

use super::route_blackhole::{destination_of, proven};
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, NatInstanceFault};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{RouteTable, is};
use crate::ssm::Case;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// The NAT device that the route leads to: a gateway must be `available`, public, hold a working Elastic IP address, and lie in a
    /// subnet whose own table leads to an internet gateway and whose network ACL lets four kinds of packets pass (from the instance, to
    /// the internet, the replies, the replies to the instance). A NAT instance must run, forward (`SourceDestCheck` off), have a public
    /// address and groups that let the traffic in and out.
    ///
    /// ## Why it matters
    ///
    /// Every connection of a private subnet to the internet goes through it.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-nat-gateways --nat-gateway-ids NAT`, then the route table and network ACL of its `SubnetId`.
    ///
    /// ## False positives
    ///
    /// A regional NAT gateway has no subnet and a table of its own. A private NAT gateway is right in front of a transit gateway. What a
    /// NAT instance does inside cannot be seen: *cannot tell*, unless the node answers.
    ///
    /// ## Fix
    ///
    /// Repair what is named: a public route table for the gateway's subnet (class A), its ACL (class A), or a new gateway in a public
    /// subnet (class B). To undo, restore the old association, or delete the gateway and then release its address.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways" and "Troubleshoot NAT gateways"
    /// - VPC user guide, "NAT instances"
    "ssm/nat-unusable", Blocker, Agent, fix B,
    "The NAT device on the way does not work",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_ROUTE_TABLES, DESCRIBE_NETWORK_ACLS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: |cause| words(cause).is_some(),
        opaque: |what| what.contains("NAT gateway") || what.contains("forwards packets"),
        pass: "no NAT device on the way is broken",
    };
    watch.judge(case, |wall| finding(case, wall))
}

/// What is wrong, as the end of a sentence that begins with the device.
fn words(cause: Cause) -> Option<&'static str> {
    Some(match cause {
        Cause::NatState => "is not available",
        Cause::NatPrivate => "is a private NAT gateway, which reaches no internet",
        Cause::NatInPrivateSubnet => "lies in a subnet without a route to an internet gateway",
        Cause::NatSubnetBlackhole => "lies in a subnet whose route out has lost its target",
        Cause::NatPointsToItself => "lies in a subnet whose route out leads back to itself",
        Cause::NatAddressMissing => "has no working public address",
        Cause::NatSubnetAclFromClient => "gets nothing from the instance: its network ACL does not let it in",
        Cause::NatSubnetAclOutbound => "gets nothing out: its network ACL drops packets to the internet",
        Cause::NatSubnetAclReply => "gets no replies: its network ACL drops them",
        Cause::NatSubnetAclToClient => {
            "cannot pass on replies: its network ACL drops them on their way to the instance"
        }
        Cause::NatInstance(fault) => match fault {
            NatInstanceFault::SourceDestCheck => "drops what is not its own: the source/destination check is on",
            NatInstanceFault::NotRunning => "does not run",
            NatInstanceFault::SecurityGroupIngress => {
                "does not let the instance in: its security groups do not allow it"
            }
            NatInstanceFault::SecurityGroupEgress => "lets nothing out: its security groups do not allow it",
            NatInstanceFault::NoPublicAddress => "has no public address",
            NatInstanceFault::NoRoute => "lies in a subnet without a route to an internet gateway",
        },
        _ => return None,
    })
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let device = wall.steps.iter().find(|step| step.component.kind == "nat-gateway").map(|step| &step.component);
    let named = device.unwrap_or(component);
    let what = words(wall.obstacle.cause).unwrap_or("does not work");
    let detail = format!("`{}` {what}, so the agent cannot reach {}{}", named.id, wall.labels_in_words(), wall.by());
    let finding = wall.finding(detail).about(named.kind, &named.id);
    match wall.obstacle.cause {
        Cause::NatInPrivateSubnet | Cause::NatPointsToItself | Cause::NatSubnetBlackhole => {
            match reroute(case, wall, &named.id) {
                Some(fix) => finding.fix(fix),
                None => finding,
            }
        }
        Cause::NatState | Cause::NatPrivate | Cause::NatAddressMissing => finding.fix(another(case, &named.id)),
        Cause::NatInstance(NatInstanceFault::SourceDestCheck) => finding.fix(
            Fix::new(FixClass::A, format!("switch the source/destination check of `{}` off", component.id))
                .run(
                    Aws::new("ec2", "modify-network-interface-attribute", case.region())
                        .arg("network-interface-id", &component.id)
                        .flag("no-source-dest-check"),
                )
                .undo(
                    Aws::new("ec2", "modify-network-interface-attribute", case.region())
                        .arg("network-interface-id", &component.id)
                        .flag("source-dest-check"),
                ),
        ),
        _ => finding,
    }
}

/// A new gateway, where the old one cannot serve, and the route of the instance's subnet to it.
fn another(case: &Case<'_>, id: &str) -> Fix {
    let command = |name| Aws::new("ec2", name, case.region());
    let instance = case.instance;
    let own = case.network.route_table(&instance.subnet_id).ok();
    let (Some(table), Some(public)) = (own, public_subnet(case)) else {
        let summary = "create a public NAT gateway (it costs money by the hour) in a subnet with a route to an internet gateway, and route \
                       to it; the command lists the route tables of the VPC";
        let list = command("describe-route-tables").arg("filters", format!("Name=vpc-id,Values={}", instance.vpc_id));
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

/// A live default route to an internet gateway.
fn is_public(table: &RouteTable) -> bool {
    table.routes.iter().any(|route| {
        route.destination_cidr_block == "0.0.0.0/0"
            && route.gateway_id.starts_with("igw-")
            && is(&route.state, "active")
    })
}

/// Another subnet of the VPC that leads to an internet gateway; one in the zone of the instance before others.
fn public_subnet<'a>(case: &Case<'a>) -> Option<&'a str> {
    let instance = case.instance;
    let own_zone = case.snapshot.subnets.get(&instance.subnet_id).ok().flatten().map(|own| &own.availability_zone);
    let subnets = case.snapshot.subnets.known().iter().filter(|subnet| subnet.vpc_id == instance.vpc_id);
    let others = subnets.filter(|subnet| subnet.subnet_id != instance.subnet_id);
    let public = others.filter(|subnet| case.network.route_table(&subnet.subnet_id).is_ok_and(is_public));
    let best = public.min_by_key(|subnet| (Some(&subnet.availability_zone) != own_zone, &subnet.subnet_id));
    best.map(|subnet| subnet.subnet_id.as_str())
}

/// The way to the internet gateway for a gateway's subnet: a live route in the subnet's own table, or else a public table.
///
/// `None` for a regional gateway, which has no subnet, and where the table is not known.
fn reroute(case: &Case<'_>, wall: &Wall<'_>, id: &str) -> Option<Fix> {
    let gateway = case.snapshot.nat_gateways.get(id).ok().flatten().filter(|gateway| !gateway.subnet_id.is_empty())?;
    let (subnet, vpc) = (gateway.subnet_id.as_str(), gateway.vpc_id.as_str());
    if subnet == case.instance.subnet_id {
        // A table with an internet gateway would take the way from the instance, which has no public address.
        return Some(another(case, id));
    }
    let command = |name| Aws::new("ec2", name, case.region());
    let to_internet = |route: Aws| {
        let find = command("describe-internet-gateways").arg("filters", format!("Name=attachment.vpc-id,Values={vpc}"));
        route.found("gateway-id", find, "InternetGateways[0].InternetGatewayId")
    };
    let table = case.network.route_table(subnet).ok()?;
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
    let mut tables = case.snapshot.route_tables.known().iter().filter(|known| known.vpc_id == vpc);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_each_broken_gateway() {
        let cases = [
            (op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/State", json!("failed"), "is not available"),
            (op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/ConnectivityType", json!("private"), "private NAT gateway"),
            (op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/SubnetId", json!("subnet-private"), "leads back to itself"),
            (
                op::DESCRIBE_ROUTE_TABLES,
                "/RouteTables/1/Routes/1",
                json!(null),
                "without a route to an internet gateway",
            ),
        ];
        for (operation, pointer, value, part) in cases {
            let mut world = testkit::nat();
            world.lost().patch(operation, pointer, value);
            let found = findings(world.judge(&RULE));
            assert!(found[0].detail.contains(part), "{pointer}: {}", found[0].detail);
        }
    }

    #[test]
    fn fires_with_a_public_table_for_the_subnet_of_the_gateway() {
        let commands = |world: &World| findings(world.judge(&RULE))[0].fix.clone().unwrap().commands;
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1", json!(null));
        let made = commands(&world);
        assert!(
            made[0].starts_with("table=$(aws ec2 create-route-table --region eu-west-1 --vpc-id vpc-1 "),
            "{made:?}"
        );
        assert!(made[1].contains("--gateway-id \"$(aws ec2 describe-internet-gateways "), "{made:?}");
        let associated =
            "--association-id rtbassoc-2 --route-table-id \"$table\" --query NewAssociationId --output text)";
        assert!(made[2].ends_with(associated), "{made:?}");
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Associations", json!([]));
        let implicit = "associate-route-table --region eu-west-1 --subnet-id subnet-public --route-table-id \"$table\"";
        assert!(commands(&world)[2].contains(implicit), "{:?}", commands(&world));
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1/State", json!("blackhole"));
        let replaced = "--route-table-id rtb-public --destination-cidr-block 0.0.0.0/0 --gateway-id \"$(aws ec2 describe-internet-gateways";
        assert!(commands(&world)[0].contains(replaced), "{:?}", commands(&world));
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/SubnetId", json!("subnet-private"));
        let made = commands(&world);
        assert!(made[1].contains("create-nat-gateway --region eu-west-1 --subnet-id subnet-public "), "{made:?}");
        assert!(made[3].ends_with("--destination-cidr-block 0.0.0.0/0 --nat-gateway-id \"$nat\""), "{made:?}");
    }

    #[test]
    fn silent_while_it_works_or_is_not_there() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_gateways_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_NAT_GATEWAYS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeNatGateways"]);
    }
}
