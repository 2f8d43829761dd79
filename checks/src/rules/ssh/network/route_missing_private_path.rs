//! No route leads between the source and the instance over VPN, Direct Connect, transit gateway or peering.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::path::{is_link, is_of_routes, is_of_way};
use crate::walls::{Wall, Watch, Ways};

declare_rule! {
    /// ## What it checks
    ///
    /// For a private source whether routes lead from it to the instance and back: the route tables of both subnets where both are here,
    /// the tables and attachments of a transit gateway, the state of a peering connection. A source that no interface here has is taken
    /// to come in by whatever the subnet of the instance answers it over.
    ///
    /// ## Why it matters
    ///
    /// The way back is forgotten more often than the way there. Both look like a time-out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query 'RouteTables[].Routes'`
    ///
    /// ## False positives
    ///
    /// What is behind a virtual private gateway, a VPN or another account cannot be seen: such a way is an open question and never
    /// passed. A NAT on the way gives the source another address: give the address that the instance sees.
    ///
    /// ## Fix
    ///
    /// A route for the block of the source on the side that can be read (class A, after a look at what else it leads away). To undo,
    /// delete it.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Configure route tables"
    /// - Transit gateway guide, "How Amazon VPC Transit Gateways work"
    /// - VPC peering guide, "Update your route tables for a VPC peering connection"
    "ssh/route-missing-private-path", Blocker, Path, fix A,
    "No route leads over the private network",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, SEARCH_TRANSIT_GATEWAY_ROUTES, DESCRIBE_VPC_PEERING_CONNECTIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_from_internet() {
        return Ok(Judgement::not_applicable("connections come over the internet"));
    }
    if case.source.connect_endpoint().is_some() {
        return Ok(case.without_lanes());
    }
    if case.is_swallowed()?.is_some() {
        return Ok(Judgement::follows_from("ssh/overlapping-cidr"));
    }
    let faults: Vec<Finding> = case.roads.iter().flat_map(|road| &road.faults).map(stopped).collect();
    if !faults.is_empty() {
        return Ok(Judgement::Fail(faults));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &is_of_routes,
        opaque: &is_of_way,
        pass: "routes lead from the source to the instance and back",
    };
    watch.judge(case, |wall| finding(case, wall))
}

/// A source that does not run sends nothing.
fn stopped(fault: &crate::reach::Fault) -> Finding {
    Finding::new(format!("the source does not send: {}", fault.by))
        .about(fault.component.kind, &fault.component.id)
        .proof(fault.evidence.clone())
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let way = if wall.obstacle.is_on_return { "back to" } else { "from" };
    let detail = format!("no way leads {way} {} at `{}`{}", case.source.words(), wall.obstacle.component.id, wall.by());
    let finding = wall.finding(detail);
    match fix(case, wall) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// A route for the source over the only other network that the subnet is connected with.
fn fix(case: &Case<'_>, wall: &Wall<'_>) -> Option<Fix> {
    let is_missing = matches!(wall.obstacle.cause, Cause::NoReturnRoute | Cause::NoRoute);
    let own = case.network.route_table(&case.instance.subnet_id).ok()?;
    if !is_missing || wall.obstacle.component.id != own.route_table_id {
        return None;
    }
    let crate::ssh::Origin::Block(block) = case.source.origin() else { return None };
    let mut links = own.routes.iter().filter(|route| is_link(route)).filter_map(|route| {
        let known = [
            ("gateway-id", &route.gateway_id),
            ("transit-gateway-id", &route.transit_gateway_id),
            ("vpc-peering-connection-id", &route.vpc_peering_connection_id),
        ];
        known.into_iter().find(|(_, id)| !id.is_empty())
    });
    let (member, target) = links.next()?;
    if links.any(|other| other.1 != target) {
        return None;
    }
    let option = if block.is_ipv6() { "destination-ipv6-cidr-block" } else { "destination-cidr-block" };
    let command = |name| {
        Aws::new("ec2", name, case.region())
            .arg("route-table-id", &own.route_table_id)
            .arg(option, format!("{}/{}", block.network(), block.prefix()))
    };
    let summary = format!("answer the source over `{target}`; every subnet of `{}` follows", own.route_table_id);
    Some(Fix::new(FixClass::A, summary).run(command("create-route").arg(member, target)).undo(command("delete-route")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{BASTION, REMOTE, asked, bastion, from, linked, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_when_the_way_back_is_missing() {
        let found = findings(asked(&linked(), &RULE, from("172.20.1.9")));
        assert!(found[0].detail.contains("back to `172.20.1.9`"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("--destination-cidr-block 172.20.1.9/32 --gateway-id vgw-1"), "{fix:?}");
    }

    #[test]
    fn fires_when_the_bastion_does_not_run() {
        let mut world = bastion();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/1/State/Name", json!("stopped"));
        let found = findings(asked(&world, &RULE, from(BASTION)));
        assert!(found[0].detail.contains("is stopped"), "{}", found[0].detail);
    }

    #[test]
    fn silent_inside_the_vpc_and_over_the_internet() {
        assert!(matches!(asked(&bastion(), &RULE, from(BASTION)), Judgement::Pass(_)));
        assert!(matches!(public().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_behind_a_gateway_and_when_routes_are_denied() {
        let unseen = missing(asked(&linked(), &RULE, from(REMOTE)));
        assert!(unseen[0].contains("vgw-1"), "{unseen:?}");
        let mut world = linked();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(missing(asked(&world, &RULE, from(REMOTE))).contains(&"ec2:DescribeRouteTables".to_owned()));
    }
}
