//! The NAT gateway or instance on the way does not carry the agent's packets.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, NatInstanceFault};
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
    /// Repair what is named: the route of the gateway's subnet (class A), its ACL (class A), or a new gateway in a public subnet (class B).
    /// To undo, restore the recorded route, or delete the gateway and then release its address.
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
        Cause::NatInPrivateSubnet | Cause::NatPointsToItself | Cause::NatSubnetBlackhole
            if component.kind == "route-table" =>
        {
            let table = |name| Aws::new("ec2", name, case.region()).arg("route-table-id", &component.id);
            finding.fix(
                Fix::new(FixClass::A, format!("route the subnet of `{}` to the internet gateway of the VPC", named.id))
                    .run(
                        table("create-route")
                            .arg("destination-cidr-block", "0.0.0.0/0")
                            .arg("gateway-id", "INTERNET_GATEWAY_ID"),
                    )
                    .undo(table("delete-route").arg("destination-cidr-block", "0.0.0.0/0")),
            )
        }
        Cause::NatState | Cause::NatPrivate | Cause::NatAddressMissing => finding.fix(
            Fix::new(
                FixClass::B,
                "create a public NAT gateway in a public subnet (it costs money by the hour) and route to it",
            )
            .run(
                Aws::new("ec2", "create-nat-gateway", case.region())
                    .arg("subnet-id", "PUBLIC_SUBNET_ID")
                    .arg("allocation-id", "ALLOCATION_ID"),
            )
            .undo(Aws::new("ec2", "delete-nat-gateway", case.region()).arg("nat-gateway-id", "NAT_GATEWAY_ID")),
        ),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
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
