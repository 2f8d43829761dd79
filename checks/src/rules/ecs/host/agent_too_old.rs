//! An agent that is too old for what is asked of it.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Severity};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// The version of the agent (`versionInfo.agentVersion` in `DescribeContainerInstances`) against the first ones that can register
    /// through interface endpoints (1.25.1), run ECS Exec (1.50.2) and take part in Service Connect (1.67.2).
    ///
    /// ## Why it matters
    ///
    /// An agent before 1.25.1 does not use the endpoints `ecs-agent` and `ecs-telemetry`, so that it never connects from a closed VPC.
    /// The others lack features: tasks that need them are not placed on the instance.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -s http://localhost:51678/v1/metadata` names the version.
    ///
    /// ## False positives
    ///
    /// An old agent that is connected and whose features suffice works; that is why missing features are advice.
    ///
    /// ## Fix
    ///
    /// `aws ecs update-container-agent` on ECS-optimized Amazon Linux (class A: the agent restarts, and tasks run on), else a new image.
    /// There is no way back to the old version but the old image.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS interface VPC endpoints (AWS PrivateLink)"
    /// - ECS developer guide, "Monitor Amazon ECS containers with ECS Exec" and "Service Connect configuration"
    "ecs/agent-too-old", Degraded, fix A,
    "The ECS agent is old",
    needs [DESCRIBE_CONTAINER_INSTANCES]
}

type Version = (u64, u64, u64);

/// First versions, and what those before them cannot do.
const FEATURES: &[(Version, Severity, &str)] = &[
    ((1, 25, 1), Severity::Degraded, "register and connect through interface endpoints of a VPC"),
    ((1, 50, 2), Severity::Advice, "run ECS Exec"),
    ((1, 67, 2), Severity::Advice, "take part in Service Connect"),
];
const LINUX: &str = "curl -s http://localhost:51678/v1/metadata; rpm -q ecs-init";
const WINDOWS: &str = "Invoke-RestMethod http://localhost:51678/v1/metadata";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let Some(entry) = case.entry()? else {
        let look_for = "an agent before 1.25.1, which does not use interface endpoints";
        return Ok(case.ask_inside(Settled::Registered, LINUX, WINDOWS, look_for));
    };
    let told = entry.version_info.agent_version.as_str();
    let Some(version) = parse(told) else {
        let look_for = "an agent before 1.25.1, which does not use interface endpoints";
        return Ok(case.ask_inside(Settled::Connected, LINUX, WINDOWS, look_for));
    };
    let lacking: Vec<&(Version, Severity, &str)> = FEATURES.iter().filter(|(first, ..)| version < *first).collect();
    let Some((_, severity, _)) = lacking.first() else {
        return Ok(Judgement::pass(format!("agent {told} is new enough")));
    };
    let words: Vec<&str> = lacking.iter().map(|(_, _, what)| *what).collect();
    let id = case.instance.instance_id.as_str();
    let update = Aws::new("ecs", "update-container-agent", case.region())
        .arg("cluster", case.question.cluster_name())
        .arg("container-instance", &entry.container_instance_arn);
    let mut finding = Finding::new(format!("agent {told} of `{id}` is too old to {}", words.join(", or to ")))
        .about("ec2-instance", id)
        .about("container-instance", &entry.container_instance_arn)
        .proof(Evidence::new(
            op::DESCRIBE_CONTAINER_INSTANCES,
            entry.container_instance_arn.as_str(),
            "versionInfo.agentVersion",
            told,
        ))
        .fix(Fix::new(FixClass::A, format!("update the agent of `{id}`; it restarts, and tasks run on")).run(update));
    finding.rule = RULE.about.id;
    finding.severity = *severity;
    Ok(Judgement::fail(finding))
}

fn parse(text: &str) -> Option<Version> {
    let mut parts = text.trim_start_matches('v').split(['.', '-']).map(|part| part.parse::<u64>().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{World, ecs, findings, missing};
    use serde_json::json;

    fn agent(version: &str) -> World {
        let mut world = ecs::nat();
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/versionInfo/agentVersion", json!(version));
        world
    }

    #[test]
    fn fires_by_what_is_lacking() {
        for (version, severity) in
            [("1.20.0", Severity::Degraded), ("1.50.1", Severity::Advice), ("1.67.1", Severity::Advice)]
        {
            assert_eq!(findings(agent(version).judge(&RULE))[0].severity, severity, "{version}");
        }
    }

    #[test]
    fn silent_for_a_present_agent() {
        assert!(matches!(ecs::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(agent("1.67.2").judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_without_a_version() {
        let mut world = ecs::nat();
        assert!(matches!(ecs::never(&mut world).judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = ecs::nat();
        assert_eq!(
            missing(world.deny(op::DESCRIBE_CONTAINER_INSTANCES).judge(&RULE)),
            ["ecs:DescribeContainerInstances"]
        );
    }
}
