//! Without instance metadata the agent has no credentials.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::console::SignKind;
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance metadata service is switched off (`MetadataOptions.HttpEndpoint` is `disabled` in `DescribeInstances`). Whether
    /// something on the instance keeps the agent from it shows only there.
    ///
    /// ## Why it matters
    ///
    /// The agent learns from the metadata service which instance and Region it is on, and gets the credentials of the role from there.
    /// Without it, it cannot sign a single call.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/` gives 200 or 401, and nothing when it is closed.
    ///
    /// ## False positives
    ///
    /// A hop limit of 1 is in order: the agent uses the network of the host. Only an agent that somebody runs by hand on a bridge needs
    /// 2. An agent with credentials from before the change goes on until they expire.
    ///
    /// ## Fix
    ///
    /// Switch the metadata service on (class A, at once and without restart); the other options stay as they are. To undo, switch it off.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Modify instance metadata options for existing instances"
    /// - ECS developer guide, "Amazon ECS container instance IAM role"
    "ecs/imds-unreachable", Blocker, fix A,
    "The agent cannot read the instance metadata",
    needs [DESCRIBE_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

const LINUX: &str = "curl -s -o /dev/null -w '%{http_code}\\n' http://169.254.169.254/; sudo iptables -S | grep 169.254.169.254; sudo grep -i 'EC2Metadata' /var/log/ecs/ecs-agent.log | tail -n 3";
const WINDOWS: &str = "Test-NetConnection 169.254.169.254 -Port 80; route print 169.254.169.254";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    let options = case.instance.metadata_options.as_ref().filter(|options| !options.http_endpoint.is_empty());
    let Some(options) = options else {
        return Ok(Judgement::cannot_tell(
            "the facts do not tell how the metadata service is set",
            vec![Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() }],
        ));
    };
    if !is(&options.http_endpoint, "disabled") {
        if let Some(judgement) = case.past_connection()? {
            return Ok(judgement);
        }
        let shown = case.console_line(SignKind::MetadataUnreachable, &[SignKind::EcsAgentStarted])?;
        let look_for = match shown {
            Some(line) => format!("no answer, or a firewall rule that drops it; the console shows `{line}`"),
            None => "no answer, or a firewall rule that drops it".to_owned(),
        };
        return Ok(case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for));
    }
    let set = |state: &str| {
        Aws::new("ec2", "modify-instance-metadata-options", case.region())
            .arg("instance-id", id)
            .arg("http-endpoint", state)
    };
    let mut enable = set("enabled");
    if !options.http_tokens.is_empty() {
        enable = enable.arg("http-tokens", &options.http_tokens);
    }
    let summary = format!("switch the instance metadata service of `{id}` on, with its other options as they are");
    let field =
        Evidence::new(op::DESCRIBE_INSTANCES, id, "MetadataOptions.HttpEndpoint", options.http_endpoint.as_str());
    Ok(Judgement::fail(
        Finding::new(format!("the instance metadata service of `{id}` is off, so its agent gets no credentials"))
            .about("ec2-instance", id)
            .proof(field)
            .fix(Fix::new(FixClass::A, summary).run(enable).undo(set("disabled"))),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{ecs, findings, missing};
    use serde_json::{Value, json};

    const OPTIONS: &str = "/Reservations/0/Instances/0/MetadataOptions";

    #[test]
    fn fires_when_off() {
        let mut world = ecs::nat();
        ecs::never(&mut world).patch(op::DESCRIBE_INSTANCES, &format!("{OPTIONS}/HttpEndpoint"), json!("disabled"));
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert!(fix.commands[0].ends_with("--http-endpoint enabled --http-tokens required"));
        assert!(fix.rollback[0].ends_with("--http-endpoint disabled"));
    }

    #[test]
    fn silent_while_connected_and_with_a_hop_limit_of_one() {
        let mut world = ecs::nat();
        world.patch(op::DESCRIBE_INSTANCES, &format!("{OPTIONS}/HttpPutResponseHopLimit"), json!(1));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::with_console(&mut world, "").judge(&RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_without_the_options_or_the_console() {
        let mut world = ecs::nat();
        ecs::never(&mut world).deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
        world.patch(op::DESCRIBE_INSTANCES, OPTIONS, Value::Null);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeInstances"]);
    }
}
