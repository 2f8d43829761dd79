//! The server or a guard bans the address of the client.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled, TurnedAway};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the SSH server turned a connection from this machine away with `Not allowed at this time`, which is what OpenSSH from
    /// version 9.8 on says to an address that it penalizes. Bans of `fail2ban` and `sshguard`, which drop packets, show only on the
    /// instance.
    ///
    /// ## Why it matters
    ///
    /// Failed logins, clients that leave without logging in and scans add up; then the address is shut out for seconds to days. Trying
    /// again makes it longer.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo fail2ban-client status sshd`, `sudo journalctl -u sshd -u ssh | grep -i penalty` (`drop connection …
    /// penalty: failed authentication`).
    ///
    /// ## False positives
    ///
    /// Everybody behind one NAT address shares its penalties. An SSH server that tells its version to this machine does not ban it, and
    /// may ban others.
    ///
    /// ## Fix
    ///
    /// Wait, as the ban ends by itself, and find what kept failing; `sudo fail2ban-client set sshd unbanip ADDRESS` ends it at once
    /// (class C), `PerSourcePenaltyExemptList` spares an address of your own. There is nothing to undo.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `PerSourcePenalties`
    /// - OpenSSH release notes, version 9.8
    /// - fail2ban documentation, `fail2ban-client`
    "ssh/banned-source", Blocker, fix C,
    "The address of the client is banned",
    needs [SSH_PROBE]
}

const COMMAND: &str = "sudo fail2ban-client status sshd; sudo nft list ruleset | grep -iE 'f2b|sshguard'; sudo journalctl -u sshd -u ssh | grep -iE 'penalty|drop connection' | tail -n 5";
const LOOK_FOR: &str = "your address among the banned ones, or `drop connection` with `penalty`";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let probe = case.probe().ok().flatten();
    let Some(probe) = probe.filter(|_| case.turned_away() == Some(TurnedAway::Penalty) && !case.is_asleep()) else {
        return Ok(case.inside(Settled::Banner, Place::Instance, COMMAND, LOOK_FOR));
    };
    let id = case.instance.instance_id.as_str();
    Ok(Judgement::fail(
        Finding::new(format!(
            "the SSH server turns the address of this machine away after failures: it said `{}`",
            probe.first_bytes
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::SSH_PROBE, &probe.address, "FirstBytes", probe.first_bytes.as_str()))
        .fix(
            case.on_instance("wait until the penalty is over; where `fail2ban` bans the address, take it out")
                .run("sudo fail2ban-client set sshd unbanip ADDRESS"),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::findings;
    use crate::testkit::ssh::{connected, probed, public};
    use serde_json::json;

    fn said(words: &str) -> serde_json::Value {
        json!({ "Address": "203.0.113.10:22", "Outcome": "not-ssh", "FirstBytes": words })
    }

    #[test]
    fn fires_on_the_servers_own_words() {
        let mut world = public();
        let found = findings(probed(&mut world, said("Not allowed at this time")).judge(&RULE));
        assert!(found[0].detail.contains("Not allowed at this time"));
    }

    #[test]
    fn silent_when_it_said_something_else() {
        let mut world = public();
        assert!(matches!(
            probed(&mut world, said("HTTP/1.1 400 Bad Request")).judge(&RULE),
            Judgement::Elsewhere { .. }
        ));
        let mut open = public();
        assert!(matches!(probed(&mut open, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_from_outside_without_a_connection() {
        assert!(matches!(public().judge(&RULE), Judgement::Elsewhere { .. }));
    }
}
