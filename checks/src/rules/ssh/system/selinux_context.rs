//! SELinux keeps the server from its files.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows a denial of SELinux to `sshd`. On a system that runs the audit daemon these
    /// lines go to its log and not to the console.
    ///
    /// ## Why it matters
    ///
    /// Files that were restored, moved or made from another system carry the wrong label: `sshd` may then not read `authorized_keys` or
    /// its own keys, and a port other than 22 is not its own to listen on. The client sees `Permission denied (publickey)` or
    /// `Connection refused`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `getenforce`, `sudo ausearch -m avc -c sshd -ts boot`, `sudo restorecon -nvR ~USER_NAME/.ssh /etc/ssh`.
    ///
    /// ## False positives
    ///
    /// With `permissive=1` in the line SELinux only reports. A denial may be about something that the login does not need; it counts in
    /// full when a login was refused.
    ///
    /// ## Fix
    ///
    /// `sudo restorecon -Rv /etc/ssh ~USER_NAME/.ssh` for files, `sudo semanage port -a -t ssh_port_t -p tcp PORT` for a port (class
    /// C). To undo, `sudo chcon` with the label that `ls -Z` printed before.
    ///
    /// ## References
    ///
    /// - Red Hat Enterprise Linux documentation, "Using SELinux": troubleshooting
    /// - Linux manual, `restorecon(8)`, `sshd_selinux(8)`
    "ssh/selinux-context", Blocker, fix C,
    "SELinux keeps the SSH server from keys, files or ports",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Login,
    kinds: &[SignKind::SelinuxDenied],
    undone_by: &[],
    command: "getenforce; sudo ausearch -m avc -c sshd -ts boot | tail -n 5; sudo restorecon -nvR ~USER_NAME/.ssh /etc/ssh",
    look_for: "`Enforcing`, with a denial for `sshd` or a file that `restorecon` would relabel",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(line) = CLUE.line(case)?.filter(|line| !line.contains("permissive=1")) else {
        return Ok(CLUE.question(case));
    };
    let restore =
        case.on_instance("give the files their labels again").run("sudo restorecon -Rv /etc/ssh ~USER_NAME/.ssh");
    let finding = case.shown_by(line, "SELinux denied something to the SSH server").fix(restore);
    Ok(Judgement::fail(case.in_full_if_refused(&RULE.about, finding)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "audit: avc:  denied  { read } for  pid=812 comm=\"sshd\" name=\"authorized_keys\" permissive=0";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(
            found[0].evidence[0].value,
            "avc:  denied  { read } for  pid=812 comm=\"sshd\" name=\"authorized_keys\" permissive=0"
        );
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn silent_without_such_a_line_or_once_the_server_answers() {
        assert!(matches!(console("web-1 login: ").judge(&RULE), Judgement::Elsewhere { .. }));
        let mut answered = console(LINE);
        assert!(matches!(probed(&mut answered, connected()).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn fires_in_full_once_a_login_was_refused() {
        let mut refused = connected();
        refused["Login"] = serde_json::json!("refused");
        let mut world = console(LINE);
        assert_eq!(findings(probed(&mut world, refused).judge(&RULE))[0].rule, "", "the severity of the rule");
        assert_eq!(findings(console(LINE).judge(&RULE))[0].severity, Severity::Degraded);
    }

    #[test]
    fn silent_where_selinux_only_reports() {
        let reported = console(&LINE.replace("permissive=0", "permissive=1"));
        assert!(matches!(reported.judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
