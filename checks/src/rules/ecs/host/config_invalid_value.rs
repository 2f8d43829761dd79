//! A line of the configuration that the agent cannot take.

use crate::ecs::{Case, LOOK_AT_CONFIG, LOOK_AT_CONFIG_WINDOWS, Settled};
use crate::finding::{Finding, Judgement};
use crate::os::user_data::UserDataSigns;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data writes a line into `/etc/ecs/ecs.config` that the agent cannot take: a cluster in quotes or with letters
    /// that no name has, blanks or `export` before `ECS_CLUSTER=`, JSON that is none in `ECS_INSTANCE_ATTRIBUTES`,
    /// `ECS_CONTAINER_INSTANCE_TAGS` or `ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES`, a logging driver that the agent does not know.
    ///
    /// ## Why it matters
    ///
    /// The file is no shell script: each line is `NAME=VALUE`, and quotes are part of the value. A name of a cluster with quotes is
    /// refused by ECS and ends the agent for good; JSON that does not parse ends it before it registers, again and again; a line with
    /// more than the name before `=` is left aside, and the agent joins cluster `default`. Most often `echo` without quotes around JSON
    /// is at work: the shell takes the quotes out.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo cat -A /etc/ecs/ecs.config`, and `Invalid format` in `/var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// Blanks and carriage returns at the end of a line do no harm: both are taken off. Ports, durations and numbers that do not parse
    /// are left aside with a warning. What runs after the user data may have corrected the file.
    ///
    /// ## Fix
    ///
    /// Correct the line on the instance and restart the agent (class C), and in the user data for new instances. To undo, put the file
    /// back.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container agent configuration"
    /// - Sources of the agent, `ecs-init/docker/docker.go` and `agent/config/parse.go`
    "ecs/config-invalid-value", Blocker, fix C,
    "The agent cannot take a line of its configuration",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE]
}

/// Settings that keep the agent from starting when their value is wrong, with the faults that do.
const FATAL: &[(&str, &[&str])] = &[
    ("ECS_INSTANCE_ATTRIBUTES", &["not-json", "not-an-object-of-texts"]),
    ("ECS_CONTAINER_INSTANCE_TAGS", &["not-json", "not-an-object-of-texts"]),
    ("ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES", &["not-json"]),
    ("ECS_AVAILABLE_LOGGING_DRIVERS", &["unknown-driver"]),
];

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let inside =
        |look_for: &'static str| case.ask_inside(Settled::Registered, LOOK_AT_CONFIG, LOOK_AT_CONFIG_WINDOWS, look_for);
    let Some(signs) = case.user_data()? else {
        return Ok(inside("a value in quotes, or JSON that does not parse"));
    };
    let findings = findings(case, signs);
    if findings.is_empty() {
        return Ok(inside("a value in quotes, or JSON that does not parse: the user data writes none"));
    }
    if !signs.is_plain() {
        return Ok(inside(
            "a value in quotes, or JSON that does not parse, as the user data writes it unless something corrects it",
        ));
    }
    Ok(Judgement::Fail(findings))
}

fn findings(case: &Case<'_>, signs: &UserDataSigns) -> Vec<Finding> {
    let id = case.instance.instance_id.as_str();
    let mut findings = Vec::new();
    if let Some(sign) = signs.cluster.as_ref().filter(|sign| sign.reaches_agent() && !sign.is_conditional) {
        let what = match sign.fault.as_str() {
            "quoted" => Some("the name of the cluster in quotes, which become part of the name"),
            "illegal" => Some("a name of the cluster that no cluster can have"),
            "spoiled-key" => {
                Some("`ECS_CLUSTER` with more than its name before `=`, so that the agent leaves the line aside")
            }
            _ => None,
        };
        if let Some(what) = what {
            let detail = format!("the user data of `{id}` tells the agent {what}");
            findings.push(case.user_data_finding(detail, "Cluster.Fault", sign.fault.as_str()).fix(case.set_cluster()));
        }
    }
    for (name, faults) in FATAL {
        let Some(setting) = signs.setting(name).filter(|setting| !setting.is_conditional) else { continue };
        let Some(fault) = setting.faults.iter().find(|fault| faults.contains(&fault.as_str())) else { continue };
        let what = match fault.as_str() {
            "not-json" => "that is no JSON",
            "not-an-object-of-texts" => "that is no JSON object of texts",
            _ => "with a logging driver that the agent does not know",
        };
        let detail =
            format!("the user data of `{id}` sets `{name}` to a value {what}, with which the agent does not start");
        let field = format!("Settings[Name={name}].Faults");
        let finding = case.user_data_finding(detail, &field, setting.faults.clone());
        findings.push(finding.fix(case.edit_config(&format!("correct `{name}`"))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, ecs, missing};

    fn config(line: &str) -> World {
        let mut world = ecs::nat();
        ecs::with_user_data(&mut world, &format!("#!/bin/bash\ncat <<'EOF' >> /etc/ecs/ecs.config\n{line}\nEOF\n"));
        world
    }

    #[test]
    fn fires_on_lines_that_the_agent_cannot_take() {
        for line in [
            "ECS_CLUSTER=\"web\"",
            "ECS_CLUSTER=my web",
            "export ECS_CLUSTER=web",
            "ECS_CLUSTER = web",
            "ECS_INSTANCE_ATTRIBUTES={a:b}",
            "ECS_CONTAINER_INSTANCE_TAGS={\"a\":1}",
            "ECS_AVAILABLE_LOGGING_DRIVERS=[\"paper\"]",
        ] {
            assert_eq!(testkit::findings(config(line).judge(&RULE)).len(), 1, "{line}");
        }
        let mut world = ecs::nat();
        ecs::with_user_data(
            &mut world,
            "#!/bin/bash\necho ECS_INSTANCE_ATTRIBUTES={\"a\":\"b\"} >> /etc/ecs/ecs.config\n",
        );
        assert_eq!(testkit::findings(world.judge(&RULE)).len(), 1, "the shell takes the quotes out");
    }

    #[test]
    fn silent_on_lines_that_it_takes() {
        for line in [
            "ECS_CLUSTER=web   ",
            "ECS_CLUSTER=web\r",
            "ECS_INSTANCE_ATTRIBUTES={\"a\":\"b\"}",
            "ECS_RESERVED_PORTS=none",
            "ECS_AVAILABLE_LOGGING_DRIVERS=[\"awslogs\"]",
        ] {
            assert!(matches!(config(line).judge(&RULE), Judgement::Elsewhere { .. }), "{line:?}");
        }
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = config("ECS_CLUSTER='web'");
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
