//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Four rounds suffice: what the question
//! names; the VPC, the profile, other clusters; the role, what routes refer to, the entries there; the documents of policies.

use super::capacity::{groups, is_idle, is_own};
use super::registration::{DEFAULT, filter, listed, looked_into, others};
use super::{Case, Question, TAGGING, TRUNKING, calls};
use crate::diagnosis::SubjectGap;
use crate::iam_facts;
use crate::instance::{find, reads as instance_reads, simulation};
use crate::net::Network;
use crate::snapshot::ec2::is;
use crate::snapshot::operations as op;
use crate::snapshot::{Operation, Read, Round, Snapshot};
use serde_json::json;

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::DESCRIBE_INSTANCES,
    op::DESCRIBE_INSTANCE_STATUS,
    op::DESCRIBE_CLUSTERS,
    op::LIST_CONTAINER_INSTANCES,
    op::DESCRIBE_CONTAINER_INSTANCES,
    op::GET_CONSOLE_OUTPUT,
    op::DESCRIBE_INSTANCE_ATTRIBUTE,
    op::DESCRIBE_IMAGES,
    op::DESCRIBE_INSTANCE_TYPES,
    op::LIST_CLUSTERS,
    op::LIST_ACCOUNT_SETTINGS,
    op::LIST_SERVICES,
    op::DESCRIBE_SERVICES,
    op::DESCRIBE_CAPACITY_PROVIDERS,
    op::DESCRIBE_AUTO_SCALING_INSTANCES,
    op::DESCRIBE_AUTO_SCALING_GROUPS,
    op::DESCRIBE_SCALING_ACTIVITIES,
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
    op::GET_INSTANCE_PROFILE,
    op::GET_ROLE,
    op::LIST_ATTACHED_ROLE_POLICIES,
    op::LIST_ROLE_POLICIES,
    op::LIST_POLICIES,
    op::GET_ROLE_POLICY,
    op::GET_POLICY_VERSION,
    op::SIMULATE_PRINCIPAL_POLICY,
    op::LIST_HOSTED_ZONES_BY_VPC,
    op::LIST_RESOLVER_RULE_ASSOCIATIONS,
    op::LIST_RESOLVER_RULES,
    op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS,
    op::LIST_FIREWALL_RULES,
    op::LIST_FIREWALL_DOMAINS,
];

/// `DescribeContainerInstances` takes so many entries at once.
///
/// Source: ECS API reference, `DescribeContainerInstances`.
const MOST_ENTRIES: usize = 100;

/// `DescribeServices` takes so many services at once.
///
/// Source: ECS API reference, `DescribeServices`.
const MOST_SERVICES: usize = 10;

/// So many calls are made for the services of a cluster in which the instance stands idle.
const MOST_CALLS: usize = 5;

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let mut plan = Plan { snapshot, question, round: Round::new(snapshot) };
    plan.subject();
    match find(snapshot, &question.instance) {
        Ok(instance) => {
            let network = Network::new(snapshot);
            plan.instance(&Case::new(&network, question, instance));
        }
        Err(SubjectGap::NotFound) => plan.capacity(),
        Err(SubjectGap::NotReadable(_)) => {}
    }
    plan.round.into_reads()
}

struct Plan<'a> {
    snapshot: &'a Snapshot,
    question: &'a Question,
    round: Round<'a>,
}

impl Plan<'_> {
    /// What the question itself names.
    fn subject(&mut self) {
        let id = self.question.instance.as_str();
        self.round.ask(op::DESCRIBE_INSTANCES, json!({ "InstanceIds": [id] }));
        self.round.ask(op::DESCRIBE_INSTANCE_STATUS, json!({ "InstanceIds": [id], "IncludeAllInstances": true }));
        self.round.ask(op::DESCRIBE_CLUSTERS, json!({ "clusters": [self.question.cluster_name()] }));
        self.round.ask(op::DESCRIBE_AUTO_SCALING_INSTANCES, json!({ "InstanceIds": [id] }));
        self.entries(self.question.cluster_name());
        for (operation, parameters) in super::host_reads::reads(self.snapshot, self.question) {
            self.round.ask(operation, parameters);
        }
    }

    /// What depends on the instance. One that does not run has no agent to look for.
    fn instance(&mut self, case: &Case<'_>) {
        if case.is_asleep() {
            if matches!(case.instance.state.name.as_str(), "terminated" | "shutting-down") {
                self.capacity();
            }
            return;
        }
        self.elsewhere(case);
        if case.lacks_cluster() {
            return;
        }
        self.status(case);
        self.identity(case);
        if !case.instance.vpc_id.is_empty() {
            let works = case.is_connected() == Some(true);
            instance_reads::ways(case, works, &mut |operation, parameters| self.round.ask(operation, parameters));
        }
    }

    /// Other clusters, for an instance that its own does not list.
    fn elsewhere(&mut self, case: &Case<'_>) {
        if !matches!(case.entry(), Ok(None)) {
            return;
        }
        self.round.ask(op::LIST_CLUSTERS, json!({}));
        if case.question.cluster_name() != DEFAULT {
            self.entries(DEFAULT);
        }
        let Ok(others) = others(self.snapshot, self.question.cluster_name()) else { return };
        for cluster in looked_into(&others) {
            self.entries(cluster);
        }
    }

    /// What explains the status of the entry, or that it stands idle.
    fn status(&mut self, case: &Case<'_>) {
        let Ok(Some(entry)) = case.entry() else { return };
        if is(&entry.status, "REGISTRATION_FAILED") || is(&entry.status, "REGISTERING") {
            self.setting(case, TRUNKING);
        }
        if !is_idle(entry) {
            return;
        }
        let cluster = self.question.cluster_name();
        self.round.ask(op::LIST_SERVICES, json!({ "cluster": cluster }));
        let Ok(Some(services)) = self.snapshot.service_arns.get(cluster) else { return };
        for arns in services.service_arns.chunks(MOST_SERVICES).take(MOST_CALLS) {
            self.round.ask(op::DESCRIBE_SERVICES, json!({ "cluster": cluster, "services": arns }));
        }
    }

    /// A setting of ECS as it holds for the role of the instance.
    fn setting(&mut self, case: &Case<'_>, name: &str) {
        if let Ok(Some(role)) = case.role() {
            let of_role = json!({ "name": name, "principalArn": role.role.arn, "effectiveSettings": true });
            self.round.ask(op::LIST_ACCOUNT_SETTINGS, of_role);
        }
    }

    fn identity(&mut self, case: &Case<'_>) {
        let snapshot = self.snapshot;
        if case.identity.attached.is_none() {
            return;
        }
        let name = case.identity.profile_name;
        self.round.ask(op::GET_INSTANCE_PROFILE, json!({ "InstanceProfileName": name }));
        let Ok(Some(known)) = snapshot.instance_profiles.get(name) else { return };
        let Some(role) = known.roles.first() else { return };
        iam_facts::of_role(snapshot, &role.role_name, &mut |operation, parameters| {
            self.round.ask(operation, parameters);
        });
        // What the organization lets the role do, unless the agent shows that it can do everything.
        if !role.arn.is_empty() && case.is_connected() != Some(true) {
            self.round.ask(op::SIMULATE_PRINCIPAL_POLICY, simulation::input(case, &role.arn, calls::ALL));
        }
        if case.registered().is_none() {
            self.setting(case, TAGGING);
        }
    }

    /// What should launch instances for the cluster, where the instance is gone.
    fn capacity(&mut self) {
        let snapshot = self.snapshot;
        let Ok(Some(cluster)) = snapshot.clusters.get(self.question.cluster_name()) else { return };
        let providers: Vec<&String> = cluster.capacity_providers.iter().filter(|name| is_own(name)).collect();
        if !providers.is_empty() {
            self.round.ask(op::DESCRIBE_CAPACITY_PROVIDERS, json!({ "capacityProviders": providers }));
        }
        let Ok(groups) = groups(snapshot, self.question) else { return };
        if !groups.is_empty() {
            self.round.ask(op::DESCRIBE_AUTO_SCALING_GROUPS, json!({ "AutoScalingGroupNames": groups }));
        }
        for group in groups {
            self.round.ask(op::DESCRIBE_SCALING_ACTIVITIES, json!({ "AutoScalingGroupName": group, "MaxRecords": 10 }));
        }
    }

    /// The entries of the instance in a cluster.
    fn entries(&mut self, cluster: &str) {
        let id = self.question.instance.as_str();
        self.round.ask(op::LIST_CONTAINER_INSTANCES, json!({ "cluster": cluster, "filter": filter(id) }));
        let Ok(Some(list)) = listed(self.snapshot, cluster, id) else { return };
        for arns in list.container_instance_arns.chunks(MOST_ENTRIES) {
            self.round.ask(
                op::DESCRIBE_CONTAINER_INSTANCES,
                json!({ "cluster": cluster, "containerInstances": arns, "include": ["CONTAINER_INSTANCE_HEALTH"] }),
            );
        }
    }
}
