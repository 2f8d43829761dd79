//! The SSH server refuses its configuration.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the SSH server refuses a line of its configuration. What `sshd -t` says
    /// now shows on the instance; an SSH server that answers this machine has a configuration.
    ///
    /// ## Why it matters
    ///
    /// One unknown word in `sshd_config`, or in a file of `sshd_config.d`, and the server does not start: the connection is refused
    /// after the next restart, often weeks after the edit.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo sshd -t` names the file and the line, and prints nothing when all is well.
    ///
    /// ## False positives
    ///
    /// A server that runs keeps its old configuration until it is restarted, so that one may answer while `sshd -t` fails. Of two lines
    /// with the same keyword the first counts, and included files count where the `Include` stands. `Deprecated option` is a warning.
    ///
    /// ## Fix
    ///
    /// Put a `#` before the line that `sudo sshd -t` names, test again, restart (class C). To undo: the saved file.
    ///
    /// ## References
    ///
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    /// - OpenSSH manual, `sshd`, `-t`
    /// - OpenSSH manual, `sshd_config`, `Include`
    "ssh/sshd-config-invalid", Blocker, fix C,
    "The SSH server refuses its configuration",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Banner,
    kinds: &[SignKind::SshConfigInvalid],
    undone_by: &[SignKind::SshStarted],
    command: "sudo sshd -t; echo \"exit code $?\"",
    look_for: "an error with a file and a line",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        case.shown_by(line, "the SSH server refuses its configuration and does not start").fix(
            case.on_instance("correct the line, test, start")
                .run("sudo cp -p /etc/ssh/sshd_config /etc/ssh/sshd_config.before-repair")
                .run("sudo sshd -t")
                .run("sudo systemctl restart sshd || sudo systemctl restart ssh")
                .undo("sudo mv /etc/ssh/sshd_config.before-repair /etc/ssh/sshd_config"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "Starting sshd: /etc/ssh/sshd_config: line 13: Bad configuration option: Prot";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "sshd_config: line 13: Bad configuration option: Prot");
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn silent_without_such_a_line_or_once_the_server_answers() {
        assert!(matches!(console("web-1 login: ").judge(&RULE), Judgement::Elsewhere { .. }));
        let mut answered = console(LINE);
        assert!(matches!(probed(&mut answered, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_it_was_started_later() {
        assert!(matches!(
            console(&format!("{LINE}\n[  OK  ] Started OpenSSH server daemon.")).judge(&RULE),
            Judgement::Elsewhere { .. }
        ));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
