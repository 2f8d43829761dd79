//! Bottlerocket is not told of the cluster.

use crate::ecs::{Case, Settled};
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass, quoted};
use crate::os::ecs_image::EcsImage;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data of an instance from a Bottlerocket image for ECS sets `settings.ecs.cluster`, in TOML
    /// (`DescribeInstanceAttribute`, kept as signs).
    ///
    /// ## Why it matters
    ///
    /// Bottlerocket has no shell that would run a script: it takes settings as TOML, and user data that is none keeps it from booting.
    /// Without the setting its agent joins cluster `default`.
    ///
    /// ## How to confirm
    ///
    /// In the control container of the instance: `apiclient get settings.ecs`.
    ///
    /// ## False positives
    ///
    /// A setting that was made with `apiclient` after the launch does not show in the user data.
    ///
    /// ## Fix
    ///
    /// Set it with `apiclient` in the control container (class C: the agent restarts), and in the user data for new instances. To undo, set
    /// the previous value.
    ///
    /// ## References
    ///
    /// - Bottlerocket documentation, "settings.ecs"
    /// - ECS developer guide, "Launching Bottlerocket instances for Amazon ECS"
    "ecs/bottlerocket-setting", Blocker, fix C,
    "Bottlerocket is not told of the cluster",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_IMAGES]
}

const COMMAND: &str = "apiclient get settings.ecs";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    if !matches!(case.ecs_image()?, EcsImage::Bottlerocket { .. }) {
        return Ok(Judgement::not_applicable("the image is not known as Bottlerocket for ECS"));
    }
    let cluster = case.question.cluster_name();
    let Some(signs) = case.user_data()? else {
        return Ok(case.ask_inside(Settled::Registered, COMMAND, COMMAND, "another cluster, or none"));
    };
    let id = case.instance.instance_id.as_str();
    let is_toml = signs.kind == "toml";
    if !is_toml && signs.kind != "none" {
        // A comment or a table of its own may stand before the settings; only what is plainly for others is none.
        let is_script = ["shell-script", "script", "cloud-config", "cloud-boothook", "mime", "windows"]
            .contains(&signs.kind.as_str());
        if !is_script {
            return Ok(case.ask_inside(Settled::Registered, COMMAND, COMMAND, "another cluster, or none"));
        }
        let detail = format!("the user data of `{id}` is no TOML, which is all that Bottlerocket takes");
        return Ok(Judgement::fail(
            case.user_data_finding(detail, "Kind", signs.kind.as_str()).fix(template_only(case)),
        ));
    }
    match &signs.cluster {
        Some(sign) if !sign.fault.is_empty() => {
            let detail = format!("the user data of `{id}` sets `settings.ecs.cluster` to what no cluster is named");
            Ok(Judgement::fail(
                case.user_data_finding(detail, "Cluster.Fault", sign.fault.as_str()).fix(set(case, cluster)),
            ))
        }
        Some(_) => Ok(Judgement::pass("the user data sets `settings.ecs.cluster`")),
        None if case.wants_default() => Ok(Judgement::pass("the agent joins cluster `default` without being told")),
        None => {
            let detail = format!(
                "the user data of `{id}` does not set `settings.ecs.cluster`, so its agent joins cluster `default`"
            );
            Ok(Judgement::fail(
                case.user_data_finding(detail, "Cluster", serde_json::Value::Null).fix(set(case, cluster)),
            ))
        }
    }
}

fn set(case: &Case<'_>, cluster: &str) -> Fix {
    let summary = format!(
        "in the control container of the instance, set the cluster; correct the user data of {} for new instances",
        case.template()
    );
    Fix::new(FixClass::C, summary)
        .run(format!("apiclient set {}", quoted(&format!("settings.ecs.cluster={cluster}"))))
        .undo("apiclient set settings.ecs.cluster=default")
}

fn template_only(case: &Case<'_>) -> Fix {
    let summary =
        format!("give {} user data in TOML with `settings.ecs.cluster`, and replace the instance", case.template());
    Fix::new(FixClass::C, summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs, findings, missing};

    fn bottlerocket(text: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, text);
        ecs::with_image(&mut world, "bottlerocket-aws-ecs-2-x86_64-v1.20.0-fcf71a47", true);
        world
    }

    #[test]
    fn fires_without_the_setting_and_on_a_script() {
        for text in [
            "",
            "[settings.host-containers.admin]\nenabled = true\n",
            ecs::USER_DATA,
            "[settings.ecs]\ncluster = \"a b\"\n",
        ] {
            findings(bottlerocket(text).judge(&RULE));
        }
        let fix = findings(bottlerocket("").judge(&RULE))[0].fix.clone().unwrap();
        assert_eq!(fix.commands, ["apiclient set settings.ecs.cluster=web"]);
    }

    #[test]
    fn silent_with_the_setting_and_on_other_images() {
        assert!(matches!(bottlerocket("[settings.ecs]\ncluster = \"web\"\n").judge(&RULE), Judgement::Pass(_)));
        let mut world = ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let mut world = bottlerocket("");
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
        assert_eq!(missing(world.deny(op::DESCRIBE_IMAGES).judge(&RULE)), ["ec2:DescribeImages"]);
    }
}
