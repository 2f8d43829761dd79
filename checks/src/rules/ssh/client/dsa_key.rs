//! The key is of a kind that servers no longer take.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the private key is a DSA key, or an RSA key that is too short.
    ///
    /// ## Why it matters
    ///
    /// OpenSSH has DSA switched off since 7.0 and without it since 10.0, and takes no RSA key below 1024 bits. The system-wide policies
    /// of Red Hat 9 and of FIPS ask for 2048 bits. EC2 itself knows RSA and ED25519 only.
    ///
    /// ## How to confirm
    ///
    /// `ssh-keygen -l -f FILE` prints bits and kind.
    ///
    /// ## False positives
    ///
    /// An old server may take such a key from an old client: a login that was accepted is no fault. RSA keys of 1024 to 2047 bits are
    /// advice, since most servers still take them.
    ///
    /// ## Fix
    ///
    /// Make an ED25519 key and add it on the instance (class M); the old key stays until it is taken away there.
    ///
    /// ## References
    ///
    /// - OpenSSH release notes 7.0 and 10.0; `ssh_config`, `RequiredRSASize`
    /// - EC2 user guide, "Amazon EC2 key pairs and Amazon EC2 instances"
    "ssh/dsa-key", Blocker, Sessions, fix M,
    "The key is of a kind or length that servers no longer take",
    needs [KEY_FILE, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(path) = case.key_path() else {
        return Ok(case.at_client("ssh-keygen -l -f KEY_FILE", "`(DSA)`, or an RSA key of less than 2048 bits"));
    };
    let Some(file) = case.key_file()? else { return Ok(Gap::opaque(format!("key file `{path}`")).into()) };
    let (what, severity) = match file.algorithm.as_str() {
        "" => return Ok(Gap::opaque(format!("the kind of the key in `{path}`")).into()),
        "ssh-dss" => ("a DSA key".to_owned(), Severity::Blocker),
        "ssh-rsa" if (1..1024).contains(&file.bits) => (format!("an RSA key of {} bits", file.bits), Severity::Blocker),
        "ssh-rsa" if (1024..2048).contains(&file.bits) => {
            (format!("an RSA key of {} bits", file.bits), Severity::Advice)
        }
        algorithm => return Ok(Judgement::pass(format!("servers take keys of `{algorithm}`"))),
    };
    if case.is_let_in() && severity == Severity::Blocker {
        return Ok(Judgement::pass("the server accepts the key all the same"));
    }
    let rest =
        if severity == Severity::Blocker { "which today's servers refuse" } else { "which strict servers refuse" };
    let mut finding = Finding::new(format!("`{path}` is {what}, {rest}"))
        .about("key-file", path)
        .proof(Evidence::new(op::KEY_FILE, path, "Algorithm", file.algorithm.as_str()))
        .proof(Evidence::new(op::KEY_FILE, path, "Bits", file.bits))
        .fix(
            Fix::new(FixClass::M, "make a new key, and add its public half on the instance")
                .run("ssh-keygen -t ed25519 -f NEW_KEY_FILE"),
        );
    finding.rule = RULE.about.id;
    finding.severity = severity;
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge, refused};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    fn with(mut world: World, algorithm: &str, bits: i64) -> Judgement {
        world.patch(op::KEY_FILE, "/Algorithm", json!(algorithm)).patch(op::KEY_FILE, "/Bits", json!(bits));
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_on_dsa_and_short_keys() {
        assert_eq!(findings(with(refused(), "ssh-dss", 1024))[0].severity, Severity::Blocker);
        assert_eq!(findings(with(refused(), "ssh-rsa", 768))[0].severity, Severity::Blocker);
        assert_eq!(findings(with(client(), "ssh-rsa", 1024))[0].severity, Severity::Advice);
    }

    #[test]
    fn silent_for_other_keys_and_when_the_server_takes_it() {
        assert!(matches!(with(refused(), "ssh-rsa", 2048), Judgement::Pass(_)));
        assert!(matches!(with(refused(), "ssh-ed25519", 256), Judgement::Pass(_)));
        assert!(matches!(with(client(), "ssh-dss", 1024), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_file_does_not_tell() {
        assert_eq!(missing(with(refused(), "", 0)).len(), 1);
    }
}
