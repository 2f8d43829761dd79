//! The directory or user of the separated processes is missing.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the SSH server lacks the directory in which its process without
    /// privileges runs, or the user `sshd`. An SSH server that answers this machine has both.
    ///
    /// ## Why it matters
    ///
    /// The server refuses to start without them: `Missing privilege separation directory: /run/sshd`, `Privilege separation user sshd
    /// does not exist`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo sshd -t` says the same; `getent passwd sshd` and `ls -ld /run/sshd /var/empty/sshd /usr/share/empty.sshd`
    /// show which of them is there.
    ///
    /// ## False positives
    ///
    /// Where the directory is depends on the distribution: `/run/sshd` on Debian and Ubuntu, `/var/empty/sshd` or
    /// `/usr/share/empty.sshd` on Red Hat and Amazon Linux. On Ubuntu systemd makes it when it starts the service, so that it is
    /// missing, without harm, while `ssh.socket` waits.
    ///
    /// ## Fix
    ///
    /// Make the directory with `root` as owner and mode 0755, or the user (class C): `sudo install -d -o root -g root -m 0755
    /// /run/sshd`. To undo, remove it.
    ///
    /// ## References
    ///
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    /// - OpenSSH manual, `sshd`, "FILES"
    "ssh/privsep-dir", Blocker, fix C,
    "The SSH server lacks the directory or user of its separated processes",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Banner,
    kinds: &[SignKind::SshPrivsepMissing],
    undone_by: &[SignKind::SshStarted],
    command: "sudo sshd -t; getent passwd sshd; ls -ld /run/sshd /var/empty/sshd /usr/share/empty.sshd",
    look_for: "a complaint about privilege separation, no user `sshd`, or a directory that others may write",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        case.shown_by(line, "the SSH server lacks what its separated processes need and does not start").fix(case.on_instance("make the directory that the line names, or the user `sshd`, and start the server").run("sudo install -d -o root -g root -m 0755 /run/sshd && (sudo systemctl restart sshd || sudo systemctl restart ssh)"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "Missing privilege separation directory: /run/sshd";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "Missing privilege separation directory: /run/sshd");
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn silent_without_such_a_line_or_once_the_server_answers() {
        assert!(matches!(console("web-1 login: ").judge(&RULE), Judgement::Elsewhere { .. }));
        let mut answered = console(LINE);
        assert!(matches!(probed(&mut answered, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
