//! Ways into an instance beside a connection to its port: which of them work, and why.

use super::case::Case;
use super::path::is_public;
use crate::evidence::Evidence;
use crate::fix::Aws;
use crate::instance::is_nitro;
use crate::net::{Family, Protocol, Verdict};
use crate::reach::{self, Answer, Judge, Packets, Subject};
use crate::snapshot::ec2::{InstanceConnectEndpoint, is};
use crate::snapshot::{Gap, operations as op};
use ipnetwork::IpNetwork;

/// One way in.
pub(crate) struct WayIn {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether it works; the gap says why that is not known.
    pub(crate) works: Result<bool, Gap>,
    /// Why.
    pub(crate) why: String,
    /// The command that uses it.
    pub(crate) command: String,
    /// The fields that prove it.
    pub(crate) evidence: Vec<Evidence>,
}

/// The ways in, the easiest first.
pub(crate) fn ways_in(case: &Case<'_>) -> Vec<WayIn> {
    let mut ways = vec![session_manager(case)];
    if case.has_public_address() && !case.host.instance.is_windows() {
        ways.push(instance_connect(case));
    }
    ways.extend(connect_endpoints(case));
    ways.push(serial_console(case));
    ways
}

fn session_manager(case: &Case<'_>) -> WayIn {
    let id = case.host.instance.instance_id.as_str();
    let command = Aws::new("ssm", "start-session", case.region()).arg("target", id).into();
    let mut way =
        WayIn { name: "Session Manager", works: Ok(false), why: String::new(), command, evidence: Vec::new() };
    match case.host.snapshot.managed_nodes.get(id) {
        Ok(Some(node)) => {
            way.works = Ok(is(&node.ping_status, "Online"));
            way.why = format!("the node is {}", node.ping_status);
            way.evidence =
                vec![Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, id, "PingStatus", node.ping_status.as_str())];
        }
        Ok(None) => way.why = format!("the instance is not managed: `aws-triage ssm {id}` says why"),
        Err(gap) => {
            way.why = gap.to_string();
            way.works = Err(gap);
        }
    }
    way
}

/// The name of the list of addresses from which the console's client connects.
///
/// Source: EC2 user guide, "Prerequisites for EC2 Instance Connect".
pub(crate) fn service_list(case: &Case<'_>) -> String {
    format!("com.amazonaws.{}.ec2-instance-connect", case.region())
}

/// The id of that list.
///
/// # Errors
/// Nobody asked, or it is denied.
pub(crate) fn service_list_id<'a>(case: &Case<'a>) -> Result<Option<&'a str>, Gap> {
    let name = service_list(case);
    let lists = &case.host.snapshot.managed_prefix_lists;
    let found = lists.select("prefix-list-name", &name, |list| list.prefix_list_name == name)?;
    Ok(found.first().map(|list| list.prefix_list_id.as_str()))
}

/// Whether the port is open to the range of the service; `None` where there is no such range.
///
/// # Errors
/// The range or the way is not known.
pub(crate) fn is_open_to_service(case: &Case<'_>) -> Result<Option<bool>, Gap> {
    let Some(id) = service_list_id(case)? else { return Ok(None) };
    let Some(list) = case.host.snapshot.prefix_list_entries.get(id)? else { return Ok(None) };
    let blocks = list.entries.iter().filter_map(|entry| entry.cidr.parse::<IpNetwork>().ok());
    let blocks: Vec<IpNetwork> = blocks.filter(|block| is_public(block.ip())).collect();
    let mut is_open = None;
    for block in blocks {
        match answer(case, Subject::Far(block), Some(Family::of(block.ip()))) {
            Some(answer) if answer.verdict == Verdict::Reachable => return Ok(Some(true)),
            Some(answer) if answer.verdict == Verdict::Unknown => {
                return Err(answer.gaps.first().cloned().unwrap_or_else(|| Gap::opaque("the way from the service")));
            }
            _ => is_open = Some(false),
        }
    }
    Ok(is_open)
}

fn instance_connect(case: &Case<'_>) -> WayIn {
    let id = case.host.instance.instance_id.as_str();
    let command =
        Aws::new("ec2-instance-connect", "ssh", case.region()).arg("instance-id", id).arg("connection-type", "direct");
    let why = |text: &str| format!("{text} (needs its package, which Amazon Linux and Ubuntu bring along)");
    let (works, why) = match is_open_to_service(case) {
        Ok(Some(true)) => {
            (Ok(true), why("the port is open to the range of the service, so the console's client gets in"))
        }
        Ok(_) => (Ok(false), why("the port is not open to the range of the service")),
        Err(gap) => (Err(gap.clone()), gap.to_string()),
    };
    WayIn { name: "EC2 Instance Connect", works, why, command: command.into(), evidence: Vec::new() }
}

/// The endpoints in the VPC of the instance; the one that the question names, where it names one.
///
/// # Errors
/// They are not known.
pub(crate) fn endpoints<'a>(case: &Case<'a>) -> Result<Vec<&'a InstanceConnectEndpoint>, Gap> {
    if let Some(id) = case.source.connect_endpoint() {
        let known = &case.host.snapshot.instance_connect_endpoints;
        return known.select("instance-connect-endpoint-id", id, |own| own.instance_connect_endpoint_id == id);
    }
    let vpc = case.host.instance.vpc_id.as_str();
    let known = case.host.snapshot.instance_connect_endpoints.select("vpc-id", vpc, |own| own.vpc_id == vpc)?;
    // One that was deleted stays listed for a while.
    Ok(known.into_iter().filter(|own| !own.state.starts_with("delete-")).collect())
}

/// An endpoint that reaches the port, with the command that uses it.
pub(crate) fn working_endpoint<'a>(case: &Case<'a>) -> Option<(&'a str, String)> {
    let reaches = |own: &&InstanceConnectEndpoint| {
        from_endpoint(case, own).is_some_and(|answer| answer.verdict == Verdict::Reachable)
    };
    let endpoint = endpoints(case).ok()?.into_iter().find(reaches)?;
    Some((&endpoint.instance_connect_endpoint_id, through_endpoint(case)))
}

/// The command that connects through an endpoint.
fn through_endpoint(case: &Case<'_>) -> String {
    let id = case.host.instance.instance_id.as_str();
    Aws::new("ec2-instance-connect", "ssh", case.region()).arg("instance-id", id).arg("connection-type", "eice").into()
}

/// The way from an endpoint to the instance.
pub(crate) fn from_endpoint(case: &Case<'_>, endpoint: &InstanceConnectEndpoint) -> Option<Answer> {
    answer(case, Subject::ConnectEndpoint(endpoint.instance_connect_endpoint_id.clone()), None)
}

fn connect_endpoints(case: &Case<'_>) -> Vec<WayIn> {
    let name = "EC2 Instance Connect Endpoint";
    let command = through_endpoint(case);
    let way = |works, why, evidence| WayIn { name, works, why, command: command.clone(), evidence };
    let known = match endpoints(case) {
        Ok(known) => known,
        Err(gap) => return vec![way(Err(gap.clone()), gap.to_string(), Vec::new())],
    };
    if known.is_empty() {
        return vec![way(Ok(false), "the VPC has none".to_owned(), Vec::new())];
    }
    let of = |endpoint: &InstanceConnectEndpoint| {
        let own = endpoint.instance_connect_endpoint_id.as_str();
        let evidence =
            vec![Evidence::new(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, own, "State", endpoint.state.as_str())];
        match from_endpoint(case, endpoint) {
            Some(answer) if answer.verdict == Verdict::Reachable => {
                way(Ok(true), format!("`{own}` reaches the port"), evidence)
            }
            Some(answer) if answer.verdict == Verdict::Unknown => {
                let gap = answer.gaps.first().cloned().unwrap_or_else(|| Gap::opaque(format!("the way from `{own}`")));
                way(Err(gap.clone()), format!("`{own}`: {gap}"), evidence)
            }
            Some(answer) => {
                let by = answer.blockers.first().map_or("", |blocker| blocker.title);
                way(Ok(false), format!("`{own}` does not reach the port: {by}"), evidence)
            }
            None => way(
                Err(Gap::opaque(format!("the way from `{own}`"))),
                format!("the way from `{own}` is not known"),
                evidence,
            ),
        }
    };
    known.into_iter().map(of).collect()
}

fn serial_console(case: &Case<'_>) -> WayIn {
    let instance = case.host.instance;
    let id = instance.instance_id.as_str();
    let command = String::from(
        Aws::new("ec2-instance-connect", "send-serial-console-ssh-public-key", case.region())
            .arg("instance-id", id)
            .arg("serial-port", "0")
            .arg("ssh-public-key", "file://KEY.pub"),
    );
    let way = |works, why: String, evidence| WayIn {
        name: "EC2 serial console",
        works,
        why,
        command: command.clone(),
        evidence,
    };
    if !is_nitro(&instance.instance_type) {
        return way(Ok(false), format!("type `{}` is not on the Nitro System", instance.instance_type), Vec::new());
    }
    match case.host.snapshot.serial_console_access.get("") {
        Ok(Some(access)) => {
            let enabled = access.serial_console_access_enabled;
            let why = if enabled {
                "access is switched on for the account; logging in takes a user with a password"
            } else {
                "access is switched off for the account (`aws ec2 enable-serial-console-access`)"
            };
            let action = op::GET_SERIAL_CONSOLE_ACCESS_STATUS;
            way(
                Ok(enabled),
                why.to_owned(),
                vec![Evidence::new(action, case.account(), "SerialConsoleAccessEnabled", enabled)],
            )
        }
        Ok(None) => way(Ok(false), "access is switched off for the account".to_owned(), Vec::new()),
        Err(gap) => way(Err(gap.clone()), gap.to_string(), Vec::new()),
    }
}

fn answer(case: &Case<'_>, from: Subject, family: Option<Family>) -> Option<Answer> {
    let to = Subject::Instance(case.host.instance.instance_id.clone());
    let packets = Packets::To(Protocol::TCP, Some(case.question.port));
    let asked = reach::Case { id: None, from, to, packets, family, expect: None };
    let judge = Judge::new(case.host.network);
    let pair = judge.pairs(&asked).ok()?.into_iter().next()?;
    Some(judge.answer(&pair, &asked))
}

impl Case<'_> {
    /// Whether the direct way is open as far as is known, or proven by a connection: then nobody asks for another.
    pub fn is_direct(&self) -> bool {
        let is_open = |road: &super::Road| matches!(road.path.verdict, Verdict::Reachable) && road.faults.is_empty();
        let is_proven = self.question.from.is_none() && self.proof_of(super::Settled::Banner).is_some();
        is_proven || (!self.roads.is_empty() && self.roads.iter().all(is_open) && !self.has_failed())
    }

    /// Whether a connection from this machine was tried and met no SSH server.
    fn has_failed(&self) -> bool {
        self.question.from.is_none() && matches!(self.probe(), Ok(Some(probe)) if !probe.banner.starts_with("SSH-"))
    }

    /// Whether nothing but an endpoint or Session Manager can lead to the instance: connections come through one, or it has no public
    /// address and nobody says that they come over a private network.
    pub fn is_secluded(&self) -> bool {
        let is_tunnel = self.source.connect_endpoint().is_some();
        is_tunnel || (!self.has_public_address() && self.is_from_internet() && self.has_known_way())
    }
}
