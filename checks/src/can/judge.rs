//! From a question and the facts of an account to a decision.

use super::question::{ENDPOINT, OWNER, Question};
use super::reader::{is_foreign, is_of};
use super::{context, grants, organization, resource};
use crate::evidence::Evidence;
use crate::iam::{
    Assumption, Decision, EndpointKind, EndpointPolicy, Layer, Missing, Policies, PolicySet, PolicySource, Principal,
    Request, StatementRef, Unreadable, Verdict, base_name, evaluate,
};
use crate::iam_facts::{self, Document, Held, reason};
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, Observed, Snapshot, operations as op};
use serde_json::Value;
use std::borrow::Cow;

/// A decision with the documents that it rests on.
#[derive(Debug)]
pub struct Answer<'s> {
    /// The request as it was decided.
    pub request: Request,
    /// The decision.
    pub decision: Decision,
    documents: Vec<Document<'s>>,
}

impl Answer<'_> {
    /// Whether the caller's account is known to own the resource.
    pub(super) fn is_within_account(&self) -> bool {
        let account = self.request.principal.account();
        account.is_some() && account == self.request.owner()
    }

    /// The statement that a decision names, as the answers hold it.
    pub fn proof(&self, statement: &StatementRef) -> Option<Evidence> {
        iam_facts::proof(&self.documents, statement)
    }
}

/// The principal's own side.
#[derive(Default)]
struct Side<'s> {
    held: Held<'s>,
    session: Option<PolicySet>,
    /// The ARN by which the simulator knows the principal.
    arn: Option<String>,
}

/// Decides.
///
/// # Errors
/// There is no such principal; a sentence.
pub fn decide<'s>(snapshot: &'s Snapshot, question: &Question) -> Result<Answer<'s>, String> {
    let principal = &question.principal;
    let Side { held, session, arn } = side(snapshot, principal)?;
    let mut of_resource = resource::of(snapshot, question);
    grants::add(snapshot, question, &mut of_resource);
    let owner = question.given(OWNER).map(str::to_owned).or_else(|| resource::owner(snapshot, question));
    let context = context::of(snapshot, question, owner.as_deref());
    let mut request = Request::new(principal.clone(), &question.action, &question.resource, context);
    request.resource_account = owner;
    let account = principal.account();
    let service = organization::service_control(snapshot, account, arn.as_deref(), &question.action);
    let control = organization::resource_control(snapshot, request.owner());
    let (endpoints, of_endpoint) = endpoint(snapshot, question);
    let policies = Policies {
        identity: held.identity,
        boundary: held.boundary,
        session,
        resource: of_resource.policy,
        service_control: service.policies,
        resource_control: control.policies,
        endpoints,
        management_account: organization::management_account(snapshot).map(str::to_owned),
    };
    let mut decision = evaluate(&request, &policies);
    let may_be_allowed = matches!(decision.verdict, Verdict::Allowed | Verdict::Unknown);
    if may_be_allowed && matches!(principal, Principal::RoleSession { .. }) {
        decision.assumptions.push(Assumption::NoSessionPolicy);
    }
    if may_be_allowed && question.given(ENDPOINT).is_none() {
        decision.assumptions.push(Assumption::NoEndpointPolicy);
    }
    if decision.is_allowed() && grants::may_be_of_others(snapshot, question) {
        decision.assumptions.push(Assumption::ObjectOfBucketOwner);
    }
    if context::has_role_tags(snapshot, principal) {
        decision.assumptions.push(Assumption::NoSessionTags);
    }
    let mut documents = held.documents;
    documents.extend(of_resource.documents);
    documents.extend(service.documents);
    documents.extend(control.documents);
    documents.extend(of_endpoint);
    Ok(Answer { request, decision, documents })
}

fn side<'s>(snapshot: &'s Snapshot, principal: &Principal) -> Result<Side<'s>, String> {
    // The facts are those of one account, and a name means nobody else's there.
    if let Some(account) = principal.account().filter(|account| is_foreign(snapshot, account)) {
        return Ok(foreign(
            &Gap::opaque(format!("what account `{account}` lets its principals do")),
            &principal.to_string(),
        ));
    }
    match principal {
        Principal::RoleSession { role, .. } => {
            let arn = snapshot.roles.get(role).map(|known| known.map(|known| known.arn.as_str()));
            of_entity(principal, &format!("role `{role}`"), arn, || Held::by_role(snapshot, role))
        }
        Principal::Role { name, .. } => {
            let role = base_name(name);
            let arn = snapshot.roles.get(role).map(|known| known.map(|known| known.arn.as_str()));
            of_entity(principal, &format!("role `{role}`"), arn, || Held::by_role(snapshot, role))
        }
        Principal::User { name, .. } => {
            let user = base_name(name);
            let arn = snapshot.users.get(user).map(|known| known.map(|known| known.arn.as_str()));
            of_entity(principal, &format!("user `{user}`"), arn, || Held::by_user(snapshot, user))
        }
        Principal::FederatedUser { name, .. } => {
            let unread = |layer, what: String| {
                PolicySet::unreadable(PolicySource::new(layer, what), Unreadable::Other("nothing tells it".to_owned()))
            };
            let identity = unread(Layer::Identity, format!("policies of the user behind `{name}`"));
            let session = unread(Layer::Session, format!("session policy of `{name}`"));
            Ok(Side { held: Held { identity, ..Held::default() }, session: Some(session), arn: None })
        }
        _ => Ok(Side::default()),
    }
}

/// A role or user.
fn of_entity<'s>(
    principal: &Principal,
    what: &str,
    arn: Observed<&str>,
    held: impl FnOnce() -> Held<'s>,
) -> Result<Side<'s>, String> {
    let account = principal.account().unwrap_or_default();
    let is_session = matches!(principal, Principal::RoleSession { .. });
    match arn {
        Ok(None) => Err(format!("{what} not found in account `{account}`")),
        Ok(Some(arn)) if !is_of(principal, arn) => {
            Ok(foreign(&Gap::opaque(format!("what {what} of account `{account}` may do")), what))
        }
        // A path that is not its own.
        Ok(Some(arn)) if !is_session && principal.to_string() != arn => Err(format!("{what} has the ARN `{arn}`")),
        Ok(Some(arn)) => Ok(Side { held: held(), session: None, arn: Some(arn.to_owned()) }),
        // The role itself was not read; its policies may have been.
        Err(Gap::Denied { .. } | Gap::Failed { .. }) => Ok(Side { held: held(), session: None, arn: None }),
        Err(gap) => Ok(foreign(&gap, what)),
    }
}

fn foreign<'s>(gap: &Gap, what: &str) -> Side<'s> {
    let unread = |layer| Some(PolicySet::unreadable(PolicySource::new(layer, what), reason(gap)));
    let identity = unread(Layer::Identity).unwrap_or_default();
    let held = Held { identity, boundary: unread(Layer::Boundary), ..Held::default() };
    Side { held, session: None, arn: None }
}

/// The policy of the VPC endpoint that the question names.
fn endpoint<'s>(snapshot: &'s Snapshot, question: &Question) -> (Vec<EndpointPolicy>, Option<Document<'s>>) {
    let Some(id) = question.given(ENDPOINT) else { return (Vec::new(), None) };
    let source = PolicySource::new(Layer::Endpoint, id);
    let (kind, policy, document) = match snapshot.vpc_endpoints.get(id) {
        Ok(Some(known)) if known.policy_document.trim().is_empty() => return (Vec::new(), None),
        Ok(Some(known)) => {
            let kind =
                if is(&known.vpc_endpoint_type, "Gateway") { EndpointKind::Gateway } else { EndpointKind::Interface };
            let mut policy = PolicySet::default();
            policy.add_text(source.clone(), &known.policy_document);
            let document = Cow::Owned(Value::String(known.policy_document.clone()));
            let (operation, member) = (op::DESCRIBE_VPC_ENDPOINTS, "PolicyDocument");
            (
                kind,
                policy,
                Some(Document { source, operation, resource: id.to_owned(), member, document, is_whole: false }),
            )
        }
        unread => {
            let gap = unread.err().unwrap_or_else(|| Gap::opaque(format!("the policy of VPC endpoint `{id}`")));
            (EndpointKind::Interface, PolicySet::unreadable(source, reason(&gap)), None)
        }
    };
    (vec![EndpointPolicy { kind, policy }], document)
}

/// What keeps a decision open, as entries of a finding: IAM actions, or facts in words.
pub(super) fn missing(decision: &Decision) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for fact in &decision.missing {
        let entry = fact.iam_action().map_or_else(
            || match fact {
                Missing::ContextKey(key) => format!("condition key `{key}`"),
                other => other.to_string(),
            },
            str::to_owned,
        );
        if !missing.contains(&entry) {
            missing.push(entry);
        }
    }
    missing
}
