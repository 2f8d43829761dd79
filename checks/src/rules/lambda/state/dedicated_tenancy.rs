//! The VPC has dedicated tenancy.

use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::lambda::Case;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the VPC of the function has instance tenancy `dedicated` (`InstanceTenancy` of `DescribeVpcs`).
    ///
    /// ## Why it matters
    ///
    /// Lambda makes no interfaces in such a VPC.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpcs --vpc-ids VPC --query 'Vpcs[].InstanceTenancy'`
    ///
    /// ## False positives
    ///
    /// Dedicated instances in a VPC with tenancy `default` are no matter.
    ///
    /// ## Fix
    ///
    /// Attach the function to a VPC with default tenancy that is peered with this one (class M). The tenancy of a VPC can be changed
    /// from `dedicated` to `default`, for instances that are launched later, and not back.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - EC2 user guide, "Amazon EC2 Dedicated Instances"
    /// - EC2 API reference, `ModifyVpcTenancy`
    "lambda/dedicated-tenancy", Blocker, fix M,
    "Lambda does not run in a VPC with dedicated tenancy",
    needs [GET_FUNCTION_CONFIGURATION, DESCRIBE_VPCS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(config) = case.vpc() else { return Ok(crate::lambda::paths::not_in_vpc()) };
    let id = config.vpc_id.as_str();
    let found = case.snapshot.vpcs.select("vpc-id", id, |own| own.vpc_id == id).or_else(|gap| {
        match case.snapshot.vpcs.get(id) {
            Ok(known) => Ok(known.into_iter().collect()),
            Err(_) => Err(gap),
        }
    })?;
    let Some(vpc) = found.first().filter(|own| is(&own.instance_tenancy, "dedicated")) else {
        return Ok(Judgement::pass("the VPC has default tenancy"));
    };
    let change =
        Aws::new("ec2", "modify-vpc-tenancy", case.region()).arg("vpc-id", id).arg("instance-tenancy", "default");
    let summary = "attach the function to a peered VPC with default tenancy, or change the tenancy for good: it cannot be set back";
    Ok(Judgement::fail(
        case.found(format!(
            "VPC `{id}` of function `{}` has dedicated tenancy, where Lambda makes no interfaces",
            case.name()
        ))
        .about("vpc", id)
        .proof(Evidence::new(op::DESCRIBE_VPCS, id, "InstanceTenancy", vpc.instance_tenancy.as_str()))
        .fix(Fix::new(FixClass::M, summary).run(change)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_dedicated_tenancy() {
        let mut world = testkit::lambda::nat();
        world.patch(op::DESCRIBE_VPCS, "/Vpcs/0/InstanceTenancy", json!("dedicated"));
        assert_eq!(findings(world.judge(&RULE))[0].evidence[0].value, "dedicated");
    }

    #[test]
    fn silent_with_default_tenancy() {
        assert!(matches!(testkit::lambda::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::lambda::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_vpcs_are_denied() {
        let mut world = testkit::lambda::nat();
        world.deny(op::DESCRIBE_VPCS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcs"]);
    }
}
