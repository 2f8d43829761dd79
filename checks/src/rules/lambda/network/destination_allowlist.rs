//! The destination may know another address of the function than the present one.

use crate::finding::Judgement;
use crate::finding::Place;
use crate::lambda::Case;
use crate::lambda::Settled;
use crate::lambda::paths::not_in_vpc;
use crate::lambda::target::Target;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::time;

declare_rule! {
    /// ## What it checks
    ///
    /// Under which public addresses the function reaches a destination that was named, and whether a NAT gateway on the way is younger
    /// than a week. A partner that lets in only known addresses does not know a new one.
    ///
    /// ## Why it matters
    ///
    /// Only one destination fails, everything else works, and nothing in the account is wrong: the partner's firewall still has the
    /// address of the old gateway. Zonal gateways have an address each.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-nat-gateways --nat-gateway-ids NAT --query 'NatGateways[].NatGatewayAddresses[].PublicIp'`; ask the partner
    /// which addresses it lets in.
    ///
    /// ## False positives
    ///
    /// Most destinations let everybody in. Without a name or address to reach, or with gateways that are older than a week, there is no
    /// sign of it.
    ///
    /// ## Fix
    ///
    /// Give the partner every address of the gateways on the way (class M).
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways", on their Elastic IP addresses
    "lambda/destination-allowlist", Degraded, fix M,
    "The destination may let in only an address that the function does not have any more",
    needs [DESCRIBE_NAT_GATEWAYS]
}

/// Days for which a gateway counts as new.
const DAYS: i64 = 7;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    if !matches!(case.target, Target::Host(_) | Target::Address(_)) || !case.target.is_public() {
        return Ok(Judgement::not_applicable("no destination outside of AWS was named"));
    }
    let (mut addresses, mut young) = (Vec::new(), Vec::new());
    for id in case.nat_gateways() {
        let Some(gateway) = case.snapshot.nat_gateways.get(id)? else { continue };
        addresses.extend(gateway.nat_gateway_addresses.iter().map(|own| own.public_ip.as_str()));
        let made = time(&gateway.create_time).zip(case.snapshot.now());
        if made
            .is_some_and(|(made, now)| now.as_second().saturating_sub(made.as_second()) < DAYS.saturating_mul(86_400))
        {
            young.push(id);
        }
    }
    if addresses.is_empty() {
        return Ok(Judgement::not_applicable("the way leads through no NAT gateway whose address could have changed"));
    }
    let to = case.target.words();
    if young.is_empty() {
        let command = "aws ec2 describe-nat-gateways --query 'NatGateways[].NatGatewayAddresses[].PublicIp'";
        let look_for = format!("all of {}: {to} must let in each of them", addresses.join(", "));
        return Ok(case.inside(Settled::Nothing, Place::Function, command, look_for));
    }
    let gap = Gap::opaque(format!("whether {to} lets in {}", addresses.join(", ")));
    let reason = format!("{gap}; `{}` is younger than {DAYS} days", young.join("`, `"));
    Ok(Judgement::cannot_tell(reason, vec![gap]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::missing;
    use serde_json::json;

    fn asking(made: &str) -> crate::testkit::World {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/CreateTime", json!(made));
        worlds::asking(&mut world, "198.51.100.7");
        world
    }

    #[test]
    fn fires_never_by_itself_and_hands_over_the_addresses() {
        let judged = asking("2026-01-01T00:00:00Z").judge(&RULE);
        assert!(
            matches!(judged, Judgement::Elsewhere { look_for, .. } if look_for.contains("203.0.113.7, 203.0.113.8"))
        );
    }

    #[test]
    fn silent_without_a_named_destination() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_where_a_gateway_is_new() {
        let gaps = missing(asking("2026-11-21T00:00:00Z").judge(&RULE));
        assert_eq!(gaps, ["whether `198.51.100.7` lets in 203.0.113.7, 203.0.113.8"]);
    }
}
