//! A full disk stops the agent.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows `No space left on device`. How full a disk is now shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// The agent keeps its state, its credentials and the output of every command on disk. Without space, or without free inodes, it
    /// cannot start a worker: sessions show a blank screen first, then the heartbeat ends.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `df -h / /var` and `df -i / /var`; `disk_used_percent` of the CloudWatch agent, where it runs.
    ///
    /// ## False positives
    ///
    /// The line may be about a data volume or a small `tmpfs`, which the agent does not use; read which file it names.
    ///
    /// ## Fix
    ///
    /// Grow the volume (class B: costs by the gigabyte), then partition and file system on the instance. A volume cannot shrink, so
    /// there is no way back. Deleting files is for those who know them: `sudo du -xh --max-depth=2 / | sort -h | tail`.
    ///
    /// ## References
    ///
    /// - EBS user guide, "Modify an Amazon EBS volume" and "Extend the file system after resizing an Amazon EBS volume"
    "ssm/os-disk-full", Blocker, Registration, fix B,
    "A disk of the instance is full",
    needs [GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "df -h / /var; df -i / /var";
const WINDOWS: &str = "Get-Volume | Select-Object DriveLetter,SizeRemaining,Size";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let Some(line) = case.console_line(SignKind::DiskFull, &[])? else {
        return Ok(case.inside(LINUX, WINDOWS, "a root or `/var` without space or inodes left"));
    };
    let volumes = Aws::new("ec2", "describe-volumes", case.region())
        .arg("filters", format!("Name=attachment.instance-id,Values={id}"))
        .arg("query", "Volumes[].[VolumeId,Attachments[0].Device,Size]");
    let grow = Aws::new("ec2", "modify-volume", case.region()).arg("volume-id", "VOLUME_ID").arg("size", "GIBIBYTES");
    let summary = format!(
        "grow the full volume of instance `{id}`, then its partition and file system (`growpart`, \
            `xfs_growfs` or `resize2fs`); a volume cannot shrink again"
    );
    Ok(Judgement::fail(
        Finding::new(format!("a disk of instance `{id}` is full, so its agent cannot write: `{line}`"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
            .fix(Fix::new(FixClass::B, summary).run(volumes).run(grow)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_the_kernels_words() {
        let mut world = testkit::nat();
        let line = "cloud-init[812]: OSError: [Errno 28] No space left on device: '/var/lib/cloud/data'";
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(line));
        let found = findings(world.judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "No space left on device: '/var/lib/cloud/data'", "from the sign on");
        assert!(found[0].fix.as_ref().unwrap().rollback.is_empty());
    }

    #[test]
    fn silent_without_such_a_line() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = testkit::nat();
        world.lost().deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
