//! The way out leads over a transit gateway.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles::{opaque_owner, owner};
use crate::net::route::Target;
use crate::net::{Cause, Family};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
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
        causes: &|cause| owner(cause, Family::Ipv4) == RULE.about.id,
        opaque: &|what| opaque_owner(what) == RULE.about.id,
        pass: "the way over the transit gateway works there and back",
    };
    let in_hub = |cause| matches!(cause, Cause::NoRoute | Cause::NoReturnRoute | Cause::NotPublicDestination);
    let hub = Watch { causes: &in_hub, ..watch }.judge(&case.ipv4(), |wall| finding(case, wall))?;
    let mut judged = watch.judge(case, |wall| finding(case, wall))?;
    if let Judgement::Fail(mut more) = hub {
        more.retain(|own| case.is_in_hub(own));
        judged = match judged {
            Judgement::Fail(findings) => Judgement::Fail(findings.into_iter().chain(more).collect()),
            _ if !more.is_empty() => Judgement::Fail(more),
            judged => judged,
        };
    }
    // Behind a transit gateway whatever is not known belongs to it, other than what another rule waits for.
    let mut gaps: Vec<Gap> = case.ways.iter().flat_map(|way| &way.gaps).filter(|gap| is_own(gap)).cloned().collect();
    gaps.sort();
    gaps.dedup();
    Ok(if matches!(judged, Judgement::Pass(_)) && !gaps.is_empty() { Judgement::open(gaps) } else { judged })
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
    let site = case.site_of(wall);
    let what = match wall.obstacle.cause {
        Cause::NoReturnRoute => {
            format!("route table `{}` of the hub has no way back to the function's VPC", component.id)
        }
        Cause::NotPublicDestination => {
            format!("the hub has no way back to the function's VPC: replies go to `{}`", component.id)
        }
        Cause::NoRoute => format!("route table `{}` of the hub has no route to the destination", component.id),
        _ => format!("`{}` does not carry the packets on", component.id),
    };
    if component.kind == "internet-gateway" {
        let summary =
            "have the owner of the hub add a route to the function's VPC by the transit gateway to its public subnets";
        let show = site
            .command("describe-route-tables")
            .arg("filters", format!("Name=route.gateway-id,Values={}", component.id));
        return case.finding(wall, &what).fix(Fix::new(FixClass::M, summary).run(show));
    }
    if component.kind == "route-table" {
        let show = site.command("describe-route-tables").arg("route-table-ids", &component.id);
        let summary = format!("have the owner of the hub add the route to `{}`", component.id);
        return case.finding(wall, &what).fix(Fix::new(FixClass::M, summary).run(show));
    }
    let filter = format!("Name=transit-gateway-attachment-id,Values={}", component.id);
    let show = site.command("describe-transit-gateway-attachments");
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
    fn fires_on_a_hub_that_leads_nowhere_or_not_back() {
        let nat = json!({ "NatGatewayId": "nat-hub" });
        for (out, back, words) in [
            (&nat, false, "the hub has no way back to the function's VPC"),
            (&json!(null), true, "`rtb-hub` of the hub has no route"),
        ] {
            let mut world = worlds::hub();
            worlds::hub_tables(&mut world, out, back);
            let found = findings(world.judge(&RULE));
            assert!(found[0].detail.contains(words), "{}", found[0].detail);
            let report = worlds::diagnose(&world).unwrap();
            let told: Vec<&str> = report.findings.iter().map(|own| own.rule).collect();
            assert_eq!(told, [RULE.about.id], "one fault, named once");
        }
    }

    #[test]
    fn fires_on_a_hub_for_a_service_too() {
        let mut world = worlds::hub();
        worlds::hub_tables(&mut world, &json!(null), true);
        worlds::asking(&mut world, "sqs.eu-west-1.amazonaws.com");
        let report = worlds::diagnose(&world).unwrap();
        assert!(report.findings.iter().any(|own| own.rule == RULE.about.id), "{:?}", report.findings);
        assert!(
            report.findings.iter().all(|own| own.rule != "lambda/endpoint-missing-for-api"),
            "{:?}",
            report.findings
        );
    }

    #[test]
    fn silent_while_the_hub_leads_out_and_back() {
        assert!(matches!(worlds::hub().judge(&RULE), Judgement::Pass(_)));
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
