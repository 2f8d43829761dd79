//! The route to Systems Manager has lost its target.

use crate::finding::Judgement;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::walls::Watch;

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
        causes: &|cause| {
            matches!(cause, Cause::Blackhole | Cause::InternetGatewayMissing | Cause::EgressOnlyGatewayMissing)
        },
        opaque: &|what| what.contains("main route table"),
        pass: "no route on the way leads to a target that is gone",
    };
    watch.judge(case, |wall| findings::dead_route(case, wall))
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
