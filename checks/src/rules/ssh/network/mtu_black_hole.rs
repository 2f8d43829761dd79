//! Large packets are lost on the way, which shows at the key exchange.

use crate::finding::{Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether a connection from this machine met the server and its version, and then silence at the key exchange.
    ///
    /// ## Why it matters
    ///
    /// The first messages of the key exchange fill whole packets, more so with post-quantum methods. Where a part of the way carries
    /// smaller ones only and the message that says so (ICMP type 3 code 4, or ICMPv6 type 2) is dropped, they are lost again and again.
    ///
    /// ## How to confirm
    ///
    /// `ssh -o KexAlgorithms=curve25519-sha256 HOST`, and `ping -M do -s 1472 HOST`: the first works and the second does not
    ///
    /// ## False positives
    ///
    /// A server that hangs for want of memory or random numbers looks the same, so that this alone is no proof. A connection that got
    /// through the exchange shows that large packets pass.
    ///
    /// ## Fix
    ///
    /// Let ICMP "fragmentation needed" in at the instance and in every firewall on the way, or set the MTU of the instance to 1400 (class
    /// M). To undo, revoke the rule or set the old MTU.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Network maximum transmission unit (MTU) for your EC2 instance", Path MTU Discovery
    "ssh/mtu-black-hole", CannotTell, fix M,
    "Large packets are lost at the key exchange",
    needs [SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let host = crate::fix::quoted(&case.address_in_words());
    let port = case.question.port;
    let command = format!("ssh -p {port} -o KexAlgorithms=curve25519-sha256 {host} true");
    let look_for = "a log-in here while the same without the option hangs at `expecting SSH2_MSG_KEX_ECDH_REPLY`";
    let probe = match case.probe() {
        Ok(Some(probe)) => probe,
        Err(gap @ (Gap::Denied { .. } | Gap::Failed { .. })) => return Err(gap),
        _ => return Ok(case.inside(Settled::HostKey, Place::Client, command, look_for)),
    };
    if probe.outcome != "key-exchange-stuck" {
        return Ok(Judgement::pass("no connection stood still at the key exchange"));
    }
    let reason = format!(
        "`{}` told its version (`{}`) and was silent at the key exchange: large packets are lost on the way, or the server hangs",
        probe.address, probe.banner
    );
    Ok(Judgement::cannot_tell(reason, vec![Gap::opaque(format!("whether `{command}` gets further"))]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::missing;
    use crate::testkit::ssh::{connected, probed, public};
    use serde_json::json;

    #[test]
    fn fires_as_an_open_question_when_the_exchange_stands_still() {
        let stuck =
            json!({ "Address": "203.0.113.10:22", "Outcome": "key-exchange-stuck", "Banner": "SSH-2.0-OpenSSH_9.6" });
        let judgement = probed(&mut public(), stuck).judge(&RULE);
        assert!(matches!(judgement, Judgement::CannotTell { reason, .. } if reason.contains("large packets are lost")));
    }

    #[test]
    fn silent_when_keys_were_exchanged() {
        assert!(matches!(probed(&mut public(), connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_connection() {
        assert!(matches!(public().judge(&RULE), Judgement::Elsewhere { place: Place::Client, .. }));
        let mut world = public();
        probed(&mut world, connected()).fail(op::SSH_PROBE, "Timeout");
        assert_eq!(missing(world.judge(&RULE)), ["ssh:Probe"]);
    }
}
