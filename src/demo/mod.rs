//! The accounts of `aws-triage demo`: facts of made-up accounts with several faults at once, part of the program.

use crate::error::Error;
use checks::snapshot::Snapshot;

/// An account, and what to ask about it.
#[derive(Debug)]
pub struct Demo {
    /// The command that is shown.
    pub command: &'static str,
    /// Its arguments.
    pub arguments: &'static [&'static str],
    account: &'static str,
}

/// Every account.
pub const DEMOS: &[Demo] = &[
    Demo {
        command: "ssm",
        // In the order in which they are worth a look.
        arguments: &["i-0d15ea5e0badcafe1", "i-0d15ea5e0badcafe2", "i-0d15ea5e0badcafe3"],
        account: include_str!("ssm.json"),
    },
    Demo {
        command: "ssh",
        arguments: &["i-330b61d9d5d904bea", "--from", "198.51.100.7", "--user", "ubuntu"],
        account: include_str!("ssh.json"),
    },
    Demo { command: "lambda-internet", arguments: &["orders"], account: include_str!("lambda-internet.json") },
    Demo {
        command: "s3-event",
        arguments: &["--bucket", "triage-uploads-111122223333", "--function", "orders:live", "--key", "in/a.csv"],
        account: include_str!("s3-event.json"),
    },
    Demo {
        command: "ecs",
        arguments: &["--cluster", "web", "--instance", "i-f9125b69ba833f9db"],
        account: include_str!("ecs.json"),
    },
];

impl Demo {
    /// The account for a command.
    pub fn of(command: &str) -> Option<&'static Self> {
        DEMOS.iter().find(|demo| demo.command == command)
    }

    /// The facts.
    ///
    /// # Errors
    /// Never, as a test proves; the embedded document is read like any other.
    pub fn facts(&self) -> Result<Snapshot, Error> {
        Snapshot::from_json(self.account)
            .map_err(|error| Error::could_not_run(format!("the embedded account is damaged: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::{DEMOS, Demo};
    use checks::diagnosis::Verdict;

    #[test]
    fn the_accounts_are_whole() {
        for demo in DEMOS {
            assert!(!demo.facts().unwrap().reads().is_empty(), "{}", demo.command);
        }
        assert!(Demo::of("toothache").is_none());
    }

    #[test]
    fn the_account_of_ssm_shows_every_kind_of_verdict() {
        let demo = Demo::of("ssm").unwrap();
        let snapshot = demo.facts().unwrap();
        let estate = checks::ssm::Estate::new(&snapshot);
        let verdicts: Vec<Verdict> =
            demo.arguments.iter().map(|id| checks::triage::ssm(&estate, id).unwrap().verdict).collect();
        assert_eq!(verdicts, [Verdict::Broken, Verdict::Degraded, Verdict::Healthy]);
    }
}
