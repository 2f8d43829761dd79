//! The instance is starved of memory or CPU.

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
    /// Whether the console text of the present start shows that the kernel killed processes for want of memory, or tasks that were blocked
    /// for minutes. The present load shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// Sessions need a new process each and fail first; later the agent itself is killed or gets no time for its heartbeat.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `free -m`, `uptime`, `sudo dmesg -T | grep -iE 'out of memory|blocked for more'`; from outside the metric
    /// `CPUUtilization`, and memory metrics of the CloudWatch agent.
    ///
    /// ## False positives
    ///
    /// A container that is killed at its own limit prints the same words while the instance has memory to spare. A blocked task can also
    /// be a slow volume: compare the EBS status check.
    ///
    /// ## Fix
    ///
    /// Reboot (class C), and choose a larger type (class D) if it comes back. To undo the resizing, set the old type.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Troubleshoot Linux instances with failed status checks", "Out of memory: kill process"
    "ssm/os-memory-or-cpu-exhausted", Degraded, Registration, fix C,
    "The instance is starved of memory or CPU",
    needs [GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "free -m; uptime; sudo dmesg -T | grep -iE 'out of memory|blocked for more' | tail -n 5";
const WINDOWS: &str = "Get-CimInstance Win32_OperatingSystem | Select-Object \
    FreePhysicalMemory,FreeVirtualMemory; Get-Process | Sort-Object CPU -Descending | Select-Object -First 5";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let killed = case.console_line(SignKind::OutOfMemory, &[])?;
    let blocked = case.console_line(SignKind::TaskBlocked, &[])?;
    let words = if killed.is_some() { "ran out of memory" } else { "had tasks that stood still for minutes" };
    if killed.or(blocked).is_none() {
        return Ok(case.inside(
            LINUX,
            WINDOWS,
            "no free memory, a load far above the number of CPUs, or processes that the kernel killed",
        ));
    }
    let lines = [killed, blocked];
    let shown = lines.into_iter().flatten().next().unwrap_or_default();
    let reboot = Aws::new("ec2", "reboot-instances", case.region()).args("instance-ids", [id]);
    let summary =
        format!("reboot instance `{id}`, and choose a larger type if it comes back; running work is interrupted");
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` {words}, so its agent may have been killed or starved: `{shown}`"))
            .about("ec2-instance", id)
            .proofs(lines.into_iter().flatten().map(|line| Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line)))
            .fix(Fix::new(FixClass::C, summary).run(reboot)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn console(text: &str) -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(text));
        world
    }

    #[test]
    fn fires_on_killed_and_on_blocked_processes() {
        let both = "Out of memory: Killed process 4242 (java)\nINFO: task jbd2:1 blocked for more than 120 seconds.";
        let found = findings(console(both).judge(&RULE));
        assert!(found[0].detail.contains("ran out of memory"));
        assert_eq!(found[0].evidence.len(), 2);
        let blocked = findings(console("INFO: task jbd2:1 blocked for more than 120 seconds.").judge(&RULE));
        assert!(blocked[0].detail.contains("stood still"));
    }

    #[test]
    fn silent_without_such_a_line() {
        assert!(matches!(console("web-1 login: ").judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        assert_eq!(missing(console("").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
