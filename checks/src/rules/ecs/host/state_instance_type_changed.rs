//! The type of the instance was changed after it had registered.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// The type that the instance had when it registered (attribute `ecs.instance-type` in `DescribeContainerInstances`) against its
    /// present one (`InstanceType` in `DescribeInstances`), while the agent is not connected.
    ///
    /// ## Why it matters
    ///
    /// An agent that comes back with another type is refused: `Container instance type changes are not supported`. It ends for good (exit
    /// code 5), and its entry stays in the cluster, not connected.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `sudo grep -i 'instance type' /var/log/ecs/ecs-agent.log`.
    ///
    /// ## False positives
    ///
    /// An instance that is connected has got past this, whatever the attribute says.
    ///
    /// ## Fix
    ///
    /// Best replace the instance. Else deregister the old entry, move the agent's state aside and restart it (class C): the instance gets
    /// a new entry, and its tasks are lost to ECS. There is no way back to the old entry but the old type before it is deregistered.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container instances", on changing the instance type
    /// - Sources of the agent, `ecs-agent/api/errors/errors.go`
    "ecs/state-instance-type-changed", Blocker, fix C,
    "The instance type was changed after the registration",
    needs [DESCRIBE_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

/// What ECS notes of the instance at its registration.
const ATTRIBUTE: &str = "ecs.instance-type";
const LINUX: &str = "sudo grep -iE 'instance type' /var/log/ecs/ecs-agent.log | tail -n 3";
const WINDOWS: &str = r#"Select-String -Path "$env:ProgramData\Amazon\ECS\log\ecs-agent.log" -Pattern 'instance type' | Select-Object -Last 3"#;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let Some(entry) = case.entry()? else {
        return Ok(Judgement::not_applicable(
            "the cluster has no entry of the instance, so none that holds another type",
        ));
    };
    if case.is_connected() == Some(true) {
        return Ok(Judgement::pass(case.sign()));
    }
    let (id, present) = (case.instance.instance_id.as_str(), case.instance.instance_type.as_str());
    let attribute = entry.attributes.iter().find(|attribute| attribute.name == ATTRIBUTE);
    let Some(registered) = attribute.map(|attribute| attribute.value.as_str()).filter(|value| !value.is_empty()) else {
        let look_for = "`Container instance type changes are not supported`";
        return Ok(case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for));
    };
    if present.is_empty() {
        return Err(Gap::NotAsked { action: op::DESCRIBE_INSTANCES.action.to_owned() });
    }
    if registered == present {
        return Ok(Judgement::pass(format!("the instance registered as `{registered}`, which it still is")));
    }
    let arn = entry.container_instance_arn.as_str();
    let deregister = Aws::new("ecs", "deregister-container-instance", case.region())
        .arg("cluster", case.question.cluster_name())
        .arg("container-instance", arn)
        .flag("force");
    Ok(Judgement::fail(
        Finding::new(format!(
            "instance `{id}` registered as `{registered}` and is a `{present}` now, which ECS does not take: its agent ends"
        ))
        .about("ec2-instance", id)
        .about("container-instance", arn)
        .proof(Evidence::new(op::DESCRIBE_CONTAINER_INSTANCES, arn, format!("attributes[name={ATTRIBUTE}].value"), registered))
        .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "InstanceType", present))
        .fix(
            Fix::new(
                FixClass::C,
                "remove the old entry, and on the instance move the agent's state aside; its tasks are lost to ECS, so best replace it",
            )
            .run(deregister)
            .run("sudo systemctl stop ecs && sudo mv /var/lib/ecs/data /var/lib/ecs/data.before && sudo systemctl start ecs"),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{World, ecs, findings, missing};
    use serde_json::json;

    fn registered_as(kind: &str) -> World {
        let mut world = ecs::nat();
        let attributes = json!([{ "name": ATTRIBUTE, "value": kind }]);
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/attributes", attributes);
        world
    }

    #[test]
    fn fires_when_it_is_another_type_now() {
        let mut world = registered_as("m5.large");
        let found = findings(ecs::disconnected(&mut world).judge(&RULE));
        assert!(found[0].detail.contains("m5.large") && found[0].detail.contains("t3.micro"));
        assert!(found[0].fix.as_ref().unwrap().commands[0].ends_with("--force"));
    }

    #[test]
    fn silent_when_connected_the_same_or_never_there() {
        let mut world = registered_as("m5.large");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
        let mut world = registered_as("t3.micro");
        assert!(matches!(ecs::disconnected(&mut world).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_the_attribute_or_the_entry() {
        let mut world = ecs::nat();
        assert!(matches!(ecs::disconnected(&mut world).judge(&RULE), Judgement::Elsewhere { .. }));
        assert_eq!(
            missing(world.deny(op::DESCRIBE_CONTAINER_INSTANCES).judge(&RULE)),
            ["ecs:DescribeContainerInstances"]
        );
    }
}
