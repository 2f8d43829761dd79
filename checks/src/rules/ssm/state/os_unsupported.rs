//! No agent runs on the operating system.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::os::console::SignKind;
use crate::os::image::{Support, family};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::{Case, Heartbeat};
use std::borrow::Cow;

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance that never registered: whether the name of its image belongs to an operating system that no SSM Agent runs on.
    /// Names of your own tell nothing; then the operating system must be asked.
    ///
    /// ## Why it matters
    ///
    /// An agent that cannot be installed registers nothing, and no change of roles or networks helps.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `cat /etc/os-release` (Windows: `[Environment]::OSVersion`), compared with the list in the user guide.
    ///
    /// ## False positives
    ///
    /// The image's name is what its publisher wrote; a copy under a new name is not recognised, and a system that was upgraded in place
    /// is newer than its name. Several systems outside the list have an agent that others build (FreeBSD, Alpine Linux, NixOS); old
    /// agents still run on Windows Server 2008. Those are questions here and no findings.
    ///
    /// ## Fix
    ///
    /// Move the workload to a supported release, or reach the instance by EC2 Instance Connect Endpoint or the serial console (class M).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Supported operating systems for Systems Manager"
    "ssm/os-unsupported", Blocker, Registration, fix M,
    "No SSM Agent runs on the operating system",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_CONSOLE_OUTPUT, DESCRIBE_IMAGES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    match &case.heartbeat {
        Heartbeat::Online(node) | Heartbeat::Lost(node) => {
            return Ok(Judgement::pass(format!(
                "an agent has registered from {} {}",
                node.platform_name, node.platform_version
            )));
        }
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
        Heartbeat::Never => {}
    }
    // A console that cannot be read matters only where the name of the image would accuse.
    let started = case.console_line(SignKind::AgentStarted, &[]);
    if matches!(started, Ok(Some(_))) {
        return Ok(Judgement::pass("the console shows that an agent runs on it"));
    }
    let id = case.instance.instance_id.as_str();
    let image = case.snapshot.images.get(&case.instance.image_id)?;
    let Some((image, known)) = image.and_then(|image| Some((image, family(&image.name)?))) else {
        return Ok(ask(case, "a system or release that is not in the list of supported operating systems"));
    };
    let name = known.name;
    match known.support {
        Support::Supported => Ok(Judgement::pass(format!("AWS supports the agent on {name}"))),
        Support::Ended => {
            Ok(ask(case, format!("whether an old agent still runs: AWS no longer supports it on {name}")))
        }
        Support::Community => Ok(ask(case, format!("whether an agent was built for it: AWS offers none for {name}"))),
        Support::None => {
            started?;
            let detail = format!(
                "instance `{id}` runs {name} (image `{}`, `{}`), and no SSM Agent runs there",
                image.image_id, image.name
            );
            let summary = format!(
                "move the workload of instance `{id}` to a supported operating system, or reach it another way"
            );
            Ok(Judgement::fail(
                Finding::new(detail)
                    .about("ec2-instance", id)
                    .about("image", &image.image_id)
                    .proof(Evidence::new(op::DESCRIBE_IMAGES, &image.image_id, "Name", image.name.as_str()))
                    .fix(Fix::new(FixClass::M, summary)),
            ))
        }
    }
}

fn ask(case: &Case<'_>, look_for: impl Into<Cow<'static, str>>) -> Judgement {
    case.inside("cat /etc/os-release; uname -sr", "[Environment]::OSVersion.VersionString", look_for)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn image(name: &str) -> World {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_IMAGES, "/Images/0/Name", json!(name));
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!("web-1 login: "));
        world
    }

    #[test]
    fn fires_on_a_release_that_is_too_old() {
        let found = findings(image("RHEL-5.11_HVM_GA-20150209-x86_64").judge(&RULE));
        assert!(found[0].detail.contains("Red Hat Enterprise Linux 5"));
        assert_eq!(found[0].evidence[0].value, "RHEL-5.11_HVM_GA-20150209-x86_64");
    }

    #[test]
    fn silent_on_supported_systems_and_where_an_agent_ran() {
        assert!(matches!(image("al2023-ami-2023.9").judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::Pass(_)));
        let mut world = image("openbsd-7.5");
        world.patch(op::GET_CONSOLE_OUTPUT, "/Output", json!("Amazon SSM Agent v3.3.987.0 is running"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_own_names_and_foreign_builds() {
        for name in ["golden-42", "FreeBSD 14.1-RELEASE-amd64", "Windows_Server-2008-R2_SP1-English-64Bit-Base"] {
            assert!(matches!(image(name).judge(&RULE), Judgement::Elsewhere { .. }), "{name}");
        }
        assert_eq!(missing(image("x").deny(op::DESCRIBE_IMAGES).judge(&RULE)), ["ec2:DescribeImages"]);
        assert!(matches!(image("al2023-ami-2023").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE), Judgement::Pass(_)));
        assert_eq!(missing(image("openbsd-7").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
