//! Nothing tells the agent which cluster to join.

use crate::ecs::{Case, LOOK_AT_CONFIG, LOOK_AT_CONFIG_WINDOWS, Settled};
use crate::finding::Judgement;
use crate::os::ecs_image::EcsImage;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data of the instance (`DescribeInstanceAttribute`, kept as signs) tells the agent of no cluster, on an
    /// ECS-optimized image, which tells it of none either.
    ///
    /// ## Why it matters
    ///
    /// Without `ECS_CLUSTER` in `/etc/ecs/ecs.config` the agent joins cluster `default`, and never the one that was meant. Where there
    /// is no cluster `default` and the role may not create one, it joins none.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `cat /etc/ecs/ecs.config`, and `curl -s http://localhost:51678/v1/metadata`.
    ///
    /// ## False positives
    ///
    /// An image of your own may hold the configuration, and a script may fetch it from Amazon S3 or have another program write it: then
    /// the rule asks for a look inside. For cluster `default` nothing has to be told. User data can be replaced while the instance is
    /// stopped, and then is not what ran at its first start.
    ///
    /// ## Fix
    ///
    /// Put `ECS_CLUSTER=NAME` into `/etc/ecs/ecs.config` and restart the agent (class C); give the launch template a new version whose
    /// user data does so, since user data runs once in the life of an instance. To undo, put the file back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Bootstrapping Amazon ECS Linux container instances to pass data"
    /// - ECS developer guide, "Amazon ECS container agent configuration"
    "ecs/user-data-missing", Blocker, fix C,
    "Nothing tells the agent which cluster to join",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_IMAGES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    if case.wants_default() {
        return Ok(Judgement::pass("the agent joins cluster `default` without being told"));
    }
    let Some(signs) = case.user_data()? else {
        return Ok(Judgement::not_applicable("EC2 gives no user data for this instance"));
    };
    if signs.cluster.as_ref().is_some_and(|sign| sign.fault != "empty") {
        let reaches = signs.cluster.as_ref().is_some_and(|sign| sign.reaches_agent());
        return Ok(if reaches {
            Judgement::pass("the user data tells the agent of a cluster")
        } else {
            Judgement::follows_from("ecs/user-data-malformed")
        });
    }
    let cluster = case.question.cluster_name();
    let look_for = format!("no `ECS_CLUSTER={cluster}`");
    let inside = |look_for| case.ask_inside(Settled::Registered, LOOK_AT_CONFIG, LOOK_AT_CONFIG_WINDOWS, look_for);
    if !signs.is_plain() {
        return Ok(inside(format!("{look_for}: the user data fetches or runs what may have written it, or not")));
    }
    if !signs.faults.is_empty() {
        return Ok(Judgement::follows_from("ecs/user-data-malformed"));
    }
    if signs.exits_before {
        return Ok(Judgement::follows_from("ecs/user-data-failed"));
    }
    match case.ecs_image()? {
        EcsImage::AmazonLinux { .. } => {}
        EcsImage::Bottlerocket { .. } => return Ok(Judgement::not_applicable("see `ecs/bottlerocket-setting`")),
        EcsImage::Windows => return Ok(Judgement::not_applicable("see `ecs/windows-not-initialised`")),
        // Whatever the image was, an agent that the user data installs has no other configuration.
        EcsImage::Without(_) if signs.installs_agent => {}
        EcsImage::Without(_) => return Ok(Judgement::follows_from("ecs/ami-without-agent")),
        EcsImage::Unknown => return Ok(inside(format!("{look_for}: the image may hold it, or not"))),
    }
    let id = case.instance.instance_id.as_str();
    let what =
        if signs.kind == "none" { "instance has no user data" } else { "user data tells the agent of no cluster" };
    let detail = format!("the {what}, so the agent of `{id}` joins cluster `default` and not `{cluster}`");
    Ok(Judgement::fail(case.user_data_finding(detail, "Kind", signs.kind.as_str()).fix(case.set_cluster())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs, findings, missing};

    fn with(text: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, text);
        world
    }

    #[test]
    fn fires_without_user_data_or_without_a_cluster_in_it() {
        for text in ["", "#!/bin/bash\nyum update -y\n"] {
            let found = findings(with(text).judge(&RULE));
            assert!(found[0].fix.as_ref().unwrap().commands[1].contains("ECS_CLUSTER=web"), "{text}");
        }
    }

    #[test]
    fn fires_on_an_agent_that_the_user_data_installs() {
        let mut world = with("#!/bin/bash\nyum install -y ecs-init\nsystemctl enable ecs\n");
        findings(ecs::with_image(&mut world, "al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64", true).judge(&RULE));
    }

    #[test]
    fn silent_where_a_cluster_is_told_or_the_instance_is_there() {
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with(ecs::USER_DATA).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_as_a_question_where_something_else_may_tell_it() {
        for text in [
            "#!/bin/bash\naws s3 cp s3://b/ecs.config /etc/ecs/ecs.config\n",
            "#!/bin/bash\n/opt/aws/bin/cfn-init -s x\n",
        ] {
            assert!(matches!(with(text).judge(&RULE), Judgement::Elsewhere { .. }), "{text}");
        }
        let mut world = with("");
        assert!(matches!(ecs::with_image(&mut world, "golden-42", false).judge(&RULE), Judgement::Elsewhere { .. }));
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
