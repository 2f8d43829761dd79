//! A full disk keeps users from logging in.

use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::clue::Clue;
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows `No space left on device`. How full a disk is now shows only on the
    /// instance.
    ///
    /// ## Why it matters
    ///
    /// A login writes: the record of the session, the history of the shell, files of X11 and of the agent. Without space, or without
    /// free inodes, it hangs or ends right after the key was accepted; and no key can be added.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `df -h / /var /home /run` and `df -i / /var /home`; `disk_used_percent` of the CloudWatch agent, where it runs.
    ///
    /// ## False positives
    ///
    /// The line may be about a data volume or a small `tmpfs` that no login needs; read which file it names.
    ///
    /// ## Fix
    ///
    /// Grow the volume (class B: costs by the gigabyte), then partition and file system on the instance. A volume cannot shrink, so
    /// there is no way back. Deleting files is for those who know them: `sudo du -xh --max-depth=2 / | sort -h | tail`.
    ///
    /// ## References
    ///
    /// - EBS user guide, "Modify an Amazon EBS volume" and "Extend the file system after resizing an Amazon EBS volume"
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance"
    "ssh/disk-full", Blocker, fix B,
    "A disk of the instance is full",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Nothing,
    kinds: &[SignKind::DiskFull],
    undone_by: &[],
    command: "df -h / /var /home /run; df -i / /var /home",
    look_for: "a file system without space or inodes left",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        let id = case.instance.instance_id.as_str();
        let volumes = Aws::new("ec2", "describe-volumes", case.region())
            .arg("filters", format!("Name=attachment.instance-id,Values={id}"))
            .arg("query", "Volumes[].[VolumeId,Attachments[0].Device,Size]");
        let grow =
            Aws::new("ec2", "modify-volume", case.region()).arg("volume-id", "VOLUME_ID").arg("size", "GIBIBYTES");
        let summary = format!(
            "grow the full volume of instance `{id}`, then its partition and file system (`growpart`, `xfs_growfs` or \
                `resize2fs`); a volume cannot shrink again"
        );
        case.shown_by(line, "a disk of the instance is full, so that logins hang or fail")
            .fix(Fix::new(FixClass::B, summary).run(volumes).run(grow))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::console;
    use crate::testkit::{findings, missing};

    const LINE: &str = "cloud-init[812]: OSError: [Errno 28] No space left on device: '/var/log/lastlog'";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "No space left on device: '/var/log/lastlog'");
        assert!(found[0].fix.is_some());
    }

    #[test]
    fn silent_without_such_a_line() {
        assert!(matches!(console("web-1 login: ").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
