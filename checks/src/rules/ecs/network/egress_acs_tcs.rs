//! The instance registers, and the hosts of its two connections are out of reach.

use crate::ecs::{Case, Settled};
use crate::finding::{Judgement, Place};
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance that is registered and whose agent is not connected: whether a proxy or a firewall that filters by name lets it
    /// reach `ecs-a-*.REGION.amazonaws.com` and `ecs-t-*.REGION.amazonaws.com`, which only the instance itself can try.
    ///
    /// ## Why it matters
    ///
    /// After the registration the agent asks ECS for the hosts of its connections, and gets names such as `ecs-a-1` and `ecs-t-3`. A list
    /// of allowed names that holds `ecs.REGION.amazonaws.com` alone lets it register and keeps it from ever connecting.
    ///
    /// ## How to confirm
    ///
    /// The names that the agent was given stand in its log, in lines that begin to establish a websocket connection.
    ///
    /// ## False positives
    ///
    /// With interface endpoints for `ecs-agent` and `ecs-telemetry` the names are `ecs-a` and `ecs-t` without a number. Obstacles of the VPC
    /// itself show in `ecs/egress-ecs-api`.
    ///
    /// ## Fix
    ///
    /// Have the owner of the proxy or firewall allow both names with a wildcard (class M).
    ///
    /// ## References
    ///
    /// - ECS API reference, `DiscoverPollEndpoint`
    /// - ECS developer guide, "Amazon ECS container agent networking"
    "ecs/egress-acs-tcs", Blocker, Channel, fix M,
    "A proxy or firewall stops the agent's two connections",
    needs [LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    case.entry()?;
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    if case.registered().is_none() {
        return Ok(Judgement::not_applicable("the instance is not registered, so its agent opens no connections yet"));
    }
    let region = case.region();
    let command = format!(
        "for host in ecs-a-1 ecs-t-1; do curl -s -o /dev/null -w \"$host %{{http_code}}\\n\" --connect-timeout 5 https://$host.{region}.amazonaws.com/; done"
    );
    let look_for =
        "a code 000 for either host (no connection), or a page of a proxy; any other code is an answer of ECS";
    Ok(case.inside(Settled::Connected, Place::Instance, command, look_for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, missing};

    #[test]
    fn fires_as_a_question_to_the_instance_when_disconnected() {
        let mut world = testkit::ecs::nat();
        let judged = testkit::ecs::disconnected(&mut world).judge(&RULE);
        let Judgement::Elsewhere { command, .. } = judged else { panic!("{judged:?}") };
        assert!(command.contains("https://$host.eu-west-1.amazonaws.com/"), "{command}");
    }

    #[test]
    fn silent_when_connected_or_not_registered() {
        let mut world = testkit::ecs::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::ecs::never(&mut world).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_entries_are_denied() {
        let mut world = testkit::ecs::nat();
        world.deny(op::DESCRIBE_CONTAINER_INSTANCES);
        assert_eq!(missing(world.judge(&RULE)), ["ecs:DescribeContainerInstances"]);
    }
}
