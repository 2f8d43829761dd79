//! The instance lets no user in yet, or no more.

use crate::finding::{Judgement, Severity};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that systemd failed to let users log in, or that it still waits for a unit.
    /// Until it is through, `/run/nologin` is there and keeps all users but `root` out; `/etc/nologin` does so on purpose.
    ///
    /// ## Why it matters
    ///
    /// The key is right and the server says `System is booting up. Unprivileged users are not permitted to log in yet`, or closes the
    /// connection. A mount or a network unit that never ends keeps a boot there for as long as it likes.
    ///
    /// ## How to confirm
    ///
    /// On the instance, through the serial console: `ls -l /run/nologin /etc/nologin`, and `systemctl list-jobs` for what is waited
    /// for.
    ///
    /// ## False positives
    ///
    /// For the first minute or two of a boot this is how it is. A unit that waits may come to an end by itself, with `1min 30s` of time
    /// in most cases: that is only *degraded*. The file is put there on purpose before a shutdown and for maintenance.
    ///
    /// ## Fix
    ///
    /// Find the unit that is stuck and repair it (`systemctl list-jobs`, `journalctl -b -u UNIT`), then `sudo rm /run/nologin` (class
    /// C). To undo, write the file again with the text that it had.
    ///
    /// ## References
    ///
    /// - Linux manual, `nologin(5)`, `systemd-user-sessions.service(8)`
    /// - Linux-PAM manual, `pam_nologin(8)`
    "ssh/nologin-file", Blocker, fix C,
    "The instance lets no users log in",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Login,
    kinds: &[SignKind::UserSessionsClosed, SignKind::JobRunning],
    undone_by: &[SignKind::UserSessionsOpen, SignKind::LoginPrompt],
    command: "ls -l /run/nologin /etc/nologin; systemctl is-system-running; systemctl list-jobs",
    look_for: "one of the files, or jobs that are `running` or `waiting` minutes after the start",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        let is_waiting = line.to_ascii_lowercase().starts_with("a start job");
        let detail = if is_waiting {
            "the boot waits for a unit, and lets no users log in before"
        } else {
            "systemd failed to let users log in, so that only `root` may"
        };
        let remove = case.on_instance("repair the unit that is stuck, then remove the file").run("systemctl list-jobs");
        let mut finding = case.shown_by(line, detail).fix(remove.run("sudo rm /run/nologin"));
        if is_waiting {
            finding.rule = RULE.about.id;
            finding.severity = Severity::Degraded;
        }
        finding
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "[FAILED] Failed to start Permit User Sessions.";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "Failed to start Permit User Sessions.");
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn silent_without_such_a_line_or_once_the_server_answers() {
        assert!(matches!(console("web-1 login: ").judge(&RULE), Judgement::Elsewhere { .. }));
        let mut answered = console(LINE);
        assert!(matches!(probed(&mut answered, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn fires_softly_while_a_unit_is_waited_for() {
        let found = findings(console("[ ***  ] A start job is running for /data (1min 2s / no limit)").judge(&RULE));
        assert_eq!((found[0].rule, found[0].severity), ("ssh/nologin-file", Severity::Degraded));
    }

    #[test]
    fn silent_once_the_boot_went_on() {
        assert!(matches!(console(&format!("{LINE}\nweb-1 login: ")).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
