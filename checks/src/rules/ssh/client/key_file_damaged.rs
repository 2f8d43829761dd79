//! The key file lost something on its way.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the key file has what its format needs: header, footer, newlines, a body that can be read. For OpenSSH's own format also
    /// whether its lines end as on Unix and the last one ends at all.
    ///
    /// ## Why it matters
    ///
    /// Editors on Windows, copies through a clipboard and stores for secrets of CI change ends of lines or drop the last one. OpenSSH
    /// then says `Load key: invalid format` or `error in libcrypto`, and `Permission denied (publickey)` follows.
    ///
    /// ## How to confirm
    ///
    /// `ssh-keygen -y -f FILE` fails.
    ///
    /// ## False positives
    ///
    /// PEM files of OpenSSL's formats are read with other ends of lines and without a last newline as well: there these are no fault.
    ///
    /// ## Fix
    ///
    /// Restore the file from where it came from. Ends of lines and the last newline can be mended in a copy (class M).
    ///
    /// ## References
    ///
    /// - OpenSSH, `sshkey.c`: the format's begin and end marks with their newlines
    /// - RFC 7468, textual encodings of keys
    "ssh/key-file-damaged", Blocker, Sessions, fix M,
    "The key file is damaged",
    needs [KEY_FILE]
}

/// What only OpenSSH's own format does not survive.
const ONLY_OPENSSH: &[&str] = &["crlf", "no-final-newline", "byte-order-mark"];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(path) = case.key_path() else {
        return Ok(case.at_client("ssh-keygen -y -f KEY_FILE", "`invalid format` or `error in libcrypto`"));
    };
    let Some(file) = case.key_file()? else { return Ok(Gap::opaque(format!("key file `{path}`")).into()) };
    if matches!(file.format.as_str(), "public" | "ppk-2" | "ppk-3") {
        return Ok(Judgement::not_applicable("it is no private key file of OpenSSH: see `ssh/key-format-wrong`"));
    }
    let counts = |found: &&String| file.format == "openssh" || !ONLY_OPENSSH.contains(&found.as_str());
    let damage: Vec<&str> = file.damage.iter().filter(counts).map(String::as_str).collect();
    if damage.is_empty() {
        return Ok(Judgement::pass("the file is whole"));
    }
    let told: Vec<&str> = damage.iter().map(|found| words(found)).collect();
    let is_mended = damage.iter().all(|found| ONLY_OPENSSH.contains(found));
    let fix = if is_mended {
        let (from, to) = (quoted(path), quoted(&format!("{path}.mended")));
        // The umask makes the copy private from its first byte on.
        let mend = format!("(umask 077; sed -e '1s/^\\xef\\xbb\\xbf//' -e 's/\\r$//' -e '$a\\' {from} > {to})");
        Fix::new(FixClass::M, "mend a copy, and use that")
            .run(mend)
            .run(format!("ssh-keygen -y -f {to}"))
            .undo(format!("rm {to}"))
    } else {
        Fix::new(FixClass::M, "restore the file from where it came from, byte for byte")
    };
    Ok(Judgement::fail(
        Finding::new(format!("OpenSSH cannot read `{path}`: {}", told.join(", ")))
            .about("key-file", path)
            .proof(Evidence::new(op::KEY_FILE, path, "Damage", damage))
            .fix(fix),
    ))
}

fn words(found: &str) -> &'static str {
    match found {
        "utf-16" => "it is written in UTF-16",
        "byte-order-mark" => "it begins with a byte order mark",
        "crlf" => "its lines end as on Windows",
        "no-final-newline" => "its last line has no end",
        "newlines-lost" => "its newlines are lost",
        "no-header" => "it has no `BEGIN … PRIVATE KEY` line",
        "no-footer" => "it has no `END … PRIVATE KEY` line",
        "truncated" => "it is cut off",
        _ => "its body cannot be read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn with(format: &str, damage: &[&str]) -> Judgement {
        let mut world = client();
        world.patch(op::KEY_FILE, "/Format", json!(format)).patch(op::KEY_FILE, "/Damage", json!(damage));
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_on_what_openssh_does_not_read() {
        let found = findings(with("openssh", &["crlf"]));
        assert!(found[0].detail.contains("as on Windows"));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("umask 077"));
        assert!(findings(with("pkcs1", &["no-footer", "truncated"]))[0].fix.as_ref().unwrap().commands.is_empty());
        findings(with("unknown", &["no-header"]));
    }

    #[test]
    fn silent_for_whole_files_and_what_pem_survives() {
        assert!(matches!(with("openssh", &[]), Judgement::Pass(_)));
        assert!(matches!(with("pkcs1", &["crlf", "no-final-newline"]), Judgement::Pass(_)));
        assert!(matches!(with("ppk-2", &["crlf"]), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_file_cannot_be_read() {
        let mut world = client();
        world.fail(op::KEY_FILE, "NotReadable");
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ssh:KeyFile"]);
    }
}
