//! Two installations of the agent fight each other.

use crate::finding::Judgement;
use crate::os::image::family;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether SSM Agent is on the instance twice, as a package (deb or rpm) and as a snap. No API shows it, so the rule hands over the
    /// command; systems without snaps are spared the question.
    ///
    /// ## Why it matters
    ///
    /// Both installations share one state folder. They take the node's identity from each other, and each update of one starts the
    /// other: the node flaps between `Online` and `ConnectionLost`.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `dpkg -l amazon-ssm-agent`, `rpm -q amazon-ssm-agent` and `snap list amazon-ssm-agent`; at most one may list it.
    ///
    /// ## False positives
    ///
    /// `dpkg -l` also lists removed packages whose configuration stayed (state `rc`): those do no harm.
    ///
    /// ## Fix
    ///
    /// Stop and disable the older of the two (class C), for a package `sudo systemctl disable --now amazon-ssm-agent`. To undo, enable it.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Determine the correct SSM Agent version to install on 64-bit Ubuntu Server 16.04 instances"
    "ssm/agent-duplicate-install", Degraded, Registration, fix C,
    "SSM Agent is installed twice",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_INFORMATION]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.instance.is_windows() {
        return Ok(Judgement::not_applicable("Windows has no second kind of installation"));
    }
    let image = || case.snapshot.images.get(&case.instance.image_id).ok().flatten().map(|image| image.name.as_str());
    let told = case.heartbeat.node().map(|node| node.platform_name.as_str()).filter(|name| !name.is_empty());
    let system = told.or_else(image).and_then(family).map_or("", |family| family.name);
    if ["Amazon Linux", "Bottlerocket", "macOS"].iter().any(|name| system.starts_with(name)) {
        return Ok(Judgement::not_applicable(format!("{system} has no snaps")));
    }
    Ok(case.inside(
        "dpkg -l amazon-ssm-agent; rpm -q amazon-ssm-agent; snap list amazon-ssm-agent",
        "",
        "more than one of the three listing the agent as installed",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World};
    use serde_json::json;

    fn platform(name: &str) -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/PlatformName", json!(name));
        world
    }

    #[test]
    fn fires_as_a_question_where_snaps_exist() {
        let judgement = platform("Ubuntu").judge(&RULE);
        assert!(matches!(judgement, Judgement::Elsewhere { command, .. } if command.contains("snap list")));
    }

    #[test]
    fn silent_where_there_are_no_snaps() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(testkit::nat().never().judge(&RULE), Judgement::NotApplicable(_)), "by the image");
        let mut world = platform("Ubuntu");
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/Platform", json!("windows"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_system_is_asked() {
        let mut world = testkit::nat();
        world.never().deny(op::DESCRIBE_IMAGES);
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
    }
}
