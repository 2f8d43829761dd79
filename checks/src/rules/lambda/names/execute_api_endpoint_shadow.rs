//! Private DNS of an endpoint captures calls of public APIs.

use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::is;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the target is a name of API Gateway (`API.execute-api.REGION.amazonaws.com`): whether an interface endpoint for
    /// `execute-api` in the VPC has private DNS on, so that every such name leads to it.
    ///
    /// ## Why it matters
    ///
    /// The endpoint serves private APIs only. A public API that is called through it answers 403 `Forbidden`, or not at all, while it
    /// works from everywhere else.
    ///
    /// ## How to confirm
    ///
    /// `aws apigateway get-rest-api --rest-api-id API --query endpointConfiguration.types`: anything else than `PRIVATE` is not served by
    /// the endpoint.
    ///
    /// ## False positives
    ///
    /// A private API is what the endpoint is for. Which kind the API is, is not read: the rule then cannot tell. Custom domain names of
    /// public APIs are not captured.
    ///
    /// ## Fix
    ///
    /// Call a public API by its custom domain name (class M), or switch private DNS of the endpoint off (class A), which takes the name
    /// from private APIs. To undo, switch it on.
    ///
    /// ## References
    ///
    /// - API Gateway developer guide, "Private REST APIs in API Gateway"
    /// - AWS re:Post, "Why do I get an HTTP 403 Forbidden error when connecting to my API Gateway APIs from a VPC?"
    "lambda/execute-api-endpoint-shadow", Blocker, fix A,
    "Private DNS of an API Gateway endpoint captures calls of public APIs",
    needs [DESCRIBE_VPC_ENDPOINTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let Some(service) = case.service().filter(|service| service.name == "execute-api") else {
        return Ok(Judgement::not_applicable("the target is no name of API Gateway"));
    };
    case.snapshot.vpc_endpoints.covers("vpc-id", case.vpc_id())?;
    let endpoints = case.endpoints_of(service, "Interface");
    let own = endpoints.into_iter().find(|endpoint| endpoint.private_dns_enabled && is(&endpoint.state, "available"));
    let Some(endpoint) = own else {
        return Ok(Judgement::pass("no endpoint of the VPC captures the names of API Gateway"));
    };
    let (id, host) = (endpoint.vpc_endpoint_id.as_str(), service.host.as_str());
    let gap = Gap::opaque(format!("whether `{host}` is a private API"));
    let reason = format!(
        "private DNS of endpoint `{id}` leads `{host}` to it, and it serves private APIs only: a public one answers 403 or not at all; \
         run `aws apigateway get-rest-api`, and switch private DNS off or use a custom domain name if it is public"
    );
    Ok(Judgement::cannot_tell(reason, vec![gap]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::missing;
    use serde_json::json;

    fn asking(service: &str, private_dns: bool) -> crate::testkit::World {
        let mut world = worlds::closed();
        world.patch(
            op::DESCRIBE_VPC_ENDPOINTS,
            "/VpcEndpoints/0/ServiceName",
            json!(format!("com.amazonaws.eu-west-1.{service}")),
        );
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/PrivateDnsEnabled", json!(private_dns));
        worlds::asking(&mut world, "a1b2c3.execute-api.eu-west-1.amazonaws.com");
        world
    }

    #[test]
    fn fires_never_without_the_kind_of_the_api() {
        assert!(!matches!(asking("execute-api", true).judge(&RULE), Judgement::Fail(_)));
    }

    #[test]
    fn silent_without_such_an_endpoint() {
        assert!(matches!(asking("execute-api", false).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(asking("sqs", true).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_which_kind_of_api_it_is() {
        assert_eq!(
            missing(asking("execute-api", true).judge(&RULE)),
            ["whether `a1b2c3.execute-api.eu-west-1.amazonaws.com` is a private API"]
        );
        let mut world = asking("execute-api", true);
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
