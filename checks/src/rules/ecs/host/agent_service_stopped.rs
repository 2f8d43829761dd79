//! The service of the agent does not run.

use crate::ecs::{Case, Settled};
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::os::console::SignKind;
use crate::os::ecs_image::EcsImage;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data stops, disables or masks service `ecs` and does not start it again, on an ECS-optimized Amazon Linux image
    /// (`DescribeInstanceAttribute`, kept as signs). Whether the service runs now shows only on the instance.
    ///
    /// ## Why it matters
    ///
    /// On the ECS-optimized images the service starts with the system. Without it nothing registers the instance, with a healthy network
    /// and role.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl is-active ecs` and `systemctl is-enabled ecs`; on Windows `Get-Service AmazonECS`.
    ///
    /// ## False positives
    ///
    /// A timer, a tool or a person may start the service later. From outside a stopped service looks like a path that is closed.
    ///
    /// ## Fix
    ///
    /// `sudo systemctl enable --now ecs` on the instance (class C), and no stop in the user data for new ones. To undo, disable and stop
    /// it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Updating the Amazon ECS container agent"
    "ecs/agent-service-stopped", Blocker, fix C,
    "The service of the agent does not run",
    needs [DESCRIBE_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, GET_CONSOLE_OUTPUT]
}

const LINUX: &str = "systemctl is-active ecs; systemctl is-enabled ecs; sudo journalctl -u ecs -n 20 --no-pager; sudo tail -n 20 /var/log/ecs/ecs-init.log";
const WINDOWS: &str = "Get-Service AmazonECS | Select-Object Status,StartType";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let inside = |look_for: String| case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for);
    let look_for = "a service that is not active, or not enabled";
    if let Some(judgement) = case.past_connection()? {
        return Ok(judgement);
    }
    if case.registered().is_some() {
        return Ok(inside(look_for.to_owned()));
    }
    let signs = case.user_data()?.filter(|signs| signs.disables_agent);
    if let Some(signs) = signs
        && signs.is_plain()
        && matches!(case.ecs_image()?, EcsImage::AmazonLinux { .. })
    {
        let detail = format!(
            "the user data of `{id}` stops the service of the agent, which waits for the user data, and does not start it again"
        );
        let fix = Fix::new(
            FixClass::C,
            format!(
                "start the service on the instance; leave the stop out of the user data of {} for new ones",
                case.template()
            ),
        )
        .run("sudo systemctl unmask ecs; sudo systemctl enable --now ecs")
        .undo("sudo systemctl disable --now ecs");
        return Ok(Judgement::fail(case.user_data_finding(detail, "DisablesAgent", true).fix(fix)));
    }
    let line = case.console_line(SignKind::EcsAgentFailed, &[SignKind::EcsAgentStarted])?;
    Ok(inside(match line {
        Some(line) => format!("{look_for}, and why; the console shows `{line}`"),
        None => look_for.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs, findings, missing};

    fn with(line: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, &format!("{}{line}\n", ecs::USER_DATA));
        world
    }

    #[test]
    fn fires_when_the_user_data_stops_it() {
        for line in ["systemctl disable --now ecs", "systemctl stop ecs.service", "service ecs stop"] {
            findings(with(line).judge(&RULE));
        }
    }

    #[test]
    fn silent_while_connected() {
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_as_a_question_where_it_is_started_again_or_may_be() {
        for line in [
            "systemctl stop ecs\nsystemctl start --no-block ecs",
            "systemctl stop ecs\n/opt/setup.sh",
            "systemctl disable ecs",
            "",
        ] {
            assert!(matches!(with(line).judge(&RULE), Judgement::Elsewhere { .. }), "{line}");
        }
        let mut world = ecs::nat();
        assert!(matches!(ecs::disconnected(&mut world).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = with("");
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
