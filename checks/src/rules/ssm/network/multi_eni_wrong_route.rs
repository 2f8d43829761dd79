//! More than one interface, and the one that carries the default route has no way out.

use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::net::{Cause, Verdict, to_service};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::ec2::InstanceNetworkInterface;
use crate::ssm::Case;
use crate::walls::Ways;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the instance has several interfaces of which some reach Systems Manager and others do not. The operating system sends by
    /// its own default route, mostly out of the first interface, whatever the others could do.
    ///
    /// ## Why it matters
    ///
    /// An instance looks well connected in the console and is not: its default route leaves through the interface without a way.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `ip route` and `ip rule` (Windows: `route print`), then the subnet and groups of the interface that the default
    /// route uses.
    ///
    /// ## False positives
    ///
    /// Where the way of the first interface is there but broken (a group, an ACL, a NAT gateway), the rule for that says so and not this
    /// one. Policy routing inside the instance may send the agent's packets out of the right interface; the heartbeat shows that it does.
    ///
    /// ## Fix
    ///
    /// Give the default route to the interface that has a way out, or mend the way of the first interface (class C, inside the instance).
    /// To undo, restore the saved routes.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Elastic network interfaces" and "Configure your secondary network interface"
    "ssm/multi-eni-wrong-route", Blocker, Agent, fix C,
    "The default route leaves through an interface without a way out",
    needs [DESCRIBE_INSTANCES, DESCRIBE_ROUTE_TABLES, DESCRIBE_SECURITY_GROUPS, DESCRIBE_NETWORK_ACLS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let interfaces = &case.instance.network_interfaces;
    if interfaces.len() < 2 {
        return Ok(Judgement::not_applicable("the instance has one interface at the most"));
    }
    let verdicts: Vec<(&InstanceNetworkInterface, Verdict)> =
        interfaces.iter().map(|eni| (eni, verdict(case, eni))).collect();
    let primary = case.instance.primary_interface().map(|eni| eni.network_interface_id.as_str()).unwrap_or_default();
    let of_primary = verdicts.iter().find(|(eni, _)| eni.network_interface_id == primary).map(|(_, verdict)| *verdict);
    let working: Vec<String> = verdicts
        .iter()
        .filter(|(_, verdict)| matches!(verdict, Verdict::Reachable | Verdict::Degraded))
        .map(|(eni, _)| format!("`{}`", eni.network_interface_id))
        .collect();
    if of_primary == Some(Verdict::Blocked) && !working.is_empty() {
        if !lacks_route(case) {
            return Ok(Judgement::not_applicable(
                "follows from what stands in the way of the first interface, which a rule of its own names",
            ));
        }
        let detail = format!(
            "interface `{primary}`, which mostly carries the default route of instance `{}`, has no way to Systems Manager, while {} has one",
            case.instance.instance_id,
            working.join(", ")
        );
        return Ok(Judgement::fail(Finding::new(detail).about("network-interface", primary).fix(
            Fix::new(FixClass::C, "send the default route out of the interface that has a way; see first what the routes are, on the instance")
                .run("ip route show default; ip rule"),
        )));
    }
    if of_primary == Some(Verdict::Unknown) {
        let gaps = case.paths.iter().flat_map(|path| path.gaps.iter().cloned()).filter(|gap| !case.is_settled(gap));
        let mut gaps: Vec<Gap> = gaps.collect();
        gaps.sort();
        gaps.dedup();
        if !gaps.is_empty() {
            return Ok(Judgement::open(gaps));
        }
    }
    Ok(Judgement::pass(match of_primary {
        Some(Verdict::Blocked) => "no interface of the instance has a way to Systems Manager; the other rules say why",
        _ => "the first interface has a way to Systems Manager",
    }))
}

/// Whether the first interface has no route at all to a service: only then is the interface the wrong one, and not its way broken.
fn lacks_route(case: &Case<'_>) -> bool {
    let blocked = case.paths.iter().filter(|path| path.verdict == Verdict::Blocked);
    blocked.flat_map(|path| &path.obstacles).any(|obstacle| obstacle.cause == Cause::NoRoute)
}

/// The worst of the ways to the services that the agent needs.
fn verdict(case: &Case<'_>, eni: &InstanceNetworkInterface) -> Verdict {
    let names = crate::ssm::services(case.agent_version(), case.region());
    let Some(interface) = case.network.interface(&eni.network_interface_id) else { return Verdict::Unknown };
    let ways = names.iter().map(|name| to_service(case.network, interface, name, case.region(), 443).verdict);
    ways.max().unwrap_or(Verdict::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::json;

    /// The first interface in a subnet without a way, the second in the public subnet with an address.
    fn two_interfaces() -> World {
        let mut world = testkit::nat();
        let second = json!({
            "NetworkInterfaceId": "eni-2", "SubnetId": "subnet-public", "VpcId": "vpc-1", "Attachment": { "DeviceIndex": 1 },
            "PrivateIpAddress": "10.0.9.10", "Groups": [{ "GroupId": "sg-1" }],
            "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": "10.0.9.10", "Association": { "PublicIp": "203.0.113.20" } }],
            "Association": { "PublicIp": "203.0.113.20" },
        });
        world.patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/NetworkInterfaces/-", second);
        world
    }

    #[test]
    fn fires_when_only_the_second_interface_has_a_way() {
        let mut world = two_interfaces();
        world.lost().patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/1", json!(null));
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("`eni-1`") && found[0].detail.contains("`eni-2`"), "{}", found[0].detail);
    }

    #[test]
    fn silent_where_something_stands_in_the_way_of_the_first_interface() {
        let mut world = two_interfaces();
        world.lost().patch(op::DESCRIBE_NAT_GATEWAYS, "/NatGateways/0/State", json!("failed"));
        let judged = world.judge(&RULE);
        assert!(matches!(&judged, Judgement::NotApplicable(why) if why.starts_with("follows from")), "{judged:?}");
    }

    #[test]
    fn silent_with_one_interface_or_a_good_first_one() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(two_interfaces().judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_tables_are_denied() {
        let mut world = two_interfaces();
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeRouteTables"]);
    }
}
