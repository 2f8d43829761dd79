//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Four rounds suffice: the
//! instance; its VPC, profile and node; the role's policies and what routes and groups refer to; the documents of the policies.

use super::Case;
use super::calls::{self, REGISTER};
use super::estate::Estate;
use super::heartbeat::Heartbeat;
use super::sessions::Preferences;
use crate::iam::base_name;
use crate::iam_facts;
use crate::instance::console_input;
use crate::instance::{reads as instance_reads, simulation};
use crate::os::console;
use crate::snapshot::ec2::{Instance, is};
use crate::snapshot::flow_logs::FlowLog;
use crate::snapshot::iam::Role;
use crate::snapshot::metrics::CREDIT_BALANCE;
use crate::snapshot::operations as op;
use crate::snapshot::ssm::{ACTIVATION_TIER, DEFAULT_HOST_MANAGEMENT, DEFAULT_HOST_ROLE, SESSION_PREFERENCES};
use crate::snapshot::{Gap, Operation, Read, Round, Snapshot};
use jiff::SignedDuration;
use serde_json::json;

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::DESCRIBE_INSTANCES,
    op::DESCRIBE_INSTANCE_STATUS,
    op::DESCRIBE_INSTANCE_INFORMATION,
    op::DESCRIBE_VPCS,
    op::DESCRIBE_VPC_ATTRIBUTE,
    op::DESCRIBE_SUBNETS,
    op::DESCRIBE_ROUTE_TABLES,
    op::DESCRIBE_NETWORK_ACLS,
    op::DESCRIBE_SECURITY_GROUPS,
    op::DESCRIBE_VPC_ENDPOINTS,
    op::DESCRIBE_NETWORK_INTERFACES,
    op::DESCRIBE_NAT_GATEWAYS,
    op::DESCRIBE_DHCP_OPTIONS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS,
    op::GET_MANAGED_PREFIX_LIST_ENTRIES,
    op::DESCRIBE_IMAGES,
    op::GET_CONSOLE_OUTPUT,
    op::GET_INSTANCE_PROFILE,
    op::GET_ROLE,
    op::LIST_ATTACHED_ROLE_POLICIES,
    op::LIST_ROLE_POLICIES,
    op::LIST_POLICIES,
    op::GET_ROLE_POLICY,
    op::GET_POLICY_VERSION,
    op::SIMULATE_PRINCIPAL_POLICY,
    op::GET_SERVICE_SETTING,
    op::GET_CONNECTION_STATUS,
    op::GET_DOCUMENT,
    op::GET_METRIC_STATISTICS,
    op::DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS,
    op::HEAD_BUCKET,
    op::DESCRIBE_LOG_GROUPS,
    op::LIST_HOSTED_ZONES_BY_VPC,
    op::LIST_RESOLVER_RULE_ASSOCIATIONS,
    op::LIST_RESOLVER_RULES,
    op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS,
    op::LIST_FIREWALL_RULES,
    op::LIST_FIREWALL_DOMAINS,
];

/// What [`reads`] can ask for in addition with [`ReadOptions::flow_logs`].
pub const FLOW_LOG_READS: &[Operation] = &[op::DESCRIBE_FLOW_LOGS, op::FILTER_LOG_EVENTS];

/// What to read beyond the facts that every diagnosis needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The rejections of the last hour in flow logs that exist, for a node that does not answer: at least two more calls, and slow
    /// ones where much is rejected.
    pub flow_logs: bool,
}

/// The reads that can be asked now and have not been asked yet.
pub fn reads<'a>(estate: &'a Estate<'a>, instance_id: &str, options: ReadOptions) -> Vec<Read> {
    let mut plan = Plan { estate, snapshot: estate.snapshot, options, round: Round::new(estate.snapshot) };
    plan.instance(instance_id);
    plan.round.into_reads()
}

struct Plan<'a> {
    estate: &'a Estate<'a>,
    snapshot: &'a Snapshot,
    options: ReadOptions,
    round: Round<'a>,
}

impl<'a> Plan<'a> {
    fn instance(&mut self, id: &str) {
        self.round.ask(op::DESCRIBE_INSTANCES, json!({ "InstanceIds": [id] }));
        self.round.ask(op::DESCRIBE_INSTANCE_STATUS, json!({ "InstanceIds": [id], "IncludeAllInstances": true }));
        let nodes = json!({ "Filters": [{ "Key": "InstanceIds", "Values": [id] }] });
        self.round.ask(op::DESCRIBE_INSTANCE_INFORMATION, nodes);
        let Ok(Some(instance)) = self.snapshot.instances.get(id) else { return };
        let heartbeat = Heartbeat::of(self.snapshot, id);
        let case = Case::new(self.estate, instance);
        self.node(&case);
        self.identity(&case);
        if !instance.vpc_id.is_empty() {
            instance_reads::ways(&case, heartbeat.is_online(), &mut |operation, parameters| {
                self.round.ask(operation, parameters);
            });
            if self.options.flow_logs && !heartbeat.is_online() {
                self.flow_logs(instance);
            }
        }
    }

    /// What Systems Manager and the console tell of a node that answers, or of one that does not.
    fn node(&mut self, case: &Case<'_>) {
        let (instance, heartbeat) = (case.instance, &case.heartbeat);
        if heartbeat.is_online() {
            if is_burstable(&instance.instance_type) {
                self.credits(instance);
            }
            self.round.ask(op::GET_CONNECTION_STATUS, json!({ "Target": instance.instance_id }));
            self.round.ask(op::GET_DOCUMENT, json!({ "Name": SESSION_PREFERENCES }));
            self.session_logs();
            return;
        }
        self.round.ask(op::GET_CONSOLE_OUTPUT, console_input(instance));
        let console = self.snapshot.console_outputs.get(&instance.instance_id);
        if !matches!(heartbeat, Heartbeat::Never) || matches!(console, Err(Gap::NotAsked { .. })) {
            return;
        }
        let runs = console.is_ok_and(|text| text.is_some_and(|text| console::agent_version(&text.output).is_some()));
        if runs {
            // The agent runs and the instance is not known: the machine may work under a hybrid registration.
            let hybrid = json!({ "Filters": [{ "Key": "ResourceType", "Values": ["ManagedInstance"] }] });
            self.round.ask(op::DESCRIBE_INSTANCE_INFORMATION, hybrid);
            if case.hybrid_twin().is_some() {
                self.round.ask(op::GET_SERVICE_SETTING, json!({ "SettingId": ACTIVATION_TIER }));
            }
        } else if !instance.image_id.is_empty() {
            self.round.ask(op::DESCRIBE_IMAGES, json!({ "ImageIds": [instance.image_id] }));
        }
    }

    /// The credits of a burstable instance in the last hour, and its mode when they are used up.
    fn credits(&mut self, instance: &Instance) {
        let Some(now) = self.snapshot.now() else { return };
        let id = &instance.instance_id;
        let start = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(now);
        self.round.ask(
            op::GET_METRIC_STATISTICS,
            json!({
                "Namespace": "AWS/EC2", "MetricName": CREDIT_BALANCE, "Dimensions": [{ "Name": "InstanceId", "Value": id }],
                "StartTime": start.to_string(), "EndTime": now.to_string(), "Period": 300, "Statistics": ["Maximum"],
            }),
        );
        let balance = self.snapshot.metrics.get(&format!("{CREDIT_BALANCE}/{id}"));
        if balance.is_ok_and(|metric| metric.is_some_and(|metric| metric.is_used_up())) {
            self.round.ask(op::DESCRIBE_INSTANCE_CREDIT_SPECIFICATIONS, json!({ "InstanceIds": [id] }));
        }
    }

    /// Where sessions are logged to, when the preferences name a place.
    fn session_logs(&mut self) {
        let Ok(preferences) = Preferences::of(self.snapshot) else { return };
        if !preferences.s3_bucket_name.is_empty() {
            self.round.ask(op::HEAD_BUCKET, json!({ "Bucket": preferences.s3_bucket_name }));
        }
        if !preferences.cloud_watch_log_group_name.is_empty() {
            let name = preferences.cloud_watch_log_group_name;
            self.round.ask(op::DESCRIBE_LOG_GROUPS, json!({ "logGroupNamePrefix": name }));
        }
    }

    fn identity(&mut self, case: &Case<'_>) {
        let snapshot = self.snapshot;
        let Some(profile) = &case.instance.iam_instance_profile else {
            self.setting();
            if let Some(setting) = self.default_host_management() {
                self.role(base_name(setting));
                self.simulation(case, &simulation::role_arn(case, setting));
            }
            return;
        };
        let name = base_name(&profile.arn);
        self.round.ask(op::GET_INSTANCE_PROFILE, json!({ "InstanceProfileName": name }));
        let role = match snapshot.instance_profiles.get(name) {
            Ok(Some(known)) => known.roles.first(),
            Err(Gap::NotAsked { .. }) => return,
            Ok(None) | Err(_) => None,
        };
        let Some(role) = role else { return self.fallback(case) };
        self.role(&role.role_name);
        self.simulation(case, &role.arn);
        let may_register = simulation::allows(snapshot, &role.arn, REGISTER);
        match (may_register, self.is_plain(&role.role_name)) {
            (Some(false), _) | (None, Some(false)) => self.fallback(case),
            (Some(true), Some(false)) => self.setting(),
            _ => {}
        }
        match case.needs_fallback() {
            Ok(None) | Err(Gap::NotAsked { .. }) => {}
            Ok(Some(_)) | Err(_) => self.fallback(case),
        }
    }

    /// Whether Default Host Management is on.
    fn setting(&mut self) {
        self.round.ask(op::GET_SERVICE_SETTING, json!({ "SettingId": DEFAULT_HOST_MANAGEMENT }));
    }

    /// Path and name of the role that Default Host Management hands out; `None` while nobody knows, and when it is off.
    fn default_host_management(&self) -> Option<&'a str> {
        let setting = self.snapshot.service_settings.get(DEFAULT_HOST_MANAGEMENT).ok().flatten()?;
        Some(setting.setting_value.as_str()).filter(|value| !matches!(*value, "" | "$None"))
    }

    /// Default Host Management in place of a profile that does not suffice, which shows in the third round only. A node that does not
    /// answer needs its role as well: when the setting is not known yet, the one that the console makes; what it may do is simulated,
    /// because its documents would need two rounds more.
    fn fallback(&mut self, case: &Case<'_>) {
        self.setting();
        if case.heartbeat.is_online() {
            return;
        }
        let setting = match self.snapshot.service_settings.get(DEFAULT_HOST_MANAGEMENT) {
            Err(Gap::NotAsked { .. }) => Some(DEFAULT_HOST_ROLE),
            _ => self.default_host_management(),
        };
        let Some(setting) = setting else { return };
        self.round.ask(op::GET_ROLE, json!({ "RoleName": base_name(setting) }));
        self.simulation(case, &simulation::role_arn(case, setting));
    }

    /// What the organization lets the role do, unless the agent shows that it can do everything.
    fn simulation(&mut self, case: &Case<'_>, role_arn: &str) {
        let is_connected = case.channel().is_some_and(|status| is(status, "connected"));
        let is_served = is_connected && case.heartbeat.is_online();
        if !role_arn.is_empty() && !is_served {
            self.round.ask(op::SIMULATE_PRINCIPAL_POLICY, simulation::input(case, role_arn, calls::ALL));
        }
    }

    /// A role with its policies.
    fn role(&mut self, name: &str) {
        let snapshot = self.snapshot;
        iam_facts::of_role(snapshot, name, &mut |operation, parameters| self.round.ask(operation, parameters));
    }

    /// Whether a role has AWS's own policy for instances and nothing that could take away from it; `None` while that is not known.
    fn is_plain(&self, name: &str) -> Option<bool> {
        let role = self.snapshot.roles.get(name).ok()?;
        let attached = self.snapshot.attached_policies.get(name).ok()?;
        let inline = self.snapshot.inline_policy_names.get(name).ok()?;
        let mut attached = attached.iter().flat_map(|attached| &attached.attached_policies);
        let has_core = attached.any(|policy| policy.policy_name == "AmazonSSMManagedInstanceCore");
        Some(has_core && boundary_of(role).is_none() && inline.is_some_and(|names| names.policy_names.is_empty()))
    }

    /// Rejected packets of the first interface within the last hour, in the flow logs that exist.
    fn flow_logs(&mut self, instance: &Instance) {
        let Some(eni) = instance.primary_interface() else { return };
        let id = eni.network_interface_id.as_str();
        let recorded = [id, eni.subnet_id.as_str(), eni.vpc_id.as_str()];
        let of_resources = json!({ "Filter": [{ "Name": "resource-id", "Values": recorded }] });
        self.round.ask(op::DESCRIBE_FLOW_LOGS, of_resources);
        let Some(now) = self.snapshot.now() else { return };
        let start = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(now).as_millisecond();
        let snapshot = self.snapshot;
        let logs = snapshot.flow_logs.known().iter().filter(|log| recorded.contains(&log.resource_id.as_str()));
        for group in logs.filter(|log| log.records_rejections()).filter_map(FlowLog::group) {
            // A stream is named for its interface.
            let events = json!({ "logGroupName": group, "logStreamNamePrefix": id, "startTime": start, "filterPattern": "REJECT" });
            self.round.ask(op::FILTER_LOG_EVENTS, events);
        }
    }
}

fn boundary_of(role: Option<&Role>) -> Option<&str> {
    let boundary = role?.permissions_boundary.as_ref()?;
    Some(boundary.permissions_boundary_arn.as_str()).filter(|arn| !arn.is_empty())
}

/// Whether the type earns CPU credits.
///
/// Source: EC2 user guide, "Burstable performance instances".
pub(crate) fn is_burstable(instance_type: &str) -> bool {
    matches!(instance_type.split('.').next(), Some("t2" | "t3" | "t3a" | "t4g"))
}
