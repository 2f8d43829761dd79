//! The instance has no role.

use crate::ecs::{Case, identity};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::instance::profile;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use serde_json::Value;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance has an instance profile (`IamInstanceProfile` of `DescribeInstances`).
    ///
    /// ## Why it matters
    ///
    /// The ECS agent signs its calls with the credentials of the instance profile. Without one it has none: it logs
    /// `no EC2 instance role found`, and registers nothing.
    ///
    /// ## How to confirm
    ///
    /// On the instance, the metadata path `/latest/meta-data/iam/security-credentials/` answers 404.
    ///
    /// ## False positives
    ///
    /// Credentials in the environment of the agent (`AWS_ACCESS_KEY_ID` in `/etc/ecs/ecs.config`) serve as well, and nobody should put
    /// them there. A profile that was attached in the last few minutes may not have reached the instance yet. External instances (ECS
    /// Anywhere, `mi-…`) get credentials from Systems Manager.
    ///
    /// ## Fix
    ///
    /// Attach an instance profile whose role holds `AmazonEC2ContainerServiceforEC2Role` (class A), and restart the agent if it has
    /// given up. To undo, disassociate it.
    ///
    /// ## References
    ///
    /// - ECS developer guide, "Amazon ECS container instance IAM role"
    /// - EC2 user guide, "Attach an IAM role to an instance"
    "ecs/no-instance-profile", Blocker, Agent, fix A,
    "The instance has no role",
    needs [DESCRIBE_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    if case.identity.attached.is_some() {
        return Ok(Judgement::pass(format!("instance profile `{}` is attached", case.identity.profile_name)));
    }
    if case.is_asleep() {
        return Ok(case.follows_from_its_state());
    }
    let summary = "make a role and an instance profile for container instances, and attach it; if you have such a profile, only the last \
                   command, with its name";
    let fix = profile::attach_new(case, &identity::kit(case), Fix::new(FixClass::A, summary));
    Ok(Judgement::fail(
        Finding::new(format!("instance `{id}` has no instance profile, so its agent has no credentials"))
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCES, id, "IamInstanceProfile", Value::Null))
            .fix(fix),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::testkit::{self, World, findings};
    use serde_json::json;

    fn bare() -> World {
        let mut world = testkit::ecs::nat();
        let pointer = "/Reservations/0/Instances/0/IamInstanceProfile";
        testkit::ecs::never(&mut world).patch(op::DESCRIBE_INSTANCES, pointer, Value::Null);
        world
    }

    #[test]
    fn fires_as_the_only_blocker() {
        let found = findings(bare().judge(&RULE));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(commands.iter().any(|command| command.contains("service-role/AmazonEC2ContainerServiceforEC2Role")));
        let report = testkit::ecs::diagnose(&bare()).unwrap();
        let blockers = report.findings.iter().filter(|found| found.severity == Severity::Blocker);
        assert_eq!(blockers.map(|found| found.rule).collect::<Vec<_>>(), ["ecs/no-instance-profile"]);
    }

    #[test]
    fn silent_with_a_profile_or_asleep() {
        assert!(matches!(testkit::ecs::closed().judge(&RULE), Judgement::Pass(_)));
        let mut world = bare();
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/State/Name", json!("stopped"));
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_never_since_the_instance_itself_tells() {
        let mut world = testkit::ecs::nat();
        world.deny(op::GET_INSTANCE_PROFILE);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }
}
