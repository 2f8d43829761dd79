//! The client remembers another key for this address.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user's `known_hosts` holds another key of the same kind for the host than the server shows, while the instance wrote
    /// that key to its own console or the console tells nothing.
    ///
    /// ## Why it matters
    ///
    /// OpenSSH stops with `REMOTE HOST IDENTIFICATION HAS CHANGED`. Public addresses are given to other instances after a stop, so the
    /// entry is mostly of a machine that had the address before.
    ///
    /// ## How to confirm
    ///
    /// `ssh-keygen -F HOST` prints what is remembered. The instance's own fingerprints stand between `BEGIN SSH HOST KEY FINGERPRINTS`
    /// and its end in `aws ec2 get-console-output`.
    ///
    /// ## False positives
    ///
    /// Keys of other kinds than the server showed are not compared. A key that the instance did not write is the matter of
    /// `ssh/host-key-regenerated`: then nobody should take the entry away before they know why.
    ///
    /// ## Fix
    ///
    /// Take the old entry out (class A, on the user's own machine), after comparing the new fingerprint with the console. `ssh-keygen`
    /// keeps the file as it was beside it.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `ssh-keygen`, `-F` and `-R`
    /// - EC2 user guide, "Connect to your Linux instance using SSH", "Get the instance fingerprint"
    "ssh/known-hosts-stale", Blocker, Sessions, fix A,
    "The client remembers another host key for this address",
    needs [KNOWN_HOSTS, SSH_PROBE, GET_CONSOLE_OUTPUT]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = case.host_word();
    let word =
        quoted(&if case.question.port == 22 { host.to_owned() } else { format!("[{host}]:{}", case.question.port) });
    let Some(shown) = case.host_key() else {
        let command = format!("ssh-keygen -l -F {word}");
        return Ok(case.inside(
            Settled::Nothing,
            Place::Client,
            command,
            "another fingerprint than the instance's console shows",
        ));
    };
    let remembered = case.remembered(shown)?;
    if remembered.is_empty() {
        return Ok(Judgement::pass("the client remembers no key of that kind for the host"));
    }
    if remembered.iter().any(|key| key.fingerprint == shown.fingerprint) {
        return Ok(Judgement::pass("the client remembers the key that the server shows"));
    }
    let printed = case.printed(shown).unwrap_or_default();
    if !printed.is_empty() && printed.iter().all(|key| key.fingerprint != shown.fingerprint) {
        return Ok(Judgement::follows_from("ssh/host-key-regenerated"));
    }
    let is_own = !printed.is_empty();
    let told = if is_own {
        "which the instance itself wrote to its console"
    } else {
        "which is to be compared with the console first"
    };
    let id = case.instance.instance_id.as_str();
    let detail = format!(
        "the client remembers another {} key for `{host}` than the server shows ({}), {told}",
        shown.algorithm, shown.fingerprint
    );
    let proofs = remembered
        .iter()
        .map(|key| Evidence::new(op::KNOWN_HOSTS, key.place.as_str(), "Fingerprint", key.fingerprint.as_str()));
    let summary = if is_own {
        "forget the old key"
    } else {
        "compare the fingerprint with the instance's console, and forget the old key if it is there"
    };
    let file = remembered.first().and_then(|key| key.place.rsplit_once(':')).map_or("", |(file, _)| file);
    let (file, saved) = (quoted(file), quoted(&format!("{file}.old")));
    let console = crate::fix::Aws::new("ec2", "get-console-output", case.region())
        .arg("instance-id", id)
        .flag("latest")
        .arg("output", "text");
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proofs(proofs)
            .proof(Evidence::new(op::SSH_PROBE, host, "HostKey.Fingerprint", shown.fingerprint.as_str()))
            .fix(
                Fix::new(FixClass::A, summary)
                    .run(format!("{} | grep -A8 'BEGIN SSH HOST KEY FINGERPRINTS'", String::from(console)))
                    .run(format!("ssh-keygen -R {word} -f {file}"))
                    .undo(format!("mv {saved} {file}")),
            ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{HOST_KEY, client, client_question, judge, untried};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    const OTHER: &str = "SHA256:AAAAYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

    fn stale() -> World {
        let mut world = client();
        world.patch(op::KNOWN_HOSTS, "/Keys/0/Fingerprint", json!(OTHER));
        world
    }

    fn with_console(fingerprint: &str) -> World {
        let mut world = stale();
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(format!("ec2: 256 {fingerprint} root@web (ED25519)")));
        world
    }

    #[test]
    fn fires_on_another_key_than_the_remembered_one() {
        let found = findings(judge(&with_console(HOST_KEY), &client_question(), &RULE));
        assert!(found[0].detail.contains("itself wrote to its console"));
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.commands[1], "ssh-keygen -R 203.0.113.10 -f /home/me/.ssh/known_hosts");
        assert_eq!(fix.rollback, ["mv /home/me/.ssh/known_hosts.old /home/me/.ssh/known_hosts"]);
        assert!(findings(judge(&stale(), &client_question(), &RULE))[0].detail.contains("compared"));
    }

    #[test]
    fn silent_for_the_remembered_key_and_for_none() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Pass(_)));
        let mut none = client();
        none.patch(op::KNOWN_HOSTS, "/Keys", json!([]));
        assert!(matches!(judge(&none, &client_question(), &RULE), Judgement::Pass(_)));
        let mut kind = stale();
        kind.patch(op::KNOWN_HOSTS, "/Keys/0/Algorithm", json!("ssh-rsa"));
        assert!(matches!(judge(&kind, &client_question(), &RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_the_server_is_in_doubt() {
        assert!(matches!(judge(&with_console(OTHER), &client_question(), &RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_nobody_looked() {
        let mut world = client();
        world.fail(op::KNOWN_HOSTS, "NotBuilt");
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ssh:KnownHosts"]);
        assert!(matches!(judge(&untried(), &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }
}
