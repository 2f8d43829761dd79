//! User data that is not run as meant.

use crate::ecs::{Case, LOOK_AT_CONFIG, Settled};
use crate::finding::Judgement;
use crate::os::ecs_image::EcsImage;
use crate::os::user_data::UserDataSigns;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data of the instance (`DescribeInstanceAttribute`, kept as signs) is something that cloud-init does not run, or
    /// writes the cluster to a place that the agent does not read.
    ///
    /// ## Why it matters
    ///
    /// cloud-init leaves aside a text that does not begin with `#!`, `#cloud-config`, `#cloud-boothook` or MIME headers, a script behind
    /// a blank line cannot be executed, and a MIME message whose parts do not carry its boundary has no parts. The agent reads
    /// `/etc/ecs/ecs.config` and nothing else: no other file, and no variable that a script exports. In each case it joins cluster
    /// `default`, if any.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `cat /etc/ecs/ecs.config`, and `/var/log/cloud-init.log` for `Unhandled non-multipart` and `Exec format error`.
    ///
    /// ## False positives
    ///
    /// cloud-init takes carriage returns out of a script whose first line has one, and newer versions undo base64 that was applied
    /// twice: neither is a fault by itself. On an image of your own another program may read the user data; then the rule asks for a look
    /// inside.
    ///
    /// ## Fix
    ///
    /// Write the setting on the instance and restart the agent (class C), and give the launch template a new version with corrected user
    /// data, since user data runs once in the life of an instance. To undo, put the file back.
    ///
    /// ## References
    ///
    /// - cloud-init documentation, "User data formats"
    /// - EC2 user guide, "Run commands when you launch an EC2 instance with user data input"
    /// - ECS developer guide, "Bootstrapping Amazon ECS Linux container instances to pass data"
    "ecs/user-data-malformed", Blocker, fix C,
    "The user data does not reach the agent",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_IMAGES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let Some(signs) = case.user_data()? else {
        return Ok(Judgement::not_applicable("EC2 gives no user data for this instance"));
    };
    let inside =
        |look_for: String| case.inside(Settled::Registered, crate::finding::Place::Instance, LOOK_AT_CONFIG, look_for);
    let image = case.ecs_image()?;
    if matches!(image, EcsImage::Bottlerocket { .. } | EcsImage::Windows) || case.instance.is_windows() {
        return Ok(Judgement::not_applicable("it is no Linux that runs cloud-init"));
    }
    if case.wants_default() && signs.cluster.is_none() {
        return Ok(Judgement::pass("the agent joins cluster `default` without being told"));
    }
    let Some((field, what)) = fault(signs) else {
        if signs.is_double_base64 {
            return Ok(inside(
                "no `ECS_CLUSTER`: the user data is base64 twice, which only newer versions of cloud-init undo"
                    .to_owned(),
            ));
        }
        return Ok(Judgement::pass("the user data is run, and what it tells the agent reaches it"));
    };
    // A part that is broken says nothing of another one that tells the cluster.
    if signs.certain_cluster().is_some() && !is_of_the_whole(field) {
        return Ok(Judgement::pass("the part of the user data that tells the agent of a cluster is in order"));
    }
    let is_conditional = signs.cluster.as_ref().is_some_and(|sign| sign.is_conditional);
    let is_sure = matches!(image, EcsImage::AmazonLinux { .. }) && signs.is_plain() && !is_conditional;
    if !is_sure {
        return Ok(inside(format!("no `ECS_CLUSTER`: {what}, unless something else has told the agent")));
    }
    let id = case.instance.instance_id.as_str();
    let cluster = case.question.cluster_name();
    let detail = format!("{what}, so the agent of `{id}` does not learn of cluster `{cluster}`");
    let value: serde_json::Value = match field {
        "Cluster.Target" => signs.cluster.as_ref().map(|sign| sign.target.clone()).into(),
        _ => signs.faults.clone().into(),
    };
    Ok(Judgement::fail(case.user_data_finding(detail, field, value).fix(case.set_cluster())))
}

/// Whether a fault keeps all of the user data from running, and not one part.
fn is_of_the_whole(field: &str) -> bool {
    field != "Faults[]"
}

fn fault(signs: &UserDataSigns) -> Option<(&'static str, &'static str)> {
    let has = |fault: &str| signs.faults.iter().any(|own| own == fault);
    let target = signs.cluster.as_ref().map(|sign| sign.target.as_str()).unwrap_or_default();
    Some(if has("unknown-start") {
        (
            "Faults",
            "cloud-init does not run the user data, which begins with none of the words that it knows, such as `#!`",
        )
    } else if has("mime-version-missing") {
        ("Faults", "cloud-init does not take the user data for a MIME message, which lacks the header `MIME-Version`")
    } else if has("boundary-missing") || has("boundary-unused") {
        ("Faults", "the user data is a MIME message whose boundary its parts do not carry, so none of them is run")
    } else if has("blank-before-shebang") && signs.kind == "shell-script" {
        ("Faults", "the script in the user data cannot be executed, since `#!` does not stand at its very beginning")
    } else if has("stray-carriage-returns") && target == "other-file" {
        (
            "Faults",
            "the script in the user data has carriage returns behind a first line without one, which become part of paths",
        )
    } else if target == "other-file" {
        ("Cluster.Target", "the user data writes `ECS_CLUSTER` to a file that is not `/etc/ecs/ecs.config`")
    } else if target == "environment" && !signs.initializes_agent {
        ("Cluster.Target", "the user data sets `ECS_CLUSTER` as a variable of its shell, which no agent sees")
    } else if has("part-without-shebang") || has("blank-before-shebang") {
        ("Faults[]", "a script in a part of the user data cannot be executed, since it does not begin with `#!`")
    } else {
        return None;
    })
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

    const SET: &str = "echo ECS_CLUSTER=web >> /etc/ecs/ecs.config\n";

    #[test]
    fn fires_on_what_cloud_init_does_not_run() {
        for (text, word) in [
            (SET.to_owned(), "begins with none"),
            (format!("\n#!/bin/bash\n{SET}"), "very beginning"),
            (format!("Content-Type: multipart/mixed; boundary=a\n\n--a\n\n#!/bin/bash\n{SET}--a--"), "MIME-Version"),
            (
                format!(
                    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--b\n\n#!/bin/bash\n{SET}--b--"
                ),
                "boundary",
            ),
            (
                format!(
                    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/x-shellscript\n\n{SET}--a--"
                ),
                "part",
            ),
        ] {
            let found = findings(with(&text).judge(&RULE));
            assert!(found[0].detail.contains(word), "{text}: {}", found[0].detail);
        }
    }

    #[test]
    fn fires_on_a_cluster_in_the_wrong_place() {
        for text in [
            "#!/bin/bash\necho ECS_CLUSTER=web >> ecs.config\n",
            "#!/bin/bash\nexport ECS_CLUSTER=web\n",
            "#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\r\n",
        ] {
            findings(with(text).judge(&RULE));
        }
    }

    #[test]
    fn silent_where_it_reaches_the_agent() {
        for text in [
            format!("#!/bin/bash\n{SET}"),
            format!("#!/bin/bash\r\n{}", SET.replace('\n', "\r\n")),
            format!(
                "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/x-shellscript\n\nls\n--a\nContent-Type: text/x-shellscript\n\n#!/bin/bash\n{SET}--a--"
            ),
        ] {
            assert!(matches!(with(&text).judge(&RULE), Judgement::Pass(_)), "{text:?}");
        }
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_as_a_question_on_other_images_and_for_base64_twice() {
        let mut world = with(SET);
        assert!(matches!(ecs::with_image(&mut world, "golden-42", false).judge(&RULE), Judgement::Elsewhere { .. }));
        let twice = "IyEvYmluL2Jhc2gKZWNobyBFQ1NfQ0xVU1RFUj1wcm9kID4+IC9ldGMvZWNzL2Vjcy5jb25maWcK";
        assert!(matches!(with(twice).judge(&RULE), Judgement::Elsewhere { .. }));
        let fetched = "#!/bin/bash\nexport ECS_CLUSTER=web\n/opt/setup.sh\n";
        assert!(matches!(with(fetched).judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = with(SET);
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
