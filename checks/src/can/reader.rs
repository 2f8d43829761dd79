//! Whose the facts are.

use crate::iam::Principal;
use crate::snapshot::Snapshot;

/// The account that reads, as far as it is known.
pub(super) fn reader(snapshot: &Snapshot) -> Option<&str> {
    let caller = snapshot.caller_identity.get("").ok().flatten().map(|caller| caller.account.as_str());
    caller.or(Some(snapshot.header.account.as_str())).filter(|account| !account.is_empty())
}

/// Whether an account is known to be another one than that which reads: names mean nobody of it.
pub(super) fn is_foreign(snapshot: &Snapshot, account: &str) -> bool {
    reader(snapshot).is_some_and(|reader| reader != account)
}

/// Whether an ARN is of the account of a principal.
pub(super) fn is_of(principal: &Principal, arn: &str) -> bool {
    principal.account().is_some_and(|account| arn.split(':').nth(4) == Some(account))
}
