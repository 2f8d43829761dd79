//! Endpoints as rules see them: those that are missing, those that names do not lead to, and calls that pass them.

use super::{Host, RoleFacts};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::iam::Request;
use crate::net::{Cause, ServicePath, Verdict, WayKind};
use crate::remedy::Site;
use crate::remedy::endpoint::{self, EndpointPlace};
use crate::rule::About;
use crate::snapshot::ec2::VpcEndpoint;
use crate::snapshot::{Gap, operations as op};
use crate::walls::{Lane, Wall, Ways, steps};
use serde_json::{Value, json};
use std::sync::Arc;

/// The name of a new group for endpoints, and what it is for.
pub type Named = (&'static str, &'static str);

/// What a rule looks for that misses an endpoint.
pub struct Missing<'m> {
    /// The rule.
    pub about: &'m About,
    /// The service, by its short name.
    pub service: &'m str,
    /// Whether a sign of life proves the way, whatever cannot be seen of it.
    pub is_proven: bool,
    /// The rule that tells of a VPC which has no endpoint at all.
    pub no_path: &'static str,
    /// How a group for the new endpoint is named.
    pub named: Named,
}

impl Missing<'_> {
    /// Judges whether the interface endpoint of a service is missing in a VPC that was built to reach the services over endpoints.
    pub fn judge(&self, host: &Host<'_>, ways: &impl Ways) -> Judgement {
        let (about, service) = (self.about, self.service);
        let Some(path) = host.path_to(service) else {
            return Judgement::not_applicable("the instance has no network interface");
        };
        if let Some(known) = path.endpoints.first() {
            return Judgement::pass(format!("the VPC has endpoint `{}` for `{service}`", known.component.id));
        }
        if host.services_without_route().iter().any(|lacking| lacking.service == service) {
            if !host.has_endpoints() {
                let gaps = unlisted(host);
                let follows = || {
                    Judgement::not_applicable(format!(
                        "follows from `{}`: the VPC has no endpoint at all",
                        self.no_path
                    ))
                };
                return if gaps.is_empty() { follows() } else { Judgement::open(gaps) };
            }
            return Judgement::fail(missing(host, path, self.named));
        }
        if path.verdict == Verdict::Unknown {
            let gaps: Vec<Gap> =
                path.gaps.iter().filter(|gap| decides(about, gap) && !ways.is_settled(gap)).cloned().collect();
            let is_proven = self.is_proven && gaps.iter().all(|gap| matches!(gap, Gap::Opaque { .. }));
            if !gaps.is_empty() && !is_proven {
                return Judgement::open(gaps);
            }
        }
        Judgement::pass(format!(
            "`{service}` needs no endpoint of this VPC: its name leads another way that has a route"
        ))
    }
}

/// Whether a gap is about endpoints, routes, or where the name leads; others belong to other rules.
fn decides(about: &About, gap: &Gap) -> bool {
    match gap {
        Gap::Opaque { what } => what.contains("hosted zone") || what.starts_with("which endpoints"),
        _ => about.needs.iter().any(|need| Some(need.action) == gap.action()),
    }
}

fn missing(host: &Host<'_>, path: &ServicePath, named: Named) -> Finding {
    let service = path.service.as_str();
    let instance = host.instance;
    let others: Vec<&str> =
        host.paths.iter().flat_map(|path| &path.endpoints).map(|known| known.component.id.as_str()).collect();
    let siblings: Vec<String> = others.iter().map(|id| format!("`{id}`")).collect();
    let detail = format!(
        "VPC `{}` has no endpoint for `{service}` (only {}), and subnet `{}` has no route to the internet, so the agent of `{}` \
         cannot reach it",
        instance.vpc_id,
        siblings.join(", "),
        instance.subnet_id,
        instance.instance_id
    );
    let name = host.service_name(service);
    let summary = format!(
        "create an interface endpoint for `{name}` with private DNS; it costs money by the hour and by the gigabyte"
    );
    let listed: Vec<Value> = others.iter().map(|id| json!(id)).collect();
    let mut finding = Finding::new(detail)
        .about("vpc", &instance.vpc_id)
        .about("subnet", &instance.subnet_id)
        .proof(Evidence::new(
            op::DESCRIBE_VPC_ENDPOINTS,
            &instance.vpc_id,
            "VpcEndpoints[].VpcEndpointId",
            Value::Array(listed),
        ))
        .fix(endpoint::create(&host.endpoint_place(named), Fix::new(FixClass::B, summary), &[name.as_str()], &[]));
    let no_route = path.obstacles.iter().filter(|obstacle| obstacle.cause == Cause::NoRoute);
    finding = finding.proofs(no_route.flat_map(|obstacle| obstacle.evidence.iter().cloned()));
    finding.path = path
        .obstacles
        .iter()
        .find(|own| own.cause == Cause::NoRoute)
        .map(|own| steps(&Lane::of_service(path), own))
        .unwrap_or_default();
    finding
}

impl<'a> Host<'a> {
    /// Where endpoints of the agent's services are made.
    pub fn endpoint_place(&self, named: Named) -> EndpointPlace<'a> {
        let groups = self.instance.primary_interface().into_iter().flat_map(|eni| &eni.groups);
        EndpointPlace {
            site: Site::of(self),
            subnets: vec![&self.instance.subnet_id],
            groups: groups.map(|group| group.group_id.as_str()).collect(),
            named,
        }
    }

    /// The service name, with the prefix that the other endpoints of the VPC have: it differs between partitions.
    pub fn service_name(&self, service: &str) -> String {
        let known = self.paths.iter().flat_map(|path| path.endpoints.iter().map(move |known| (path, known)));
        let prefix = known.filter_map(|(path, known)| known.service_name.strip_suffix(path.service.as_str())).next();
        prefix
            .map_or_else(|| format!("com.amazonaws.{}.{service}", self.region()), |prefix| format!("{prefix}{service}"))
    }
}

/// Why the endpoints of the VPC are not known as a whole.
pub fn unlisted(host: &Host<'_>) -> Vec<Gap> {
    host.snapshot.vpc_endpoints.select("vpc-id", &host.instance.vpc_id, |_| false).err().into_iter().collect()
}

/// What a rule looks for among endpoints that are there while names do not lead to them.
pub struct Unused {
    /// The causes.
    pub causes: fn(Cause) -> bool,
    /// Why the rule passes when no endpoint is unused for such a cause.
    pub pass: &'static str,
}

impl Unused {
    /// Judges the endpoints of services that are not reached; where a service is reached another way, its endpoint does no harm.
    pub fn judge(&self, host: &Host<'_>, ways: &impl Ways, describe: impl Fn(&Wall<'_>) -> Finding) -> Judgement {
        if host.paths.is_empty() {
            return Judgement::not_applicable("the instance has no network interface");
        }
        let findings: Vec<Finding> = self.walls(host).iter().map(describe).collect();
        if !findings.is_empty() {
            return Judgement::Fail(findings);
        }
        let touches = |path: &&ServicePath| path.unused_endpoints().any(|obstacle| (self.causes)(obstacle.cause));
        let affected: Vec<&ServicePath> = host.paths.iter().map(Arc::as_ref).filter(touches).collect();
        let unsure = affected.iter().filter(|path| path.verdict == Verdict::Unknown).flat_map(|path| path.gaps.clone());
        let gaps = unsure.chain(unlisted(host)).filter(|gap| !ways.is_settled(gap)).collect();
        let elsewhere = "the services whose endpoint is not in use are reached another way";
        let pass = if affected.is_empty() { self.pass } else { elsewhere };
        Judgement::settled(findings, gaps, || Judgement::pass(pass))
    }

    /// The unused endpoints of services that are blocked.
    pub fn walls<'c>(&self, host: &'c Host<'_>) -> Vec<Wall<'c>> {
        let mut walls: Vec<Wall<'_>> = Vec::new();
        for path in host.paths.iter().filter(|path| path.verdict == Verdict::Blocked) {
            for obstacle in path.unused_endpoints().filter(|obstacle| (self.causes)(obstacle.cause)) {
                match walls.iter_mut().find(|wall| wall.obstacle.is_same_as(obstacle)) {
                    Some(wall) => wall.labels.push(&path.service),
                    None => {
                        walls.push(Wall {
                            obstacle,
                            labels: vec![&path.service],
                            steps: steps(&Lane::of_service(path), obstacle),
                            position: 0,
                        });
                    }
                }
            }
        }
        walls
    }
}

/// A call of the agent that passes an endpoint, with the keys that hold for calls to the account's own resources.
pub fn request(host: &Host<'_>, role: &RoleFacts<'_>, action: &str, endpoint: &VpcEndpoint) -> Request {
    let mut request = host.request(role, action, Some(endpoint));
    request.context.set("aws:ResourceAccount", crate::iam::ContextValue::Values(vec![host.account().to_owned()]));
    request
}

/// Ids of the interface endpoints that the name of a service leads to.
pub fn used(path: &ServicePath) -> &[String] {
    match path.ways.first().map(|way| &way.kind) {
        Some(WayKind::Endpoint(ids)) => ids,
        _ => &[],
    }
}
