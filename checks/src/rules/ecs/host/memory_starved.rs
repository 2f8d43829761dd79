//! The instance ran out of memory.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the console text of the present start shows that the kernel killed processes for want of memory, while the agent is not
    /// connected. The present load shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// Tasks without a hard limit can use up the memory that the agent and Docker need. The kernel then kills one of them; a killed agent
    /// is started again, and loses its connection meanwhile.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `free -m`, and `sudo dmesg -T | grep -i 'out of memory'`.
    ///
    /// ## False positives
    ///
    /// A container that is killed at its own limit prints the same words while the instance has memory to spare.
    ///
    /// ## Fix
    ///
    /// Reboot (class C); reserve memory for the agent with `ECS_RESERVED_MEMORY`, or choose a larger type (class D: an instance whose type
    /// changes must be registered anew) if it comes back. To undo, take the setting back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Reserving Amazon ECS Linux container instance memory"
    "ecs/memory-starved", Degraded, fix C,
    "The instance ran out of memory",
    needs [DESCRIBE_CONTAINER_INSTANCES, GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "free -m; sudo dmesg -T | grep -iE 'out of memory|oom-kill' | tail -n 5";
const WINDOWS: &str = "Get-CimInstance Win32_OperatingSystem | Select-Object FreePhysicalMemory,FreeVirtualMemory";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if let Some(judgement) = case.past_connection()? {
        return Ok(judgement);
    }
    let Some(line) = case.console_line(SignKind::OutOfMemory, &[])? else {
        let look_for = "no free memory, or an agent or a `dockerd` that the kernel killed";
        return Ok(case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for));
    };
    let reboot = Aws::new("ec2", "reboot-instances", case.region()).args("instance-ids", [id]);
    let summary = format!("reboot `{id}`, and reserve memory for the agent or choose a larger type if it comes back");
    Ok(Judgement::fail(
        Finding::new(format!(
            "instance `{id}` ran out of memory, so its agent or Docker may have been killed: `{line}`"
        ))
        .about("ec2-instance", id)
        .proof(Evidence::new(op::GET_CONSOLE_OUTPUT, id, "Output", line))
        .fix(Fix::new(FixClass::C, summary).run(reboot)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{ecs, findings, missing};

    #[test]
    fn fires_on_a_killed_process() {
        let mut world = ecs::nat();
        ecs::with_console(&mut world, "Out of memory: Killed process 4242 (java)");
        assert!(findings(world.judge(&RULE))[0].detail.contains("4242"));
    }

    #[test]
    fn silent_while_connected_and_without_such_a_line() {
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::with_console(&mut world, "login: ").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_console_is_denied() {
        let mut world = ecs::nat();
        ecs::disconnected(&mut world).deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }
}
