//! The route of a subnet of the function has lost its target.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::remedy::route::revive;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route that takes the packets of a subnet of the function is in state `blackhole`: its NAT gateway, interface, transit
    /// gateway attachment or peering connection is gone.
    ///
    /// ## Why it matters
    ///
    /// The longest matching prefix decides even when its target is gone: packets are dropped, no other route is tried, and calls time
    /// out.
    ///
    /// ## How to confirm
    ///
    /// ``aws ec2 describe-route-tables --route-table-ids RTB --query 'RouteTables[].Routes[?State==`blackhole`]'``
    ///
    /// ## False positives
    ///
    /// A NAT instance that is stopped on purpose shows a black hole as well. A dead route to other addresses than those that were asked
    /// about is not reported.
    ///
    /// ## Fix
    ///
    /// Point the route at a target of its kind that works (class A). All subnets of the table follow. To undo, replace the target again.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Configure route tables"
    /// - EC2 API reference, `Route`, member `State`
    "lambda/route-blackhole", Blocker, fix A,
    "The route to the destination leads to a target that is gone",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    obstacles::judge(&case.ipv4(), &RULE.about, Family::Ipv4, "no route on the way has lost its target", |wall| {
        finding(case, wall)
    })
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let table = &wall.obstacle.component.id;
    let finding = case.finding(wall, &format!("a route of `{table}` has lost its target"));
    match revive(&case.site_of(wall), wall) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_a_route_to_a_deleted_gateway() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1/State", json!("blackhole"));
        let found = findings(world.judge(&RULE));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Degraded), "the other subnet works");
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("--route-table-id rtb-a"), "{found:?}");
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1/State", json!("blackhole"));
        assert_eq!(findings(world.judge(&RULE))[0].severity, Severity::Blocker);
    }

    #[test]
    fn silent_while_targets_are_there() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeRouteTables".to_owned()));
    }
}
