//! A function in no VPC does not reach private addresses.

use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::Case;
use crate::lambda::target::Target;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use std::net::IpAddr;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is attached to no VPC (`VpcConfig` without subnets) although the address that it is to reach is private.
    ///
    /// ## Why it matters
    ///
    /// Without a VPC a function has Lambda's own network: it reaches the whole internet and every public endpoint of AWS, with no
    /// route, group or gateway of yours in between, and no address inside your VPC. If it cannot reach something public, a VPC is not
    /// the cause: look at the code, the name and the other side.
    ///
    /// ## How to confirm
    ///
    /// `aws lambda get-function-configuration --function-name NAME --query VpcConfig`
    ///
    /// ## False positives
    ///
    /// For a public address or name this is how it should be, and nothing is found. A version may have another configuration than
    /// `$LATEST`: ask about the one that is called.
    ///
    /// ## Fix
    ///
    /// Attach the function to subnets from which the address is reached (class A); it then needs a NAT gateway for the internet. To
    /// undo, detach it again.
    ///
    /// ## References
    ///
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    /// - RFC 1918 and RFC 4193
    "lambda/not-in-vpc", Blocker, fix A,
    "The function is attached to no VPC and is to reach a private address",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_some() {
        return Ok(Judgement::pass("the function is attached to a VPC"));
    }
    let Target::Address(address) = case.target else {
        return Ok(Judgement::pass("the function is attached to no VPC, so no VPC is the cause"));
    };
    if !is_private(address) {
        return Ok(Judgement::pass("the function is attached to no VPC, and the address is public"));
    }
    let attach = Fix::new(FixClass::A, "attach the function to subnets from which the address is reached")
        .run(case.update().arg("vpc-config", "SubnetIds=SUBNET_ID,SecurityGroupIds=GROUP_ID"))
        .undo(case.update().arg("vpc-config", "SubnetIds=[],SecurityGroupIds=[]"));
    let detail =
        format!("function `{}` is attached to no VPC, so it cannot reach the private address `{address}`", case.name());
    Ok(Judgement::fail(case.found(detail).proof(case.shows("VpcConfig.SubnetIds", serde_json::json!([]))).fix(attach)))
}

/// Whether an address is reached inside a network only.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(own) => own.is_private(),
        IpAddr::V6(own) => own.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, findings};

    #[test]
    fn fires_on_a_private_address() {
        for address in ["10.0.1.5", "fd00::5"] {
            let mut world = testkit::lambda::outside();
            testkit::lambda::asking(&mut world, address);
            assert_eq!(findings(world.judge(&RULE))[0].evidence[0].field, "VpcConfig.SubnetIds");
        }
    }

    #[test]
    fn silent_for_what_is_public_and_in_a_vpc() {
        let mut named = testkit::lambda::outside();
        testkit::lambda::asking(&mut named, "api.example.com");
        let mut public = testkit::lambda::outside();
        testkit::lambda::asking(&mut public, "203.0.113.80");
        for world in [testkit::lambda::outside(), named, public, testkit::lambda::nat()] {
            assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        }
    }

    #[test]
    fn unknown_is_no_case_at_all() {
        let mut world = testkit::lambda::outside();
        world.deny(op::GET_FUNCTION_CONFIGURATION);
        assert!(testkit::lambda::diagnose(&world).is_err(), "without its configuration there is nothing to judge");
    }
}
