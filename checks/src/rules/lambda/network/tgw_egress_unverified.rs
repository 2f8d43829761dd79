//! The way out leads over a transit gateway.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles::{opaque_owner, owner};
use crate::net::Family;
use crate::net::route::Target;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::open;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Where a route of the function leads to a transit gateway: the attachment of the VPC with its zones, the table of the transit
    /// gateway, the hub VPC behind it with its NAT gateway, and the way back, as far as they can be read.
    ///
    /// ## Why it matters
    ///
    /// In a hub design the function's VPC looks healthy, and the missing piece stands in another one: mostly the route of the hub back to
    /// the function's VPC.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 search-transit-gateway-routes --transit-gateway-route-table-id TABLE --filters Name=state,Values=active,blackhole`, and
    /// in the hub the route table of its public subnet.
    ///
    /// ## False positives
    ///
    /// What another account has cannot be read from here: the rule then cannot tell, and says what is missing. A function whose packets
    /// pass no transit gateway has no such question.
    ///
    /// ## Fix
    ///
    /// A route on the side that can be read (class A), else the owner of the hub has to add the way back to the blocks of the function's
    /// VPC (class M).
    ///
    /// ## References
    ///
    /// - Amazon VPC transit gateways guide, "Transit gateway route tables" and "Centralized outbound routing to the internet"
    "lambda/tgw-egress-unverified", Blocker, fix M,
    "The way over the transit gateway does not work or cannot be seen",
    needs [DESCRIBE_TRANSIT_GATEWAYS, DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS, SEARCH_TRANSIT_GATEWAY_ROUTES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_some() && !passes_transit_gateway(case) {
        return Ok(Judgement::not_applicable("no route of the function leads to a transit gateway"));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: |cause| owner(cause, Family::Ipv4) == RULE.about.id,
        opaque: |what| opaque_owner(what) == RULE.about.id,
        pass: "the way over the transit gateway works there and back",
    };
    let judged = watch.judge(case, |wall| finding(case, wall))?;
    // Behind a transit gateway whatever is not known belongs to it, other than what another rule waits for.
    let mut gaps: Vec<Gap> = case.ways.iter().flat_map(|way| &way.gaps).filter(|gap| is_own(gap)).cloned().collect();
    gaps.sort();
    gaps.dedup();
    Ok(if matches!(judged, Judgement::Pass(_)) && !gaps.is_empty() { open(gaps) } else { judged })
}

fn is_own(gap: &Gap) -> bool {
    matches!(gap, Gap::Opaque { what } if opaque_owner(what) == RULE.about.id)
}

/// Whether a packet meets a transit gateway, or a table of the function has a live route to one.
fn passes_transit_gateway(case: &Case<'_>) -> bool {
    let subnets = case.vpc().into_iter().flat_map(|config| &config.subnet_ids);
    let tables = subnets.filter_map(|subnet| case.network.route_table(subnet).ok());
    let mut targets = tables.flat_map(|table| &table.routes).map(Target::of);
    let hops = case.ways.iter().flat_map(|way| &way.paths).flat_map(|path| &path.hops);
    let mut kinds = hops.map(|hop| hop.component.kind);
    let is_met = kinds.any(|kind| kind.starts_with("transit-gateway"));
    let is_unseen = case.ways.iter().any(|way| way.gaps.iter().any(is_own));
    is_met || is_unseen || targets.any(|target| matches!(target, Target::TransitGateway(_)))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let component = &wall.obstacle.component;
    let what = format!("`{}` does not carry the packets on", component.id);
    let filter = format!("Name=transit-gateway-attachment-id,Values={}", component.id);
    let show = case.site_of(wall).command("describe-transit-gateway-attachments");
    let show = if component.id.starts_with("tgw-attach-") { show.arg("filters", filter) } else { show };
    let summary =
        "have the owner of the transit gateway add what lacks there: the route, its target or the attachment's zone";
    case.finding(wall, &what).fix(Fix::new(FixClass::M, summary).run(show))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn over_gateway() -> crate::testkit::World {
        let mut world = worlds::nat();
        for table in [0, 1] {
            let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active" });
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), route);
        }
        world
    }

    #[test]
    fn fires_where_the_vpc_has_no_attachment() {
        let mut world = over_gateway();
        let of = |member: &str| json!({ member: [] });
        let by_gateway = json!({ "Filters": [{ "Name": "transit-gateway-id", "Values": ["tgw-1"] }] });
        world
            .answer(
                op::DESCRIBE_TRANSIT_GATEWAYS,
                json!({ "Filters": [{ "Name": "transit-gateway-id", "Values": ["tgw-1"] }] }),
                json!({ "TransitGateways": [{ "TransitGatewayId": "tgw-1", "State": "available", "OwnerId": crate::testkit::ACCOUNT }] }),
            )
            .answer(op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS, by_gateway.clone(), of("TransitGatewayAttachments"))
            .answer(op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS, by_gateway.clone(), of("TransitGatewayVpcAttachments"))
            .answer(op::DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS, by_gateway, of("TransitGatewayPeeringAttachments"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("does not carry the packets on"), "{}", found[0].detail);
    }

    #[test]
    fn silent_without_a_transit_gateway() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(worlds::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_where_the_gateway_cannot_be_read() {
        assert!(!missing(over_gateway().judge(&RULE)).is_empty());
    }
}
