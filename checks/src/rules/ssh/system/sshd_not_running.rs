//! Nothing listens, since the SSH server does not run.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that systemd failed to start the SSH server, with no later start. Whether it
    /// runs now shows on the instance, or by an SSH server that told its version to this machine.
    ///
    /// ## Why it matters
    ///
    /// Without a server that listens the kernel answers `Connection refused`: the network is open and nobody is at home.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl is-active sshd ssh ssh.socket` and `sudo ss -ltnp`. Through Session Manager or the serial console,
    /// where SSH itself is not needed.
    ///
    /// ## False positives
    ///
    /// The unit is `ssh` on Debian and Ubuntu and `sshd` elsewhere. From Ubuntu 22.10 on systemd listens in place of the server: then
    /// `ssh.socket` is active, and an inactive `ssh.service` is no fault. `masked` means that somebody has put it out of use on
    /// purpose. After the boot the console no longer shows what systemd starts: somebody may have started the server since.
    ///
    /// ## Fix
    ///
    /// `sudo systemctl enable --now sshd` (class C; `ssh` on Debian, `ssh.socket` on new Ubuntu), once `sudo sshd -t` finds no fault;
    /// `systemctl unmask` first if it is masked. To undo: `sudo systemctl disable --now`, as it was.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    /// - Ubuntu Server documentation, "OpenSSH server": socket activation
    "ssh/sshd-not-running", Blocker, fix C,
    "The SSH server does not run",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Banner,
    kinds: &[SignKind::SshFailed],
    undone_by: &[SignKind::SshStarted],
    command: "systemctl is-active sshd ssh ssh.socket; systemctl is-enabled sshd ssh ssh.socket; sudo ss -ltnp",
    look_for: "no unit that is `active`, a unit that is `masked`, or no line of `sshd` or `systemd` with the port",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        case.shown_by(line, "systemd failed to start the SSH server, so nothing listens").fix(
            case.on_instance("find what keeps the server from starting, and start it")
                .run("sudo sshd -t && (sudo systemctl restart sshd || sudo systemctl restart ssh)"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "[FAILED] Failed to start sshd.service - OpenSSH server daemon.";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "Failed to start sshd.service - OpenSSH server daemon.");
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
