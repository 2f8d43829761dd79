//! The `Principal` and `NotPrincipal` elements, and at which level they match a caller.

use super::arn::Arn;
use super::notes::Notes;
use super::principal::{Principal, base_name, is_account_id};
use super::truth::Truth;
use super::unsettled::Unsettled;

/// One entry of `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// `*`
    Everyone,
    /// `"A"` or `arn:aws:iam::A:root`: the whole account.
    Account { partition: Option<Box<str>>, id: Box<str> },
    /// `arn:aws:sts::A:assumed-role/ROLE/SESSION`
    RoleSession { arn: Box<str>, partition: Box<str>, account: Box<str>, role: Box<str> },
    /// `arn:aws:iam::A:role[/path]/NAME`, by account and name: a session ARN lacks the path.
    Role { partition: Box<str>, account: Box<str>, name: Box<str> },
    /// `arn:aws:iam::A:user[/path]/NAME`
    User { arn: Box<str>, account: Box<str> },
    /// `arn:aws:sts::A:federated-user/NAME`
    FederatedUser(Box<str>),
    /// A service principal.
    Service(Box<str>),
    /// A SAML or OIDC provider.
    Federated(Box<str>),
    /// An S3 canonical user id.
    CanonicalUser(Box<str>),
    /// Matches no one: the id of a deleted user or role, or no principal at all. A wildcard inside a name matches no one
    /// either, because names are compared literally (IAM user guide, Principal).
    Nobody,
}

impl Entry {
    /// Reads an entry of the `AWS` list.
    pub(crate) fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Everyone;
        }
        if is_account_id(text) {
            return Self::Account { partition: None, id: text.into() };
        }
        Self::from_arn(text).unwrap_or(Self::Nobody)
    }

    fn from_arn(text: &str) -> Option<Self> {
        let arn = Arn::parse(text).filter(|arn| is_account_id(arn.account) && arn.region.is_empty())?;
        let (partition, account): (Box<str>, Box<str>) = (arn.partition.into(), arn.account.into());
        if arn.service == "iam" && arn.resource == "root" {
            return Some(Self::Account { partition: Some(partition), id: account });
        }
        let (kind, name) = arn.resource.split_once('/')?;
        match (arn.service, kind) {
            ("sts", "assumed-role") => {
                let (role, _) = name.split_once('/')?;
                Some(Self::RoleSession { arn: text.into(), partition, account, role: role.into() })
            }
            ("sts", "federated-user") => Some(Self::FederatedUser(text.into())),
            ("iam", "role") => Some(Self::Role { partition, account, name: base_name(name).into() }),
            ("iam", "user") => Some(Self::User { arn: text.into(), account }),
            _ => None,
        }
    }
}

/// At which levels a `Principal` element names the caller, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Levels {
    /// The session, user, service or provider itself, or everyone.
    pub(crate) direct: Truth,
    /// The role of the session.
    pub(crate) role: Truth,
    /// The account of the caller.
    pub(crate) account: Truth,
}

impl Levels {
    pub(crate) const NONE: Self = Self { direct: Truth::False, role: Truth::False, account: Truth::False };

    pub(crate) fn any(self) -> Truth {
        self.direct.or(self.role).or(self.account)
    }

    fn or(self, other: Self) -> Self {
        Self {
            direct: self.direct.or(other.direct),
            role: self.role.or(other.role),
            account: self.account.or(other.account),
        }
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug)]
pub(crate) struct PrincipalElement {
    pub(crate) entries: Box<[Entry]>,
    /// As written, for messages.
    pub(crate) texts: Box<[Box<str>]>,
    pub(crate) negated: bool,
}

impl PrincipalElement {
    /// The levels at which the entries name the caller, whether the element is negated or not.
    pub(crate) fn levels(&self, caller: &Principal, notes: &mut Notes) -> Levels {
        self.entries.iter().fold(Levels::NONE, |levels, entry| levels.or(entry_levels(entry, caller, notes)))
    }

    /// Whether the caller is outside a `NotPrincipal` list: it is spared only when every level of it is listed, and
    /// never when it has a permissions boundary (IAM user guide, NotPrincipal and permissions boundaries).
    pub(crate) fn excludes(&self, caller: &Principal, has_boundary: Truth, notes: &mut Notes) -> Truth {
        if self.entries.contains(&Entry::Everyone) {
            return has_boundary;
        }
        let levels = self.levels(caller, notes);
        let wanted: &[Truth] = match caller {
            Principal::RoleSession { .. } | Principal::Role { .. } => &[levels.direct, levels.role, levels.account],
            Principal::Root { .. } => &[levels.account],
            Principal::User { .. } | Principal::FederatedUser { .. } => &[levels.direct, levels.account],
            Principal::IdentityProvider(_) | Principal::Service(_) => &[levels.direct],
            Principal::Anonymous => &[],
        };
        let spared = if wanted.iter().all(|level| level.is_false()) {
            Truth::False
        } else if wanted.iter().all(|level| level.is_true()) {
            Truth::True
        } else {
            notes.unsettled(Unsettled::PartialNotPrincipal);
            Truth::Unknown
        };
        (!spared).or(has_boundary)
    }
}

fn entry_levels(entry: &Entry, caller: &Principal, notes: &mut Notes) -> Levels {
    let direct = |truth: Truth| Levels { direct: truth, ..Levels::NONE };
    match entry {
        Entry::Everyone => direct(Truth::True),
        Entry::Account { partition, id } => {
            let same =
                caller.account() == Some(id) && (partition.is_none() || partition.as_deref() == caller.partition());
            Levels { account: same.into(), ..Levels::NONE }
        }
        Entry::RoleSession { arn, partition, account, role } => {
            if matches!(caller, Principal::Role { .. }) && is_role(caller, partition, account, role) {
                notes.unsettled(Unsettled::SessionNameUnknown);
                return direct(Truth::Unknown);
            }
            direct(same_arn(arn, caller))
        }
        Entry::Role { partition, account, name } => {
            Levels { role: is_role(caller, partition, account, name).into(), ..Levels::NONE }
        }
        Entry::User { arn, account } => {
            if matches!(caller, Principal::FederatedUser { .. }) && caller.account() == Some(account) {
                notes.unsettled(Unsettled::FederatingUser);
                return Levels { role: Truth::Unknown, ..Levels::NONE };
            }
            direct(same_arn(arn, caller))
        }
        Entry::FederatedUser(arn) => direct(same_arn(arn, caller)),
        Entry::Service(name) => direct(matches!(caller, Principal::Service(service) if **name == **service).into()),
        Entry::Federated(name) => {
            direct(matches!(caller, Principal::IdentityProvider(provider) if **name == **provider).into())
        }
        Entry::CanonicalUser(id) if caller.account().is_some() => {
            notes.unsettled(Unsettled::CanonicalUser { id: id.to_string() });
            Levels { account: Truth::Unknown, ..Levels::NONE }
        }
        Entry::CanonicalUser(_) | Entry::Nobody => Levels::NONE,
    }
}

fn is_role(caller: &Principal, partition: &str, account: &str, name: &str) -> bool {
    caller.role_name() == Some(name) && caller.account() == Some(account) && caller.partition() == Some(partition)
}

/// Compares an ARN of a policy with the ARN of the caller, segment by segment, without building the latter.
fn same_arn(text: &str, caller: &Principal) -> Truth {
    let Some(arn) = Arn::parse(text) else { return Truth::False };
    let same_account = caller.account() == Some(arn.account) && caller.partition() == Some(arn.partition);
    let Some((kind, name)) = arn.resource.split_once('/') else { return Truth::False };
    let same_name = match (arn.service, kind, caller) {
        ("sts", "assumed-role", Principal::RoleSession { role, session, .. }) => {
            name.split_once('/') == Some((role, session))
        }
        ("sts", "federated-user", Principal::FederatedUser { name: own, .. })
        | ("iam", "user", Principal::User { name: own, .. }) => name == own,
        _ => false,
    };
    Truth::from(same_account && same_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/web/i-0abc";

    fn levels(entry: Entry, caller: &str) -> Levels {
        entry_levels(&entry, &Principal::parse(caller).unwrap(), &mut Notes::default())
    }

    #[test]
    fn a_session_is_named_at_four_levels() {
        assert!(levels(Entry::aws("*"), SESSION).direct.is_true());
        assert!(levels(Entry::aws(SESSION), SESSION).direct.is_true());
        assert!(levels(Entry::aws("arn:aws:iam::111122223333:role/ops/web"), SESSION).role.is_true());
        assert!(levels(Entry::aws("111122223333"), SESSION).account.is_true());
        assert!(levels(Entry::aws("arn:aws:iam::111122223333:root"), SESSION).account.is_true());
        assert_eq!(levels(Entry::aws("arn:aws:iam::111122223333:role/Web"), SESSION), Levels::NONE);
        assert_eq!(levels(Entry::aws("arn:aws-cn:iam::111122223333:role/web"), SESSION), Levels::NONE);
        assert_eq!(levels(Entry::aws("arn:aws-cn:iam::111122223333:root"), SESSION), Levels::NONE);
        assert_eq!(levels(Entry::aws("444455556666"), SESSION), Levels::NONE);
    }

    #[test]
    fn wildcards_in_names_and_deleted_principals_match_no_one() {
        for text in [
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:sts::111122223333:assumed-role/web/*",
            "arn:aws:iam::*:root",
            "AROAEXAMPLE",
            "AIDAEXAMPLE",
            "web",
        ] {
            assert_eq!(levels(Entry::aws(text), SESSION), Levels::NONE, "{text}");
        }
    }

    #[test]
    fn a_service_is_named_by_its_principal_only() {
        assert!(levels(Entry::Service("ec2.amazonaws.com".into()), "ec2.amazonaws.com").direct.is_true());
        assert_eq!(levels(Entry::Service("lambda.amazonaws.com".into()), "ec2.amazonaws.com"), Levels::NONE);
        assert_eq!(levels(Entry::aws("111122223333"), "ec2.amazonaws.com"), Levels::NONE);
    }

    #[test]
    fn the_session_of_a_bare_role_is_not_known() {
        let role = "arn:aws:iam::111122223333:role/ops/web";
        assert!(levels(Entry::aws(SESSION), role).direct.is_unknown());
        assert!(levels(Entry::aws(role), role).role.is_true());
    }
}
