//! Nobody has called `Initialize-ECSAgent` on Windows.

use crate::ecs::{Case, Settled};
use crate::finding::Judgement;
use crate::os::ecs_image::EcsImage;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data of an instance from an ECS-optimized Windows image calls `Initialize-ECSAgent` (`DescribeInstanceAttribute`,
    /// kept as signs).
    ///
    /// ## Why it matters
    ///
    /// On Windows the agent does not start by itself: `Initialize-ECSAgent` sets up its network, writes the settings and starts service
    /// `AmazonECS`. Without `-Cluster` or `ECS_CLUSTER` it joins cluster `default`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `Get-Service AmazonECS`, and the log of the user data.
    ///
    /// ## False positives
    ///
    /// A script that the user data fetches or runs may call it. On an image of your own it may be called at each boot. The call can fail
    /// when Docker is slow to start; then only the log tells.
    ///
    /// ## Fix
    ///
    /// Call `Initialize-ECSAgent -Cluster NAME` on the instance (class C), and in the user data for new instances. To undo, stop and
    /// disable the service.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Bootstrapping Amazon ECS Windows container instances to pass data"
    "ecs/windows-not-initialised", Blocker, fix C,
    "The agent was not initialised on Windows",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_IMAGES]
}

const COMMAND: &str = r#"Get-Service AmazonECS,docker; Get-Content "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Tail 20; Get-Content "$env:ProgramData\Amazon\EC2Launch\log\agent.log" -Tail 20"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if !case.instance.is_windows() {
        return Ok(Judgement::not_applicable("the instance is no Windows"));
    }
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let inside = |look_for: &'static str| case.ask_inside(Settled::Registered, COMMAND, COMMAND, look_for);
    let image = case.ecs_image()?;
    let Some(signs) = case.user_data()? else {
        return Ok(inside("a service `AmazonECS` that is absent or stopped"));
    };
    if signs.initializes_agent || !signs.is_plain() || image != EcsImage::Windows {
        return Ok(inside(
            "a service `AmazonECS` that is absent or stopped, or a call of `Initialize-ECSAgent` that failed",
        ));
    }
    let id = case.instance.instance_id.as_str();
    let detail = format!("the user data of `{id}` does not call `Initialize-ECSAgent`, so the agent does not start");
    Ok(Judgement::fail(case.user_data_finding(detail, "InitializesAgent", false).fix(case.set_cluster())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs, findings, missing};
    use serde_json::json;

    fn windows(text: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, text);
        ecs::with_image(&mut world, "Windows_Server-2022-English-Full-ECS_Optimized-2026.01.15", true);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        world
    }

    #[test]
    fn fires_without_the_call() {
        for text in ["", "<powershell>\nImport-Module ECSTools\n</powershell>"] {
            let found = findings(windows(text).judge(&RULE));
            assert!(
                found[0].fix.as_ref().unwrap().commands[0].contains("Initialize-ECSAgent -Cluster 'web'"),
                "{text}"
            );
        }
    }

    #[test]
    fn silent_as_a_question_where_it_is_called_or_may_be() {
        for text in [
            "<powershell>\nInitialize-ECSAgent -Cluster web\n</powershell>",
            "<powershell>\nC:\\setup.ps1\n</powershell>",
        ] {
            assert!(matches!(windows(text).judge(&RULE), Judgement::Elsewhere { .. }), "{text}");
        }
    }

    #[test]
    fn silent_on_linux() {
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = windows("");
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
