//! Policies that hang on a role, or on a user and its groups.

use super::document::Document;
use crate::iam::{Layer, PolicySet, PolicySource, Unreadable, base_name};
use crate::snapshot::iam::{AttachedBoundary, AttachedPolicy};
use crate::snapshot::{Gap, Observed, Operation, Snapshot, operations as op};
use serde_json::Value;
use std::borrow::Cow;

/// A policy by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyName {
    /// Name, as people know it.
    pub name: String,
    /// ARN of a managed policy; empty for an inline one.
    pub arn: String,
}

/// The policies of a role or user.
#[derive(Debug, Default)]
pub struct Held<'s> {
    /// Its policies by name, those that could not be read among them.
    pub names: Vec<PolicyName>,
    /// The identity policies.
    pub identity: PolicySet,
    /// The permissions boundary; `None` when it has none.
    pub boundary: Option<PolicySet>,
    /// The documents that could be read.
    pub documents: Vec<Document<'s>>,
    /// Reads that failed on the way to them.
    pub gaps: Vec<Gap>,
}

/// A call that gives documents, what it is about, and the member that holds them.
type Origin = (Operation, String, &'static str);

impl<'s> Held<'s> {
    /// Those of a role.
    pub fn by_role(snapshot: &'s Snapshot, role: &str) -> Self {
        let mut held = Self::default();
        let whose = format!("role {role}");
        let attached = snapshot.attached_policies.get(role);
        held.add_managed(snapshot, &whose, attached.map(|list| list.map(|list| list.attached_policies.as_slice())));
        let names =
            snapshot.inline_policy_names.get(role).map(|names| names.map(|names| names.policy_names.as_slice()));
        held.add_inline(&whose, names, (op::GET_ROLE_POLICY, role), |key| {
            let policy = snapshot.inline_policies.get(key);
            policy.map(|policy| policy.map(|policy| &policy.policy_document))
        });
        let known = snapshot.roles.get(role);
        held.add_boundary(snapshot, &whose, known.map(|role| role.and_then(|role| role.permissions_boundary.as_ref())));
        held
    }

    /// Those of a user and of its groups.
    pub fn by_user(snapshot: &'s Snapshot, user: &str) -> Self {
        let mut held = Self::default();
        let whose = format!("user {user}");
        let attached = snapshot.attached_user_policies.get(user);
        held.add_managed(snapshot, &whose, attached.map(|list| list.map(|list| list.attached_policies.as_slice())));
        let names = snapshot.inline_user_policy_names.get(user);
        let names = names.map(|names| names.map(|names| names.policy_names.as_slice()));
        held.add_inline(&whose, names, (op::GET_USER_POLICY, user), |key| {
            let policy = snapshot.inline_user_policies.get(key);
            policy.map(|policy| policy.map(|policy| &policy.policy_document))
        });
        match snapshot.groups_of_users.get(user) {
            Ok(groups) => {
                groups.iter().flat_map(|own| &own.groups).for_each(|own| held.add_group(snapshot, &own.group_name));
            }
            Err(gap) => held.leave_open(PolicySource::new(Layer::Identity, format!("groups of {whose}")), gap),
        }
        let known = snapshot.users.get(user);
        held.add_boundary(snapshot, &whose, known.map(|user| user.and_then(|user| user.permissions_boundary.as_ref())));
        held
    }

    fn add_group(&mut self, snapshot: &'s Snapshot, group: &str) {
        let whose = format!("group {group}");
        let attached = snapshot.attached_group_policies.get(group);
        self.add_managed(snapshot, &whose, attached.map(|list| list.map(|list| list.attached_policies.as_slice())));
        let names = snapshot.inline_group_policy_names.get(group);
        let names = names.map(|names| names.map(|names| names.policy_names.as_slice()));
        self.add_inline(&whose, names, (op::GET_GROUP_POLICY, group), |key| {
            let policy = snapshot.inline_group_policies.get(key);
            policy.map(|policy| policy.map(|policy| &policy.policy_document))
        });
    }

    fn add_managed(&mut self, snapshot: &'s Snapshot, whose: &str, attached: Observed<&[AttachedPolicy]>) {
        match attached {
            Ok(attached) => {
                for policy in attached.into_iter().flatten() {
                    self.names.push(PolicyName { name: policy.policy_name.clone(), arn: policy.policy_arn.clone() });
                    let source = PolicySource::new(Layer::Identity, &policy.policy_name);
                    let document = snapshot.policy_versions.get(&policy.policy_arn);
                    let document = document.map(|version| version.map(|version| &version.document));
                    // Which version is in force stands in the list of policies: without it nobody could ask for the document.
                    let document = match (document, snapshot.managed_policies.get(&policy.policy_arn)) {
                        (Err(Gap::NotAsked { .. }), Err(unlisted)) => Err(unlisted),
                        (document, _) => document,
                    };
                    self.add(source, document, (op::GET_POLICY_VERSION, policy.policy_arn.clone(), "Document"));
                }
            }
            Err(gap) => {
                self.leave_open(PolicySource::new(Layer::Identity, format!("managed policies of {whose}")), gap);
            }
        }
    }

    fn add_inline(
        &mut self,
        whose: &str,
        names: Observed<&[String]>,
        (operation, owner): (Operation, &str),
        document: impl Fn(&str) -> Observed<&'s Value>,
    ) {
        match names {
            Ok(names) => {
                for name in names.into_iter().flatten() {
                    self.names.push(PolicyName { name: name.clone(), arn: String::new() });
                    let key = format!("{owner}/{name}");
                    let known = document(&key);
                    self.add(PolicySource::new(Layer::Identity, name), known, (operation, key, "PolicyDocument"));
                }
            }
            Err(gap) => self.leave_open(PolicySource::new(Layer::Identity, format!("inline policies of {whose}")), gap),
        }
    }

    fn add_boundary(&mut self, snapshot: &'s Snapshot, whose: &str, boundary: Observed<&AttachedBoundary>) {
        let boundary = match boundary {
            Ok(Some(boundary)) => boundary,
            Ok(None) => return,
            Err(gap) => {
                // Without it nobody knows whether there is a boundary.
                let source = PolicySource::new(Layer::Boundary, format!("boundary of {whose}"));
                self.boundary = Some(PolicySet::unreadable(source, reason(&gap)));
                self.gaps.push(gap);
                return;
            }
        };
        let arn = boundary.permissions_boundary_arn.as_str();
        let source = PolicySource::new(Layer::Boundary, base_name(arn));
        self.boundary = Some(match snapshot.policy_versions.get(arn) {
            Ok(Some(version)) if version.is_default_version != Some(false) => {
                let mut set = PolicySet::default();
                set.add_document(source.clone(), &version.document);
                self.keep(source, &version.document, (op::GET_POLICY_VERSION, arn.to_owned(), "Document"));
                set
            }
            unread => {
                let unknown = || Gap::opaque(format!("which version of boundary `{arn}` is in force"));
                let gap = unread.err().unwrap_or_else(unknown);
                let set = PolicySet::unreadable(source, reason(&gap));
                self.gaps.push(gap);
                set
            }
        });
    }

    fn add(&mut self, source: PolicySource, document: Observed<&'s Value>, origin: Origin) {
        match document {
            Ok(Some(document)) => {
                self.identity.add_document(source.clone(), document);
                self.keep(source, document, origin);
            }
            // Listed a moment ago and gone now: it grants nothing any more, and nobody can say what replaced it.
            Ok(None) => {
                let why = Unreadable::Other(format!("`{}` found no such policy", origin.0.action));
                self.identity.add_unreadable(source, why);
            }
            Err(gap) => self.leave_open(source, gap),
        }
    }

    fn keep(&mut self, source: PolicySource, document: &'s Value, (operation, resource, member): Origin) {
        let document = Cow::Borrowed(document);
        self.documents.push(Document { source, operation, resource, member, document, is_whole: false });
    }

    fn leave_open(&mut self, source: PolicySource, gap: Gap) {
        self.identity.add_unreadable(source, reason(&gap));
        self.gaps.push(gap);
    }
}

/// Why a policy is not known, from the read that failed.
pub fn reason(gap: &Gap) -> Unreadable {
    gap.action().map_or_else(|| Unreadable::Other(gap.to_string()), |action| Unreadable::Permission(action.to_owned()))
}
