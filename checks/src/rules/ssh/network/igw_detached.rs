//! The VPC has no internet gateway.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::Cause;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::walls::{Wall, Watch};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an internet gateway is attached to the VPC of the instance, for a source on the internet.
    ///
    /// ## Why it matters
    ///
    /// Without one nothing comes in from the internet, whatever the routes, groups and addresses say; a route to a gateway that was
    /// detached is a black hole.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-internet-gateways --filters Name=attachment.vpc-id,Values=VPC`
    ///
    /// ## False positives
    ///
    /// In a shared VPC the gateway belongs to the owner of the VPC and is not listed for others. A VPC that is meant to be private needs
    /// none.
    ///
    /// ## Fix
    ///
    /// Attach a gateway that exists, or make one (class B, for the owner of the VPC to decide): the public addresses behind it cost. To
    /// undo, detach and delete it.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Enable internet access for a VPC using an internet gateway"
    "ssh/igw-detached", Blocker, Path, fix B,
    "The VPC has no internet gateway",
    needs [DESCRIBE_INTERNET_GATEWAYS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if !case.is_from_internet() {
        return Ok(Judgement::not_applicable("connections come from a private network"));
    }
    let watch = Watch {
        about: &RULE.about,
        causes: &|cause| cause == Cause::InternetGatewayMissing,
        opaque: &|what| what.contains("internet gateway") || what.contains("shared VPC"),
        pass: "an internet gateway is attached to the VPC",
    };
    watch.judge(case, |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let vpc = &case.instance.vpc_id;
    let detail =
        format!("VPC `{vpc}` of instance `{}` has no internet gateway{}", case.instance.instance_id, wall.by());
    let command = |name| Aws::new("ec2", name, case.region());
    let fix = Fix::new(
        FixClass::B,
        format!("give `{vpc}` an internet gateway, if it shall be reached from the internet at all"),
    )
    .run(command("create-internet-gateway").keep("gateway", "InternetGateway.InternetGatewayId"))
    .run(command("attach-internet-gateway").arg("vpc-id", vpc).made("internet-gateway-id", "gateway"))
    .undo(command("detach-internet-gateway").arg("vpc-id", vpc).made("internet-gateway-id", "gateway"))
    .undo(command("delete-internet-gateway").made("internet-gateway-id", "gateway"));
    wall.finding(detail).about("vpc", vpc).fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{asked, from, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_when_nothing_is_attached() {
        let mut world = public();
        world.patch(op::DESCRIBE_INTERNET_GATEWAYS, "/InternetGateways", json!([]));
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1/State", json!("blackhole"));
        let found = findings(world.judge(&RULE));
        assert!(
            found[0].detail.contains("has no internet gateway") || found[0].detail.contains("igw-1"),
            "{}",
            found[0].detail
        );
    }

    #[test]
    fn silent_when_one_is_attached_or_the_source_is_private() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(asked(&public(), &RULE, from("192.168.5.9")), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_gateways_are_denied() {
        let mut world = public();
        world.deny(op::DESCRIBE_INTERNET_GATEWAYS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInternetGateways"]);
    }
}
