//! A firewall stands on the way out.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::net::{HopVerdict, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the way leads through a Gateway Load Balancer endpoint, which is how AWS Network Firewall and other inspection appliances
    /// are placed in a VPC, and whether that endpoint is available. What the firewall lets pass is not in the facts.
    ///
    /// ## Why it matters
    ///
    /// A firewall drops by domain, by address or by the name in the TLS handshake: connections time out or are reset. One that lost its
    /// state drops connections that were idle long as "mid-stream".
    ///
    /// ## How to confirm
    ///
    /// `aws network-firewall describe-firewall --firewall-name NAME`, its rule groups, and its alert log for the address of the function.
    ///
    /// ## False positives
    ///
    /// A firewall that lets the destination pass is no fault. Without a firewall on the way the question does not arise.
    ///
    /// ## Fix
    ///
    /// Have the owner of the firewall allow the domain or address (class M).
    ///
    /// ## References
    ///
    /// - AWS Network Firewall developer guide, "Stateful domain list rule groups in AWS Network Firewall"
    /// - AWS PrivateLink guide, "Access virtual appliances through AWS PrivateLink"
    "lambda/firewall-drops", Blocker, fix M,
    "A firewall on the way drops the connections",
    needs [DESCRIBE_VPC_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let (mut dead, mut gaps): (Vec<Finding>, Vec<Gap>) = (Vec::new(), Vec::new());
    for way in &case.ways {
        let hops = way.paths.iter().flat_map(|path| path.hops.iter().chain(&path.reply_hops));
        let opaque = hops.filter(|hop| hop.component.kind == "vpc-endpoint" && hop.verdict == HopVerdict::Unknown);
        for id in opaque.map(|hop| hop.component.id.as_str()).filter(|id| !way.endpoints().iter().any(|own| own == id))
        {
            let endpoint = case.snapshot.vpc_endpoints.get(id).ok().flatten();
            let state = endpoint.map_or("", |endpoint| endpoint.state.as_str());
            if !state.is_empty() && !is(state, "available") {
                let finding = finding(case, id, state);
                if !dead.contains(&finding) {
                    dead.push(finding);
                }
            } else if way.verdict != Verdict::Blocked {
                gaps.push(Gap::opaque(format!("what is behind Gateway Load Balancer endpoint `{id}`")));
            }
        }
    }
    let none = || Judgement::not_applicable("no firewall endpoint stands on the way");
    Ok(Judgement::settled(dead, gaps, none))
}

fn finding(case: &Case<'_>, id: &str, state: &str) -> Finding {
    let detail = format!(
        "the way of function `{}` to {} leads through firewall endpoint `{id}`, which is in state `{state}` and passes nothing on",
        case.name(),
        case.target.words()
    );
    Finding::new(detail).about("vpc-endpoint", id).proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, id, "State", state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn behind(state: &str) -> crate::testkit::World {
        let mut world = worlds::nat();
        for table in [0, 1] {
            let route = json!({ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-fw", "State": "active" });
            world.patch(op::DESCRIBE_ROUTE_TABLES, &format!("/RouteTables/{table}/Routes/1"), route);
        }
        let endpoint = json!({ "VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-1", "State": state,
            "ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-1", "SubnetIds": ["subnet-public-a"] });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!([endpoint]));
        world
    }

    #[test]
    fn fires_when_the_endpoint_is_dead() {
        let found = findings(behind("failed").judge(&RULE));
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("in state `failed`"), "{}", found[0].detail);
    }

    #[test]
    fn silent_without_a_firewall() {
        for world in [worlds::nat(), worlds::closed(), worlds::outside()] {
            assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
        }
    }

    /// The hub leads what comes in by its transit gateway to a firewall endpoint.
    fn in_hub(state: &str) -> crate::testkit::World {
        let mut world = worlds::hub();
        worlds::hub_tables(&mut world, &json!({ "GatewayId": "vpce-fw" }), true);
        let endpoint = json!({ "VpcEndpointId": "vpce-fw", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": "vpc-hub", "State": state,
            "ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-1", "SubnetIds": ["subnet-hub-a"] });
        world.replace(op::DESCRIBE_VPC_ENDPOINTS, &["vpc-hub"], json!({ "VpcEndpoints": [endpoint] }));
        world
    }

    #[test]
    fn fires_on_a_dead_firewall_of_a_hub() {
        let found = findings(in_hub("failed").judge(&RULE));
        assert!(found[0].detail.contains("`vpce-fw`"), "{}", found[0].detail);
    }

    #[test]
    fn unknown_what_the_firewall_of_a_hub_drops() {
        let world = in_hub("available");
        assert_eq!(missing(world.judge(&RULE)), ["what is behind Gateway Load Balancer endpoint `vpce-fw`"]);
        let report = worlds::diagnose(&world).unwrap();
        assert_eq!(report.verdict, crate::diagnosis::Verdict::Inconclusive, "{:?}", report.findings);
    }

    #[test]
    fn unknown_what_a_working_firewall_drops() {
        assert_eq!(
            missing(behind("available").judge(&RULE)),
            ["what is behind Gateway Load Balancer endpoint `vpce-fw`"]
        );
    }
}
