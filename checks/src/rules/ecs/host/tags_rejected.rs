//! Tags that ECS does not take.

use crate::ecs::{Case, Settled};
use crate::finding::Judgement;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the user data sets `ECS_CONTAINER_INSTANCE_TAGS` with tags that ECS does not take: a key that begins with `aws:`, is empty or
    /// longer than 128 letters, a value longer than 256, letters that no tag has, more than 50 tags.
    ///
    /// ## Why it matters
    ///
    /// The agent sends the tags along with the registration. Tags that are refused end it for good (exit code 5), with an
    /// `InvalidParameterException` in its log.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo grep -i 'invalid parameter' /var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// Tags that are taken over from the instance (`ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM`) are legal already, and the agent leaves
    /// out those of AWS. Whether the role may tag is another rule's question.
    ///
    /// ## Fix
    ///
    /// Correct the tags on the instance and restart the agent (class C), and in the user data for new instances. To undo, put the file
    /// back.
    ///
    /// ## References
    ///
    /// - ECS API reference, `Tag` and `RegisterContainerInstance`
    /// - ECS developer guide, "Tagging Amazon ECS resources"
    "ecs/tags-rejected", Blocker, fix C,
    "ECS refuses a tag of the instance",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_INSTANCE_ATTRIBUTE]
}

const SETTING: &str = "ECS_CONTAINER_INSTANCE_TAGS";
const PROVEN: &[&str] = &["too-many", "name-too-long", "value-too-long", "bad-name", "bad-value", "reserved-name"];
const LINUX: &str =
    "sudo grep -iE 'invalid parameter|InvalidParameterException' /var/log/ecs/ecs-agent.log | tail -n 3";
const WINDOWS: &str = r#"Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'invalid ?parameter' | Select-Object -Last 3"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.past_start()? {
        return Ok(judgement);
    }
    let inside =
        || case.ask_inside(Settled::Registered, LINUX, WINDOWS, "`InvalidParameterException` with words about tags");
    let signs = case.user_data()?;
    let Some(setting) = signs.and_then(|signs| signs.setting(SETTING)) else { return Ok(inside()) };
    let faults: Vec<&str> = setting.faults.iter().map(String::as_str).filter(|fault| PROVEN.contains(fault)).collect();
    if faults.is_empty() || setting.is_conditional || signs.is_some_and(|signs| !signs.is_plain()) {
        return Ok(inside());
    }
    let id = case.instance.instance_id.as_str();
    let detail = format!(
        "the user data of `{id}` sets tags that ECS refuses ({}), so the agent does not register",
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

    fn tags(json: &str) -> World {
        let mut world = ecs::nat();
        let set = format!("echo 'ECS_CONTAINER_INSTANCE_TAGS={json}' >> /etc/ecs/ecs.config\n");
        ecs::with_user_data(&mut world, &format!("{}{set}", ecs::USER_DATA));
        world
    }

    #[test]
    fn fires_on_tags_that_ecs_refuses() {
        let many: Vec<String> = (0..51).map(|number| format!("\"k{number}\":\"v\"")).collect();
        for json in ["{\"aws:a\":\"b\"}".to_owned(), "{\"\":\"b\"}".to_owned(), format!("{{{}}}", many.join(","))] {
            findings(tags(&json).judge(&RULE));
        }
    }

    #[test]
    fn silent_on_those_that_it_takes() {
        assert!(matches!(tags("{\"team\":\"\",\"cost center\":\"a=b\"}").judge(&RULE), Judgement::Elsewhere { .. }));
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_the_user_data_is_denied() {
        let mut world = tags("{\"aws:a\":\"b\"}");
        assert_eq!(
            missing(world.deny(op::DESCRIBE_INSTANCE_ATTRIBUTE).judge(&RULE)),
            ["ec2:DescribeInstanceAttribute"]
        );
    }
}
