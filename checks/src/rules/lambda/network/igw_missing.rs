//! The route leads to an internet gateway that is not attached.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::obstacles::{opaque_owner, owner};
use crate::net::Family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use crate::walls::{Wall, Watch};
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the internet gateway that the way out ends at, mostly that of the NAT gateway's public subnet, is attached to the VPC and
    /// available.
    ///
    /// ## Why it matters
    ///
    /// A NAT gateway translates and then sends to the internet gateway of its subnet. Without that nothing leaves the VPC.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-internet-gateways --filters Name=attachment.vpc-id,Values=VPC`
    ///
    /// ## False positives
    ///
    /// None for the way that was asked about: a VPC that is meant to be closed has no route to an internet gateway.
    ///
    /// ## Fix
    ///
    /// Attach the gateway again (class A where it exists and is attached to no other VPC, else B). To undo, detach it.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Enable internet access for a VPC using an internet gateway"
    "lambda/igw-missing", Blocker, fix B,
    "No internet gateway is attached to the VPC of the way out",
    needs [DESCRIBE_INTERNET_GATEWAYS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| owner(cause, Family::Ipv4) == RULE.about.id,
        opaque: &|what| opaque_owner(what) == RULE.about.id,
        pass: "the internet gateway on the way is attached",
    };
    if case.lacks_internet_gateway() {
        let without = Watch { causes: &|cause| owner(cause, Family::Ipv4) == "lambda/nat-in-private-subnet", ..watch };
        return without.judge(case, |wall| finding(case, wall));
    }
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let site = case.site_of(wall);
    let component = &wall.obstacle.component;
    let attach = |name| site.command(name).arg("vpc-id", site.vpc);
    if component.kind == "internet-gateway" {
        let id = component.id.as_str();
        let finding = case.finding(wall, &format!("internet gateway `{id}` is not attached to VPC `{}`", site.vpc));
        let summary = format!("attach `{id}` to VPC `{}`; its public subnets reach the internet then", site.vpc);
        return finding.fix(
            Fix::new(FixClass::B, summary)
                .run(attach("attach-internet-gateway").arg("internet-gateway-id", id))
                .undo(attach("detach-internet-gateway").arg("internet-gateway-id", id)),
        );
    }
    let finding = case.finding(wall, &format!("no internet gateway is attached to VPC `{}`", site.vpc));
    let proof = Evidence::new(op::DESCRIBE_INTERNET_GATEWAYS, site.vpc, "InternetGateways", json!([]));
    let summary = format!(
        "create an internet gateway and attach it to VPC `{}`; the subnet of the NAT gateway needs a default route to it too",
        site.vpc
    );
    let create = site.command("create-internet-gateway").keep("gateway", "InternetGateway.InternetGatewayId");
    finding.proof(proof).about("vpc", site.vpc).fix(
        Fix::new(FixClass::B, summary)
            .run(create)
            .run(attach("attach-internet-gateway").made("internet-gateway-id", "gateway"))
            .undo(attach("detach-internet-gateway").made("internet-gateway-id", "gateway"))
            .undo(site.command("delete-internet-gateway").made("internet-gateway-id", "gateway")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_when_the_gateway_is_detached() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_INTERNET_GATEWAYS, "/InternetGateways/0/Attachments", json!([]));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("`igw-1` is not attached"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("attach-internet-gateway"));
    }

    #[test]
    fn fires_where_the_vpc_has_none() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_INTERNET_GATEWAYS, "/InternetGateways", json!([]));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/2/Routes/1/State", json!("blackhole"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("no internet gateway is attached to VPC `vpc-1`"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("create-internet-gateway"));
    }

    #[test]
    fn silent_while_it_is_attached() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_gateways_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_INTERNET_GATEWAYS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInternetGateways"]);
    }
}
