//! Something other than an SSH server answers on the port.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled, TurnedAway};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether what answers on the port says something else than `SSH-`: a web server, a TLS alert, a proxy.
    ///
    /// ## Why it matters
    ///
    /// A wrong port or a proxy that answers for every host looks like a broken SSH server: `kex_exchange_identification: Connection
    /// closed`.
    ///
    /// ## How to confirm
    ///
    /// `nc HOST 22` and wait: an SSH server speaks first.
    ///
    /// ## False positives
    ///
    /// An SSH server that turns a client away says so in plain text before its version: that is the finding of `ssh/max-startups` or
    /// `ssh/banned-source`. Some proxies answer on port 22 for names that they block.
    ///
    /// ## Fix
    ///
    /// Use the port and host of the SSH server (class M).
    ///
    /// ## References
    ///
    /// - RFC 4253, "Protocol Version Exchange"
    "ssh/not-ssh-on-port", Blocker, fix M,
    "Something other than an SSH server answers",
    needs [SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    match case.turned_away() {
        Some(TurnedAway::TooMany) => return Ok(Judgement::follows_from("ssh/max-startups")),
        Some(TurnedAway::Penalty) => return Ok(Judgement::follows_from("ssh/banned-source")),
        None => {}
    }
    let port = case.question.port;
    let probe = match case.probe() {
        Ok(Some(probe)) => probe,
        Err(gap @ (Gap::Denied { .. } | Gap::Failed { .. })) => return Err(gap),
        _ => {
            let command = format!("nc -w 5 {} {port} < /dev/null", crate::fix::quoted(&case.address_in_words()));
            return Ok(case.inside(Settled::Banner, Place::Client, command, "another first line than `SSH-2.0-…`"));
        }
    };
    if probe.outcome != "not-ssh" {
        return Ok(Judgement::pass(format!("nothing but an SSH server answers at `{}`", probe.address)));
    }
    let id = case.instance.instance_id.as_str();
    let detail = format!("at `{}` something answers that is no SSH server: \"{}\"", probe.address, probe.first_bytes);
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::SSH_PROBE, &probe.address, "FirstBytes", probe.first_bytes.as_str()))
            .fix(Fix::new(
                FixClass::M,
                format!("connect to the port of the SSH server; {port} is that of something else"),
            )),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{connected, probed, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_for_a_web_server() {
        let mut world = public();
        let web =
            json!({ "Address": "203.0.113.10:22", "Outcome": "not-ssh", "FirstBytes": "HTTP/1.1 400 Bad Request" });
        let found = findings(probed(&mut world, web).judge(&RULE));
        assert!(found[0].detail.contains("HTTP/1.1 400"), "{}", found[0].detail);
    }

    #[test]
    fn silent_for_a_server_and_one_that_turns_away() {
        assert!(matches!(probed(&mut public(), connected()).judge(&RULE), Judgement::Pass(_)));
        let full = json!({ "Address": "203.0.113.10:22", "Outcome": "not-ssh", "FirstBytes": "Exceeded MaxStartups" });
        assert_eq!(probed(&mut public(), full).judge(&RULE), Judgement::follows_from("ssh/max-startups"));
    }

    #[test]
    fn unknown_without_a_connection() {
        assert!(matches!(public().judge(&RULE), Judgement::Elsewhere { place: Place::Client, .. }));
        let mut world = public();
        probed(&mut world, connected()).fail(op::SSH_PROBE, "Timeout");
        assert_eq!(missing(world.judge(&RULE)), ["ssh:Probe"]);
    }
}
