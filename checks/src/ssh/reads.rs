//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Four rounds suffice: the
//! instance, its status and who asks; its VPC; what its routes and groups refer to; what a transit gateway leads to.

use super::case::Case;
use super::local;
use super::inside::Settled;
use super::path;
use super::question::{Origin, Question};
use crate::instance::{console_input, find};
use crate::net::{AddressSet, Network};
use crate::reach;
use crate::snapshot::operations as op;
use crate::snapshot::{Gap, Operation, Read, Snapshot};
use serde_json::{Value, json};

/// Every operation that [`reads`] can ask for: the least privilege of the command.
pub const READS: &[Operation] = &[
    op::DESCRIBE_INSTANCES,
    op::DESCRIBE_INSTANCE_STATUS,
    op::DESCRIBE_IMAGES,
    op::DESCRIBE_KEY_PAIRS,
    op::DESCRIBE_INSTANCE_TYPES,
    op::GET_CONSOLE_OUTPUT,
    op::DESCRIBE_NETWORK_INTERFACES,
    op::DESCRIBE_VPCS,
    op::DESCRIBE_SUBNETS,
    op::DESCRIBE_ROUTE_TABLES,
    op::DESCRIBE_NETWORK_ACLS,
    op::DESCRIBE_SECURITY_GROUPS,
    op::DESCRIBE_SECURITY_GROUP_VPC_ASSOCIATIONS,
    op::DESCRIBE_VPC_ENDPOINTS,
    op::DESCRIBE_NAT_GATEWAYS,
    op::DESCRIBE_INTERNET_GATEWAYS,
    op::DESCRIBE_EGRESS_ONLY_INTERNET_GATEWAYS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS,
    op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS,
    op::DESCRIBE_VPC_PEERING_CONNECTIONS,
    op::GET_MANAGED_PREFIX_LIST_ENTRIES,
    op::DESCRIBE_TRANSIT_GATEWAYS,
    op::DESCRIBE_TRANSIT_GATEWAY_ATTACHMENTS,
    op::DESCRIBE_TRANSIT_GATEWAY_VPC_ATTACHMENTS,
    op::DESCRIBE_TRANSIT_GATEWAY_PEERING_ATTACHMENTS,
    op::SEARCH_TRANSIT_GATEWAY_ROUTES,
];

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let mut plan = Plan { snapshot, question, reads: Vec::new() };
    plan.first();
    for read in local::reads(snapshot, question) {
        plan.add(read);
    }
    if let Ok(instance) = find(snapshot, &question.instance) {
        let network = Network::new(snapshot);
        plan.way(&Case::new(&network, question, instance));
    }
    plan.reads
}

struct Plan<'a> {
    snapshot: &'a Snapshot,
    question: &'a Question,
    reads: Vec<Read>,
}

impl Plan<'_> {
    fn ask(&mut self, operation: Operation, parameters: Value) {
        self.add(Read::new(operation, parameters));
    }

    fn add(&mut self, read: Read) {
        if !self.snapshot.has_asked(&read) && !self.reads.contains(&read) {
            self.reads.push(read);
        }
    }

    /// What can be asked before anything is known: the instance, its status, and where the packets come from and go to.
    fn first(&mut self) {
        let (snapshot, question) = (self.snapshot, self.question);
        let id = &question.instance;
        self.ask(op::DESCRIBE_INSTANCES, json!({ "InstanceIds": [id] }));
        self.ask(op::DESCRIBE_INSTANCE_STATUS, json!({ "InstanceIds": [id], "IncludeAllInstances": true }));
        match question.from {
            None => self.ask(op::SOURCE_ADDRESS, json!({})),
            Some(Origin::Block(block)) => {
                // Who inside has the address that packets come from.
                let single = AddressSet::block(block).single().filter(|address| !path::is_public(*address));
                if let Some(address) = single {
                    self.interfaces(path::address_filter(address), &address.to_string());
                }
            }
            Some(Origin::Internet) => {}
        }
        let Some(host) = question.probe.as_deref() else { return };
        if path::named(snapshot, host).is_err() {
            self.ask(op::RESOLVE, json!({ "Name": host.trim_end_matches('.').to_ascii_lowercase() }));
        }
    }

    /// Interfaces that a filter finds.
    fn interfaces(&mut self, filter: &str, value: &str) {
        let is_open = self.snapshot.network_interfaces.select(filter, value, |_| false);
        if matches!(is_open, Err(Gap::NotAsked { .. })) {
            self.ask(op::DESCRIBE_NETWORK_INTERFACES, json!({ "Filters": [{ "Name": filter, "Values": [value] }] }));
        }
    }

    /// What the packets meet, and what the machine itself tells when nothing stops them or its checks fail.
    fn way(&mut self, case: &Case<'_>) {
        let cases: Vec<reach::Case> = path::questions(case).into_iter().map(|asked| asked.case).collect();
        for read in reach::reads(self.snapshot, &cases) {
            if !self.reads.contains(&read) {
                self.reads.push(read);
            }
        }
        self.strangers(case);
        // What the console shows counts for many rules about the inside, whatever the way is like.
        if !case.is_asleep() && case.proof_of(Settled::Login).is_none() {
            self.ask(op::GET_CONSOLE_OUTPUT, console_input(case.host.instance));
        }
        if case.host.instance.ena_support == Some(false) {
            self.ask(op::DESCRIBE_INSTANCE_TYPES, json!({ "InstanceTypes": [case.host.instance.instance_type] }));
        }
        if !case.host.instance.image_id.is_empty() {
            self.ask(op::DESCRIBE_IMAGES, json!({ "ImageIds": [case.host.instance.image_id] }));
        }
    }

    /// Who has the address that is connected to, when it is none of the instance.
    fn strangers(&mut self, case: &Case<'_>) {
        let own = case.own_addresses();
        for address in case.meant().unwrap_or_default().into_iter().filter(|address| !own.contains(address)) {
            self.interfaces(path::address_filter(address), &address.to_string());
        }
    }
}
