//! The Region's Session Manager preferences: the inputs of document `SSM-SessionManagerRunShell`.

use super::{Case, Heartbeat};
use crate::evidence::Evidence;
use crate::finding::{Judgement, Place};
use crate::net::route::Target;
use crate::snapshot::ec2::{Route, RouteTable, VpcEndpoint, is};
use crate::snapshot::{Gap, Snapshot, operations as op, ssm::SESSION_PREFERENCES};
use serde::Deserialize;
use std::borrow::Cow;

/// The preferences; an empty text means that the feature is off.
///
/// Source: Systems Manager user guide, "Session document schema".
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    /// Bucket for session logs.
    pub s3_bucket_name: String,
    /// Folder in the bucket.
    pub s3_key_prefix: String,
    /// Whether the bucket must be encrypted.
    pub s3_encryption_enabled: Option<bool>,
    /// Log group for session logs.
    pub cloud_watch_log_group_name: String,
    /// Whether the log group must be encrypted.
    pub cloud_watch_encryption_enabled: Option<bool>,
    /// Key that encrypts session data.
    pub kms_key_id: String,
    /// Whether sessions run as a named user.
    pub run_as_enabled: Option<bool>,
    /// That user; empty means the user in the caller's `SSMSessionRunAs` tag.
    pub run_as_default_user: String,
    /// Minutes without input after which a session ends, as text; 20 by default.
    pub idle_session_timeout: String,
    /// Minutes after which a session ends, as text.
    pub max_session_duration: String,
    /// Commands that start a session.
    pub shell_profile: ShellProfile,
}

/// Commands that start a session.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ShellProfile {
    /// On Linux and macOS.
    pub linux: String,
    /// On Windows.
    pub windows: String,
}

#[derive(Deserialize)]
struct SessionDocument {
    #[serde(default)]
    inputs: Preferences,
}

impl Preferences {
    /// What the snapshot holds of them: the defaults when the document does not exist.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn of(snapshot: &Snapshot) -> Result<Self, Gap> {
        let Some(document) = snapshot.documents.get(SESSION_PREFERENCES)? else { return Ok(Self::default()) };
        serde_json::from_str::<SessionDocument>(&document.content).map(|document| document.inputs).map_err(|error| {
            Gap::Failed {
                action: "ssm:GetDocument".to_owned(),
                code: "MalformedDocument".to_owned(),
                message: format!("`{SESSION_PREFERENCES}` is no session document: {error}"),
            }
        })
    }
}

/// Why sessions are no question of this node: only one that answers can open them. `None` when they are.
///
/// # Errors
/// It is not known whether the node answers.
pub fn not_asked(case: &Case<'_>) -> Result<Option<Judgement>, Gap> {
    match &case.heartbeat {
        Heartbeat::Online(_) => Ok(None),
        Heartbeat::Unknown(gap) => Err(gap.clone()),
        Heartbeat::Lost(_) | Heartbeat::Never => {
            Ok(Some(Judgement::not_applicable("sessions open only to a node that is online")))
        }
    }
}

/// A cause that shows on the machine of whoever opens the session, once the node is online.
///
/// # Errors
/// It is not known whether the node answers.
pub fn at_client(
    case: &Case<'_>,
    command: impl Into<Cow<'static, str>>,
    look_for: impl Into<Cow<'static, str>>,
) -> Result<Judgement, Gap> {
    let look = || Judgement::Elsewhere { place: Place::Client, command: command.into(), look_for: look_for.into() };
    Ok(not_asked(case)?.unwrap_or_else(look))
}

/// A member of the preferences as the document holds it.
pub fn preference(member: &str, value: &str) -> Evidence {
    Evidence::new(op::GET_DOCUMENT, SESSION_PREFERENCES, format!("Content.inputs.{member}"), value)
}

/// How traffic of the instance gets to a service of AWS, as far as routes tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Way<'a> {
    /// A default route leads to an internet or NAT gateway; what lies beyond is the matter of the network rules.
    Route,
    /// An endpoint of the service.
    Endpoint(&'a VpcEndpoint),
    /// Neither: this table serves the subnet, and none of its routes leads out of the VPC.
    None(&'a RouteTable),
}

/// How the instance gets to a service, by the short name in an endpoint's service name.
///
/// An interface endpoint counts with private DNS only: the agent asks for the public name of the service (AWS PrivateLink guide, "Access
/// an AWS service using an interface VPC endpoint").
///
/// # Errors
/// Routes or endpoints are not known, lead where nobody can look, or belong to the account that shares the subnet.
pub fn way_to<'a>(case: &Case<'a>, service: &str) -> Result<Way<'a>, Gap> {
    let (vpc, subnet) = (case.instance.vpc_id.as_str(), case.instance.subnet_id.as_str());
    let table = case.network.route_table(subnet)?;
    if table.routes.iter().any(leads_out) {
        return Ok(Way::Route);
    }
    let endpoints = case.snapshot.vpc_endpoints.select("vpc-id", vpc, |endpoint| endpoint.vpc_id == vpc)?;
    let ends = |endpoint: &VpcEndpoint, name: &str| endpoint.service_name.rsplit('.').next() == Some(name);
    let serves = |endpoint: &VpcEndpoint| {
        if is(&endpoint.vpc_endpoint_type, "Interface") {
            endpoint.private_dns_enabled
        } else {
            endpoint.route_table_ids.contains(&table.route_table_id)
        }
    };
    let available: Vec<&VpcEndpoint> =
        endpoints.into_iter().filter(|endpoint| is(&endpoint.state, "available")).collect();
    if let Some(endpoint) = available.iter().find(|endpoint| ends(endpoint, service) && serves(endpoint)) {
        return Ok(Way::Endpoint(endpoint));
    }
    let fips = format!("{service}-fips");
    let is_doubtful = |endpoint: &VpcEndpoint| {
        ends(endpoint, &fips) || (ends(endpoint, service) && is(&endpoint.vpc_endpoint_type, "Interface"))
    };
    if let Some(endpoint) = available.iter().find(|endpoint| is_doubtful(endpoint)) {
        let id = &endpoint.vpc_endpoint_id;
        return Err(Gap::opaque(format!(
            "whether the agent calls `{service}` by a name that leads to endpoint `{id}`"
        )));
    }
    if let Some(route) = table.routes.iter().find(|route| leads_somewhere(route)) {
        let target = Target::of(route);
        return Err(Gap::opaque(format!("whether `{service}` is reached over `{}`", target.id())));
    }
    let owner = case.snapshot.subnets.get(subnet).ok().flatten().map_or("", |subnet| subnet.owner_id.as_str());
    if !owner.is_empty() && owner != case.account() {
        return Err(Gap::opaque(format!("which endpoints account `{owner}`, which shares the subnet, has in its VPC")));
    }
    Ok(Way::None(table))
}

/// Whether a route takes everything to the internet.
fn leads_out(route: &Route) -> bool {
    is(&route.state, "active")
        && route.destination_cidr_block == "0.0.0.0/0"
        && matches!(Target::of(route), Target::InternetGateway(_) | Target::NatGateway(_))
}

/// Whether a route leads to neither the VPC nor a gateway endpoint: somewhere, and perhaps to AWS.
fn leads_somewhere(route: &Route) -> bool {
    let is_gateway_endpoint = route.gateway_id.starts_with("vpce-") && !route.destination_prefix_list_id.is_empty();
    is(&route.state, "active") && Target::of(route) != Target::Local && !is_gateway_endpoint
}
