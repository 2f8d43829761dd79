//! An instance without IPv4, and an agent that speaks nothing else.

use crate::ecs::{Case, Settled};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance in an IPv6-only subnet whose agent is not connected: whether its agent is new enough to use the dual-stack names of
    /// ECS (1.95.0), as far as an earlier registration told its version.
    ///
    /// ## Why it matters
    ///
    /// `ecs.REGION.amazonaws.com` has IPv4 addresses only. An agent that does not ask for `ecs.REGION.api.aws` finds nothing that an IPv6-only
    /// instance can connect to.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `curl -s http://localhost:51678/v1/metadata` shows the version; `ECS_INSTANCE_IP_COMPATIBILITY` in
    /// `/etc/ecs/ecs.config` says which family the agent takes the instance to have.
    ///
    /// ## False positives
    ///
    /// Instances with both families use IPv4 unless they are told otherwise. With DNS64 and a NAT64 route old agents reach ECS as well. Support
    /// for IPv6 came to the agent piece by piece; later versions mend faults of the first.
    ///
    /// ## Fix
    ///
    /// Replace the instance with one of a current ECS-optimized image (class A on the launch template). To undo, set the old version of the
    /// template.
    ///
    /// ## References
    ///
    /// - ECS agent release notes, 1.95.0: "ECS Client dual stack endpoint usage", "Dual stack EC2 client on IPv6-only instances"
    /// - ECS developer guide, "Amazon ECS task networking options for EC2", on IPv6-only configurations
    "ecs/ipv6-only-old-agent", Blocker, Agent, fix A,
    "The agent is too old for an IPv6-only instance",
    needs [DESCRIBE_SUBNETS, LIST_CONTAINER_INSTANCES, DESCRIBE_CONTAINER_INSTANCES]
}

/// The first version whose client for ECS uses dual-stack names on IPv6-only instances.
///
/// Source: ECS agent release notes, 1.95.0.
const DUAL_STACK: (u32, u32) = (1, 95);

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = case.aside() {
        return Ok(judgement);
    }
    let id = case.instance.subnet_id.as_str();
    let subnet = case.snapshot.subnets.get(id)?.ok_or_else(|| Gap::opaque(format!("subnet `{id}`")))?;
    if !subnet.ipv6_native {
        return Ok(Judgement::pass(format!("subnet `{id}` has IPv4")));
    }
    let entry = case.entry()?;
    let version = entry.map_or("", |entry| entry.version_info.agent_version.as_str());
    let is_old = parts(version).is_some_and(|version| version < DUAL_STACK);
    if !is_old || case.is_connected() == Some(true) {
        let look_for = "a version before 1.95.0, or `ECS_INSTANCE_IP_COMPATIBILITY=ipv4`";
        let command =
            "curl -s http://localhost:51678/v1/metadata; grep ECS_INSTANCE_IP_COMPATIBILITY /etc/ecs/ecs.config";
        return Ok(case.inside(Settled::Connected, Place::Instance, command, look_for));
    }
    let detail = format!(
        "instance `{}` is in IPv6-only subnet `{id}`, and agent {version} knows only the IPv4 names of ECS; dual-stack names came with 1.95.0",
        case.instance.instance_id
    );
    let arn = entry.map_or("", |entry| entry.container_instance_arn.as_str());
    let summary = "give the launch template the current ECS-optimized image, and replace the instance";
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("subnet", id)
            .about("ec2-instance", &case.instance.instance_id)
            .proof(Evidence::new(op::DESCRIBE_SUBNETS, id, "Ipv6Native", true))
            .proof(Evidence::new(
                op::DESCRIBE_CONTAINER_INSTANCES,
                arn,
                "containerInstances[].versionInfo.agentVersion",
                version,
            ))
            .fix(Fix::new(FixClass::M, summary)),
    ))
}

/// The first two parts of a version.
fn parts(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    fn ipv6_only(version: &str) -> World {
        let mut world = testkit::ecs::nat();
        testkit::ecs::disconnected(&mut world).patch(op::DESCRIBE_SUBNETS, "/Subnets/0/Ipv6Native", json!(true));
        let field = "/containerInstances/0/versionInfo/agentVersion";
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, field, json!(version));
        world
    }

    #[test]
    fn fires_on_an_old_agent() {
        let found = findings(ipv6_only("1.89.2").judge(&RULE));
        assert!(found[0].detail.contains("agent 1.89.2"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].field, "Ipv6Native");
    }

    #[test]
    fn silent_with_ipv4_or_when_connected() {
        assert!(matches!(testkit::ecs::nat().judge(&RULE), Judgement::Pass(_)));
        let mut world = ipv6_only("1.89.2");
        world.patch(op::DESCRIBE_CONTAINER_INSTANCES, "/containerInstances/0/agentConnected", json!(true));
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_but_for_a_hint_on_a_new_or_unknown_agent() {
        for version in ["1.100.0", ""] {
            assert!(matches!(ipv6_only(version).judge(&RULE), Judgement::Elsewhere { .. }), "{version}");
        }
    }

    #[test]
    fn unknown_when_subnets_are_denied() {
        let mut world = ipv6_only("1.89.2");
        world.deny(op::DESCRIBE_SUBNETS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSubnets"]);
    }
}
