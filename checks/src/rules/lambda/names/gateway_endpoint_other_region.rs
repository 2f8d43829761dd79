//! The bucket is in another Region than the endpoint.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::instance::resolution::is_closed_subnet;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::lambda::target::Service;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the target is a bucket: in which Region it is, by its name or by what S3 answers (`BucketRegion`), and whether a function
    /// whose subnets have only endpoints calls one of another Region.
    ///
    /// ## Why it matters
    ///
    /// Gateway endpoints are regional: they lead to S3 in their own Region. A redirect to another one ends at addresses without a route.
    ///
    /// ## How to confirm
    ///
    /// `aws s3api head-bucket --bucket BUCKET --query BucketRegion`
    ///
    /// ## False positives
    ///
    /// With a NAT gateway every Region is reached. A bucket that the caller may not look at tells its Region all the same in most cases.
    ///
    /// ## Fix
    ///
    /// A bucket in the function's Region, or a NAT gateway for the subnets (class M).
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Gateway endpoints for Amazon S3", considerations
    "lambda/gateway-endpoint-other-region", Blocker, fix M,
    "The bucket is in another Region, where the gateway endpoint does not lead",
    needs [HEAD_BUCKET, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let is_elsewhere = |service: &&Service| service.region != case.region();
    let asked = case.service().filter(|service| service.name == "s3");
    let Some(service) = asked.filter(|service| service.bucket.is_some() || is_elsewhere(service)) else {
        return Ok(Judgement::not_applicable("the target is no bucket"));
    };
    let bucket = service.bucket.as_deref().unwrap_or_default();
    let subnets = case.vpc().into_iter().flat_map(|config| &config.subnet_ids);
    let closed: Result<Vec<bool>, Gap> = subnets.map(|subnet| is_closed_subnet(case.network, subnet)).collect();
    let closed = closed?;
    if !closed.contains(&true) {
        return Ok(Judgement::pass("the subnets of the function have a way to other Regions"));
    }
    let named = service.region.as_str();
    let region = if named == case.region() {
        let known = case.snapshot.buckets.get(bucket)?;
        let known = known.map(|known| known.bucket_region.as_str()).filter(|region| !region.is_empty());
        known.ok_or_else(|| Gap::opaque(format!("in which Region bucket `{bucket}` is")))?
    } else {
        named
    };
    if region == case.region() {
        return Ok(Judgement::pass(format!("bucket `{bucket}` is in the Region of the function")));
    }
    let what = if bucket.is_empty() { format!("`{}`", service.host) } else { format!("bucket `{bucket}`") };
    let detail = format!(
        "{what} is in {region}, and endpoints of the closed subnets of function `{}` lead to S3 in {} only",
        case.name(),
        case.region()
    );
    let mut finding = Finding::new(detail);
    finding = if bucket.is_empty() { finding.about("vpc", case.vpc_id()) } else { finding.about("s3-bucket", bucket) };
    finding = if named == case.region() {
        finding.proof(Evidence::new(op::HEAD_BUCKET, bucket, "BucketRegion", region))
    } else {
        // The name tells the Region: what proves the fault is the routes.
        finding.proofs(case.ways.iter().flat_map(|way| &way.obstacles).flat_map(|own| own.evidence.iter().cloned()))
    };
    if closed.contains(&false) {
        finding.rule = RULE.about.id;
        finding.severity = crate::finding::Severity::Degraded;
    }
    let summary = format!("use a bucket in {}, or give the subnets a NAT gateway", case.region());
    Ok(Judgement::fail(finding.fix(Fix::new(FixClass::M, summary))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn bucket(region: &str) -> crate::testkit::World {
        let mut world = worlds::closed();
        world.answer(op::HEAD_BUCKET, json!({ "Bucket": "data" }), json!({ "BucketRegion": region }));
        worlds::asking(&mut world, "data.s3.amazonaws.com");
        world
    }

    #[test]
    fn fires_on_a_bucket_elsewhere() {
        assert!(findings(bucket("us-east-1").judge(&RULE))[0].detail.contains("`data` is in us-east-1"));
        let mut world = bucket("eu-west-1");
        worlds::asking(&mut world, "data.s3.us-west-2.amazonaws.com");
        assert!(findings(world.judge(&RULE))[0].detail.contains("us-west-2"));
    }

    #[test]
    fn fires_on_the_name_of_another_region_and_is_the_only_one() {
        for host in ["s3.us-west-2.amazonaws.com", "data.s3.us-west-2.amazonaws.com"] {
            let mut world = worlds::closed();
            worlds::asking(&mut world, host);
            let found = findings(world.judge(&RULE));
            assert!(!found[0].evidence.is_empty() && found[0].detail.contains("us-west-2"), "{found:?}");
            let told: Vec<&str> = worlds::diagnose(&world).unwrap().findings.iter().map(|own| own.rule).collect();
            assert_eq!(told, [RULE.about.id]);
        }
    }

    #[test]
    fn silent_in_the_same_region_or_with_a_nat_gateway() {
        assert!(matches!(bucket("eu-west-1").judge(&RULE), Judgement::Pass(_)));
        let mut world = worlds::nat();
        worlds::asking(&mut world, "data.s3.us-west-2.amazonaws.com");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_bucket_is_denied() {
        let mut world = bucket("eu-west-1");
        world.deny(op::HEAD_BUCKET);
        assert_eq!(missing(world.judge(&RULE)), ["s3:ListBucket"]);
    }
}
