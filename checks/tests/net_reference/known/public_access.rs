//! The table of VPC Block Public Access: mode and exclusion against the four ways across the edge.

use super::*;
use serde_json::json;

/// A public host and one behind a NAT gateway in the same subnet's VPC, with an egress-only gateway for IPv6 from `subnet-a`.
fn edge(mode: &str, exclusion: Option<&str>) -> World {
    let mut world = two_subnets();
    world.has(Feature::PublicAccess);
    world.internet_gateway("igw-1", "vpc-1");
    world.egress_only_gateway("eigw-1", "vpc-1");
    world.nat_gateway("nat-1", "subnet-b", "10.0.2.5", Some("203.0.113.5"));
    world.table("rtb-a", "vpc-1", "subnet-a", vec![rows::route("0.0.0.0/0", "nat-1"), rows::route("::/0", "eigw-1")]);
    world.table("rtb-b", "vpc-1", "subnet-b", vec![rows::route("0.0.0.0/0", "igw-1")]);
    world.host("eni-public", "subnet-b", &[("10.0.2.20", Some("203.0.113.20"))], &["sg-b"], LINUX);
    world.answer(
        "describe-vpc-block-public-access-options",
        json!({ "VpcBlockPublicAccessOptions": { "InternetGatewayBlockMode": mode, "State": "update-complete" } }),
    );
    if let Some(exclusion) = exclusion {
        world.rows("VpcBlockPublicAccessExclusions").push(json!({
            "ExclusionId": "vpcbpa-exclude-1", "InternetGatewayExclusionMode": exclusion, "State": "create-complete",
            "ResourceArn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1",
        }));
    }
    world
}

#[test]
fn every_row_of_the_table_holds() {
    let (ok, no) = (Verdict::Reachable, Verdict::Blocked);
    for (mode, exclusion, [inward, outward, nat, egress_only]) in [
        ("off", None, [ok, ok, ok, ok]),
        ("block-bidirectional", None, [no, no, no, no]),
        ("block-ingress", None, [no, no, ok, ok]),
        ("block-ingress", Some("allow-bidirectional"), [ok, ok, ok, ok]),
        ("block-ingress", Some("allow-egress"), [no, no, ok, ok]),
        ("block-bidirectional", Some("allow-egress"), [no, no, ok, ok]),
        ("block-bidirectional", Some("allow-bidirectional"), [ok, ok, ok, ok]),
    ] {
        let world = edge(mode, exclusion);
        holds(&world, &tcp(OUTSIDE, "eni-public", 443), inward);
        holds(&world, &tcp("eni-public", OUTSIDE, 443), outward);
        holds(&world, &tcp("eni-a", OUTSIDE, 443), nat);
        holds(&world, &tcp("eni-a", OUTSIDE6, 443), egress_only);
        holds(&world, &tcp("eni-a", "eni-public", 443), ok);
    }
}

#[test]
fn what_a_subnet_shows_of_itself_comes_first() {
    let mut world = edge("block-bidirectional", None);
    for subnet in ["subnet-a", "subnet-b"] {
        world.row("Subnets", subnet)["BlockPublicAccessStates"] = json!({ "InternetGatewayBlockMode": "off" });
    }
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Reachable);
}

#[test]
fn whose_exclusion_counts_behind_a_nat_gateway_is_not_known() {
    let mut world = edge("block-bidirectional", Some("allow-bidirectional"));
    let arn = "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-b";
    world.row("VpcBlockPublicAccessExclusions", "vpcbpa-exclude-1")["ResourceArn"] = arn.into();
    holds(&world, &tcp("eni-a", OUTSIDE, 443), Verdict::Unknown);
    holds(&world, &tcp("eni-public", OUTSIDE, 443), Verdict::Reachable);
    holds(&world, &tcp("eni-a", OUTSIDE6, 443), Verdict::Blocked);
}
