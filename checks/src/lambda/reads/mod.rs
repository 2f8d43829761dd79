//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Four rounds suffice: the
//! function; its VPC; what routes and groups refer to; what a transit gateway leads to. Prefix lists in the routes of a hub take a fifth.

mod gateways;
mod names;
mod state;
#[cfg(test)]
mod tests;

use super::Question;
use super::paths::question as of_paths;
use super::target::Target;
use crate::reach;
use crate::snapshot::lambda::FunctionConfiguration;
use crate::snapshot::operations as op;
use crate::snapshot::{Operation, Read, Round, Snapshot};
use serde_json::json;

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::GET_FUNCTION_CONFIGURATION,
    op::DESCRIBE_INSTANCES,
    op::DESCRIBE_NETWORK_INTERFACES,
    op::DESCRIBE_VPCS,
    op::DESCRIBE_VPC_ATTRIBUTE,
    op::DESCRIBE_SUBNETS,
    op::DESCRIBE_ROUTE_TABLES,
    op::DESCRIBE_NETWORK_ACLS,
    op::DESCRIBE_SECURITY_GROUPS,
    op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS,
    op::DESCRIBE_VPC_ENDPOINTS,
    op::DESCRIBE_NAT_GATEWAYS,
    op::DESCRIBE_INTERNET_GATEWAYS,
    op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS,
    op::DESCRIBE_DHCP_OPTIONS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS,
    op::DESCRIBE_VPC_PEERING_CONNECTIONS,
    op::GET_MANAGED_PREFIX_LIST_ENTRIES,
    op::DESCRIBE_PREFIX_LISTS,
    op::DESCRIBE_TRANSIT_GATEWAYS,
    op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
    op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS,
    op::DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS,
    op::SEARCH_TRANSIT_GATEWAY_ROUTES,
    op::GET_METRIC_STATISTICS,
    op::HEAD_BUCKET,
    op::LIST_HOSTED_ZONES_BY_VPC,
    op::LIST_RESOLVER_RULE_ASSOCIATIONS,
    op::LIST_RESOLVER_RULES,
    op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS,
    op::LIST_FIREWALL_RULES,
    op::LIST_FIREWALL_DOMAINS,
    op::GET_ALIAS,
    op::GET_ROLE,
    op::LIST_ATTACHED_ROLE_POLICIES,
    op::LIST_ROLE_POLICIES,
    op::LIST_POLICIES,
    op::GET_ROLE_POLICY,
    op::GET_POLICY_VERSION,
];

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let target = Target::parse(question.to.as_deref(), &snapshot.header.region).unwrap_or(Target::Internet);
    let mut plan = Plan { snapshot, question, target, round: Round::new(snapshot) };
    plan.all();
    plan.round.into_reads()
}

struct Plan<'a> {
    snapshot: &'a Snapshot,
    question: &'a Question,
    target: Target,
    round: Round<'a>,
}

impl Plan<'_> {
    fn all(&mut self) {
        let name = self.question.function.as_str();
        self.round.ask(op::GET_FUNCTION_CONFIGURATION, json!({ "FunctionName": name }));
        self.target();
        let Ok(Some(function)) = self.snapshot.functions.get(name) else { return };
        self.state(function);
        if is_attached(function) {
            let asked = of_paths(name, &self.target, self.question.port, None);
            self.round.add(reach::reads(self.snapshot, &[asked]));
            self.names(function);
            self.nat_metrics(function);
        }
    }

    /// What can be asked of the target before anything is known of the function.
    fn target(&mut self) {
        match self.target.clone() {
            Target::Host(host) => self.host(&host),
            Target::Service(service) => {
                if service.has_gateway_endpoint() {
                    let filters = json!([{ "Name": "prefix-list-name", "Values": [service.endpoint_service()] }]);
                    self.round.ask(op::DESCRIBE_PREFIX_LISTS, json!({ "Filters": filters }));
                }
                if let Some(bucket) = service.bucket {
                    self.round.ask(op::HEAD_BUCKET, json!({ "Bucket": bucket }));
                }
            }
            Target::Internet | Target::Address(_) => {}
        }
    }

    /// A name of which the facts may tell, else the operating system.
    fn host(&mut self, host: &str) {
        let asked = of_paths(&self.question.function, &Target::Host(host.to_owned()), self.question.port, None);
        let reads = reach::reads(self.snapshot, &[asked]);
        self.round.add(reads.into_iter().filter(|read| read.operation == op::RESOLVE));
    }
}

/// Whether a function is attached to a VPC.
fn is_attached(function: &FunctionConfiguration) -> bool {
    function.vpc_config.as_ref().is_some_and(|config| !config.subnet_ids.is_empty())
}
