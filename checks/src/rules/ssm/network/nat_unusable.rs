//! The NAT gateway or instance on the way does not carry the agent's packets.

use super::route_blackhole::{destination_of, proven};
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, NatInstanceFault, route};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::paths::{Wall, Watch};

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
    let detail = format!("`{}` {what}, so the agent cannot reach {}{}", named.id, wall.services_in_words(), wall.by());
    let finding = wall.finding(detail).about(named.kind, &named.id);
    match wall.obstacle.cause {
        Cause::NatInPrivateSubnet | Cause::NatPointsToItself | Cause::NatSubnetBlackhole => {
            match reroute(case, wall, &named.id) {
                Some(fix) => finding.fix(fix),
                None => finding,
            }
        }
        Cause::NatState | Cause::NatPrivate | Cause::NatAddressMissing => finding.fix(another(case)),
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

/// A new gateway, where the old one cannot serve.
fn another(case: &Case<'_>) -> Fix {
    let create = Aws::new("ec2", "create-nat-gateway", case.region())
        .arg("subnet-id", "PUBLIC_SUBNET_ID")
        .arg("allocation-id", "ALLOCATION_ID");
    let summary = "create a public NAT gateway in a public subnet (it costs money by the hour) and route to it";
    Fix::new(FixClass::B, summary)
        .run(create)
        .undo(Aws::new("ec2", "delete-nat-gateway", case.region()).arg("nat-gateway-id", "NAT_GATEWAY_ID"))
}

/// The way to the internet gateway for a gateway's subnet: a live route in the subnet's own table, or else a public table.
///
/// `None` for a regional gateway, which has no subnet, and where the table is not known.
fn reroute(case: &Case<'_>, wall: &Wall<'_>, id: &str) -> Option<Fix> {
    let gateway = case.snapshot.nat_gateways.get(id).ok().flatten().filter(|gateway| !gateway.subnet_id.is_empty())?;
    let subnet = gateway.subnet_id.as_str();
    if subnet == case.instance.subnet_id {
        // A table with an internet gateway would take the way from the instance, which has no public address.
        return Some(another(case));
    }
    let table = route::of_subnet(case.snapshot, subnet, &gateway.vpc_id).ok()?;
    let own = table.associations.iter().find(|association| association.subnet_id == subnet);
    if wall.obstacle.cause == Cause::NatSubnetBlackhole && own.is_some() && table.associations.len() == 1 {
        let dead = proven(table, wall);
        let commands = dead.into_iter().filter_map(destination_of).map(|(option, destination)| {
            Aws::new("ec2", "replace-route", case.region())
                .arg("route-table-id", &table.route_table_id)
                .arg(option, destination)
                .arg("gateway-id", "INTERNET_GATEWAY_ID")
        });
        let summary = format!("point the dead route of the NAT gateway's subnet `{subnet}` at an internet gateway");
        return Some(commands.fold(Fix::new(FixClass::A, summary), Fix::run));
    }
    let public = "PUBLIC_ROUTE_TABLE_ID";
    let summary = format!("give subnet `{subnet}` of `{id}` a route table whose default route is an internet gateway");
    let fix = Fix::new(FixClass::A, summary);
    let command = |name| Aws::new("ec2", name, case.region());
    Some(match own {
        Some(own) => fix
            .run(
                command("replace-route-table-association")
                    .arg("association-id", &own.route_table_association_id)
                    .arg("route-table-id", public),
            )
            .undo(
                command("replace-route-table-association")
                    .arg("association-id", "NEW_ASSOCIATION_ID")
                    .arg("route-table-id", &table.route_table_id),
            ),
        None => fix
            .run(command("associate-route-table").arg("subnet-id", subnet).arg("route-table-id", public))
            .undo(command("disassociate-route-table").arg("association-id", "ASSOCIATION_ID")),
    })
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
        let associated = "--association-id rtbassoc-2 --route-table-id PUBLIC_ROUTE_TABLE_ID";
        assert!(commands(&world)[0].ends_with(associated), "{:?}", commands(&world));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Associations", json!([]));
        let implicit =
            "associate-route-table --region eu-west-1 --subnet-id subnet-public --route-table-id PUBLIC_ROUTE_TABLE_ID";
        assert!(commands(&world)[0].ends_with(implicit), "{:?}", commands(&world));
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1/State", json!("blackhole"));
        let replaced =
            "--route-table-id rtb-public --destination-cidr-block 0.0.0.0/0 --gateway-id INTERNET_GATEWAY_ID";
        assert!(commands(&world)[0].ends_with(replaced), "{:?}", commands(&world));
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/SubnetId", json!("subnet-private"));
        assert!(commands(&world)[0].starts_with("aws ec2 create-nat-gateway"), "{:?}", commands(&world));
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
