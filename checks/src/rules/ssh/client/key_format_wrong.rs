//! The key file is in a format that OpenSSH does not read.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the key file is one of PuTTY (`PuTTY-User-Key-File-2` or `-3`), which OpenSSH cannot read, or holds a public key only.
    ///
    /// ## Why it matters
    ///
    /// OpenSSH says `Load key: invalid format` or `error in libcrypto` and goes on without the key, which ends in `Permission denied
    /// (publickey)`. In the other direction PuTTY says `Unable to use key file` of a PEM file.
    ///
    /// ## How to confirm
    ///
    /// The first line of the file.
    ///
    /// ## False positives
    ///
    /// Whoever connects with PuTTY, WinSCP or FileZilla needs exactly this format (version 3 since PuTTY 0.75). So a PuTTY file is a
    /// blocker only where an OpenSSH client answers on the machine, and else works in part.
    ///
    /// ## Fix
    ///
    /// Convert the file with `puttygen` into a new one (class M); the old one stays. Save the private key, and do not generate a new
    /// one.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Connect to your Linux instance using PuTTY"
    /// - PuTTY manual, appendix "PPK file format"
    "ssh/key-format-wrong", Blocker, Sessions, fix M,
    "The key file is in a format that OpenSSH does not read",
    needs [KEY_FILE, CLIENT_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(path) = case.key_path() else {
        return Ok(case.at_client(
            "head -1 KEY_FILE",
            "`PuTTY-User-Key-File-` with an OpenSSH client, or `ssh-rsa AAAA…`, which is a public key",
        ));
    };
    let Some(file) = case.key_file()? else { return Ok(Gap::opaque(format!("key file `{path}`")).into()) };
    let word = quoted(path);
    let found = |detail: String| {
        Finding::new(detail).about("key-file", path).proof(Evidence::new(
            op::KEY_FILE,
            path,
            "Format",
            file.format.as_str(),
        ))
    };
    let mut finding = match file.format.as_str() {
        "ppk-2" | "ppk-3" => {
            let converted = quoted(&format!("{}.pem", path.trim_end_matches(".ppk")));
            let summary = "convert it into a file that OpenSSH reads, and keep the old one for PuTTY";
            found(format!("`{path}` is a key file of PuTTY, which OpenSSH cannot read")).fix(
                Fix::new(FixClass::M, summary)
                    .run(format!("puttygen {word} -O private-openssh -o {converted} && chmod 600 {converted}"))
                    .undo(format!("rm {converted}")),
            )
        }
        "public" => found(format!("`{path}` holds a public key: logging in takes the private one"))
            .fix(Fix::new(FixClass::M, "name the private key, mostly the file of the same name without `.pub`")),
        _ => return Ok(Judgement::pass("OpenSSH knows its format")),
    };
    let has_client = matches!(case.client(), Ok(Some(_)));
    if file.format != "public" && !has_client {
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
    }
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    fn with(format: &str) -> World {
        let mut world = client();
        world.patch(op::KEY_FILE, "/Format", json!(format));
        world
    }

    #[test]
    fn fires_on_files_of_putty_and_public_keys() {
        let found = findings(judge(&with("ppk-3"), &client_question(), &RULE));
        assert!(found[0].rule.is_empty() && found[0].fix.as_ref().unwrap().commands[0].starts_with("puttygen "));
        assert!(findings(judge(&with("public"), &client_question(), &RULE))[0].detail.contains("public key"));
    }

    #[test]
    fn fires_softly_where_no_openssh_client_is_seen() {
        let mut world = with("ppk-2");
        world.fail(op::CLIENT_CONFIGURATION, "NotInstalled");
        assert_eq!(findings(judge(&world, &client_question(), &RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_for_formats_of_openssh_and_openssl() {
        for format in ["openssh", "pkcs1", "pkcs8", "sec1", "unknown"] {
            assert!(matches!(judge(&with(format), &client_question(), &RULE), Judgement::Pass(_)), "{format}");
        }
    }

    #[test]
    fn unknown_when_the_file_cannot_be_read() {
        let mut world = client();
        world.fail(op::KEY_FILE, "NotReadable");
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ssh:KeyFile"]);
    }
}
