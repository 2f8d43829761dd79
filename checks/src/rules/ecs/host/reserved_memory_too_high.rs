//! More memory is reserved than the instance has.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// `ECS_RESERVED_MEMORY` in the user data against the memory of the instance type (`MemoryInfo.SizeInMiB` in
    /// `DescribeInstanceTypes`).
    ///
    /// ## Why it matters
    ///
    /// The agent offers ECS what the system tells as total memory, less the reserved part. When that is below zero, it does not register:
    /// `reserved memory is higher than available memory on the host`. This happens when a smaller type is launched from a template for a
    /// larger one.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `free -m` against `grep ECS_RESERVED_MEMORY /etc/ecs/ecs.config`.
    ///
    /// ## False positives
    ///
    /// The system tells somewhat less than the type has, so a value just below it needs a look inside. A value above 65535 is left aside
    /// by the agent with a warning.
    ///
    /// ## Fix
    ///
    /// Lower the value on the instance and restart the agent (class C), and in the user data for new instances. To undo, put the file
    /// back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Reserving Amazon ECS Linux container instance memory"
    /// - Sources of the agent, `ecs-agent/api/ecs/client/ecs_client.go`
    "ecs/reserved-memory-too-high", Blocker, fix C,
    "More memory is reserved than the instance has",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_INSTANCE_TYPES]
}

const SETTING: &str = "ECS_RESERVED_MEMORY";
/// The agent reads the value as a number of 16 bits.
const MOST: i64 = 65_535;
const LINUX: &str = "free -m; grep ECS_RESERVED_MEMORY /etc/ecs/ecs.config; sudo grep -i 'reserved memory' /var/log/ecs/ecs-agent.log | tail -n 3";
const WINDOWS: &str = "[Environment]::GetEnvironmentVariable('ECS_RESERVED_MEMORY','Machine'); (Get-CimInstance Win32_ComputerSystem).TotalPhysicalMemory / 1MB";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let look_for = "a value above the total memory";
    let inside = || case.ask_inside(Settled::Registered, LINUX, WINDOWS, look_for);
    let signs = case.user_data()?;
    let Some(setting) = signs.and_then(|signs| signs.setting(SETTING)) else {
        return Ok(inside());
    };
    let Ok(reserved) = setting.value.parse::<i64>() else { return Ok(inside()) };
    if reserved > MOST {
        return Ok(Judgement::pass("the agent leaves aside a value above 65535"));
    }
    let Some(kind) = case.instance_type()? else { return Ok(inside()) };
    let total = kind.memory_info.size_in_mib;
    if total <= 0 || setting.is_conditional || signs.is_some_and(|signs| !signs.is_plain()) {
        return Ok(inside());
    }
    if reserved < total {
        // What the firmware and the kernel keep for themselves is less than a fifth of even the smallest types.
        let is_near = reserved.saturating_mul(5) >= total.saturating_mul(4);
        return Ok(if is_near {
            inside()
        } else {
            Judgement::pass(format!("{reserved} MiB of {total} MiB are reserved"))
        });
    }
    let id = case.instance.instance_id.as_str();
    let detail = format!(
        "{reserved} MiB of memory are reserved on `{id}`, and type `{}` has {total} MiB: the agent does not register",
        kind.instance_type
    );
    Ok(Judgement::fail(
        case.user_data_finding(detail, format!("Settings[Name={SETTING}].Value").as_str(), reserved)
            .proof(Evidence::new(
                op::DESCRIBE_INSTANCE_TYPES,
                kind.instance_type.as_str(),
                "MemoryInfo.SizeInMiB",
                total,
            ))
            .fix(case.edit_config(&format!("lower `{SETTING}`"))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{World, ecs, findings, missing};

    fn reserved(value: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(
            &mut world,
            &format!("{}echo ECS_RESERVED_MEMORY={value} >> /etc/ecs/ecs.config\n", ecs::USER_DATA),
        );
        world
    }

    #[test]
    fn fires_above_the_memory_of_the_type() {
        for value in ["1024", "4096"] {
            let found = findings(reserved(value).judge(&RULE));
            assert_eq!(found[0].evidence.len(), 2, "{value}");
        }
    }

    #[test]
    fn silent_below_it_and_once_registered() {
        assert!(matches!(reserved("256").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(reserved("99999").judge(&RULE), Judgement::Pass(_)), "left aside by the agent");
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_as_a_question_where_it_is_near_or_not_told() {
        for value in ["1000", "$X"] {
            assert!(matches!(reserved(value).judge(&RULE), Judgement::Elsewhere { .. }), "{value}");
        }
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let mut world = reserved("4096");
        assert_eq!(missing(world.deny(op::DESCRIBE_INSTANCE_TYPES).judge(&RULE)), ["ec2:DescribeInstanceTypes"]);
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
