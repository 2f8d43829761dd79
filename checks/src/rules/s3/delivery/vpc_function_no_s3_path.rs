//! The event arrives, and the object is out of reach.

use crate::finding::Judgement;
use crate::finding::Place;
use crate::fix::quoted;
use crate::rule::declare_rule;
use crate::s3::Case;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the function is attached to a VPC. Then the way from its subnets to S3 decides. Reading it takes more rounds of calls
    /// than this diagnosis makes, so it stays a question, which `aws-triage lambda-internet` answers.
    ///
    /// ## Why it matters
    ///
    /// A function in a VPC has no way out of its own: S3 is reached through a gateway endpoint on the route table of each of its
    /// subnets, an interface endpoint, or a NAT gateway. Without one the call hangs until the time limit, while events arrive and
    /// the call is counted.
    ///
    /// ## How to confirm
    ///
    /// `aws-triage lambda-internet FUNCTION --to s3.REGION.amazonaws.com` walks the way from every subnet.
    ///
    /// ## False positives
    ///
    /// A function that never talks to S3 or to any other service needs no way. One outside of a VPC always has one.
    ///
    /// ## Fix
    ///
    /// Make a gateway endpoint for S3 on the route tables of the subnets: it costs nothing (class A of that command).
    ///
    /// ## References
    ///
    /// - VPC user guide, "Gateway endpoints for Amazon S3"
    /// - Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC"
    "s3/vpc-function-no-s3-path", Blocker, fix M,
    "The function in a VPC does not reach S3",
    needs [GET_FUNCTION_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let functions = case.functions();
    if functions.is_empty() {
        case.judged()?;
        return Ok(case.nothing_called());
    }
    for called in functions.iter().filter(|called| !case.is_gone(called)) {
        let known = case.present(called)?;
        if known.vpc_config.as_ref().is_some_and(|own| !own.subnet_ids.is_empty()) {
            let host = if called.function.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
            let command = format!(
                "aws-triage lambda-internet {} --to s3.{}.{host}",
                quoted(&called.arn),
                quoted(&called.function.region)
            );
            let look_for = "a way that is closed: the function is in a VPC and needs one to S3 to read the object";
            return Ok(Judgement::Elsewhere {
                place: Place::Client,
                command: command.into(),
                look_for: look_for.into(),
            });
        }
    }
    Ok(Judgement::pass("the function is in no VPC, so S3 is in its reach"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::missing;
    use crate::testkit::s3 as kit;
    use serde_json::json;

    #[test]
    fn fires_as_a_hint_in_a_vpc() {
        let mut world = kit::calls();
        world.patch(
            op::GET_FUNCTION_CONFIGURATION,
            "/VpcConfig",
            json!({ "VpcId": "vpc-1", "SubnetIds": ["subnet-1"] }),
        );
        let Judgement::Elsewhere { command, .. } = kit::ask(&world, &RULE, &kit::about_bucket()) else {
            panic!("a hint")
        };
        assert!(command.ends_with("--to s3.eu-west-1.amazonaws.com"), "{command}");
    }

    #[test]
    fn silent_outside() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_lambda_may_not_be_asked() {
        let mut world = kit::calls();
        world.deny(op::GET_FUNCTION_CONFIGURATION);
        assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_bucket())), ["lambda:GetFunctionConfiguration"]);
    }
}
