//! Client and server have no algorithm in common.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass, quoted};
use crate::rule::declare_rule;
use crate::snapshot::local::SshProbe;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an exchange of keys from this machine failed because the server offers no key exchange, host key, cipher or MAC that a
    /// client of today has. What is offered there is that of OpenSSH by default.
    ///
    /// ## Why it matters
    ///
    /// The connection ends before anybody is asked who they are: `no matching key exchange method found. Their offer: …`. Old images
    /// offer only what newer clients dropped, hardened and FIPS images only what older clients lack.
    ///
    /// ## How to confirm
    ///
    /// `ssh -v HOST` prints the same words, and the offer.
    ///
    /// ## False positives
    ///
    /// A client can know more than this program: where the server offers something that OpenSSH has by default, nothing is proven. A
    /// client with a configuration of its own may have less.
    ///
    /// ## Fix
    ///
    /// Allow one of the offered algorithms for this host alone (class M), and bring the server up to date then.
    ///
    /// ## References
    ///
    /// - OpenSSH, "Legacy Options"
    /// - OpenSSH manual, `ssh_config`, `KexAlgorithms`, `HostKeyAlgorithms`, `Ciphers`, `MACs`
    "ssh/algorithm-mismatch", Blocker, fix M,
    "Client and server have no algorithm in common",
    needs [SSH_PROBE]
}

/// What OpenSSH's client has by default and the probe has not (`ssh_config` of OpenSSH 9.9).
const ONLY_OPENSSH: &[&str] =
    &["sntrup761x25519-sha512", "umac-64", "umac-128", "sk-ssh-ed25519", "sk-ecdsa-sha2", "-cert-v01@openssh.com"];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(probe) = case.tried().filter(|probe| probe.outcome == "no-common-algorithm") else {
        let command = format!("ssh -v {} true 2>&1 | grep 'no matching'", quoted(case.host_word()));
        return Ok(case.inside(
            crate::ssh::Settled::HostKey,
            crate::finding::Place::Client,
            command,
            "`no matching … found. Their offer:`",
        ));
    };
    let is_openssh = |offer: &&String| ONLY_OPENSSH.iter().any(|name| offer.contains(name));
    if let Some(offer) = probe.offers.iter().find(is_openssh) {
        return Ok(Gap::opaque(format!("whether the user's client has `{offer}`, which the server offers,")).into());
    }
    let offers = probe.offers.join(", ");
    let mut finding = Finding::new(format!(
        "the server at `{}` offers no {} that today's clients have: it offers {offers}",
        probe.address, probe.lacking
    ))
    .proof(Evidence::new(op::SSH_PROBE, &probe.address, "Lacking", probe.lacking.as_str()))
    .proof(Evidence::new(op::SSH_PROBE, &probe.address, "Offers", probe.offers.clone()));
    if let Some(option) = option(probe) {
        let user = case.user().map_or(String::new(), |user| format!("{}@", quoted(user)));
        let host = quoted(case.host_word());
        let summary = "allow what the server offers for this host alone, and bring the server up to date then";
        finding = finding.fix(Fix::new(FixClass::M, summary).run(format!("ssh -o {option} {user}{host}")));
    }
    Ok(Judgement::fail(finding))
}

/// The option that adds the first of what the server offers to what the client has.
fn option(probe: &SshProbe) -> Option<String> {
    let name = match probe.lacking.as_str() {
        "key exchange" => "KexAlgorithms",
        "host key" => "HostKeyAlgorithms",
        "cipher" => "Ciphers",
        "MAC" => "MACs",
        _ => return None,
    };
    let offer = probe.offers.iter().find(|offer| !offer.starts_with("ext-info") && !offer.starts_with("kex-strict"))?;
    Some(quoted(&format!("{name}=+{offer}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{TARGET, client, client_question, judge, untried};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    fn offering(offers: &[&str]) -> Judgement {
        let mut world = untried();
        let probe = json!({
            "Address": TARGET, "Outcome": "no-common-algorithm", "Banner": "SSH-2.0-OpenSSH_5.3", "Lacking": "key exchange", "Offers": offers,
        });
        crate::testkit::ssh::probed(&mut world, probe);
        judge(&world, &client_question(), &RULE)
    }

    #[test]
    fn fires_on_an_old_server() {
        let found = findings(offering(&["diffie-hellman-group1-sha1"]));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert_eq!(command, "ssh -o KexAlgorithms=+diffie-hellman-group1-sha1 ec2-user@203.0.113.10");
    }

    #[test]
    fn silent_when_keys_were_exchanged() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_openssh_may_know_more_or_nobody_tried() {
        assert!(missing(offering(&["sntrup761x25519-sha512@openssh.com"]))[0].contains("sntrup761"));
        assert!(matches!(judge(&untried(), &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }
}
