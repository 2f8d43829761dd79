//! Which Allow grants: identity policies, resource policies, boundary and session policies together.

use crate::iam::principal_element::Levels;
use crate::iam::truth::Truth;

/// Who asks, as far as the granting rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Users, roles and their sessions.
    Identity,
    /// The root user of an account: everything in its account.
    Root,
    /// Service principals, identities of a provider and anonymous callers: the resource policy alone counts.
    Outside,
}

/// The facts that decide whether anything grants the request (IAM user guide, policy evaluation logic within one account
/// and across accounts).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) kind: Kind,
    /// The caller's account owns the resource.
    pub(crate) same_account: Truth,
    /// The resource policy must match even in the same account: role trust policies and key policies.
    pub(crate) needs_resource_policy: bool,
    pub(crate) identity: Truth,
    pub(crate) resource: Levels,
    /// True when there is no boundary.
    pub(crate) boundary: Truth,
    /// True when there is no session policy.
    pub(crate) session: Truth,
}

impl Grant {
    /// Whether the request is granted.
    pub(crate) fn holds(&self) -> Truth {
        if self.kind == Kind::Outside {
            return self.resource.any();
        }
        match self.same_account {
            Truth::True => self.within_account(),
            Truth::False => self.across_accounts(),
            Truth::Unknown => {
                let (within, across) = (self.within_account(), self.across_accounts());
                if within == across { within } else { Truth::Unknown }
            }
        }
    }

    /// The Allow of the resource policy that needs no identity Allow. One that names the role is stopped by a boundary or
    /// session policy, one that names the session, the user or everyone is not.
    pub(crate) fn by_resource(&self) -> Truth {
        self.resource.direct.or(self.resource.role.and(self.caps()))
    }

    /// The Allow of the identity policies within the account.
    pub(crate) fn by_identity(&self) -> Truth {
        let own = self.own_permissions();
        if self.needs_resource_policy { self.resource.any().and(own) } else { own }
    }

    /// Whether an undecided fact could still change the outcome, whatever the other undecided facts turn out to be.
    pub(crate) fn depends_on(&self, fact: Fact) -> bool {
        let mut settled = vec![*self];
        for other in Fact::ALL.into_iter().filter(|other| *other != fact) {
            settled = settled
                .into_iter()
                .flat_map(|grant| match grant.get(other) {
                    Truth::Unknown => vec![grant.with(other, Truth::False), grant.with(other, Truth::True)],
                    _ => vec![grant],
                })
                .collect();
        }
        self.get(fact).is_unknown()
            && settled
                .iter()
                .any(|grant| grant.with(fact, Truth::False).holds() != grant.with(fact, Truth::True).holds())
    }

    fn get(&self, fact: Fact) -> Truth {
        let mut copy = *self;
        *copy.slot(fact)
    }

    fn with(&self, fact: Fact, truth: Truth) -> Self {
        let mut copy = *self;
        *copy.slot(fact) = truth;
        copy
    }

    fn slot(&mut self, fact: Fact) -> &mut Truth {
        match fact {
            Fact::SameAccount => &mut self.same_account,
            Fact::Identity => &mut self.identity,
            Fact::Direct => &mut self.resource.direct,
            Fact::Role => &mut self.resource.role,
            Fact::Account => &mut self.resource.account,
            Fact::Boundary => &mut self.boundary,
            Fact::Session => &mut self.session,
        }
    }

    fn within_account(&self) -> Truth {
        self.by_resource().or(self.by_identity())
    }

    fn across_accounts(&self) -> Truth {
        self.resource.any().and(self.own_permissions())
    }

    fn own_permissions(&self) -> Truth {
        let identity = if self.kind == Kind::Root { Truth::True } else { self.identity };
        identity.and(self.caps())
    }

    fn caps(&self) -> Truth {
        self.boundary.and(self.session)
    }
}

/// The facts of a [`Grant`] that can be undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    SameAccount,
    Identity,
    Direct,
    Role,
    Account,
    Boundary,
    Session,
}

impl Fact {
    const ALL: [Self; 7] =
        [Self::SameAccount, Self::Identity, Self::Direct, Self::Role, Self::Account, Self::Boundary, Self::Session];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undecided_fact_counts_even_when_another_undecided_one_hides_it() {
        let resource = Levels { role: Truth::Unknown, ..Levels::NONE };
        let grant = Grant {
            kind: Kind::Identity,
            same_account: Truth::True,
            needs_resource_policy: false,
            identity: Truth::Unknown,
            resource,
            boundary: Truth::Unknown,
            session: Truth::True,
        };
        for fact in [Fact::Identity, Fact::Role, Fact::Boundary] {
            assert!(grant.depends_on(fact), "{fact:?}");
        }
        assert!(!grant.depends_on(Fact::Session), "decided");
        let without_boundary = Grant { boundary: Truth::False, ..grant };
        assert!(!without_boundary.depends_on(Fact::Identity), "a boundary that allows nothing settles it");
    }
}
