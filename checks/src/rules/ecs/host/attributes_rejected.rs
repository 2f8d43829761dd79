//! Attributes that ECS does not take.

use crate::ecs::{Case, Settled};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data sets `ECS_INSTANCE_ATTRIBUTES` with names or values that ECS does not take: names of more than 128 letters or
    /// with other letters than `A-Z a-z 0-9 - _ / \ .`, values of more than 128 letters or with other letters than these
    /// and `@`, `:` and blanks.
    ///
    /// ## Why it matters
    ///
    /// The agent sends the attributes along with the registration. One that is refused ends it for good (exit code 5), with
    /// `invalid attribute(s)` in its log.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo grep -i 'invalid attribute' /var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// More than ten attributes break a limit of `PutAttributes`; whether a registration is refused for that shows only in the log. What
    /// runs after the user data may have corrected the file.
    ///
    /// ## Fix
    ///
    /// Correct the attributes on the instance and restart the agent (class C), and in the user data for new instances. To undo, put the
    /// file back.
    ///
    /// ## References
    ///
    /// - ECS API reference, `Attribute` and `PutAttributes`
    /// - Sources of the agent, `agent/app/agent.go`
    "ecs/attributes-rejected", Blocker, fix C,
    "ECS refuses an attribute of the instance",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE]
}

const SETTING: &str = "ECS_INSTANCE_ATTRIBUTES";
const PROVEN: &[&str] = &["name-too-long", "value-too-long", "bad-name", "bad-value"];
const LINUX: &str = "sudo grep -i 'invalid attribute' /var/log/ecs/ecs-agent.log | tail -n 3";
const WINDOWS: &str = r#"Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'invalid attribute' | Select-Object -Last 3"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let inside = || case.ask_inside(Settled::Registered, LINUX, WINDOWS, "`invalid attribute(s)`");
    let signs = case.user_data()?;
    let Some(setting) = signs.and_then(|signs| signs.setting(SETTING)) else { return Ok(inside()) };
    let faults: Vec<&str> = setting.faults.iter().map(String::as_str).filter(|fault| PROVEN.contains(fault)).collect();
    if faults.is_empty() || setting.is_conditional || signs.is_some_and(|signs| !signs.is_plain()) {
        return Ok(inside());
    }
    let id = case.instance.instance_id.as_str();
    let detail = format!(
        "the user data of `{id}` sets attributes that ECS refuses ({}), so the agent does not register",
        faults.join(", ")
    );
    let field = format!("Settings[Name={SETTING}].Faults");
    Ok(Judgement::fail(
        case.user_data_finding(detail, &field, setting.faults.clone())
            .fix(case.edit_config(&format!("correct `{SETTING}`"))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{World, ecs, findings, missing};

    fn attributes(json: &str) -> World {
        let mut world = ecs::nat();
        let set = format!("echo 'ECS_INSTANCE_ATTRIBUTES={json}' >> /etc/ecs/ecs.config\n");
        ecs::with_user_data(&mut world, &format!("{}{set}", ecs::USER_DATA));
        world
    }

    #[test]
    fn fires_on_names_and_values_that_ecs_refuses() {
        let long = format!("{{\"{}\":\"b\"}}", "a".repeat(129));
        for json in ["{\"a b\":\"c\"}", "{\"a\":\"b;c\"}", long.as_str()] {
            findings(attributes(json).judge(&RULE));
        }
    }

    #[test]
    fn silent_on_those_that_it_takes() {
        assert!(matches!(
            attributes("{\"stack\":\"prod 1\",\"a.b/c\":\"x@y:z\"}").judge(&RULE),
            Judgement::Elsewhere { .. }
        ));
        assert!(matches!(attributes("{a:b}").judge(&RULE), Judgement::Elsewhere { .. }), "another rule's");
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = attributes("{\"a b\":\"c\"}");
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
