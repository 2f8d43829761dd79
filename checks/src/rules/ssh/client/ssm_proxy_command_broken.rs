//! SSH goes over Session Manager, which fails before SSH begins.

use crate::finding::{Judgement, Place};
use crate::fix::quoted;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user's client is configured to reach the host through a session of Session Manager. Then groups, routes and
    /// addresses have nothing to do with it, and the session itself must open.
    ///
    /// ## Why it matters
    ///
    /// `Connection closed by UNKNOWN port 65535` says only that the proxy command ended. The reason is in the line above it: no
    /// plugin, no permission for `ssm:StartSession` on `AWS-StartSSHSession`, or an instance that is not managed.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm start-session --target INSTANCE` fails with the same error.
    ///
    /// ## False positives
    ///
    /// The command itself is not read here, since it may hold secrets: only what it starts. A configuration for another name does not
    /// count.
    ///
    /// ## Fix
    ///
    /// Run `aws-triage ssm` for the instance, and mend what it names (class M).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Allow and control permissions for SSH connections through Session Manager"
    "ssh/ssm-proxy-command-broken", Blocker, fix M,
    "SSH goes over Session Manager, which fails before SSH begins",
    needs [CLIENT_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    match case.client() {
        Ok(Some(client)) if client.proxy_kind != "session-manager" => {
            Ok(Judgement::not_applicable("the client reaches the host on another way than Session Manager"))
        }
        Ok(Some(_)) => Ok(Gap::opaque(format!("whether a session opens, which `aws-triage ssm {id}` tells,")).into()),
        Ok(None) | Err(_) => {
            let command = format!("ssh -v {} true", quoted(case.host_word()));
            Ok(case.inside(
                Settled::Banner,
                Place::Client,
                command,
                "`Connection closed by UNKNOWN port 65535`, and an error of AWS above it",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::missing;
    use crate::testkit::ssh::{client, client_question, judge, untried};
    use serde_json::json;

    #[test]
    fn fires_nowhere_by_itself_and_hands_over_to_the_client() {
        let mut world = untried();
        world.fail(op::CLIENT_CONFIGURATION, "NotInstalled");
        assert!(matches!(judge(&world, &client_question(), &RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn silent_on_other_ways() {
        assert!(matches!(judge(&client(), &client_question(), &RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_until_the_session_is_diagnosed() {
        let mut world = untried();
        world.patch(op::CLIENT_CONFIGURATION, "/ProxyKind", json!("session-manager"));
        assert!(missing(judge(&world, &client_question(), &RULE))[0].contains("aws-triage ssm"));
    }
}
