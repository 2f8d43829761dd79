//! Others can read the private key.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether group or others have any permission on the private key file, which belongs to whoever asks.
    ///
    /// ## Why it matters
    ///
    /// OpenSSH then says `UNPROTECTED PRIVATE KEY FILE`, ignores the key and goes on without it, which ends in `Permission denied
    /// (publickey)`.
    ///
    /// ## How to confirm
    ///
    /// `ls -l FILE` shows letters other than `-` behind the first three of the owner.
    ///
    /// ## False positives
    ///
    /// OpenSSH looks at this only for files of whoever runs it: a file of another owner is taken as it is. PuTTY and most libraries do
    /// not look at all. On a Windows drive under WSL `chmod` changes nothing: copy the file into the home directory there.
    ///
    /// ## Fix
    ///
    /// `chmod 600` on the file (class A, on the user's own machine). To undo: the permissions that it had.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `ssh`, "FILES"; `authfile.c`, `sshkey_perm_ok`
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance", "Unprotected private key file"
    "ssh/key-file-too-open", Blocker, Sessions, fix A,
    "Others can read the private key, so OpenSSH ignores it",
    needs [KEY_FILE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(path) = case.key_path() else {
        return Ok(case.at_client("ls -l KEY_FILE", "permissions for others than the owner, such as `-rw-r--r--`"));
    };
    let Some(file) = case.key_file()? else { return Ok(Gap::opaque(format!("key file `{path}`")).into()) };
    let Ok(mode) = u32::from_str_radix(&file.mode, 8) else {
        return Ok(Judgement::not_applicable("the machine has no permissions of that kind"));
    };
    if file.format == "public" {
        return Ok(Judgement::follows_from("ssh/key-format-wrong"));
    }
    if !file.is_own {
        return Ok(Judgement::pass("the file belongs to somebody else: OpenSSH takes it as it is"));
    }
    if mode & 0o077 == 0 {
        return Ok(Judgement::pass(format!("its permissions are {}", file.mode)));
    }
    let word = quoted(path);
    Ok(Judgement::fail(
        Finding::new(format!(
            "`{path}` can be read by others than its owner (permissions {}), so OpenSSH ignores it",
            file.mode
        ))
        .about("key-file", path)
        .proof(Evidence::new(op::KEY_FILE, path, "Mode", file.mode.as_str()))
        .fix(
            Fix::new(FixClass::A, format!("take the permissions of others on `{path}` away"))
                .run(format!("chmod 600 {word}"))
                .undo(format!("chmod {} {word}", file.mode)),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::Question;
    use crate::testkit::ssh::{client, client_question, judge, refused};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn with(mode: &str, is_own: bool) -> Judgement {
        let mut world = client();
        world.patch(op::KEY_FILE, "/Mode", json!(mode)).patch(op::KEY_FILE, "/IsOwn", json!(is_own));
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_when_others_may_read() {
        let found = findings(with("0644", true));
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.commands, ["chmod 600 /home/me/.ssh/web.pem"]);
        assert_eq!(fix.rollback, ["chmod 0644 /home/me/.ssh/web.pem"]);
        findings(with("0610", true));
    }

    #[test]
    fn silent_for_private_files_and_those_of_others() {
        assert!(matches!(with("0400", true), Judgement::Pass(_)));
        assert!(matches!(with("0644", false), Judgement::Pass(_)));
        assert!(matches!(with("", true), Judgement::NotApplicable(_)));
        let nothing = Question { key_file: None, ..client_question() };
        assert!(matches!(judge(&refused(), &nothing, &RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_file_cannot_be_read() {
        let mut world = client();
        world.fail(op::KEY_FILE, "NotReadable");
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ssh:KeyFile"]);
    }
}
