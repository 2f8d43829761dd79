//! The key needs a passphrase.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the private key is encrypted. The passphrase is never asked for here, so that no login is tried with such a key.
    ///
    /// ## Why it matters
    ///
    /// A script or CI job has nobody to type the passphrase: with `BatchMode` OpenSSH skips the key, and `Permission denied
    /// (publickey)` follows. PuTTY asks for the `passphrase of imported-openssh-key`.
    ///
    /// ## How to confirm
    ///
    /// `ssh-keygen -y -P '' -f FILE` says `incorrect passphrase supplied to decrypt private key`.
    ///
    /// ## False positives
    ///
    /// A passphrase is good practice, and no fault for a person at a terminal or with an agent that holds the key. So it is advice
    /// here, whatever else is wrong.
    ///
    /// ## Fix
    ///
    /// Load the key into an agent before the batch run (class M).
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `ssh-agent` and `ssh-add`; `ssh_config`, `BatchMode`
    "ssh/key-passphrase", Advice, fix M,
    "The key needs a passphrase, which a batch run cannot type",
    needs [KEY_FILE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(path) = case.key_path() else {
        return Ok(
            case.at_client("ssh-keygen -y -P '' -f KEY_FILE", "`incorrect passphrase`, where a script uses the key")
        );
    };
    let Some(file) = case.key_file()? else { return Ok(Gap::opaque(format!("key file `{path}`")).into()) };
    if !file.encrypted {
        return Ok(Judgement::pass("the key needs no passphrase"));
    }
    let detail = format!(
        "`{path}` needs a passphrase: a script cannot use it without an agent, and no login was tried with it here"
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("key-file", path)
            .proof(Evidence::new(op::KEY_FILE, path, "Encrypted", json!(true)))
            .fix(
                Fix::new(FixClass::M, "let an agent hold the key")
                    .run(format!("eval \"$(ssh-agent)\" && ssh-add {}", quoted(path)))
                    .undo(format!("ssh-add -d {}", quoted(path))),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge};
    use crate::testkit::{findings, missing};

    #[test]
    fn fires_on_an_encrypted_key() {
        let mut world = client();
        world.patch(op::KEY_FILE, "/Encrypted", json!(true));
        assert!(findings(judge(&world, &client_question(), &RULE))[0].detail.contains("passphrase"));
    }

    #[test]
    fn silent_without_a_passphrase() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_file_cannot_be_read() {
        let mut world = client();
        world.fail(op::KEY_FILE, "NotReadable");
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ssh:KeyFile"]);
    }
}
