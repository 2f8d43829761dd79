//! What the policies of endpoints say to the calls of an instance's software.

use super::endpoints::{request, unlisted, used};
use super::{Host, RoleFacts};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::iam::EndpointKind;
use crate::remedy::Site;
use crate::remedy::endpoint_policy::{PolicySays, is_full_access, mend, policy_says};
use crate::snapshot::ec2::VpcEndpoint;
use crate::snapshot::{Gap, operations as op};
use crate::walls::affects;
use serde_json::json;

/// Judges the policies of the endpoints that names lead to, for the calls that each service gets; `role` is asked where one of them has
/// a policy of its own.
///
/// # Errors
/// Why the role is not known.
pub fn judge<'r, 'a: 'r>(
    host: &Host<'_>,
    calls: impl Fn(&str) -> &'static [&'static str],
    role: impl FnOnce() -> Result<Option<&'r RoleFacts<'a>>, Gap>,
) -> Result<Judgement, Gap> {
    let pairs: Vec<(&str, &VpcEndpoint)> = host
        .paths
        .iter()
        .flat_map(|path| used(path).iter().map(move |id| (path.service.as_str(), id)))
        .filter_map(|(service, id)| Some((service, host.snapshot.vpc_endpoints.get(id).ok().flatten()?)))
        .collect();
    if pairs.is_empty() {
        let gaps = unlisted(host);
        let none = || Judgement::not_applicable("no name of the agent leads to an interface endpoint of the VPC");
        return Ok(if gaps.is_empty() { none() } else { Judgement::open(gaps) });
    }
    if pairs.iter().all(|(_, endpoint)| is_full_access(&endpoint.policy_document)) {
        return Ok(Judgement::pass("the endpoints have the default policy, which lets every call through"));
    }
    let Some(role) = role()? else {
        return Ok(Judgement::not_applicable("the agent has no role that an endpoint policy could refuse"));
    };
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    for (service, endpoint) in pairs {
        let refused = refused(host, role, calls(service), endpoint, &mut gaps);
        findings.extend(finding(host, role, service, endpoint, &refused));
    }
    let name = &role.role.role_name;
    let pass = || Judgement::pass(format!("the endpoint policies let the calls of role `{name}` through"));
    Ok(Judgement::settled(findings, gaps, pass))
}

/// A call that is refused, by which statement, and whether explicitly.
type Refused<'a> = (&'a str, Option<String>, bool);

fn refused<'a>(
    host: &Host<'_>,
    role: &RoleFacts<'_>,
    actions: &[&'a str],
    endpoint: &VpcEndpoint,
    gaps: &mut Vec<Gap>,
) -> Vec<Refused<'a>> {
    let mut refused = Vec::new();
    for action in actions {
        match policy_says(endpoint, EndpointKind::Interface, &request(host, role, action, endpoint)) {
            PolicySays::Allows => {}
            PolicySays::Denies { by, is_explicit } => refused.push((*action, by, is_explicit)),
            PolicySays::Unknown(unknown) => gaps.extend(unknown),
        }
    }
    refused
}

/// The part of the actions' names that stands for the service.
fn prefix<'a>(actions: &[&'a str]) -> &'a str {
    actions.first().and_then(|action| action.split_once(':')).map_or("*", |(prefix, _)| prefix)
}

fn finding(
    host: &Host<'_>,
    role: &RoleFacts<'_>,
    service: &str,
    endpoint: &VpcEndpoint,
    refused: &[Refused<'_>],
) -> Option<Finding> {
    let (_, by, is_explicit) = refused.first()?;
    let id = endpoint.vpc_endpoint_id.as_str();
    let actions: Vec<&str> = refused.iter().map(|(action, ..)| *action).collect();
    let name = role.role.role_name.as_str();
    let because = by.as_ref().map(|by| format!(": {by}")).unwrap_or_default();
    let detail = format!(
        "the policy of endpoint `{id}` does not let role `{name}` call {}{because}",
        crate::walls::in_words(&actions)
    );
    let statement = json!({
        "Effect": "Allow", "Principal": { "AWS": role.role.arn }, "Action": format!("{}:*", prefix(&actions)), "Resource": "*",
    });
    let mut finding = Finding::new(detail);
    finding.affects = affects(&[service]);
    Some(
        finding
            .about("vpc-endpoint", id)
            .about("role", name)
            .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, id, "PolicyDocument", endpoint.policy_document.as_str()))
            .fix(mend(&Site::of(host), endpoint, *is_explicit, &statement)),
    )
}
