//! Where facts come from: AWS, a snapshot document, or a folder of AWS CLI outputs.

pub mod file;
#[cfg(feature = "aws")]
mod live;
#[cfg(feature = "aws")]
mod names;
mod redact;
pub mod wanted;
#[cfg(feature = "aws")]
pub mod waves;

#[cfg(feature = "aws")]
pub(crate) use live::facts;

use checks::snapshot::Snapshot;

/// Without the SDK there are only recorded facts.
#[cfg(not(feature = "aws"))]
pub(crate) fn facts(_: &wanted::Wanted<'_>, _: bool, _: bool) -> Result<wanted::Live, crate::error::Error> {
    Err(without_aws("cannot call AWS"))
}

/// What a build without the SDK says when it is asked for live facts.
pub(crate) fn without_aws(what: &str) -> crate::error::Error {
    crate::error::Error::could_not_run(format!("{what}: this build was made without the feature `aws`"))
        .hint("give recorded facts with --snapshot, or build with default features")
}

/// The account that read a snapshot, empty when the facts do not tell: nobody is shown instances of others. Interfaces tell it only where all
/// are one account's, since the owner of a shared VPC sees those of others.
fn owner(snapshot: &Snapshot) -> String {
    if let Ok(Some(caller)) = snapshot.caller_identity.get("") {
        return caller.account.clone();
    }
    let instances = snapshot.instances.known().iter().map(|instance| instance.owner_id.as_str());
    if let Some(account) = instances.into_iter().find(|account| !account.is_empty()) {
        return account.to_owned();
    }
    let mut interfaces = snapshot.network_interfaces.known().iter().map(|eni| eni.owner_id.as_str());
    let first = interfaces.next().unwrap_or_default();
    if interfaces.all(|account| account == first) { first.to_owned() } else { String::new() }
}
