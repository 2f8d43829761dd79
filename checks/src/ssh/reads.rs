//! Which reads a diagnosis of this symptom needs, given what is known already.
//!
//! The collector calls [`reads`] again after each round: what it gives then depends on the answers so far. Four rounds suffice: the
//! instance, its status and who asks; its VPC; what its routes and groups refer to; what a transit gateway leads to.

use super::case::Case;
use super::inside::Settled;
use super::local;
use super::path;
use super::question::{Origin, Question};
use super::ways_in::{endpoints, service_list, service_list_id};
use crate::instance::{console_input, find, is_nitro};
use crate::net::{AddressSet, Network};
use crate::reach;
use crate::snapshot::operations as op;
use crate::snapshot::{Gap, Operation, Read, Round, Snapshot};
use serde_json::json;

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
    op::DESCRIBE_INSTANCE_INFORMATION,
    op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS,
    op::GET_SERIAL_CONSOLE_ACCESS_STATUS,
    op::DESCRIBE_MANAGED_PREFIX_LISTS,
];

/// The reads that can be asked now and have not been asked yet.
pub fn reads(snapshot: &Snapshot, question: &Question) -> Vec<Read> {
    let mut plan = Plan { snapshot, question, round: Round::new(snapshot) };
    plan.first();
    plan.round.add(local::reads(snapshot, question));
    if let Ok(instance) = find(snapshot, &question.instance) {
        let network = Network::new(snapshot);
        plan.way(&Case::new(&network, question, instance));
    }
    plan.round.into_reads()
}

struct Plan<'a> {
    snapshot: &'a Snapshot,
    question: &'a Question,
    round: Round<'a>,
}

impl Plan<'_> {
    /// What can be asked before anything is known: the instance, its status, and where the packets come from and go to.
    fn first(&mut self) {
        let (snapshot, question) = (self.snapshot, self.question);
        let id = &question.instance;
        self.round.ask(op::DESCRIBE_INSTANCES, json!({ "InstanceIds": [id] }));
        self.round.ask(op::DESCRIBE_INSTANCE_STATUS, json!({ "InstanceIds": [id], "IncludeAllInstances": true }));
        match &question.from {
            None => self.round.ask(op::SOURCE_ADDRESS, json!({})),
            Some(Origin::Block(block)) => {
                // Who inside has the address that packets come from.
                let single = AddressSet::block(*block).single().filter(|address| !path::is_public(*address));
                if let Some(address) = single {
                    self.interfaces(path::address_filter(address), &address.to_string());
                }
            }
            Some(Origin::ConnectEndpoint(id)) => {
                // A filter finds nothing where an id that is gone would be an error.
                self.endpoints("instance-connect-endpoint-id", id);
            }
            Some(Origin::Internet) => {}
        }
        let Some(host) = question.probe.as_deref() else { return };
        if path::named(snapshot, host).is_err() {
            self.round.ask(op::RESOLVE, json!({ "Name": host.trim_end_matches('.').to_ascii_lowercase() }));
        }
    }

    /// EC2 Instance Connect Endpoints that a filter finds.
    fn endpoints(&mut self, filter: &str, value: &str) {
        let filter = json!({ "Filters": [{ "Name": filter, "Values": [value] }] });
        self.round.ask(op::DESCRIBE_INSTANCE_CONNECT_ENDPOINTS, filter);
    }

    /// Interfaces that a filter finds.
    fn interfaces(&mut self, filter: &str, value: &str) {
        let is_open = self.snapshot.network_interfaces.select(filter, value, |_| false);
        if matches!(is_open, Err(Gap::NotAsked { .. })) {
            self.round
                .ask(op::DESCRIBE_NETWORK_INTERFACES, json!({ "Filters": [{ "Name": filter, "Values": [value] }] }));
        }
    }

    /// What the packets meet, and what the machine itself tells when nothing stops them or its checks fail.
    fn way(&mut self, case: &Case<'_>) {
        let cases: Vec<reach::Case> = path::questions(case).into_iter().map(|asked| asked.case).collect();
        self.round.add(reach::reads(self.snapshot, &cases));
        self.strangers(case);
        if let Origin::Block(block) = case.source.origin()
            && case.source.address().is_none()
            && !case.is_from_internet()
            && !block.is_ipv6()
        {
            // Who here has an address of the block.
            self.interfaces("vpc-id", &case.host.instance.vpc_id);
        }
        self.ways_in(case);
        // What the console shows counts for many rules about the inside, whatever the way is like.
        if !case.is_asleep() && case.proof_of(Settled::Login).is_none() {
            self.round.ask(op::GET_CONSOLE_OUTPUT, console_input(case.host.instance));
        }
        if case.host.instance.ena_support == Some(false) {
            self.round.ask(op::DESCRIBE_INSTANCE_TYPES, json!({ "InstanceTypes": [case.host.instance.instance_type] }));
        }
        if !case.host.instance.image_id.is_empty() {
            self.round.ask(op::DESCRIBE_IMAGES, json!({ "ImageIds": [case.host.instance.image_id] }));
        }
    }

    /// Other ways in, once the network of the instance is known and the direct way is not open.
    fn ways_in(&mut self, case: &Case<'_>) {
        let (snapshot, instance) = (self.snapshot, case.host.instance);
        let (id, vpc) = (instance.instance_id.as_str(), instance.vpc_id.as_str());
        let is_read = !matches!(snapshot.security_groups.covers("vpc-id", vpc), Err(Gap::NotAsked { .. }));
        if case.is_asleep() || case.is_direct() || !is_read {
            return;
        }
        self.round
            .ask(op::DESCRIBE_INSTANCE_INFORMATION, json!({ "Filters": [{ "Key": "InstanceIds", "Values": [id] }] }));
        if is_nitro(&instance.instance_type) {
            self.round.ask(op::GET_SERIAL_CONSOLE_ACCESS_STATUS, json!({}));
        }
        if case.has_public_address() && !instance.is_windows() {
            let name = service_list(case);
            self.round.ask(
                op::DESCRIBE_MANAGED_PREFIX_LISTS,
                json!({ "Filters": [{ "Name": "prefix-list-name", "Values": [name] }] }),
            );
            if let Ok(Some(list)) = service_list_id(case) {
                self.round.ask(op::GET_MANAGED_PREFIX_LIST_ENTRIES, json!({ "PrefixListId": list }));
            }
        }
        if case.source.connect_endpoint().is_none() {
            self.endpoints("vpc-id", vpc);
        }
        let known = endpoints(case).unwrap_or_default();
        let interfaces = known.iter().flat_map(|own| &own.network_interface_ids);
        let open: Vec<&String> = interfaces
            .filter(|eni| matches!(snapshot.network_interfaces.get(eni), Err(Gap::NotAsked { .. })))
            .collect();
        if !open.is_empty() {
            let filter = json!({ "Filters": [{ "Name": "network-interface-id", "Values": open }] });
            self.round.ask(op::DESCRIBE_NETWORK_INTERFACES, filter);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Outcome, Recorded};
    use crate::testkit::ssh::{
        ENDPOINT, endpoint, from, ingress, linked, private, public, question, tunnel, with_ways,
    };
    use crate::testkit::{INSTANCE, World, replayed};

    /// The operations of each round, answered from a world.
    fn rounds(world: &World, change: impl FnOnce(&mut Question)) -> Vec<Vec<&'static str>> {
        let mut question = question();
        change(&mut question);
        let (source, mut snapshot) = (world.snapshot(), Snapshot::new(world.snapshot().header));
        let mut rounds = Vec::new();
        loop {
            let asked = reads(&snapshot, &question);
            if asked.is_empty() {
                return rounds;
            }
            assert!(rounds.len() < 4, "a fifth round: {asked:?}");
            rounds.push(asked.iter().map(|read| read.operation.name).collect());
            for read in asked {
                let outcome = replayed(&source, &read);
                snapshot.record(Recorded::new(&read, "", outcome)).unwrap();
            }
        }
    }

    #[test]
    fn an_open_way_takes_three_rounds_and_nothing_beside_it() {
        let asked = rounds(&with_ways(&public()), |_| {});
        let all = asked.concat();
        assert_eq!(asked[0], ["DescribeInstances", "DescribeInstanceStatus", "SourceAddress"]);
        assert!(asked.len() <= 3 && all.len() <= 20, "{asked:?}");
        for name in ["DescribeInstanceInformation", "GetSerialConsoleAccessStatus", "DescribeInstanceConnectEndpoints"]
        {
            assert!(!all.contains(&name), "{asked:?}");
        }
    }

    #[test]
    fn a_closed_way_asks_for_others_within_four_rounds() {
        let mut world = with_ways(&public());
        ingress(&mut world, json!([]));
        for world in [world, endpoint(&with_ways(&private())), with_ways(&linked())] {
            let asked = rounds(&world, |_| {});
            assert!(asked.concat().contains(&"DescribeInstanceConnectEndpoints"), "{asked:?}");
            assert!(asked.concat().len() <= 26, "{asked:?}");
        }
    }

    #[test]
    fn a_tunnel_takes_four_rounds_at_most() {
        for world in [private(), public()] {
            let asked = rounds(&tunnel(&endpoint(&with_ways(&world))), from(ENDPOINT));
            assert!(asked[0].contains(&"DescribeInstanceConnectEndpoints"), "{asked:?}");
            assert!(!asked.concat().contains(&"DescribeInternetGateways"), "{asked:?}");
        }
    }

    #[test]
    fn every_call_is_among_the_permissions() {
        let mut world = with_ways(&public());
        ingress(&mut world, json!([]));
        let here =
            [op::SOURCE_ADDRESS, op::RESOLVE, op::SSH_PROBE, op::KNOWN_HOSTS, op::KEY_FILE, op::CLIENT_CONFIGURATION];
        let local = here.map(|operation| operation.name);
        for name in rounds(&world, |question| question.probe = Some("web.example.com".to_owned())).concat() {
            assert!(READS.iter().any(|operation| operation.name == name) || local.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_denied_read_never_passes_and_never_stops_the_others() {
        let mut base = with_ways(&public());
        ingress(&mut base, json!([]));
        for operation in READS.iter().filter(|operation| **operation != op::DESCRIBE_INSTANCES) {
            let snapshot = base.snapshot();
            if !snapshot.reads().iter().any(|read| read.is_of(*operation)) {
                continue;
            }
            let mut world = base.clone();
            world.deny(*operation);
            let diagnosis = crate::testkit::ssh::diagnose(&world).unwrap();
            let needs = |id: &str| {
                crate::rules::SSH.iter().any(|rule| rule.about.id == id && rule.about.needs.contains(operation))
            };
            for check in diagnosis.checks.iter().filter(|check| needs(check.rule)) {
                assert_ne!(check.reason, "", "{}", check.rule);
            }
            assert_ne!(diagnosis.verdict, crate::diagnosis::Verdict::Healthy, "{} on {INSTANCE}", operation.action);
        }
    }

    #[test]
    fn a_failed_read_is_an_answer_too() {
        let mut world = with_ways(&public());
        world.deny(op::DESCRIBE_ROUTE_TABLES);
        assert!(matches!(
            replayed(&world.snapshot(), &Read::new(op::DESCRIBE_ROUTE_TABLES, json!({}))),
            Outcome::Error { .. }
        ));
        assert!(rounds(&world, |_| {}).len() <= 4);
    }
}
