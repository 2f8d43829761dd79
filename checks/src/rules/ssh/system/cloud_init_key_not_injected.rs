//! The first boot did not write the key.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that cloud-init found no authorized key of the default user, or that it got
    /// no data from the metadata service at all.
    ///
    /// ## Why it matters
    ///
    /// The key pair of an instance reaches `authorized_keys` once, at the first boot, by cloud-init from the metadata service. When
    /// that fails, because metadata are disabled, because an image brings the state of another instance along, or because cloud-init is
    /// not there, the instance runs and nobody can log in.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 get-console-output --latest --instance-id ID`: `ci-info: no authorized SSH keys fingerprints found for user ec2-user`,
    /// or `Used fallback datasource`.
    ///
    /// ## False positives
    ///
    /// An instance that was launched without a key pair prints the same; whether it was is another rule's question. User data or a
    /// configuration management may have added keys later, and the line is about the default user only: it counts in full when a login
    /// was refused.
    ///
    /// ## Fix
    ///
    /// Add the key through Session Manager, EC2 Instance Connect or the serial console (class C); at the next start user data with a
    /// `cloud-boothook` can do it (class D). To undo, remove that very line. In the image: `sudo cloud-init clean` before it is made.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Add or replace a public key on your Linux instance"
    /// - cloud-init documentation, "SSH" and "SSH AuthKey Fingerprints" modules
    /// - EC2 user guide, "Run commands on your Linux instance at launch"
    "ssh/cloud-init-key-not-injected", Blocker, fix C,
    "The first boot did not write the key of the key pair",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Login,
    kinds: &[SignKind::KeysNotInjected, SignKind::NoDatasource],
    undone_by: &[],
    command: "sudo cloud-init status --long; sudo grep -iE 'warn|error|authkey' /var/log/cloud-init.log | tail -n 10; sudo cat /var/lib/cloud/data/instance-id",
    look_for: "errors of the module `ssh`, a failed data source, or the id of another instance",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        let detail = if line.contains("fingerprints") {
            "cloud-init found no authorized key of the default user when the instance was first started"
        } else {
            "cloud-init got no data when the instance was started, so that it wrote no key"
        };
        let add = case.on_instance("add the public key for the user that logs in");
        let add = add.run("echo 'PUBLIC_KEY' | sudo tee -a ~USER_NAME/.ssh/authorized_keys");
        case.in_full_if_refused(&RULE.about, case.shown_by(line, detail).fix(add))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{connected, console, probed};
    use crate::testkit::{findings, missing};

    const LINE: &str = "ci-info: no authorized SSH keys fingerprints found for user ec2-user.";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "no authorized SSH keys fingerprints found for user ec2-user.");
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
        let mut world = console("Used fallback datasource");
        let found = findings(probed(&mut world, refused).judge(&RULE));
        assert!(found[0].rule.is_empty() && found[0].detail.contains("no data"), "the severity of the rule");
        assert_eq!(findings(console(LINE).judge(&RULE))[0].severity, crate::finding::Severity::Degraded);
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
