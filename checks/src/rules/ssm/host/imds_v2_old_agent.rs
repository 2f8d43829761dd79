//! The instance asks for tokens that an old agent does not know.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::{AgentVersion, Case};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the metadata service demands tokens (`MetadataOptions.HttpTokens` is `required`) while the agent is older than 2.3.814.0,
    /// by its last registration or by the console.
    ///
    /// ## Why it matters
    ///
    /// With `required` only version 2 of the metadata service answers. Agents before 2.3.814.0 either do not know it or take the
    /// refusal for an answer; they learn neither their id nor their credentials.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `amazon-ssm-agent -version`, and `Unauthorized` or `401` beside `EC2Metadata` in the agent's log.
    ///
    /// ## False positives
    ///
    /// The agent may have been updated since it registered last, without ever registering again for another reason.
    ///
    /// ## Fix
    ///
    /// Update the agent (class C). Where nothing else reaches the instance, allow version 1 for as long as the update takes
    /// (`optional`): that lowers the protection against stolen credentials, so set `required` again afterwards.
    ///
    /// ## References
    ///
    /// - SSM Agent release notes, 2.3.772.0 (SDK with version 2 support) and 2.3.814.0 ("Bug fix for metadata service V2")
    /// - EC2 user guide, "Transition to using Instance Metadata Service Version 2"
    "ssm/imds-v2-old-agent", Blocker, Registration, fix C,
    "The agent is too old for metadata tokens",
    needs [DESCRIBE_INSTANCES, DESCRIBE_INSTANCE_INFORMATION, GET_CONSOLE_OUTPUT]
}

/// The first agent that gets on with `HttpTokens=required`.
const WITH_TOKENS: AgentVersion = AgentVersion(2, 3, 814, 0);

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let options = case.instance.metadata_options.as_ref().filter(|options| !options.http_tokens.is_empty());
    let Some(options) = options else {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell how the metadata service is set",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    };
    if is(&options.http_endpoint, "disabled") {
        return Ok(Judgement::follows_from("ssm/imds-disabled"));
    }
    if !is(&options.http_tokens, "required") {
        return Ok(Judgement::pass(format!(
            "metadata tokens are `{}`, so agents of any age get on",
            options.http_tokens
        )));
    }
    let Some(version) = case.agent_version() else {
        return Ok(case.inside(
            "amazon-ssm-agent -version",
            r#"& "$env:ProgramFiles\Amazon\SSM\amazon-ssm-agent.exe" -version"#,
            "a version before 2.3.814.0, which cannot use metadata tokens",
        ));
    };
    if version >= WITH_TOKENS {
        return Ok(Judgement::pass(format!("agent {version} uses metadata tokens")));
    }
    let told_by = match case.heartbeat.node() {
        Some(_) => (op::DESCRIBE_INSTANCE_INFORMATION, "AgentVersion"),
        None => (op::GET_CONSOLE_OUTPUT, "Output"),
    };
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` demands metadata tokens, and its agent {version} cannot use them"))
            .about("ec2-instance", id)
            .proof(Evidence::new(
                op::DESCRIBE_INSTANCES,
                id,
                "MetadataOptions.HttpTokens",
                options.http_tokens.as_str(),
            ))
            .proof(Evidence::new(told_by.0, id, told_by.1, version.to_string()))
            .fix(update(case)),
    ))
}

fn update(case: &Case<'_>) -> Fix {
    let id = case.instance.instance_id.as_str();
    let tokens = |state: &str| {
        Aws::new("ec2", "modify-instance-metadata-options", case.region())
            .arg("instance-id", id)
            .arg("http-tokens", state)
    };
    let check = Aws::new("ssm", "describe-instance-information", case.region())
        .arg("filters", format!("Key=InstanceIds,Values={id}"))
        .arg("query", "InstanceInformationList[].[PingStatus,AgentVersion]");
    // By id, not by target: sent too early, it fails instead of reaching nobody.
    let update = Aws::new("ssm", "send-command", case.region())
        .arg("document-name", "AWS-UpdateSSMAgent")
        .args("instance-ids", [id]);
    let summary = format!(
        "allow metadata without tokens on `{id}`, repeat the second command until it says `Online`, then update the agent; once \
            the second command shows {WITH_TOKENS} or newer, take the first one back, since until then the credentials are less protected"
    );
    Fix::new(FixClass::C, summary).run(tokens("optional")).run(check).run(update).undo(tokens("required"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    const VERSION: &str = "/InstanceInformationList/0/AgentVersion";
    const OPTIONS: &str = "/Reservations/0/Instances/0/MetadataOptions";

    fn agent(version: &str) -> World {
        let mut world = testkit::nat();
        world.lost().patch(op::DESCRIBE_INSTANCE_INFORMATION, VERSION, json!(version));
        world
    }

    #[test]
    fn fires_on_an_agent_without_tokens() {
        let found = findings(agent("2.3.722.0").judge(&RULE));
        assert_eq!(found[0].evidence[1].value, "2.3.722.0");
        let fix = found[0].fix.clone().unwrap();
        assert!(
            fix.commands[0].ends_with("--http-tokens optional") && fix.rollback[0].ends_with("--http-tokens required")
        );
        assert!(fix.commands.iter().all(|command| !command.contains("required")), "{:?}", fix.commands);
        assert!(fix.commands[1].contains("PingStatus") && fix.commands[2].contains("AWS-UpdateSSMAgent"));
    }

    #[test]
    fn silent_for_newer_agents_and_optional_tokens() {
        assert!(matches!(agent("2.3.814.0").judge(&RULE), Judgement::Pass(_)));
        let mut world = agent("2.3.50.0");
        world.patch(op::DESCRIBE_INSTANCES, &format!("{OPTIONS}/HttpTokens"), json!("optional"));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        world.patch(op::DESCRIBE_INSTANCES, &format!("{OPTIONS}/HttpEndpoint"), json!("disabled"));
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssm/imds-disabled"));
    }

    #[test]
    fn unknown_without_a_version_or_options() {
        let mut world = testkit::nat();
        world.never().patch(op::GET_CONSOLE_OUTPUT, "/Output", json!(""));
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        world.patch(op::DESCRIBE_INSTANCES, OPTIONS, Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
