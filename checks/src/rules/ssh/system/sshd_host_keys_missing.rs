//! The SSH server has no host keys.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the SSH server found none of its host keys. Whether they are there now
    /// shows on the instance; a server that exchanged keys with this machine has them.
    ///
    /// ## Why it matters
    ///
    /// Without a host key the server exits at start: `sshd: no hostkeys available -- exiting`. Images that were made with their keys
    /// deleted rely on a service that makes new ones at the first boot; where that is masked or fails, there are none. Keys that others
    /// may read are ignored.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo ls -l /etc/ssh/ssh_host_*` and `sudo sshd -t`.
    ///
    /// ## False positives
    ///
    /// `Could not load host key` for one kind of key is a warning, as long as another kind is there.
    ///
    /// ## Fix
    ///
    /// `sudo ssh-keygen -A` makes the keys that are missing, then start the server (class C). There is no way back to the old ones:
    /// every client that knew them warns.
    ///
    /// ## References
    ///
    /// - Automation runbook reference, "AWSSupport-TroubleshootSSH"
    /// - OpenSSH manual, `ssh-keygen`, `-A`
    /// - EC2 user guide, "Recommendations for creating shared Linux AMIs"
    "ssh/sshd-host-keys-missing", Blocker, fix C,
    "The SSH server has no host keys",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::HostKey,
    kinds: &[SignKind::SshHostKeysMissing],
    undone_by: &[SignKind::SshStarted],
    command: "sudo ls -l /etc/ssh/ssh_host_*; sudo sshd -t",
    look_for: "no `ssh_host_…_key`, one that others may read, or `no hostkeys available`",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        case.shown_by(line, "the SSH server has no host keys and does not start").fix(
            case.on_instance("make host keys and start the server; clients that knew other keys will warn")
                .run("sudo ssh-keygen -A && (sudo systemctl restart sshd || sudo systemctl restart ssh)"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "sshd: no hostkeys available -- exiting.";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "no hostkeys available -- exiting.");
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
