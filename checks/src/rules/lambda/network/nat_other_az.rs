//! The function and its NAT gateway are in different zones.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a subnet of the function sends through a zonal NAT gateway whose subnet is in another Availability Zone.
    ///
    /// ## Why it matters
    ///
    /// It works, and costs money for each gigabyte between zones; when the zone of the gateway fails, the subnet in the healthy one has
    /// no way out either.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-subnets --subnet-ids SUBNET NAT-SUBNET --query 'Subnets[].[SubnetId,AvailabilityZone]'`
    ///
    /// ## False positives
    ///
    /// One gateway for several zones is a fair choice for a small system: advice and no fault. A regional NAT gateway has no zone.
    ///
    /// ## Fix
    ///
    /// A gateway in each zone, and the route of each private subnet to its own (class B: it costs money by the hour). To undo, point the
    /// routes back and delete the gateways.
    ///
    /// ## References
    ///
    /// - VPC user guide, "NAT gateways", on zones
    "lambda/nat-other-az", Advice, fix B,
    "A subnet of the function uses a NAT gateway in another zone",
    needs [DESCRIBE_NAT_GATEWAYS, DESCRIBE_SUBNETS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let (mut findings, mut is_asked): (Vec<Finding>, bool) = (Vec::new(), false);
    for way in &case.ways {
        let hops = way.paths.iter().flat_map(|path| &path.hops).filter(|hop| hop.component.kind == "nat-gateway");
        for id in hops.map(|hop| hop.component.id.as_str()) {
            let Some(gateway) = case.snapshot.nat_gateways.get(id)?.filter(|gateway| !gateway.subnet_id.is_empty())
            else {
                continue;
            };
            is_asked = true;
            let (own, other) = (zone(case, &way.subnet)?, zone(case, &gateway.subnet_id)?);
            if !own.is_empty() && !other.is_empty() && own != other {
                let detail = format!(
                    "subnet `{}` of function `{}` is in {own} and sends through NAT gateway `{id}` in {other}: it costs money for each \
                     gigabyte, and fails with that zone",
                    way.subnet,
                    case.name()
                );
                let proof = Evidence::new(op::DESCRIBE_SUBNETS, &gateway.subnet_id, "AvailabilityZone", other);
                let finding = Finding::new(detail).about("nat-gateway", id).about("subnet", &way.subnet).proof(proof);
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    if !is_asked {
        return Ok(Judgement::not_applicable("the way leads through no zonal NAT gateway"));
    }
    Ok(Judgement::of(findings, "each subnet uses a NAT gateway of its own zone"))
}

fn zone<'a>(case: &Case<'a>, subnet: &str) -> Result<&'a str, Gap> {
    Ok(case.snapshot.subnets.get(subnet)?.map_or("", |row| row.availability_zone.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::lambda as worlds;
    use serde_json::json;

    #[test]
    fn fires_on_a_gateway_in_another_zone() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/1/Routes/1/NatGatewayId", json!("nat-a"));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("`subnet-b` of function `web` is in eu-west-1b"), "{}", found[0].detail);
        assert_eq!(worlds::diagnose(&world).unwrap().verdict, crate::diagnosis::Verdict::Healthy);
    }

    #[test]
    fn silent_where_each_zone_has_its_own() {
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_a_subnet_is_not_known() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/SubnetId", json!("subnet-unseen"));
        assert!(!matches!(world.judge(&RULE), Judgement::Pass(_) | Judgement::Fail(_)));
    }
}
