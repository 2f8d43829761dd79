//! The two sides have no signature of an RSA key in common.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the server takes the user's RSA key with a SHA-1 signature (`ssh-rsa`) only, which today's clients do not make. That a
    /// client is too old for a new server shows only on the user's machine.
    ///
    /// ## Why it matters
    ///
    /// OpenSSH makes no SHA-1 signatures since 8.8, and takes none either. With a server of before 7.2, or one that is configured so,
    /// the client says `no mutual signature supported`; with an old client library the log of a new server says `signature algorithm
    /// ssh-rsa not in PubkeyAcceptedAlgorithms`. Both end in `Permission denied (publickey)`.
    ///
    /// ## How to confirm
    ///
    /// `ssh -v` prints `no mutual signature`.
    ///
    /// ## False positives
    ///
    /// The RSA key itself is fine: it works with the signatures `rsa-sha2-256` and `rsa-sha2-512`. Keys of other kinds are not
    /// concerned.
    ///
    /// ## Fix
    ///
    /// Use an ED25519 key, or bring the older side up to date (class M). `-o PubkeyAcceptedAlgorithms=+ssh-rsa` for this host alone is
    /// a stop-gap.
    ///
    /// ## References
    ///
    /// - OpenSSH release notes 7.2 and 8.8
    /// - RFC 8332, RSA keys with SHA-256 and SHA-512
    "ssh/rsa-sha1-rejected", Blocker, Sessions, fix M,
    "Client and server have no signature of an RSA key in common",
    needs [SSH_PROBE, KEY_FILE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let file = case.key_file().ok().flatten();
    if let Some(file) = file.filter(|file| !file.algorithm.is_empty() && file.algorithm != "ssh-rsa") {
        return Ok(Judgement::not_applicable(format!("the key is of `{}`, and of no RSA", file.algorithm)));
    }
    let host = quoted(case.host_word());
    let verbose = format!("ssh -v {host} true 2>&1 | grep -i 'mutual signature'");
    let Some(probe) = case.tried().filter(|probe| probe.signature == "ssh-rsa" && probe.login.ends_with("accepted"))
    else {
        if case.is_let_in() {
            return Ok(Judgement::pass("the server takes the key with a signature of SHA-2"));
        }
        return Ok(case.at_client(verbose, "`no mutual signature supported`"));
    };
    let user = case.user().map_or(String::new(), |user| format!("{}@", quoted(user)));
    let detail = format!(
        "the server at `{}` takes the RSA key with SHA-1 signatures only, which OpenSSH clients since 8.8 do not make",
        probe.address
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .proof(Evidence::new(op::SSH_PROBE, &probe.address, "Signature", probe.signature.as_str()))
            .proof(Evidence::new(op::SSH_PROBE, &probe.address, "Banner", probe.banner.as_str()))
            .fix(
                Fix::new(
                    FixClass::M,
                    "add an ED25519 key on the instance; until then allow the old signature for this host alone",
                )
                .run(format!("ssh -o PubkeyAcceptedAlgorithms=+ssh-rsa {user}{host}")),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{client, client_question, judge, refused, untried};
    use crate::testkit::{World, findings};
    use serde_json::json;

    fn with(mut world: World, signature: &str) -> Judgement {
        world.patch(op::KEY_FILE, "/Algorithm", json!("ssh-rsa")).patch(op::SSH_PROBE, "/Signature", json!(signature));
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_when_only_sha1_is_taken() {
        let found = findings(with(client(), "ssh-rsa"));
        assert!(found[0].detail.contains("SHA-1 signatures only"));
    }

    #[test]
    fn silent_for_sha2_and_for_other_keys() {
        assert!(matches!(with(client(), "rsa-sha2-512"), Judgement::Pass(_)));
        assert!(matches!(judge(&refused(), &client_question(), &RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_logins_are_looked_at_on_the_client() {
        assert!(matches!(with(refused(), "rsa-sha2-512"), Judgement::Elsewhere { .. }));
        let mut world = untried();
        world.patch(op::KEY_FILE, "/Algorithm", json!("ssh-rsa"));
        assert!(matches!(judge(&world, &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }
}
