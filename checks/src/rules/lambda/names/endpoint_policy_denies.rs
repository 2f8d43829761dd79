//! The policy of the endpoint may refuse the call.

use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::finding::{Finding, Place};
use crate::iam::{Context, EndpointKind, Principal, Request, base_name};
use crate::lambda::Case;
use crate::lambda::Settled;
use crate::lambda::paths::not_in_vpc;
use crate::remedy::endpoint_policy::{PolicySays, is_full_access, mend, policy_says};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::{VpcEndpoint, is};
use crate::snapshot::operations as op;
use serde_json::{Value, json};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the policy of the endpoint on the way, interface or gateway, is the default one. Another policy is asked whether it lets
    /// the function's role read, write and list the bucket that was named; for other services, whether it
    /// lets that role make any call at all; else it is shown, since which call the function makes is not known.
    ///
    /// ## Why it matters
    ///
    /// An endpoint policy is one more layer that has to allow: role, bucket or action. The answer is 403 `AccessDenied` and not a
    /// time-out, which leads people to the role's policies.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids VPCE --query 'VpcEndpoints[].PolicyDocument'`
    ///
    /// ## False positives
    ///
    /// A policy that names other buckets or actions than those the function uses is no fault. Conditions on keys that are not known leave
    /// it open.
    ///
    /// ## Fix
    ///
    /// One more statement in the policy (class A); where a Deny stands, its owner has to change it (class M). To undo, write the old
    /// document.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Control access to VPC endpoints using endpoint policies"
    "lambda/endpoint-policy-denies", Blocker, fix A,
    "The policy of the endpoint refuses the calls of the function",
    needs [DESCRIBE_VPC_ENDPOINTS]
}

/// Calls on a bucket, with what stands behind the bucket's ARN.
const CALLS: &[(&str, &str)] = &[("s3:GetObject", "/*"), ("s3:PutObject", "/*"), ("s3:ListBucket", "")];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let Some(service) = case.service() else {
        return Ok(Judgement::not_applicable("the target is no service of AWS with an endpoint of its own"));
    };
    case.snapshot.vpc_endpoints.covers("vpc-id", case.vpc_id())?;
    let interfaces = case.ways.iter().flat_map(|way| way.endpoints());
    let mut endpoints: Vec<&VpcEndpoint> =
        interfaces.filter_map(|id| case.snapshot.vpc_endpoints.get(id).ok().flatten()).collect();
    endpoints.dedup_by_key(|endpoint| &endpoint.vpc_endpoint_id);
    if endpoints.is_empty() {
        // One that serves no route table of the function is passed by, whatever its policy says.
        endpoints = case.endpoints_of(service, "Gateway").into_iter().filter(|own| serves(case, own)).collect();
    }
    endpoints.retain(|endpoint| !is_full_access(&endpoint.policy_document));
    let Some(endpoint) = endpoints.first() else {
        return Ok(Judgement::pass("no endpoint on the way has another policy than the default one"));
    };
    let Some(bucket) = service.bucket.as_deref() else {
        if let Some(finding) = whatever_is_called(case, endpoint) {
            return Ok(Judgement::fail(finding));
        }
        let command = "aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[VpcEndpointId,PolicyDocument]'";
        let look_for = format!(
            "`{}` has a policy of its own: it must allow the function's role the action on the resource; the error is 403",
            endpoint.vpc_endpoint_id
        );
        return Ok(case.inside(Settled::Nothing, Place::Function, command, look_for));
    };
    Ok(of_bucket(case, endpoint, bucket))
}

fn serves(case: &Case<'_>, endpoint: &VpcEndpoint) -> bool {
    let subnets = case.vpc().into_iter().flat_map(|config| &config.subnet_ids);
    let mut tables = subnets.filter_map(|subnet| case.network.route_table(subnet).ok());
    tables.any(|table| endpoint.route_table_ids.contains(&table.route_table_id))
}

/// A policy as if each of its Allow statements were about every action and resource, with the Deny statements that are. What it still
/// refuses it refuses to the role, whatever the call is.
fn widest(policy: &str) -> Option<String> {
    let mut document: Value = serde_json::from_str(policy).ok()?;
    let place = document.get_mut("Statement")?;
    let statements = match place.take() {
        Value::Array(statements) => statements,
        one => vec![one],
    };
    let widen = |mut statement: Value| {
        let members = statement.as_object_mut()?;
        if members.get("Effect")? == "Allow" {
            for member in ["Action", "Resource"] {
                members.remove(&format!("Not{member}"));
                members.insert(member.to_owned(), json!("*"));
            }
            return Some(statement);
        }
        let is_all = |member: &str| members.get(member).is_some_and(|own| *own == "*" || *own == json!(["*"]));
        (is_all("Action") && is_all("Resource")).then_some(statement)
    };
    *place = statements.into_iter().filter_map(widen).collect();
    Some(document.to_string())
}

/// The policy refuses every call of the role.
fn whatever_is_called(case: &Case<'_>, endpoint: &VpcEndpoint) -> Option<Finding> {
    let wide = VpcEndpoint { policy_document: widest(&endpoint.policy_document)?, ..endpoint.clone() };
    let service = case.service()?;
    let (id, role) = (endpoint.vpc_endpoint_id.as_str(), base_name(&case.function.role));
    let kind = if is(&endpoint.vpc_endpoint_type, "Gateway") { EndpointKind::Gateway } else { EndpointKind::Interface };
    let asked = request(case, endpoint, &format!("{}:Get", service.name), "*");
    let PolicySays::Denies { by, is_explicit } = policy_says(&wide, kind, &asked) else { return None };
    let by = by.map(|by| format!(" ({by})")).unwrap_or_default();
    let detail = format!(
        "the policy of endpoint `{id}` allows role `{role}` no call at all{by}, so calls of function `{}` to `{}` get 403",
        case.name(),
        service.host
    );
    let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": { "ArnEquals": { "aws:PrincipalArn": case.function.role } } });
    let finding = Finding::new(detail).about("vpc-endpoint", id).proof(Evidence::new(
        op::DESCRIBE_VPC_ENDPOINTS,
        id,
        "PolicyDocument",
        endpoint.policy_document.as_str(),
    ));
    Some(finding.fix(mend(&case.site(""), endpoint, is_explicit, &statement)))
}

fn of_bucket(case: &Case<'_>, endpoint: &VpcEndpoint, bucket: &str) -> Judgement {
    let kind = if is(&endpoint.vpc_endpoint_type, "Gateway") { EndpointKind::Gateway } else { EndpointKind::Interface };
    let (mut refused, mut gaps) = (Vec::new(), Vec::new());
    for (action, behind) in CALLS {
        match policy_says(endpoint, kind, &request(case, endpoint, action, &format!("arn:aws:s3:::{bucket}{behind}"))) {
            PolicySays::Allows => {}
            PolicySays::Denies { by, is_explicit } => refused.push((*action, by, is_explicit)),
            PolicySays::Unknown(unknown) => gaps.extend(unknown),
        }
    }
    if refused.len() == CALLS.len() {
        return Judgement::fail(finding(case, endpoint, bucket, &refused));
    }
    gaps.sort();
    gaps.dedup();
    if !gaps.is_empty() {
        return Judgement::open(gaps);
    }
    Judgement::pass(format!("the policy of `{}` lets calls on bucket `{bucket}` through", endpoint.vpc_endpoint_id))
}

/// A call of the function's role over the endpoint.
fn request(case: &Case<'_>, endpoint: &VpcEndpoint, action: &str, resource: &str) -> Request {
    let principal = Principal::RoleSession {
        partition: "aws".to_owned(),
        account: case.account().to_owned(),
        role: base_name(&case.function.role).to_owned(),
        session: case.name().to_owned(),
    };
    let context = Context::partial()
        .with_principal(&principal)
        .with("aws:PrincipalArn", &case.function.role)
        .with("aws:SecureTransport", "true")
        .with("aws:SourceVpce", &endpoint.vpc_endpoint_id)
        .with("aws:SourceVpc", case.vpc_id())
        .without("aws:SourceIp");
    Request::new(principal, action, resource.to_owned(), context)
}

fn finding(case: &Case<'_>, endpoint: &VpcEndpoint, bucket: &str, refused: &[(&str, Option<String>, bool)]) -> Finding {
    let id = endpoint.vpc_endpoint_id.as_str();
    let by = refused.iter().find_map(|(_, by, _)| by.clone()).map(|by| format!(" ({by})")).unwrap_or_default();
    let is_explicit = refused.iter().any(|(_, _, is_explicit)| *is_explicit);
    let detail = format!(
        "the policy of endpoint `{id}` lets role `{}` neither read nor write nor list bucket `{bucket}`{by}, so calls of function `{}` get 403",
        base_name(&case.function.role),
        case.name()
    );
    let statement = json!({ "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        "Condition": { "ArnEquals": { "aws:PrincipalArn": case.function.role } } });
    Finding::new(detail)
        .about("vpc-endpoint", id)
        .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, id, "PolicyDocument", endpoint.policy_document.as_str()))
        .fix(mend(&case.site(""), endpoint, is_explicit, &statement))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    fn with_policy(resource: &str) -> crate::testkit::World {
        let mut world = worlds::closed();
        let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{resource}"), format!("arn:aws:s3:::{resource}/*")] }] });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/1/PolicyDocument", json!(policy.to_string()));
        worlds::asking(&mut world, "data.s3.eu-west-1.amazonaws.com");
        world
    }

    #[test]
    fn fires_on_a_policy_for_another_bucket() {
        let found = findings(with_policy("other").judge(&RULE));
        assert!(found[0].detail.contains("bucket `data`"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("modify-vpc-endpoint"));
    }

    fn for_role(role: &str) -> crate::testkit::World {
        let mut world = worlds::closed();
        let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*",
            "Principal": { "AWS": format!("arn:aws:iam::{}:role/{role}", crate::testkit::ACCOUNT) } }] });
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/0/PolicyDocument", json!(policy.to_string()));
        world
    }

    #[test]
    fn fires_on_a_policy_for_another_role_whatever_is_called() {
        let found = findings(for_role("batch").judge(&RULE));
        assert!(found[0].detail.contains("allows role `web` no call at all"), "{}", found[0].detail);
        assert!(matches!(for_role("web").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_on_a_gateway_endpoint_that_serves_no_table_of_the_function() {
        let mut world = with_policy("other");
        world.patch(op::DESCRIBE_VPC_ENDPOINTS, "/VpcEndpoints/1/RouteTableIds", json!(["rtb-public"]));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_where_the_bucket_is_allowed_and_with_the_default_policy() {
        assert!(matches!(with_policy("data").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_endpoints_are_denied() {
        let mut world = with_policy("data");
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
