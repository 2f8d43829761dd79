//! The user data waits for a service that waits for the user data.

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
    /// Whether a script in the user data starts service `ecs` and waits for it (`systemctl start`, `restart` or `enable --now` without
    /// `--no-block`, not in the background), on an ECS-optimized Amazon Linux image.
    ///
    /// ## Why it matters
    ///
    /// There the unit of the agent has `After=cloud-final.service`, and cloud-init is through only when the script is: both wait for ever,
    /// and the agent writes no log at all. The packages for other systems have no such order.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl list-jobs` shows `ecs.service` waiting and `cloud-final.service` running.
    ///
    /// ## False positives
    ///
    /// User data runs once in the life of an instance: after a reboot nothing waits any more. A console text that shows cloud-init
    /// finished speaks against it, and so does an agent that is registered in another cluster. For `docker` it depends on the image.
    ///
    /// ## Fix
    ///
    /// End the waiting command on the instance (class C); in a new version of the launch template, leave the start out, which the image
    /// does itself, or use `systemctl enable --now --no-block ecs.service`. Nothing to undo.
    ///
    /// ## References
    ///
    /// - Sources of the agent, `packaging/amazon-linux-ami-integrated/ecs.service`
    /// - aws/amazon-ecs-agent, issue 1707
    "ecs/user-data-deadlock", Blocker, fix C,
    "The user data waits for a service that waits for the user data",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_IMAGES, GET_CONSOLE_OUTPUT]
}

const COMMAND: &str = "systemctl list-jobs; systemctl is-active cloud-final ecs docker";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let id = case.instance.instance_id.as_str();
    let waits_for = case.user_data()?.map(|signs| signs.waits_for.as_slice()).unwrap_or_default();
    if waits_for.is_empty() {
        return Ok(Judgement::pass("no script in the user data waits for `ecs` or `docker`"));
    }
    // What else the script runs does not matter: where it waits, it gets no further.
    match case.ecs_image()? {
        // Amazon Linux 1 has no systemd.
        EcsImage::AmazonLinux { .. } if case.image()?.is_some_and(|image| image.name.starts_with("amzn-ami-")) => {
            return Ok(Judgement::pass("the services of this image do not wait for the user data"));
        }
        EcsImage::AmazonLinux { .. } => {}
        // The package of Amazon Linux has the same unit as the image, the one that is fetched from elsewhere has not.
        EcsImage::Unknown
        | EcsImage::Without(
            "Amazon Linux 2" | "Amazon Linux 2 minimal" | "Amazon Linux 2023" | "Amazon Linux 2023 minimal",
        ) => {
            let look_for = "`ecs.service` or `docker.service` waiting while `cloud-final.service` runs";
            return Ok(case.ask_inside(Settled::Registered, COMMAND, COMMAND, look_for));
        }
        _ => return Ok(Judgement::pass("the services of this image do not wait for the user data")),
    }
    let finished = match case.console_line(SignKind::CloudInitFinished, &[])? {
        Some(line) => Some(line),
        None => case.console_line(SignKind::EcsAgentStarted, &[])?,
    };
    if finished.is_some() {
        return Ok(Judgement::pass("the console shows that the user data has come to its end"));
    }
    if !waits_for.iter().any(|service| service == "ecs") {
        let look_for = "`docker.service` waiting while `cloud-final.service` runs";
        return Ok(case.ask_inside(Settled::Registered, COMMAND, COMMAND, look_for));
    }
    let detail = format!(
        "the user data of `{id}` starts `ecs` and waits for it, while `ecs` waits for the user data to end: neither comes about"
    );
    let summary = format!(
        "end the waiting command on the instance; in the user data of {}, leave the start out or use `systemctl enable --now --no-block ecs.service`",
        case.template()
    );
    let end = "sudo pkill -f 'systemctl .*(start|--now).*ecs'";
    Ok(Judgement::fail(
        case.user_data_finding(detail, "WaitsFor", waits_for).fix(Fix::new(FixClass::C, summary).run(end)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs, findings, missing};

    fn with(line: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, &format!("{}{line}\n", ecs::USER_DATA));
        ecs::with_console(&mut world, "");
        world
    }

    #[test]
    fn fires_on_a_start_that_waits() {
        for line in ["systemctl enable --now ecs", "sudo systemctl restart ecs.service", "service ecs start"] {
            assert!(findings(with(line).judge(&RULE))[0].detail.contains("waits for it"), "{line}");
        }
    }

    #[test]
    fn silent_where_nothing_waits_or_it_is_over() {
        for line in ["systemctl enable --now --no-block ecs.service", "systemctl start ecs &", ""] {
            assert!(matches!(with(line).judge(&RULE), Judgement::Pass(_)), "{line}");
        }
        let mut world = with("systemctl start ecs");
        let finished = "Cloud-init v. 22.2.2 finished at Sun, 22 Nov 2026 20:02:11 +0000. Datasource DataSourceEc2.  Up 31 seconds";
        assert!(matches!(ecs::with_console(&mut world, finished).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_as_a_question_for_docker_and_on_other_images() {
        assert!(matches!(with("systemctl start docker").judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = with("systemctl start ecs");
        assert!(matches!(ecs::with_image(&mut world, "golden-42", false).judge(&RULE), Judgement::Elsewhere { .. }));
        let old = "amzn-ami-2018.03.20220831-amazon-ecs-optimized";
        assert!(matches!(ecs::with_image(&mut world, old, true).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let mut world = with("systemctl start ecs");
        assert_eq!(missing(world.deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
