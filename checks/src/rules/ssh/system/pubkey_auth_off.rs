//! The server takes no public keys.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `publickey` is among the ways to authenticate that the SSH server offered to the user of a connection from this machine.
    /// Without a connection the effective configuration on the instance tells.
    ///
    /// ## Why it matters
    ///
    /// With `PubkeyAuthentication no` no key of any kind gets anybody in: the client says `Permission denied (password)` or asks for a
    /// password that EC2 users do not have.
    ///
    /// ## How to confirm
    ///
    /// `ssh -v USER_NAME@HOST` prints `Authentications that can continue: …`. On the instance: `sudo sshd -T -C
    /// user=USER_NAME,host=localhost,addr=127.0.0.1 | grep -i '^pubkeyauthentication'`.
    ///
    /// ## False positives
    ///
    /// `Match` blocks may take keys from some users or addresses only: what counts is what the server offered to this user from this
    /// address. With `AuthenticationMethods password,publickey` the key is asked for after the password.
    ///
    /// ## Fix
    ///
    /// A file of its own in `/etc/ssh/sshd_config.d` with `PubkeyAuthentication yes`, test with `sudo sshd -t`, reload (class C). To
    /// undo, remove the file.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `PubkeyAuthentication` and `AuthenticationMethods`
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    "ssh/pubkey-auth-off", Blocker, fix C,
    "The SSH server takes no public keys",
    needs [SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let offered = case.probe().ok().flatten().filter(|probe| !probe.methods.is_empty());
    let Some(probe) = offered.filter(|_| !case.is_asleep() && !case.instance.is_windows()) else {
        return Ok(case.inside(
            Settled::Login,
            Place::Instance,
            "sudo sshd -T -C user=USER_NAME,host=localhost,addr=127.0.0.1 | grep -iE '^(pubkeyauthentication|authenticationmethods) '",
            "`pubkeyauthentication no`, or `authenticationmethods` that begin with something else",
        ));
    };
    if probe.methods.iter().any(|method| method == "publickey") {
        return Ok(Judgement::pass(format!("`{}` offers `publickey` to the user", probe.address)));
    }
    let id = case.instance.instance_id.as_str();
    let methods = probe.methods.join(", ");
    let allow = case
        .on_instance("let the server take keys")
        .run("echo 'PubkeyAuthentication yes' | sudo tee /etc/ssh/sshd_config.d/00-pubkey.conf")
        .run("sudo sshd -t && (sudo systemctl reload sshd || sudo systemctl reload ssh)")
        .undo("sudo rm /etc/ssh/sshd_config.d/00-pubkey.conf && (sudo systemctl reload sshd || sudo systemctl reload ssh)");
    Ok(Judgement::fail(
        Finding::new(format!("the SSH server of instance `{id}` offers {methods} to the user, and not `publickey`"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::SSH_PROBE, &probe.address, "Methods", probe.methods.clone()))
            .fix(allow),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::ssh::{connected, probed, public};
    use serde_json::json;

    #[test]
    fn fires_when_only_passwords_are_offered() {
        let mut probe = connected();
        probe["Methods"] = json!(["password", "keyboard-interactive"]);
        probe["Login"] = json!("not-tried");
        let mut world = public();
        let found = findings(probed(&mut world, probe).judge(&RULE));
        assert!(found[0].detail.contains("password, keyboard-interactive"));
        assert_eq!(found[0].fix.as_ref().unwrap().rollback.len(), 1);
    }

    #[test]
    fn silent_when_keys_are_offered() {
        let mut world = public();
        assert!(matches!(probed(&mut world, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_from_outside_until_a_connection_comes_that_far() {
        assert!(matches!(public().judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = public();
        let refused = json!({ "Address": "203.0.113.10:22", "Outcome": "refused" });
        assert!(matches!(probed(&mut world, refused).judge(&RULE), Judgement::Elsewhere { .. }));
    }
}
