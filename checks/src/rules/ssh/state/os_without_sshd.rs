//! The operating system has no SSH server by design.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::{Case, Settled};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the image of the instance is of an operating system that runs no SSH server of its own: Bottlerocket and Talos, by the
    /// name of the image (`DescribeImages`).
    ///
    /// ## Why it matters
    ///
    /// Systems for containers leave the SSH server out. Port 22 is then refused or dropped whatever the network lets through.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-images --image-ids AMI --query 'Images[].[Name,OwnerId]'`
    ///
    /// ## False positives
    ///
    /// The admin container of Bottlerocket runs an SSH server when it is enabled: a connection that meets one settles the question. A
    /// name can be anything that the publisher likes; an image that is gone tells nothing.
    ///
    /// ## Fix
    ///
    /// Session Manager and the admin container on Bottlerocket, the API of Talos (class M).
    ///
    /// ## References
    ///
    /// - Bottlerocket documentation, "Admin container"
    /// - Talos documentation, "talosctl"
    /// - EC2 API reference, "DescribeImages"
    "ssh/os-without-sshd", Blocker, fix M,
    "The operating system has no SSH server by design",
    needs [DESCRIBE_IMAGES, SSH_PROBE]
}

/// Words of image names, with the system and what stands in the place of SSH.
const SYSTEMS: &[(&str, &str, &str)] = &[
    ("bottlerocket", "Bottlerocket", "open a session and enter `enable-admin-container`"),
    ("talos", "Talos", "use `talosctl`"),
];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(proof) = case.proof_of(Settled::Banner) {
        return Ok(Judgement::pass(format!("{proof}, so there is a server")));
    }
    let id = case.instance.instance_id.as_str();
    let Some(image) = case.snapshot.images.get(&case.instance.image_id)? else {
        let look_for = "the name of a system for containers, such as Bottlerocket";
        return Ok(case.inside(Settled::Banner, Place::Instance, "cat /etc/os-release", look_for));
    };
    let name = image.name.to_ascii_lowercase();
    let Some((_, system, instead)) = SYSTEMS.iter().find(|(word, ..)| name.contains(word)) else {
        return Ok(Judgement::pass(format!(
            "image `{}` is of no system that is known to have no SSH server",
            image.name
        )));
    };
    let session = Aws::new("ssm", "start-session", case.region()).arg("target", id);
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` runs {system}, which has no SSH server of its own"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_IMAGES, &image.image_id, "Name", image.name.as_str()))
            .fix(Fix::new(FixClass::M, *instead).run(session)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::ssh::{connected, probed, public};
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_bottlerocket() {
        let mut world = public();
        world.patch(op::DESCRIBE_IMAGES, "/Images/0/Name", json!("bottlerocket-aws-ecs-2-x86_64-v1.51.0-47438798"));
        assert!(findings(world.judge(&RULE))[0].detail.contains("runs Bottlerocket"));
        assert!(matches!(probed(&mut world, connected()).judge(&RULE), Judgement::Pass(_)), "the admin container");
    }

    #[test]
    fn silent_on_other_systems() {
        assert!(matches!(public().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_image_is_denied_or_gone() {
        let mut world = public();
        world.patch(op::DESCRIBE_IMAGES, "/Images", json!([]));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        world.deny(op::DESCRIBE_IMAGES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeImages"]);
    }
}
