//! The NAT gateway or instance on the way does not carry the agent's packets.

use crate::finding::Judgement;
use crate::instance::findings;
use crate::remedy::nat;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::Watch;

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
        causes: &|cause| nat::words(cause, "instance").is_some(),
        opaque: &|what| what.contains("NAT gateway") || what.contains("forwards packets"),
        pass: "no NAT device on the way is broken",
    };
    watch.judge(case, |wall| findings::nat_device(case, wall))
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
