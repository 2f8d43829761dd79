//! Endpoints as rules see them: those that are missing, those that names do not lead to, and what their policies say.

use super::Case;
use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::iam::Request;
use crate::instance::RoleFacts;
use crate::net::{Cause, ServicePath, Verdict, WayKind};
use crate::remedy::Site;
use crate::remedy::endpoint::{self, EndpointPlace};
use crate::rule::About;
use crate::snapshot::ec2::{VpcEndpoint, is};
use crate::snapshot::{Gap, operations as op};
use crate::walls::{Lane, Wall, Ways, open, steps};
use serde_json::{Value, json};
use std::sync::Arc;

/// Judges whether the interface endpoint of a service is missing in a VPC that was built to reach Systems Manager over endpoints.
///
/// # Errors
/// Never; a missing fact is a judgement of its own.
pub fn judge_missing(case: &Case<'_>, about: &About, service: &str) -> Result<Judgement, Gap> {
    if case.paths.is_empty() {
        return Ok(Judgement::not_applicable("the instance has no network interface"));
    }
    let Some(path) = case.path_to(service) else { return Ok(Judgement::not_applicable(not_needed(case, service))) };
    if let Some(known) = path.endpoints.first() {
        return Ok(Judgement::pass(format!("the VPC has endpoint `{}` for `{service}`", known.component.id)));
    }
    if case.services_without_route().iter().any(|lacking| lacking.service == service) {
        if !case.has_endpoints() {
            let gaps = unlisted(case);
            let follows =
                || Judgement::not_applicable("follows from `ssm/no-egress-path`: the VPC has no endpoint at all");
            return Ok(if gaps.is_empty() { follows() } else { open(gaps) });
        }
        return Ok(Judgement::fail(missing(case, path)));
    }
    if path.verdict == Verdict::Unknown {
        let gaps: Vec<Gap> =
            path.gaps.iter().filter(|gap| decides(about, gap) && !case.is_settled(gap)).cloned().collect();
        if !gaps.is_empty() && !is_proven(case, service, &gaps) {
            return Ok(open(gaps));
        }
    }
    Ok(Judgement::pass(format!(
        "`{service}` needs no endpoint of this VPC: its name leads another way that has a route"
    )))
}

fn not_needed(case: &Case<'_>, service: &str) -> String {
    case.agent_version().map_or_else(
        || format!("the version of the agent is not known; from 3.3.40.0 on it does without `{service}`"),
        |version| format!("agent {version} in {} does without `{service}`", case.region()),
    )
}

/// Whether a gap is about endpoints, routes, or where the name leads; others belong to other rules.
fn decides(about: &About, gap: &Gap) -> bool {
    match gap {
        Gap::Opaque { what } => what.contains("hosted zone") || what.starts_with("which endpoints"),
        _ => about.needs.iter().any(|need| Some(need.action) == gap.action()),
    }
}

/// An open session channel proves the way to `ssmmessages`, whatever cannot be seen of it.
fn is_proven(case: &Case<'_>, service: &str, gaps: &[Gap]) -> bool {
    let channel = case.snapshot.connection_statuses.get(&case.instance.instance_id);
    service == "ssmmessages"
        && gaps.iter().all(|gap| matches!(gap, Gap::Opaque { .. }))
        && matches!(channel, Ok(Some(channel)) if is(&channel.status, "connected"))
}

fn missing(case: &Case<'_>, path: &ServicePath) -> Finding {
    let service = path.service.as_str();
    let instance = case.instance;
    let others: Vec<&str> =
        case.paths.iter().flat_map(|path| &path.endpoints).map(|known| known.component.id.as_str()).collect();
    let siblings: Vec<String> = others.iter().map(|id| format!("`{id}`")).collect();
    let detail = format!(
        "VPC `{}` has no endpoint for `{service}` (only {}), and subnet `{}` has no route to the internet, so the agent of `{}` \
         cannot reach it",
        instance.vpc_id,
        siblings.join(", "),
        instance.subnet_id,
        instance.instance_id
    );
    let name = service_name(case, service);
    let summary = format!(
        "create an interface endpoint for `{name}` with private DNS; it costs money by the hour and by the gigabyte"
    );
    let listed: Vec<Value> = others.iter().map(|id| json!(id)).collect();
    let mut finding = Finding::new(detail)
        .about("vpc", &instance.vpc_id)
        .about("subnet", &instance.subnet_id)
        .proof(crate::evidence::Evidence::new(
            op::DESCRIBE_VPC_ENDPOINTS,
            &instance.vpc_id,
            "VpcEndpoints[].VpcEndpointId",
            Value::Array(listed),
        ))
        .fix(endpoint::create(&case.endpoint_place(), Fix::new(FixClass::B, summary), &[name.as_str()], &[]));
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

impl<'a> Case<'a> {
    /// Where endpoints of the agent's services are made.
    pub(crate) fn endpoint_place(&self) -> EndpointPlace<'a> {
        let groups = self.instance.primary_interface().into_iter().flat_map(|eni| &eni.groups);
        EndpointPlace {
            site: Site::of(self),
            subnets: vec![&self.instance.subnet_id],
            groups: groups.map(|group| group.group_id.as_str()).collect(),
            named: ("ssm-endpoints", "Systems Manager endpoints"),
        }
    }
}

/// The service name, with the prefix that the other endpoints of the VPC have: it differs between partitions.
pub(crate) fn service_name(case: &Case<'_>, service: &str) -> String {
    let known = case.paths.iter().flat_map(|path| path.endpoints.iter().map(move |known| (path, known)));
    let prefix = known.filter_map(|(path, known)| known.service_name.strip_suffix(path.service.as_str())).next();
    prefix.map_or_else(|| format!("com.amazonaws.{}.{service}", case.region()), |prefix| format!("{prefix}{service}"))
}

/// Why the endpoints of the VPC are not known as a whole.
pub fn unlisted(case: &Case<'_>) -> Vec<Gap> {
    case.snapshot.vpc_endpoints.select("vpc-id", &case.instance.vpc_id, |_| false).err().into_iter().collect()
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
    pub fn judge(&self, case: &Case<'_>, describe: impl Fn(&Wall<'_>) -> Finding) -> Judgement {
        if case.paths.is_empty() {
            return Judgement::not_applicable("the instance has no network interface");
        }
        let findings: Vec<Finding> = self.walls(case).iter().map(describe).collect();
        if !findings.is_empty() {
            return Judgement::Fail(findings);
        }
        let touches = |path: &&ServicePath| path.unused_endpoints().any(|obstacle| (self.causes)(obstacle.cause));
        let affected: Vec<&ServicePath> = case.paths.iter().map(Arc::as_ref).filter(touches).collect();
        let unsure = affected.iter().filter(|path| path.verdict == Verdict::Unknown).flat_map(|path| path.gaps.clone());
        let mut gaps: Vec<Gap> = unsure.chain(unlisted(case)).filter(|gap| !case.is_settled(gap)).collect();
        gaps.sort();
        gaps.dedup();
        match (gaps.is_empty(), affected.is_empty()) {
            (false, _) => open(gaps),
            (true, true) => Judgement::pass(self.pass),
            (true, false) => Judgement::pass("the services whose endpoint is not in use are reached another way"),
        }
    }

    /// The unused endpoints of services that are blocked.
    pub fn walls<'c>(&self, case: &'c Case<'_>) -> Vec<Wall<'c>> {
        let mut walls: Vec<Wall<'_>> = Vec::new();
        for path in case.paths.iter().filter(|path| path.verdict == Verdict::Blocked) {
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
pub fn request(case: &Case<'_>, role: &RoleFacts<'_>, action: &str, endpoint: &VpcEndpoint) -> Request {
    let mut request = case.request(role, action, Some(endpoint));
    request.context.set("aws:ResourceAccount", crate::iam::ContextValue::Values(vec![case.account().to_owned()]));
    request
}

/// The role whose calls pass the endpoints: the one the agent works with, else that of the profile, which it goes on trying.
///
/// # Errors
/// Why it is not known.
pub fn role_of<'c, 'a>(case: &'c Case<'a>) -> Result<Option<&'c RoleFacts<'a>>, Gap> {
    match case.working_role()? {
        Some(role) => Ok(Some(role)),
        None => case.identity.role.as_ref().map(Option::as_deref).map_err(Clone::clone),
    }
}

/// Ids of the interface endpoints that the name of a service leads to.
pub fn used(path: &ServicePath) -> &[String] {
    match path.ways.first().map(|way| &way.kind) {
        Some(WayKind::Endpoint(ids)) => ids,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis;
    use crate::testkit;

    #[test]
    fn healthy_worlds_are_healthy() {
        for world in [testkit::nat(), testkit::public(), testkit::closed()] {
            let report = world.diagnose();
            assert_eq!(report.verdict, diagnosis::Verdict::Healthy, "{:?}", report.findings);
        }
    }

    #[test]
    fn the_role_is_the_one_the_agent_works_with() {
        use crate::snapshot::operations as op;
        let name = |world: &testkit::World| {
            let snapshot = world.snapshot();
            let estate = crate::ssm::Estate::new(&snapshot);
            let case = Case::new(&estate, crate::instance::find(&snapshot, testkit::INSTANCE).unwrap());
            role_of(&case).map(|role| role.map(|role| role.role.role_name.clone()))
        };
        let mut world = testkit::closed();
        assert_eq!(name(&world), Ok(Some("web".to_owned())));
        world.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
        assert_eq!(name(&world), Ok(Some("web".to_owned())), "with nothing to fall back to, it goes on trying");
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(name(&world).is_err(), "the role of Default Host Management was not read");
        let default =
            json!({ "Role": { "RoleName": "Default", "Arn": "arn:aws:iam::123456789012:role/service-role/Default" } });
        world.answer(op::GET_ROLE, json!({ "RoleName": "Default" }), default);
        assert_eq!(name(&world), Ok(Some("Default".to_owned())));
    }
}
