//! The client offers more keys than the server listens to.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the server ended the session with `Too many authentication failures`, or the client is configured to offer more than five
    /// key files. Keys of an agent come on top of them and show only on the user's machine.
    ///
    /// ## Why it matters
    ///
    /// Each key that is offered and refused counts as an attempt. After `MaxAuthTries`, 6 by default, the server hangs up before the
    /// right key had its turn.
    ///
    /// ## How to confirm
    ///
    /// `ssh-add -l` lists the agent's keys; `ssh -v` says `Offering public key` for each one.
    ///
    /// ## False positives
    ///
    /// The right key may be among the first; so many key files alone only make it likely. A server with `MaxAuthTries 1` hangs up on the
    /// first wrong key.
    ///
    /// ## Fix
    ///
    /// Offer the one key: `-o IdentitiesOnly=yes -i FILE` (class M).
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `ssh_config`, `IdentitiesOnly`; `sshd_config`, `MaxAuthTries`
    "ssh/too-many-keys-offered", Blocker, Sessions, fix M,
    "The client offers more keys than the server listens to",
    needs [SSH_PROBE, CLIENT_CONFIGURATION]
}

/// Key files from which on the default `MaxAuthTries` of 6 is used up by them.
const MANY: usize = 6;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = quoted(case.host_word());
    let user = case.user().map_or(String::new(), |user| format!("{}@", quoted(user)));
    let key = quoted(case.key_path().unwrap_or("KEY_FILE"));
    let fix = || {
        let command = format!("ssh -o IdentitiesOnly=yes -i {key} {user}{host}");
        Fix::new(FixClass::M, "offer the one right key only").run(command)
    };
    if let Some(probe) = case.tried().filter(|probe| probe.login == "too-many-attempts") {
        let detail = format!(
            "the server at `{}` ends the session after the first refused key: `MaxAuthTries` is low",
            probe.address
        );
        let proof = Evidence::new(op::SSH_PROBE, &probe.address, "Error", probe.error.as_str());
        return Ok(Judgement::fail(Finding::new(detail).proof(case.login_proof()).proof(proof).fix(fix())));
    }
    if let Ok(Some(client)) = case.client()
        && !client.identities_only
        && client.identity_files.len() >= MANY
    {
        let count = client.identity_files.len();
        let proof =
            Evidence::new(op::CLIENT_CONFIGURATION, case.host_word(), "IdentityFiles", client.identity_files.clone());
        let mut finding =
            Finding::new(format!("the client offers {count} key files, as many as `MaxAuthTries` allows by default"))
                .proof(proof)
                .fix(fix());
        finding.rule = RULE.about.id;
        finding.severity = Severity::Degraded;
        return Ok(Judgement::fail(finding));
    }
    // A login with one key says nothing of the many that an agent offers.
    Ok(case.inside(
        crate::ssh::Settled::Nothing,
        crate::finding::Place::Client,
        "ssh-add -l | wc -l",
        "more than five keys in the agent",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::ssh::{client, client_question, judge};
    use serde_json::json;

    #[test]
    fn fires_when_the_server_hangs_up() {
        let mut world = client();
        world.patch(op::SSH_PROBE, "/Login", json!("too-many-attempts"));
        let found = findings(judge(&world, &client_question(), &RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert_eq!(command, "ssh -o IdentitiesOnly=yes -i /home/me/.ssh/web.pem ec2-user@203.0.113.10");
    }

    #[test]
    fn fires_softly_on_many_key_files() {
        let mut world = client();
        let files: Vec<String> = (0..6).map(|number| format!("/home/me/.ssh/key{number}")).collect();
        world.patch(op::CLIENT_CONFIGURATION, "/IdentityFiles", json!(files));
        assert_eq!(findings(judge(&world, &client_question(), &RULE))[0].severity, Severity::Degraded);
        world.patch(op::CLIENT_CONFIGURATION, "/IdentitiesOnly", json!(true));
        assert!(matches!(judge(&world, &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_and_handed_over_for_the_keys_of_an_agent() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_clients_are_handed_over_too() {
        let mut world = client();
        world.fail(op::CLIENT_CONFIGURATION, "NotInstalled").forget(op::SSH_PROBE);
        assert!(matches!(judge(&world, &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }
}
