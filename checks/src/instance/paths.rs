//! The ways from an instance to the services that its software needs.

use super::Host;
use crate::net::{Cause, Effect, Obstacle, Path, ServicePath, Verdict, Way, WayKind, to_service_briefly};
use crate::snapshot::ec2::VpcEndpoint;
use crate::snapshot::{Gap, operations as op};
use std::sync::Arc;

/// Words of facts that no read can give, and that a rule of the network layer waits for that is about one component.
const CLAIMED: &[&str] = &[
    "security group",
    "network ACL",
    "NAT gateway",
    "forwards packets",
    "Block Public Access",
    "enableDns",
    "DNS server",
    "DHCP options",
    "Resolver rule",
    "endpoint",
    "main route table",
    "which addresses",
];

/// Whether a rule about one component waits for a fact that no read can give. Whatever nobody waits for is the question of the rule about
/// routes, so that a way which is not known never passes everywhere.
pub fn is_claimed(what: &str) -> bool {
    CLAIMED.iter().any(|words| what.contains(words))
}

/// The ways of the primary interface to services, by the short names of these; none for an instance without interfaces.
pub(super) fn of(host: &Host<'_>, services: &[&str]) -> Vec<Arc<ServicePath>> {
    let Some(eni) = host.instance.primary_interface() else { return Vec::new() };
    let Some(interface) = host.network.interface(&eni.network_interface_id) else { return Vec::new() };
    let ways = services.iter().map(|name| to_service_briefly(host.network, interface, name, host.region(), 443));
    // Only what is blocked has something to weigh.
    let is_blocked = |way: &Way| way.verdict == Verdict::Blocked;
    let weighed = |path: Arc<ServicePath>| {
        let has_blocked = path.verdict == Verdict::Blocked || path.ways.iter().any(is_blocked);
        if has_blocked { Arc::new(forwarded(host, preferred(Arc::unwrap_or_clone(path)))) } else { path }
    };
    ways.map(weighed).collect()
}

/// A name that a Resolver rule forwards to servers elsewhere may be answered with an address that another network reaches: a way to public
/// addresses that is blocked then proves nothing.
fn forwarded(host: &Host<'_>, mut path: ServicePath) -> ServicePath {
    if path.verdict != Verdict::Blocked || path.is_over_endpoint() {
        return path;
    }
    let Some(name) = path.dns_names.first().cloned() else { return path };
    let Some(rule) = super::resolution::forwarding(host, &name) else { return path };
    for obstacle in &mut path.obstacles {
        if obstacle.effect == Effect::Blocked {
            obstacle.effect = Effect::Possible;
        }
    }
    path.gaps.push(Gap::opaque(format!("what the servers of Resolver rule `{rule}` answer for `{name}`")));
    path.verdict = Verdict::Unknown;
    path
}

/// Without the paths of a family that has no way out at all, where the other family has one that is broken: the broken one is what was
/// meant to work.
fn preferred(mut path: ServicePath) -> ServicePath {
    let lacks_route = |path: &Path| path.obstacles.iter().any(|obstacle| obstacle.cause == Cause::NoRoute);
    for way in &mut path.ways {
        if way.verdict == Verdict::Blocked && way.paths.iter().any(lacks_route) && !way.paths.iter().all(lacks_route) {
            let dropped: Vec<Obstacle> =
                way.paths.iter().filter(|path| lacks_route(path)).flat_map(|path| path.obstacles.clone()).collect();
            way.paths.retain(|path| !lacks_route(path));
            let kept = |obstacle: &Obstacle| way.paths.iter().any(|path| path.obstacles.contains(obstacle));
            path.obstacles.retain(|obstacle| !dropped.contains(obstacle) || kept(obstacle));
        }
    }
    path
}

impl<'a> Host<'a> {
    /// The way to a service.
    pub fn path_to(&self, service: &str) -> Option<&ServicePath> {
        self.paths.iter().find(|path| path.service == service).map(Arc::as_ref)
    }

    /// The interface endpoint that the name of a service leads to.
    pub fn endpoint_for(&self, service: &str) -> Option<&'a VpcEndpoint> {
        let WayKind::Endpoint(ids) = &self.path_to(service)?.ways.first()?.kind else { return None };
        self.snapshot.vpc_endpoints.get(ids.first()?).ok().flatten()
    }

    /// Whether the VPC was built to reach the services over endpoints: it has one for some of them.
    pub fn has_endpoints(&self) -> bool {
        self.paths.iter().any(|path| !path.endpoints.is_empty())
    }

    /// Services that have no way because their name leads to the internet and no route does; without those whose endpoint is there but
    /// not in use, which is a cause of its own.
    pub fn services_without_route(&self) -> Vec<&ServicePath> {
        let blocked = self
            .paths
            .iter()
            .map(Arc::as_ref)
            .filter(|path| path.verdict == Verdict::Blocked && path.endpoints.is_empty());
        blocked.filter(|path| path.obstacles.iter().any(|obstacle| obstacle.cause == Cause::NoRoute)).collect()
    }

    /// Whether some service is reached at its public addresses.
    fn leads_to_internet(&self) -> bool {
        let works =
            |way: &Way| way.kind == WayKind::Public && matches!(way.verdict, Verdict::Reachable | Verdict::Degraded);
        self.paths.iter().flat_map(|path| &path.ways).any(works)
    }

    /// Whether a gap leaves nothing open: private hosted zones are not read where the agent works, nor where the VPC has a way to the
    /// internet that works.
    pub fn is_no_question(&self, gap: &Gap, agent_works: bool) -> bool {
        let zones = op::LIST_HOSTED_ZONES_BY_VPC.action;
        (agent_works || self.leads_to_internet()) && matches!(gap, Gap::NotAsked { action } if action == zones)
    }
}
