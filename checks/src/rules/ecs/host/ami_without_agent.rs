//! The image of the instance has no ECS agent.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::ecs_image::EcsImage;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the image that the instance was launched from is one that its publisher gives away without ECS's agent (`Name` and
    /// `ImageOwnerAlias` in `DescribeImages`), while the user data installs none (`DescribeInstanceAttribute`, kept as signs).
    ///
    /// ## Why it matters
    ///
    /// Only the agent registers an instance in a cluster. Amazon Linux, Ubuntu, Windows Server and the images of EKS come without it; the
    /// ECS-optimized images bring it along with Docker.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl status ecs docker`; on Windows `Get-Service AmazonECS`.
    ///
    /// ## False positives
    ///
    /// Somebody may have installed the agent by hand or with a tool that works from outside after the launch. An image of your own can
    /// hold the agent whatever its name is: then only a look inside tells.
    ///
    /// ## Fix
    ///
    /// Launch instances from an ECS-optimized image, whose id a public parameter of Systems Manager holds (class M); or install package
    /// `ecs-init`. Nothing to undo.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS-optimized Linux AMIs"
    /// - ECS developer guide, "Installing the Amazon ECS container agent"
    "ecs/ami-without-agent", Blocker, fix M,
    "The image of the instance has no ECS agent",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_IMAGES, DESCRIBE_INSTANCE_ATTRIBUTE]
}

const LINUX: &str = "systemctl status ecs docker --no-pager";
const WINDOWS: &str = "Get-Service AmazonECS,docker";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let inside = |look_for: String| case.ask_inside(Settled::Registered, LINUX, WINDOWS, look_for);
    let image = case.image()?;
    let family = match case.ecs_image()? {
        EcsImage::Without(family) => family,
        EcsImage::Unknown => {
            return Ok(inside("no unit `ecs`: whether the image holds the agent does not show".to_owned()));
        }
        _ => return Ok(Judgement::pass("the image is ECS-optimized and brings the agent along")),
    };
    let signs = case.user_data()?;
    if signs.is_some_and(|signs| signs.installs_agent || !signs.is_plain()) {
        return Ok(inside(format!(
            "no unit `ecs`: the image, {family}, has no agent, and whether the user data has installed it does not show"
        )));
    }
    let (id, image_id) = (case.instance.instance_id.as_str(), case.instance.image_id.as_str());
    let name = image.map(|image| image.name.as_str()).unwrap_or_default();
    let find = Aws::new("ssm", "get-parameters", case.region()).args(
        "names",
        [if case.instance.is_windows() {
            "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-ECS_Optimized"
        } else {
            "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
        }],
    );
    let summary = format!("launch from an ECS-optimized image: put the id that this shows into {}", case.template());
    Ok(Judgement::fail(
        Finding::new(format!(
            "instance `{id}` was launched from image `{image_id}` ({family}), which has no ECS agent, and its user data installs none"
        ))
        .about("ec2-instance", id)
        .about("image", image_id)
        .proof(Evidence::new(op::DESCRIBE_IMAGES, image_id, "Name", name))
        .proof(Evidence::new(
            op::DESCRIBE_INSTANCE_ATTRIBUTE,
            id,
            "UserDataSigns.InstallsAgent",
            signs.is_some_and(|signs| signs.installs_agent),
        ))
        .fix(Fix::new(FixClass::M, summary).run(find)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{ecs, findings, missing};
    use serde_json::json;

    const PLAIN: &str = "al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64";

    #[test]
    fn fires_on_a_plain_image() {
        let mut world = ecs::nat();
        let found = findings(ecs::with_image(&mut world, PLAIN, true).judge(&RULE));
        assert!(found[0].detail.contains("Amazon Linux 2023"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("optimized-ami"));
    }

    #[test]
    fn silent_on_an_ecs_image_and_where_the_agent_works() {
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)), "registered");
        assert!(matches!(ecs::never(&mut world).judge(&RULE), Judgement::Pass(_)), "ECS-optimized");
    }

    #[test]
    fn silent_as_a_question_where_the_image_or_the_user_data_may_hold_it() {
        let mut world = ecs::nat();
        assert!(
            matches!(ecs::with_image(&mut world, PLAIN, false).judge(&RULE), Judgement::Elsewhere { .. }),
            "a copy"
        );
        for text in ["#!/bin/bash\nyum install -y ecs-init\n", "#!/bin/bash\n/opt/setup.sh\n"] {
            let mut world = ecs::nat();
            ecs::with_user_data(&mut world, text);
            assert!(
                matches!(ecs::with_image(&mut world, PLAIN, true).judge(&RULE), Judgement::Elsewhere { .. }),
                "{text}"
            );
        }
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let mut world = ecs::nat();
        assert_eq!(missing(ecs::never(&mut world).deny(op::DESCRIBE_IMAGES).judge(&RULE)), ["ec2:DescribeImages"]);
        let mut world = ecs::nat();
        ecs::with_image(&mut world, PLAIN, true).deny(op::DESCRIBE_INSTANCE_ATTRIBUTE);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstanceAttribute"]);
        let mut world = ecs::nat();
        world.deny(op::LIST_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:ListContainerInstances"]);
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }
}
