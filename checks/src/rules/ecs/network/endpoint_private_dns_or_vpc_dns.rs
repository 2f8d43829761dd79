//! Endpoints are there, and names do not lead to them.

use crate::ecs::Case;
use crate::finding::{Finding, Judgement};
use crate::instance::endpoints::Unused;
use crate::instance::findings;
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::{Watch, Ways};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether private DNS is on for the endpoints of ECS in the VPC (`PrivateDnsEnabled`), and `enableDnsSupport` and
    /// `enableDnsHostnames` of the VPC, where the services are not reached another way.
    ///
    /// ## Why it matters
    ///
    /// The agent asks for `ecs.REGION.amazonaws.com`. Without private DNS that name has public addresses, which a closed VPC does not reach:
    /// the endpoint is there and nobody uses it. Without `enableDnsSupport` no name has an answer at all.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `getent hosts ecs.REGION.amazonaws.com` must give an address of the VPC.
    ///
    /// ## False positives
    ///
    /// Where a NAT gateway leads out, public addresses serve, and the rule passes. A private hosted zone of one's own can stand in for
    /// private DNS. VPCs whose DHCP options name other servers depend on what these answer.
    ///
    /// ## Fix
    ///
    /// Switch private DNS on for the endpoint, or the attribute for the VPC (class A). To undo, switch it off.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    /// - VPC user guide, "DNS attributes for your VPC"
    "ecs/endpoint-private-dns-or-vpc-dns", Blocker, Agent, fix A,
    "Names do not lead to the endpoints of ECS",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_VPC_ATTRIBUTE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let attributes = |cause| matches!(cause, Cause::DnsSupportOff | Cause::DnsHostnamesOff);
    let of_vpc = Unused { causes: attributes, pass: "" };
    let mut found: Vec<Finding> = Vec::new();
    for wall in case.walls(attributes).into_iter().chain(of_vpc.walls(case)) {
        let finding = findings::dns_attribute_off(case, &wall);
        if !found.iter().any(|known| known.evidence == finding.evidence) {
            found.push(finding);
        }
    }
    let private = Unused {
        causes: |cause| cause == Cause::EndpointPrivateDnsOff,
        pass: "names lead to the endpoints of the agent's services, or need none",
    };
    match private.judge(case, case, |wall| findings::private_dns_off(case, wall)) {
        Judgement::Fail(more) => {
            found.extend(more);
            Ok(Judgement::Fail(found))
        }
        _ if !found.is_empty() => Ok(Judgement::Fail(found)),
        Judgement::Pass(pass) => {
            let watch = Watch {
                about: &RULE.about,
                causes: &attributes,
                opaque: &|what| what.starts_with("`enableDns"),
                pass: "",
            };
            Ok(match watch.judge(case, |wall| findings::dns_attribute_off(case, wall))? {
                Judgement::Pass(_) => Judgement::Pass(pass),
                open => open,
            })
        }
        open => Ok(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};
    use serde_json::json;

    fn never() -> World {
        let mut world = testkit::ecs::closed();
        testkit::ecs::never(&mut world);
        world
    }

    #[test]
    fn fires_when_private_dns_is_off() {
        let mut world = never();
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/PrivateDnsEnabled", json!(false));
        let found = testkit::findings(world.judge(&RULE));
        assert!(found[0].detail.contains("private DNS of endpoint `vpce-ecs` is off"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("--private-dns-enabled"));
    }

    #[test]
    fn fires_when_the_vpc_answers_no_names() {
        let mut world = never();
        world.patch(op::DESCRIBE_VPC_ATTRIBUTE, "/EnableDnsSupport", json!({ "Value": false }));
        let found = testkit::findings(world.judge(&RULE));
        assert!(found[0].detail.contains("`enableDnsSupport` of VPC `vpc-1` is off"), "{}", found[0].detail);
    }

    #[test]
    fn silent_where_names_lead_to_endpoints_or_out() {
        assert!(matches!(never().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let mut world = never();
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeVpcEndpoints".to_owned()));
    }
}
