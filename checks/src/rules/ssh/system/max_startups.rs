//! Too many connections wait for their login.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled, TurnedAway};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the SSH server turned a connection from this machine away with `Exceeded MaxStartups`. Otherwise its log on the instance
    /// tells.
    ///
    /// ## Why it matters
    ///
    /// Of 10 connections that are not logged in the server drops the next at random, of 100 all (`MaxStartups 10:30:100`). Scanners
    /// from the internet hold them for two minutes each, so that connections fail now and then: `kex_exchange_identification:
    /// Connection reset by peer`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo journalctl -u sshd -u ssh | grep MaxStartups` says `error: beginning MaxStartups throttling` and `drop
    /// connection #… past MaxStartups`.
    ///
    /// ## False positives
    ///
    /// Tools that open dozens of connections at once meet the limit by themselves. A connection that got through proves nothing about
    /// the next.
    ///
    /// ## Fix
    ///
    /// Allow the port from known addresses alone in the security group (class M: whose these are, you know); or raise `MaxStartups`,
    /// test with `sudo sshd -t`, reload (class C). To undo: the rule by its id, the saved file.
    ///
    /// ## References
    ///
    /// - OpenSSH manual, `sshd_config`, `MaxStartups` and `LoginGraceTime`
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    "ssh/max-startups", Degraded, fix M,
    "The SSH server has too many connections that are not logged in",
    needs [SSH_PROBE]
}

const COMMAND: &str = "sudo journalctl -u sshd -u ssh | grep -i maxstartups | tail -n 5; sudo sshd -T | grep -iE '^(maxstartups|logingracetime) '; sudo ss -tn state established '( sport = :22 )' | wc -l";
const LOOK_FOR: &str = "lines with `MaxStartups`, and connections from addresses that you do not know";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let probe = case.probe().ok().flatten();
    let Some(probe) = probe.filter(|_| case.turned_away() == Some(TurnedAway::TooMany) && !case.is_asleep()) else {
        return Ok(case.inside(Settled::Nothing, Place::Instance, COMMAND, LOOK_FOR));
    };
    let id = case.instance.instance_id.as_str();
    Ok(Judgement::fail(
        Finding::new(format!("the SSH server has more connections without a login than it takes, and turned one from this machine away: it said `{}`", probe.first_bytes))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::SSH_PROBE, &probe.address, "FirstBytes", probe.first_bytes.as_str()))
            .fix(Fix::new(FixClass::M, "allow the port from known addresses alone in the security group, so that scanners do not use up its connections")),
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
        let found = findings(probed(&mut world, said("Exceeded MaxStartups")).judge(&RULE));
        assert!(found[0].detail.contains("Exceeded MaxStartups"));
    }

    #[test]
    fn silent_when_it_said_something_else() {
        let mut world = public();
        assert!(matches!(
            probed(&mut world, said("HTTP/1.1 400 Bad Request")).judge(&RULE),
            Judgement::Elsewhere { .. }
        ));
        let mut open = public();
        assert!(matches!(probed(&mut open, connected()).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_from_outside_without_a_connection() {
        assert!(matches!(public().judge(&RULE), Judgement::Elsewhere { .. }));
    }
}
