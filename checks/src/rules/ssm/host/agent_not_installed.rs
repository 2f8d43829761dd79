//! An image without SSM Agent.

use crate::finding::Judgement;
use crate::os::console::SignKind;
use crate::os::image::{Agent, family};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::{Case, Heartbeat};

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance that never registered: whether there is any trace of an agent on it. A line of the agent on the console proves
    /// that there is one; the family of the image tells what to expect. Certainty gives only a look inside.
    ///
    /// ## Why it matters
    ///
    /// Minimal images, most Marketplace images, and those of Red Hat, CentOS, Debian, Rocky Linux and AlmaLinux come without SSM Agent.
    /// A perfect role and network change nothing then.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `systemctl status amazon-ssm-agent`, `snap list amazon-ssm-agent`, on Windows `Get-Service AmazonSSMAgent`.
    ///
    /// ## False positives
    ///
    /// User data or a configuration tool may have installed the agent after the first boot. The absence of a console line proves
    /// nothing: where the agent has no serial port it writes none.
    ///
    /// ## Fix
    ///
    /// Install the package over SSH, EC2 Instance Connect or the serial console, or by user data at the next start (class D). To undo,
    /// remove the package.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Find AMIs with the SSM Agent preinstalled"
    /// - Systems Manager user guide, "Manually installing and uninstalling SSM Agent on EC2 instances for Linux"
    "ssm/agent-not-installed", Blocker, Registration, fix D,
    "SSM Agent is not installed",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_CONSOLE_OUTPUT, DESCRIBE_IMAGES]
}

const LINUX: &str = "systemctl status amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent; rpm -q \
    amazon-ssm-agent; dpkg -l amazon-ssm-agent; snap list amazon-ssm-agent";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    match &case.heartbeat {
        Heartbeat::Online(node) | Heartbeat::Lost(node) => {
            return Ok(Judgement::pass(format!("agent {} has registered the node", node.agent_version)));
        }
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
        Heartbeat::Never if case.is_asleep() => return Ok(Judgement::follows_from("ssm/instance-not-running")),
        Heartbeat::Never => {}
    }
    if case.age().is_some_and(|age| age < 300) {
        return Ok(Judgement::not_applicable("the boot is not over: see `ssm/just-launched`"));
    }
    if let Some(line) = case.console_line(SignKind::AgentStarted, &[])? {
        return Ok(Judgement::pass(format!("the console shows an agent: `{line}`")));
    }
    Ok(case.inside(LINUX, "Get-Service AmazonSSMAgent", format!("no such service, package or snap{}", hint(case))))
}

/// What the image leads to expect; a hint, so an image that cannot be read does no harm.
fn hint(case: &Case<'_>) -> String {
    let Ok(Some(image)) = case.snapshot.images.get(&case.instance.image_id) else { return String::new() };
    match family(&image.name).map(|family| (family.name, family.agent)) {
        Some((name, Agent::Absent)) => format!("; images of {name} come without the agent"),
        Some((name, Agent::Preinstalled)) => {
            format!("; images of {name} come with the agent, so somebody would have removed it")
        }
        Some((name, Agent::Varies)) => format!("; of {name} only some images come with the agent"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, missing};
    use serde_json::json;

    fn never(console: &str, image: &str) -> World {
        let mut world = testkit::nat();
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(console));
        world.patch(op::DESCRIBE_IMAGES, "/Images/0/Name", json!(image));
        world
    }

    fn look_for(judgement: Judgement) -> String {
        if let Judgement::Elsewhere { look_for, .. } = judgement {
            look_for.into_owned()
        } else {
            panic!("{judgement:?}")
        }
    }

    #[test]
    fn fires_as_a_question_with_what_the_image_tells() {
        let told = look_for(never("web-1 login: ", "debian-12-amd64-20260101").judge(&RULE));
        assert!(told.contains("images of Debian come without the agent"), "{told}");
        assert!(!look_for(never("", "golden-1").judge(&RULE)).contains("images"));
        assert!(!look_for(never("", "x").deny(op::DESCRIBE_IMAGES).judge(&RULE)).contains("images"));
    }

    #[test]
    fn silent_where_an_agent_showed_itself() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::Pass(_)));
        let seen = never("Amazon SSM Agent v3.3.987.0 is running", "golden-1").judge(&RULE);
        assert!(matches!(seen, Judgement::Pass(_)));
        let mut young = never("", "golden-1");
        young.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/LaunchTime", json!("2026-11-22T20:12:00Z"));
        assert!(matches!(young.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_the_node_list_or_the_console_is_denied() {
        assert_eq!(missing(never("", "x").deny(op::GET_CONSOLE_OUTPUT).judge(&RULE)), ["ec2:GetConsoleOutput"]);
        let mut world = never("", "x");
        world.deny(op::DESCRIBE_INSTANCE_INFORMATION);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:DescribeInstanceInformation"]);
    }
}
