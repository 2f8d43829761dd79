//! The server shows a host key that the instance did not write to its console.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the host key that the server shows is one of those that cloud-init wrote to the instance's console on its first start.
    ///
    /// ## Why it matters
    ///
    /// Either the keys were made anew since (an image was laid over the disk, cloud-init ran again, somebody deleted them), or the
    /// connection does not end at this instance: possible interception. Until that is known nobody should type anything there.
    ///
    /// ## How to confirm
    ///
    /// `ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub` on the instance, over Session Manager or the serial console, prints its
    /// present fingerprint.
    ///
    /// ## False positives
    ///
    /// Configuration management may bring host keys of its own after the first start. The console keeps the last 64 KB only, and later
    /// starts do not write the keys again: without them nothing is compared.
    ///
    /// ## Fix
    ///
    /// Compare the fingerprints on a way that does not lead over this connection (class M). Take an old entry out of `known_hosts` only
    /// if they are the same.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Connect to your Linux instance using SSH", "Get the instance fingerprint"
    /// - cloud-init documentation, module `keys_to_console`
    "ssh/host-key-regenerated", Blocker, Sessions, fix M,
    "The server shows another host key than the instance wrote to its console",
    needs [SSH_PROBE, GET_CONSOLE_OUTPUT, KNOWN_HOSTS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let Some(shown) = case.host_key() else {
        let command = format!("ssh-keyscan {} | ssh-keygen -l -f -", crate::fix::quoted(case.host_word()));
        return Ok(case.inside(
            Settled::Nothing,
            Place::Client,
            command,
            "fingerprints that the instance's console does not show",
        ));
    };
    let printed = case.printed(shown)?;
    if printed.is_empty() {
        let remembered = case.remembered(shown).unwrap_or_default();
        if remembered.iter().any(|key| key.fingerprint == shown.fingerprint) {
            return Ok(Judgement::pass("the client remembers the key that the server shows"));
        }
        return Ok(Judgement::not_applicable(format!(
            "the console of instance `{id}` shows no host key of that kind to compare with"
        )));
    }
    if printed.iter().any(|key| key.fingerprint == shown.fingerprint) {
        return Ok(Judgement::pass("the instance itself wrote that key to its console"));
    }
    let remembered = case.remembered(shown).unwrap_or_default();
    let is_remembered = remembered.iter().any(|key| key.fingerprint == shown.fingerprint);
    let why = if is_remembered {
        "the client knows that key already, so it was made anew after the first start"
    } else {
        "it was made anew after the first start, or something else answers: possible interception"
    };
    let detail = format!(
        "the server shows {} key {}, and instance `{id}` wrote {} to its console: {why}",
        shown.algorithm,
        shown.fingerprint,
        printed.iter().map(|key| key.fingerprint).collect::<Vec<&str>>().join(", ")
    );
    let session = Aws::new("ssm", "start-session", case.region()).arg("target", id);
    let mut finding = Finding::new(detail)
        .about("ec2-instance", id)
        .proof(Evidence::new(op::SSH_PROBE, case.host_word(), "HostKey.Fingerprint", shown.fingerprint.as_str()))
        .proofs(printed.iter().map(|key| Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", key.fingerprint)))
        .fix(
            Fix::new(FixClass::M, "compare with `ssh-keygen -l` on the instance, on another way than this connection, before anything is trusted")
                .run(session),
        );
    // A client that remembers nothing, or this key, still connects.
    if remembered.is_empty() || is_remembered {
        finding.rule = RULE.about.id;
        finding.severity = if is_remembered { Severity::Advice } else { Severity::Degraded };
    }
    Ok(Judgement::fail(finding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{HOST_KEY, client, client_question, judge, untried};
    use crate::testkit::{World, findings, missing};
    use serde_json::json;

    const OTHER: &str = "SHA256:AAAAYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

    fn printing(mut world: World, fingerprint: &str) -> World {
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(format!("ec2: 256 {fingerprint} root@web (ED25519)")));
        world
    }

    #[test]
    fn fires_on_a_key_that_the_instance_did_not_write() {
        let mut world = printing(client(), OTHER);
        assert_eq!(
            findings(judge(&world, &client_question(), &RULE))[0].severity,
            Severity::Advice,
            "it is known here"
        );
        world.patch(op::KNOWN_HOSTS, "/Keys/0/Fingerprint", json!(OTHER));
        let found = findings(judge(&world, &client_question(), &RULE));
        assert!(found[0].rule.is_empty() && found[0].detail.contains("possible interception"));
        world.patch(op::KNOWN_HOSTS, "/Keys", json!([]));
        assert_eq!(findings(judge(&world, &client_question(), &RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_for_the_instances_own_key_and_without_any() {
        assert!(matches!(judge(&printing(client(), HOST_KEY), &client_question(), &RULE), Judgement::Pass(_)));
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Pass(_)));
        let mut world = client();
        world.patch(op::KNOWN_HOSTS, "/Keys", json!([]));
        assert!(matches!(judge(&world, &client_question(), &RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = client();
        world.deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(judge(&world, &client_question(), &RULE)), ["ec2:GetConsoleOutput"]);
        assert!(matches!(judge(&untried(), &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }
}
