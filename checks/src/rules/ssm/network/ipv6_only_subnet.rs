//! An instance without IPv4, and an agent or an endpoint that speaks nothing else.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement, Place};
use crate::fix::{Aws, Fix, FixClass};
use crate::net::{Cause, Family, Path, ServicePath, Verdict};
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::{AgentVersion, Case};
use crate::walls::{Wall, Watch, Ways};
use serde_json::json;
use std::sync::Arc;

declare_rule! {
    /// ## What it checks
    ///
    /// For an instance in an IPv6-only subnet: whether the agent is new enough for the dual-stack names of Systems Manager (3.3.3270.0),
    /// unless the subnet has DNS64 and a NAT64 route, or endpoints that answer on IPv6. For any instance: whether the interface endpoints
    /// that its names lead to answer on an address family that it has.
    ///
    /// ## Why it matters
    ///
    /// `ssm.REGION.amazonaws.com` has IPv4 addresses only. An agent that does not ask for `ssm.REGION.api.aws` finds nothing that an
    /// IPv6-only instance can connect to.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `getent ahosts ssm.REGION.api.aws`, and `UseDualStackEndpoint` in the configuration of the agent.
    ///
    /// ## False positives
    ///
    /// Support came to one Region after the other: where `ssm.REGION.api.aws` has no address, a new agent does not help. Whether the
    /// dual-stack option is switched on shows only inside the instance.
    ///
    /// ## Fix
    ///
    /// Update the agent and switch on `UseDualStackEndpoint` inside the instance (class M: the package depends on its system, and the agent
    /// restarts). To undo, put the saved configuration back. Give an IPv4-only endpoint both families (class A).
    ///
    /// ## References
    ///
    /// - SSM Agent release notes, 3.3.3270.0: "Add initial IPv6 support with UseDualStackEndpoint configuration option"
    /// - VPC user guide, "DNS64 and NAT64"
    "ssm/ipv6-only-subnet", Blocker, Agent, fix C,
    "An IPv6-only instance cannot reach Systems Manager",
    needs [DESCRIBE_SUBNETS, DESCRIBE_VPC_ENDPOINTS]
}

/// The first version that can ask for the dual-stack names.
///
/// Source: SSM Agent release notes, 3.3.3270.0.
const DUAL_STACK: AgentVersion = AgentVersion(3, 3, 3270, 0);

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.paths.is_empty() {
        return Ok(Judgement::not_applicable("the instance has no network interface"));
    }
    if !case.walls(|cause| cause == Cause::EndpointAddressFamily).is_empty() {
        let watch = Watch {
            about: &RULE.about,
            causes: &|cause| cause == Cause::EndpointAddressFamily,
            opaque: &|_| false,
            pass: "the endpoints answer on an address family of the instance",
        };
        return watch.judge(case, |wall| of_endpoint(case, wall));
    }
    let id = case.instance.subnet_id.as_str();
    let subnet = case.snapshot.subnets.get(id)?.ok_or_else(|| Gap::opaque(format!("subnet `{id}`")))?;
    if !subnet.ipv6_native {
        return Ok(Judgement::pass(format!("subnet `{id}` has IPv4")));
    }
    if case.heartbeat.is_online() {
        return Ok(Judgement::pass(format!("the node answers from IPv6-only subnet `{id}`")));
    }
    let lacking: Vec<&ServicePath> = case.paths.iter().map(Arc::as_ref).filter(|path| !has_old_way(path)).collect();
    if lacking.is_empty() {
        return Ok(Judgement::pass("the services are reached over IPv6 by the names that every agent asks for"));
    }
    let unsure: Vec<Gap> = lacking
        .iter()
        .flat_map(|path| path.paths())
        .filter(|way| is_nat64(way))
        .flat_map(|way| way.gaps.clone())
        .collect();
    match case.agent_version() {
        Some(version) if version >= DUAL_STACK => Ok(Judgement::Elsewhere {
            place: Place::Instance,
            command: format!(
                "grep -i dualstack /etc/amazon/ssm/amazon-ssm-agent.json; getent ahosts ssm.{}.api.aws",
                case.region()
            )
            .into(),
            look_for: "`UseDualStackEndpoint` that is absent or false, or a name without addresses".into(),
        }),
        _ if !unsure.is_empty() => Ok(Judgement::open(unsure)),
        Some(version) => Ok(Judgement::fail(too_old(case, version, &lacking))),
        None => {
            Ok(Judgement::open(vec![case.console().err().unwrap_or_else(|| {
                Gap::opaque(format!("the version of SSM Agent on `{}`", case.instance.instance_id))
            })]))
        }
    }
}

/// Whether an agent that knows only the regional names reaches a service: over an endpoint with IPv6 addresses, or translated.
fn has_old_way(path: &ServicePath) -> bool {
    let works = |verdict| matches!(verdict, Verdict::Reachable | Verdict::Degraded);
    (path.is_over_endpoint() && works(path.verdict)) || path.paths().any(|way| is_nat64(way) && works(way.verdict))
}

/// Whether a path leads to IPv4 addresses that DNS64 translated: over IPv6, by the regional name.
fn is_nat64(way: &Path) -> bool {
    way.family == Family::Ipv6 && (way.to.ends_with(".amazonaws.com") || way.to.ends_with(".amazonaws.com.cn"))
}

fn too_old(case: &Case<'_>, version: AgentVersion, lacking: &[&ServicePath]) -> Finding {
    let subnet = case.instance.subnet_id.as_str();
    let services: Vec<&str> = lacking.iter().map(|path| path.service.as_str()).collect();
    let detail = format!(
        "instance `{}` is in IPv6-only subnet `{subnet}`, and agent {version} knows only the IPv4 names of {}; dual-stack names came with {DUAL_STACK}",
        case.instance.instance_id,
        crate::walls::in_words(&services)
    );
    // Which package fits depends on the distribution, which no API shows: words, and no command.
    let fix = Fix::new(
        FixClass::M,
        format!(
            "on the instance, over EC2 serial console or SSH over IPv6: install agent {DUAL_STACK} or newer with the package for its system and \
             architecture, from a source that IPv6 reaches; save a copy of `amazon-ssm-agent.json`, set `UseDualStackEndpoint` to true in it, \
             and restart the agent; to undo, put the copy back and restart"
        ),
    );
    Finding::new(detail)
        .about("subnet", subnet)
        .about("ec2-instance", &case.instance.instance_id)
        .proof(Evidence::new(op::DESCRIBE_SUBNETS, subnet, "Ipv6Native", true))
        .fix(fix)
}

fn of_endpoint(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let id = wall.obstacle.component.id.as_str();
    let endpoint = case.snapshot.vpc_endpoints.get(id).ok().flatten();
    let old = endpoint.map_or("ipv4", |endpoint| endpoint.ip_address_type.as_str());
    let detail = format!(
        "endpoint `{id}` answers on {old} only, and instance `{}` has no address of that family, so its agent cannot reach {}",
        case.instance.instance_id,
        wall.labels_in_words()
    );
    let modify = |kind: &str| {
        Aws::new("ec2", "modify-vpc-endpoint", case.region())
            .arg("vpc-endpoint-id", id)
            .arg("ip-address-type", kind)
            .json("dns-options", &json!({ "DnsRecordIpType": kind }))
    };
    wall.finding(detail).fix(
        Fix::new(FixClass::A, format!("give `{id}` both families; its subnets need blocks of both"))
            .run(modify("dualstack"))
            .undo(modify(old)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    /// A lost node without IPv4 whose subnet has an IPv6 way out.
    fn ipv6_only(world: World) -> World {
        let mut world = world;
        let eni = "/Reservations/0/Instances/0/NetworkInterfaces/0";
        world.lost().patch(op::DESCRIBE_INSTANCES, &format!("{eni}/PrivateIpAddress"), json!(null));
        world.patch(op::DESCRIBE_INSTANCES, &format!("{eni}/PrivateIpAddresses"), json!([]));
        world.patch(
            op::DESCRIBE_INSTANCES,
            &format!("{eni}/Ipv6Addresses"),
            json!([{ "Ipv6Address": "2a05:d018:1::10" }]),
        );
        world.patch(op::DESCRIBE_SUBNETS, "/Subnets/0/Ipv6Native", json!(true));
        let route =
            json!({ "DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", route);
        world
    }

    fn with_agent(world: World, version: &str) -> World {
        let mut world = world;
        world.patch(op::DESCRIBE_INSTANCE_INFORMATION, "/InstanceInformationList/0/AgentVersion", json!(version));
        world
    }

    #[test]
    fn fires_on_an_old_agent() {
        let found = findings(ipv6_only(testkit::nat()).judge(&RULE));
        assert!(found[0].detail.contains("agent 3.3.987.0 knows only the IPv4 names"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[0].field, "Ipv6Native");
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!((fix.class, fix.commands.len()), (FixClass::M, 0), "{fix:?}");
    }

    #[test]
    fn fires_on_an_endpoint_without_ipv6() {
        let found = findings(ipv6_only(testkit::closed()).judge(&RULE));
        assert_eq!(found.len(), 2);
        let fix = found[0].fix.as_ref().unwrap();
        assert!(
            fix.commands[0].contains("--ip-address-type dualstack")
                && fix.rollback[0].contains("--ip-address-type ipv4")
        );
    }

    #[test]
    fn silent_with_ipv4_or_over_nat64() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        let mut world = ipv6_only(testkit::nat());
        world.patch(op::DESCRIBE_SUBNETS, "/Subnets/0/EnableDns64", json!(true));
        let nat64 = json!({ "DestinationIpv6CidrBlock": "64:ff9b::/96", "NatGatewayId": "nat-1", "State": "active" });
        world.patch(op::DESCRIBE_ROUTE_TABLES, "/RouteTables/0/Routes/-", nat64);
        let all_v6 = json!([{ "IpProtocol": "-1", "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", all_v6);
        let any = |egress: bool| json!({ "Ipv6CidrBlock": "::/0", "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 101 });
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/-", any(true));
        world.patch(op::DESCRIBE_NETWORK_ACLS, "/NetworkAcls/0/Entries/-", any(false));
        let judged = world.judge(&RULE);
        assert!(matches!(judged, Judgement::Pass(_)), "{judged:?}");
    }

    #[test]
    fn silent_but_for_a_hint_on_a_new_agent() {
        let judged = with_agent(ipv6_only(testkit::nat()), "3.3.3270.0").judge(&RULE);
        assert!(matches!(judged, Judgement::Elsewhere { command, .. } if command.contains("ssm.eu-west-1.api.aws")));
    }

    #[test]
    fn unknown_without_the_version_of_the_agent() {
        let mut world = ipv6_only(testkit::nat());
        world.never().deny(op::GET_CONSOLE_OUTPUT);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:GetConsoleOutput"]);
    }

    #[test]
    fn unknown_when_subnets_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_SUBNETS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSubnets"]);
    }
}
