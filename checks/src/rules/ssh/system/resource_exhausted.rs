//! The instance is starved of memory or CPU.

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
    /// Whether the console text of the present start shows that the kernel killed processes for want of memory, or tasks that stood
    /// still for minutes. The present load shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// A login needs new processes. Where there is no memory, no process number or no CPU left, the banner comes late or not at all,
    /// and sessions end as soon as they begin.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `free -m`, `uptime`, `sudo dmesg -T | grep -iE 'out of memory|blocked for more'`; from outside the metric
    /// `CPUUtilization`, and `CPUCreditBalance` of a burstable type.
    ///
    /// ## False positives
    ///
    /// A container that is killed at its own limit prints the same words while the instance has memory to spare. A blocked task can
    /// also be a slow volume: compare the EBS status check.
    ///
    /// ## Fix
    ///
    /// Reboot (class C), and choose a larger type (class D) if it comes back. To undo the resizing, set the old type.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot Linux instances with failed status checks", "Out of memory: kill process"
    "ssh/resource-exhausted", Degraded, fix C,
    "The instance is starved of memory or CPU",
    needs [GET_CONSOLE_OUTPUT, SSH_PROBE]
}

const CLUE: Clue = Clue {
    settled: Settled::Nothing,
    kinds: &[SignKind::OutOfMemory, SignKind::TaskBlocked],
    undone_by: &[],
    command: "free -m; uptime; ps -e --no-headers | wc -l; cat /proc/sys/kernel/pid_max; sudo dmesg -T | grep -iE 'out of memory|blocked for more' | tail -n 5",
    look_for: "no free memory, a load far above the number of CPUs, or processes that the kernel killed",
};

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    CLUE.judge(case, |line| {
        let id = case.instance.instance_id.as_str();
        let reboot = Aws::new("ec2", "reboot-instances", case.region()).args("instance-ids", [id]);
        let summary =
            format!("reboot instance `{id}`, and choose a larger type if it comes back; running work is interrupted");
        case.shown_by(line, "the instance is starved of memory or CPU, so that logins are slow or fail")
            .fix(Fix::new(FixClass::C, summary).run(reboot))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::console;
    use crate::testkit::{findings, missing};

    const LINE: &str = "Out of memory: Killed process 4242 (java)";

    #[test]
    fn fires_on_the_line_of_the_console() {
        let found = findings(console(LINE).judge(&RULE));
        assert_eq!(found[0].evidence[0].value, "Out of memory: Killed process 4242 (java)");
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
