//! The condition keys of a request, as far as principal, resource and time tell them.

use super::question::{OWNER, Question};
use crate::iam::{Context, ContextValue, Principal};
use crate::snapshot::Snapshot;
use crate::snapshot::ec2::Tag;

/// Services with one endpoint for all Regions, whose requests carry the Region of that.
///
/// Source: AWS General Reference, "Regional endpoints".
const GLOBAL: &[&str] = &["account", "cloudfront", "globalaccelerator", "iam", "organizations", "route53", "waf"];

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
        Principal::RoleSession { role, session, .. } => {
            let known = snapshot.roles.get(role).ok().flatten();
            known.map_or(context.clone(), |known| {
                let context = context.with("aws:PrincipalArn", &known.arn);
                let context = context.with("aws:userid", format!("{}:{session}", known.role_id));
                tagged(context, &known.tags)
            })
        }
        Principal::Role { name, .. } => {
            let known = snapshot.roles.get(name.rsplit('/').next().unwrap_or(name)).ok().flatten();
            known.map_or(context.clone(), |known| tagged(context, &known.tags))
        }
        Principal::User { name, .. } => {
            let known = snapshot.users.get(name.rsplit('/').next().unwrap_or(name)).ok().flatten();
            let context = context.without("aws:FederatedProvider");
            known.map_or(context.clone(), |known| tagged(context.with("aws:userid", &known.user_id), &known.tags))
        }
        _ => context,
    };
    if let Some(region) = region(snapshot, question) {
        context = context.with("aws:RequestedRegion", region);
    }
    if let Some(owner) = owner {
        context = context.with("aws:ResourceAccount", owner);
    }
    if let Ok(Some(organization)) = snapshot.organization.get("")
        && let Ok(Some(caller)) = snapshot.caller_identity.get("")
        && principal.account() == Some(&caller.account)
    {
        context = context.with("aws:PrincipalOrgID", &organization.id);
    }
    if let Some(now) = snapshot.now() {
        context = context.with("aws:CurrentTime", now.to_string()).with("aws:EpochTime", now.as_second().to_string());
    }
    for (key, values) in question.context.iter().filter(|(key, _)| *key != OWNER || owner.is_none()) {
        context.set(key, ContextValue::Values(values.clone()));
    }
    context
}

fn tagged(context: Context, tags: &[Tag]) -> Context {
    tags.iter().fold(context, |context, tag| context.with(&format!("aws:PrincipalTag/{}", tag.key), &tag.value))
}

/// The Region of the request: that of the resource, or of the run. A bucket's is not known.
fn region(snapshot: &Snapshot, question: &Question) -> Option<String> {
    let service = question.service();
    let of_arn = question.arn().map(|arn| arn.region).filter(|region| !region.is_empty());
    let partition = question.principal.account().and(question.arn()).map_or("aws", |arn| arn.partition);
    match of_arn {
        Some(region) => Some(region.to_owned()),
        None if service == "s3" => None,
        None if GLOBAL.contains(&service.as_str()) => (partition == "aws").then(|| "us-east-1".to_owned()),
        None => Some(snapshot.header.region.clone()).filter(|region| !region.is_empty()),
    }
}
