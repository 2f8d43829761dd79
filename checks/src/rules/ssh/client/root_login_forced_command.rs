//! The key of root only says who to log in as.

use crate::finding::Judgement;
use crate::finding::Place;
use crate::fix::quoted;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether somebody logs in as `root`. cloud-init accepts the key there, prints `Please login as the user "ec2-user" rather than the
    /// user "root"`, and ends the session; only a session shows it, which is never begun here.
    ///
    /// ## Why it matters
    ///
    /// It looks like a login that works and a shell that dies: the key is right, the server lets it in, and the session ends.
    ///
    /// ## How to confirm
    ///
    /// The line that `ssh root@HOST true` prints.
    ///
    /// ## False positives
    ///
    /// Images of Red Hat and SUSE may let root in; there the line does not come.
    ///
    /// ## Fix
    ///
    /// Log in as the user that the line names (class M). `disable_root: false` in the user data is the other way, on an instance yet to
    /// be launched.
    ///
    /// ## References
    ///
    /// - cloud-init documentation, module `ssh`, `disable_root` and `disable_root_opts`
    "ssh/root-login-forced-command", Blocker, fix M,
    "The key of root runs a command that names another user, and nothing else",
    needs [CLIENT_CONFIGURATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    match case.user() {
        Some(user) if user != "root" => Ok(Judgement::not_applicable(format!("`{user}` logs in, and not root"))),
        Some(_) => {
            let command = format!("ssh {} true", quoted(&format!("root@{}", case.host_word())));
            Ok(case.inside(Settled::Nothing, Place::Client, command, "`Please login as the user`"))
        }
        None => {
            let command = format!("ssh -v {} true", quoted(case.host_word()));
            Ok(case.inside(
                Settled::Nothing,
                Place::Client,
                command,
                "`Authenticating to … as 'root'` and `Please login as the user`",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::Question;
    use crate::testkit::ssh::{client, client_question, judge};

    fn asked(user: Option<&str>) -> Judgement {
        judge(&client(), &Question { user: user.map(str::to_owned), ..client_question() }, &RULE)
    }

    #[test]
    fn fires_nowhere_by_itself_and_asks_for_the_line() {
        let Judgement::Elsewhere { command, .. } = asked(Some("root")) else { panic!("a session shows it") };
        assert_eq!(command, "ssh root@203.0.113.10 true");
    }

    #[test]
    fn silent_for_other_users() {
        assert!(matches!(asked(Some("ec2-user")), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_users_are_looked_at_as_well() {
        assert!(matches!(asked(None), Judgement::Elsewhere { .. }));
    }
}
