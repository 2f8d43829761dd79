//! The account of `aws-triage demo`: facts of a made-up account with several faults at once, part of the program.

use crate::error::Error;
use checks::snapshot::Snapshot;

const ACCOUNT: &str = include_str!("account.json");

/// The facts.
///
/// # Errors
/// Never, as its test proves; the embedded document is read like any other.
pub fn account() -> Result<Snapshot, Error> {
    Snapshot::from_json(ACCOUNT)
        .map_err(|error| Error::could_not_run(format!("the embedded account is damaged: {error}")))
}

/// The instances of the account, in the order in which they are worth a look.
pub fn instances() -> Vec<String> {
    ["i-0d15ea5e0badcafe1", "i-0d15ea5e0badcafe2", "i-0d15ea5e0badcafe3"].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use checks::diagnosis::Verdict;

    #[test]
    fn the_account_is_whole_and_shows_every_kind_of_verdict() {
        let snapshot = super::account().unwrap();
        let estate = checks::ssm::Estate::new(&snapshot);
        let verdicts: Vec<Verdict> =
            super::instances().iter().map(|id| checks::triage::ssm(&estate, id).unwrap().verdict).collect();
        assert_eq!(verdicts, [Verdict::Broken, Verdict::Degraded, Verdict::Healthy]);
    }
}
