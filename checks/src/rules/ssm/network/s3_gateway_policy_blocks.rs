//! The S3 gateway endpoint keeps the agent from the buckets that AWS manages for it.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::iam::{ContextValue, EndpointKind, Request};
use crate::instance::RoleFacts;
use crate::instance::endpoints::request;
use crate::remedy::Site;
use crate::remedy::endpoint_policy::{PolicySays, is_full_access, mend, policy_says};
use crate::rule::declare_rule;
use crate::snapshot::ec2::{VpcEndpoint, is};
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::endpoints::role_of;
use crate::walls::in_words;
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the policy of the S3 gateway endpoint on the route table of the instance's subnet allows `s3:GetObject` on the buckets that
    /// AWS manages for the agent: `amazon-ssm-REGION`, `aws-ssm-REGION`, `patch-baseline-snapshot-REGION` and, on Windows,
    /// `aws-windows-downloads-REGION`.
    ///
    /// ## Why it matters
    ///
    /// Updates of the agent, packages and patch documents come from these buckets. The node stays online, and only `AWS-UpdateSSMAgent`,
    /// `AWS-RunPatchBaseline` and others fail, which nobody connects with an endpoint.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -I https://s3.REGION.amazonaws.com/amazon-ssm-REGION/latest/VERSION` gives 403 where the endpoint refuses.
    ///
    /// ## False positives
    ///
    /// None where neither updates nor patching run on the instance: it is then a fault without harm. Buckets of single features
    /// (`aws-patch-manager-REGION-SUFFIX`, Distributor) are not judged, but the fix covers the first.
    ///
    /// ## Fix
    ///
    /// Add a statement for the buckets (class A). To undo, write the saved policy back.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "SSM Agent communications with AWS managed S3 buckets"
    /// - Systems Manager user guide, "Reference: Amazon S3 buckets for patching operations"
    /// - VPC user guide, "Gateway endpoints for Amazon S3"
    "ssm/s3-gateway-policy-blocks", Degraded, Feature, fix A,
    "The S3 endpoint keeps updates and patches from the agent",
    needs [DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let vpc = case.instance.vpc_id.as_str();
    if vpc.is_empty() {
        return Ok(Judgement::not_applicable("the instance is in no VPC"));
    }
    let gateways = case.snapshot.vpc_endpoints.select("vpc-id", vpc, |endpoint| {
        endpoint.vpc_id == vpc
            && is(&endpoint.vpc_endpoint_type, "Gateway")
            && endpoint.service_name.ends_with(".s3")
            && is(&endpoint.state, "available")
    })?;
    if gateways.is_empty() {
        return Ok(Judgement::not_applicable("the VPC has no gateway endpoint for S3"));
    }
    let table = case.network.route_table(&case.instance.subnet_id)?.route_table_id.as_str();
    let Some(endpoint) = gateways.into_iter().find(|endpoint| endpoint.route_table_ids.iter().any(|id| id == table))
    else {
        return Ok(Judgement::not_applicable(format!("route table `{table}` has no gateway endpoint for S3")));
    };
    let id = endpoint.vpc_endpoint_id.as_str();
    if is_full_access(&endpoint.policy_document) {
        return Ok(Judgement::pass(format!("`{id}` has the default policy, which lets every call through")));
    }
    let Some(role) = role_of(case)? else {
        return Ok(Judgement::not_applicable("the agent has no role that an endpoint policy could refuse"));
    };
    let (mut refused, mut why, mut gaps) = (Vec::new(), None, Vec::new());
    for bucket in buckets(case) {
        match policy_says(endpoint, EndpointKind::Gateway, &read_of(case, role, endpoint, &bucket)) {
            PolicySays::Allows => {}
            PolicySays::Denies { by, is_explicit } => {
                why.get_or_insert((by, is_explicit));
                refused.push(bucket);
            }
            PolicySays::Unknown(unknown) => gaps.extend(unknown),
        }
    }
    gaps.sort();
    gaps.dedup();
    Ok(match why {
        Some((by, is_explicit)) => Judgement::fail(finding(case, endpoint, &refused, by.as_deref(), is_explicit)),
        None if !gaps.is_empty() => Judgement::open(gaps),
        None => {
            Judgement::pass(format!("the policy of `{id}` lets the agent read the buckets that AWS manages for it"))
        }
    })
}

/// The buckets of the Region that every agent needs.
///
/// Source: Systems Manager user guide, "SSM Agent communications with AWS managed S3 buckets" and "Reference: Amazon S3 buckets for
/// patching operations", which lists the Regions where the name of the snapshot bucket has a suffix.
fn buckets(case: &Case<'_>) -> Vec<String> {
    const SUFFIXES: &[(&str, &str)] = &[
        ("af-south-1", "-tbxdb5b9"),
        ("ap-south-2", "-50209442"),
        ("ap-southeast-3", "-be0a3174"),
        ("ap-southeast-4", "-dc6f76ce"),
        ("eu-south-2", "-df2c9d70"),
        ("me-south-1", "-uduvl7q8"),
    ];
    let region = case.region();
    let suffix = SUFFIXES.iter().find(|(known, _)| *known == region).map_or("", |(_, suffix)| suffix);
    let mut buckets = vec![
        format!("amazon-ssm-{region}"),
        format!("aws-ssm-{region}"),
        format!("patch-baseline-snapshot-{region}{suffix}"),
    ];
    if case.instance.is_windows() {
        buckets.push(format!("aws-windows-downloads-{region}"));
    }
    buckets
}

/// Reading an object of a bucket that belongs to AWS: to no account and organization of the user.
fn read_of(case: &Case<'_>, role: &RoleFacts<'_>, endpoint: &VpcEndpoint, bucket: &str) -> Request {
    let mut request = request(case, role, "s3:GetObject", endpoint);
    request.resource = format!("arn:{}:s3:::{bucket}/latest/VERSION", case.partition());
    request.context.set("aws:ResourceOrgID", ContextValue::Absent);
    let owner = if names_other_accounts(&endpoint.policy_document, case.account()) {
        ContextValue::Unknown
    } else {
        ContextValue::Values(vec!["aws".to_owned()])
    };
    request.context.set("aws:ResourceAccount", owner);
    request
}

/// Whether a policy names an account that could be that of the buckets.
fn names_other_accounts(document: &str, own: &str) -> bool {
    let runs = document.split(|letter: char| !letter.is_ascii_digit());
    runs.into_iter().any(|run| run.len() == 12 && run != own)
}

fn finding(
    case: &Case<'_>,
    endpoint: &VpcEndpoint,
    refused: &[String],
    by: Option<&str>,
    is_explicit: bool,
) -> Finding {
    let id = endpoint.vpc_endpoint_id.as_str();
    let names: Vec<&str> = refused.iter().map(String::as_str).collect();
    let because = by.map(|by| format!(": {by}")).unwrap_or_default();
    let detail = format!(
        "the policy of S3 gateway endpoint `{id}` does not let instance `{}` read {}, so agent updates and patching fail{because}",
        case.instance.instance_id,
        in_words(&names)
    );
    let (partition, region) = (case.partition(), case.region());
    let arns = buckets(case).into_iter().chain([format!("aws-patch-manager-{region}-*")]);
    let resources: Vec<Value> = arns.map(|bucket| json!(format!("arn:{partition}:s3:::{bucket}/*"))).collect();
    let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resources });
    Finding::new(detail)
        .about("vpc-endpoint", id)
        .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, id, "PolicyDocument", endpoint.policy_document.as_str()))
        .fix(mend(&Site::of(case), endpoint, is_explicit, &statement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    fn with(statement: Value) -> World {
        let mut world = testkit::nat();
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        let endpoint = json!({ "VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "VpcId": "vpc-1", "State": "available",
            "ServiceName": "com.amazonaws.eu-west-1.s3", "RouteTableIds": ["rtb-private"], "PolicyDocument": policy });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints", json!([endpoint]));
        world
    }

    fn allow(resources: Value) -> Value {
        json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources })
    }

    #[test]
    fn fires_on_an_allow_list_of_own_buckets() {
        let found =
            findings(with(allow(json!(["arn:aws:s3:::own/*", "arn:aws:s3:::aws-ssm-eu-west-1/*"]))).judge(&RULE));
        let detail = &found[0].detail;
        assert!(detail.contains("`amazon-ssm-eu-west-1` and `patch-baseline-snapshot-eu-west-1`"), "{detail}");
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("aws-patch-manager-eu-west-1-*") && fix.commands[0].contains("s3:::own/*"));
        assert!(!fix.rollback[0].contains("amazon-ssm"));
    }

    #[test]
    fn fires_on_a_condition_for_own_resources() {
        let mut own = allow(json!("*"));
        own["Condition"] = json!({ "StringEquals": { "aws:ResourceAccount": "123456789012" } });
        assert_eq!(findings(with(own).judge(&RULE)).len(), 1);
    }

    #[test]
    fn silent_with_the_default_policy_or_elsewhere() {
        assert!(matches!(with(allow(json!("arn:aws:s3:::*"))).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::NotApplicable(_)));
        let mut other = with(allow(json!("arn:aws:s3:::own/*")));
        other.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/RouteTableIds", json!(["rtb-public"]));
        assert!(matches!(other.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_on_keys_that_cannot_be_seen() {
        let mut org = allow(json!("*"));
        org["Condition"] = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } });
        assert!(missing(with(org).judge(&RULE))[0].contains("aws:PrincipalOrgID"));
        let mut accounts = allow(json!("*"));
        accounts["Condition"] = json!({ "StringEquals": { "aws:ResourceAccount": ["123456789012", "999999999999"] } });
        assert!(missing(with(accounts).judge(&RULE))[0].contains("aws:ResourceAccount"));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
