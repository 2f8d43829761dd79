//! The condition keys of a request, as far as principal, resource and time tell them.

use super::question::{ENDPOINT, Question};
use super::reader::{is_of, reader};
use crate::iam::{Context, ContextValue, Principal, base_name};
use crate::snapshot::Snapshot;
use crate::snapshot::ec2::Tag;
use crate::snapshot::iam::Role;

/// Services with one endpoint for all Regions, whose requests carry the Region of that.
///
/// Source: AWS General Reference, "Regional endpoints" and the pages of the services.
const GLOBAL: &[&str] =
    &["account", "ce", "cloudfront", "iam", "organizations", "route53", "route53domains", "shield", "support", "waf"];
/// Services of which it depends where a request goes to.
const ANYWHERE: &[&str] =
    &["budgets", "globalaccelerator", "health", "networkmanager", "pricing", "s3", "sts", "wafv2"];

/// The context of a request that the principal makes itself. What it is not certain of stays unknown; what the question gives counts.
pub(super) fn of(snapshot: &Snapshot, question: &Question, owner: Option<&str>) -> Context {
    let principal = &question.principal;
    let mut context = Context::partial().with_principal(principal).with("aws:SecureTransport", "true");
    if !matches!(principal, Principal::Service(_) | Principal::IdentityProvider(_)) {
        context = context
            .with("aws:ViaAWSService", "false")
            .without("aws:CalledVia")
            .without("aws:CalledViaFirst")
            .without("aws:CalledViaLast")
            .without("aws:SourceArn")
            .without("aws:SourceAccount");
    }
    context = match principal {
        Principal::RoleSession { session, .. } => match role_of(snapshot, principal) {
            Some(known) => {
                let context = context.with("aws:PrincipalArn", &known.arn);
                let context = context.with("aws:userid", format!("{}:{session}", known.role_id));
                tagged(context, &known.tags)
            }
            None => context,
        },
        Principal::Role { .. } => match role_of(snapshot, principal) {
            Some(known) => tagged(context, &known.tags),
            None => context,
        },
        Principal::User { name, .. } => {
            let known = snapshot.users.get(base_name(name)).ok().flatten();
            let known = known.filter(|known| is_of(principal, &known.arn));
            let context = context.without("aws:FederatedProvider");
            match known {
                Some(known) => tagged(context.with("aws:userid", &known.user_id), &known.tags),
                None => context,
            }
        }
        _ => context,
    };
    if let Some(region) = region(snapshot, question) {
        context = context.with("aws:RequestedRegion", region);
    }
    if let Some(owner) = owner {
        context = context.with("aws:ResourceAccount", owner);
    }
    if principal.account().is_some() && principal.account() == reader(snapshot) {
        context = match snapshot.organization.get("") {
            Ok(Some(organization)) => context.with("aws:PrincipalOrgID", &organization.id),
            Ok(None) => context.without("aws:PrincipalOrgID").without("aws:PrincipalOrgPaths"),
            Err(_) => context,
        };
    }
    // Past an endpoint a request has no public address, and comes from the VPC of the endpoint.
    if let Some(id) = question.given(ENDPOINT) {
        context = context.without("aws:SourceIp");
        if let Ok(Some(endpoint)) = snapshot.vpc_endpoints.get(id) {
            context = context.with("aws:SourceVpc", &endpoint.vpc_id);
        }
    }
    if let Some(now) = snapshot.now() {
        context = context.with("aws:CurrentTime", now.to_string()).with("aws:EpochTime", now.as_second().to_string());
    }
    for (key, values) in &question.context {
        context.set(key, ContextValue::Values(values.clone()));
    }
    context
}

fn tagged(context: Context, tags: &[Tag]) -> Context {
    tags.iter().fold(context, |context, tag| context.with(&format!("aws:PrincipalTag/{}", tag.key), &tag.value))
}

/// The principal's role, if its account is the one of the facts.
pub(super) fn role_of<'s>(snapshot: &'s Snapshot, principal: &Principal) -> Option<&'s Role> {
    snapshot.roles.get(principal.role_name()?).ok().flatten().filter(|known| is_of(principal, &known.arn))
}

/// Whether tags of a role count for its sessions, which may have others under the same keys.
pub(super) fn has_role_tags(snapshot: &Snapshot, principal: &Principal) -> bool {
    role_of(snapshot, principal).is_some_and(|known| !known.tags.is_empty())
}

/// The Region of the request: that of the resource, or of the run; a bucket's is not known.
pub(super) fn region(snapshot: &Snapshot, question: &Question) -> Option<String> {
    let service = question.service();
    let of_arn = question.arn().map(|arn| arn.region).filter(|region| !region.is_empty());
    let partition = question.principal.partition().or(question.arn().map(|arn| arn.partition));
    match of_arn {
        Some(region) => Some(region.to_owned()),
        None if ANYWHERE.contains(&service.as_str()) => None,
        None if GLOBAL.contains(&service.as_str()) => (partition == Some("aws")).then(|| "us-east-1".to_owned()),
        None => Some(snapshot.header.region.clone()).filter(|region| !region.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_listed_in_order_and_once() {
        assert!(GLOBAL.is_sorted() && ANYWHERE.is_sorted());
        assert!(!GLOBAL.iter().any(|service| ANYWHERE.contains(service)));
    }
}
