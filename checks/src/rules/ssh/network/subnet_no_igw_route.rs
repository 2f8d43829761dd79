//! The subnet of the instance does not answer over an internet gateway.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, Effect};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::path::{is_of_routes, is_of_way};
use crate::walls::Ways;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the route table of the instance's subnet leads the replies to the source to an internet gateway. The most specific live
    /// route decides; a table that is not associated explicitly is the main one of the VPC.
    ///
    /// ## Why it matters
    ///
    /// A connection that comes in over the internet gateway is answered by the routes of the subnet. With a NAT gateway, an appliance or
    /// nothing as the way back the replies are lost, which looks like a firewall.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET --query 'RouteTables[].Routes'`
    ///
    /// ## False positives
    ///
    /// The name of a subnet proves nothing, nor does `MapPublicIpOnLaunch`. Two routes `0.0.0.0/1` and `128.0.0.0/1` are a default route
    /// as well. A more specific route for the source alone is enough.
    ///
    /// ## Fix
    ///
    /// A route to the internet gateway makes every instance of the subnet that has a public address reachable, so the owner of the table
    /// decides (class M). A private subnet stays private: Session Manager or an EC2 Instance Connect Endpoint. To undo, put the old route
    /// back.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Enable internet access for a VPC using an internet gateway"
    /// - VPC user guide, "Route priority"
    "ssh/subnet-no-igw-route", Blocker, Path, fix M,
    "The subnet does not answer over an internet gateway",
    needs [DESCRIBE_ROUTE_TABLES, DESCRIBE_SUBNETS, DESCRIBE_NAT_GATEWAYS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if !case.is_from_internet() {
        return Ok(Judgement::not_applicable(
            "connections come from a private network, which `ssh/route-missing-private-path` is about",
        ));
    }
    if !case.walls(|cause| cause == Cause::NoPublicAddress).is_empty() {
        return Ok(Judgement::follows_from("ssh/no-public-address"));
    }
    let gateway = case.walls(|cause| cause == Cause::InternetGatewayMissing);
    if gateway.iter().any(|wall| wall.obstacle.effect == Effect::Blocked) {
        return Ok(Judgement::follows_from("ssh/igw-detached"));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &is_of_routes,
        opaque: &is_of_way,
        pass: "the subnet answers the source over an internet gateway",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let subnet = &case.instance.subnet_id;
    let detail = format!(
        "subnet `{subnet}` of instance `{}` does not answer {} over an internet gateway{}",
        case.instance.instance_id,
        case.source.words(),
        wall.by()
    );
    let table = &wall.obstacle.component;
    let finding = wall.finding(detail).about("subnet", subnet);
    let gateways = case.snapshot.internet_gateways.known().iter();
    let attached = gateways.filter(|own| own.attachments.iter().any(|vpc| vpc.vpc_id == case.instance.vpc_id));
    let gateway = attached.map(|own| own.internet_gateway_id.as_str()).next();
    let (Some(gateway), "route-table") = (gateway, table.kind) else { return finding };
    let summary = format!(
        "have the owner of `{}` decide whether its subnets shall be public; a default route that is there must be replaced and not added to",
        table.id
    );
    let route = |name| {
        let block = if case.source.origin().family() == Some(crate::net::Family::Ipv6) {
            ("destination-ipv6-cidr-block", "::/0")
        } else {
            ("destination-cidr-block", "0.0.0.0/0")
        };
        Aws::new("ec2", name, case.region()).arg("route-table-id", &table.id).arg(block.0, block.1)
    };
    let has_default = case
        .snapshot
        .route_tables
        .get(&table.id)
        .ok()
        .flatten()
        .is_some_and(|table| table.routes.iter().any(|route| route.destination_cidr_block == "0.0.0.0/0"));
    let fix = Fix::new(FixClass::M, summary);
    finding.fix(if has_default {
        fix.run(route("replace-route").arg("gateway-id", gateway))
    } else {
        fix.run(route("create-route").arg("gateway-id", gateway)).undo(route("delete-route"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{asked, from, private, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    const ROUTE: &str = "/RouteTables/0/Routes/1";

    #[test]
    fn fires_when_a_nat_gateway_is_the_way_back() {
        let mut world = public();
        let nat = json!({ "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, ROUTE, nat);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("does not answer"), "{}", found[0].detail);
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.class, FixClass::M);
    }

    #[test]
    fn fires_without_a_route() {
        let mut world = public();
        world.patch(op::DESCRIBE_ROUTE_TABLES, ROUTE, json!(null));
        let found = findings(world.judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("create-route") && fix.commands[0].contains("--gateway-id igw-1"), "{fix:?}");
    }

    #[test]
    fn silent_with_a_split_default_route_and_for_private_sources() {
        let mut world = public();
        let half = |block: &str| json!({ "DestinationCidrBlock": block, "GatewayId": "igw-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, ROUTE, half("0.0.0.0/1"));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", half("128.0.0.0/1"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(asked(&world, &RULE, from("192.168.5.9")), Judgement::NotApplicable(_)));
        assert_eq!(private().judge(&RULE), Judgement::follows_from("ssh/no-public-address"));
    }

    #[test]
    fn silent_when_the_gateway_itself_is_missing() {
        let mut world = public();
        world.patch(op::DESCRIBE_INTERNET_GATEWAYS, "/InternetGateways", json!([]));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1/State", json!("blackhole"));
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssh/igw-detached"));
    }

    #[test]
    fn unknown_when_routes_are_denied() {
        let mut world = public();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeRouteTables".to_owned()));
    }
}
