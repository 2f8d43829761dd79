//! Which reads show the ways of an instance to the services of its software, and what answers their names.

use super::Host;
use crate::snapshot::ec2::{Instance, IpPermission, NetworkAclEntry, Route, RouteTable, VpcEndpoint, is};
use crate::snapshot::operations as op;
use crate::snapshot::{Operation, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The reads that can be asked now, in three rounds from that on in which the instance is known; fewer for software whose connections
/// evidently work.
pub fn ways(host: &Host<'_>, works: bool, ask: &mut dyn FnMut(Operation, Value)) {
    Plan { host, snapshot: host.snapshot, works, ask }.all();
}

struct Plan<'p, 'a> {
    host: &'p Host<'a>,
    snapshot: &'a Snapshot,
    works: bool,
    ask: &'p mut dyn FnMut(Operation, Value),
}

impl<'p, 'a> Plan<'p, 'a> {
    fn ask(&mut self, operation: Operation, parameters: Value) {
        (self.ask)(operation, parameters);
    }

    /// Asks for several things by a filter and not by their ids: one that is gone is then missing from the answer, where an id that is
    /// not found would fail the read for all of them.
    fn ask_about(&mut self, operation: Operation, filter: &str, ids: BTreeSet<&str>) {
        if !ids.is_empty() {
            // `DescribeNatGateways` spells it in the singular.
            let member = if operation == op::DESCRIBE_NAT_GATEWAYS { "Filter" } else { "Filters" };
            self.ask(operation, json!({ member: [{ "Name": filter, "Values": ids }] }));
        }
    }

    /// The services of the software, by the short names in the service names of endpoints.
    fn services(&self) -> Vec<&'p str> {
        self.host.paths.iter().map(|path| path.service.as_str()).collect()
    }

    fn all(&mut self) {
        let instance = self.host.instance;
        let vpc = instance.vpc_id.as_str();
        let in_vpc = json!({ "Filters": [{ "Name": "vpc-id", "Values": [vpc] }] });
        self.ask(op::DESCRIBE_VPCS, json!({ "VpcIds": [vpc] }));
        self.ask(op::DESCRIBE_SUBNETS, in_vpc.clone());
        self.ask(op::DESCRIBE_ROUTE_TABLES, in_vpc.clone());
        self.ask(op::DESCRIBE_NETWORK_ACLS, in_vpc.clone());
        self.ask(op::DESCRIBE_SECURITY_GROUPS, in_vpc.clone());
        self.ask(op::DESCRIBE_VPC_ENDPOINTS, in_vpc);
        self.ask(op::DESCRIBE_VPC_ATTRIBUTE, json!({ "VpcId": vpc, "Attribute": "enableDnsSupport" }));
        if !self.works {
            self.resolver(vpc);
        }
        if let Ok(Some(known)) = self.snapshot.vpcs.get(vpc)
            && !matches!(known.dhcp_options_id.as_str(), "" | "default")
        {
            self.ask(op::DESCRIBE_DHCP_OPTIONS, json!({ "DhcpOptionsIds": [known.dhcp_options_id] }));
        }
        self.groups(instance);
        self.endpoints(instance);
        self.gateways(instance);
    }

    /// What could answer names in place of the Amazon resolver.
    fn resolver(&mut self, vpc: &str) {
        let in_vpc = json!({ "Filters": [{ "Name": "VPCId", "Values": [vpc] }] });
        self.ask(op::LIST_RESOLVER_RULE_ASSOCIATIONS, in_vpc);
        // Every VPC has the rules that Resolver defines by itself.
        let is_own = |rule: &str| !rule.starts_with("rslvr-autodefined");
        let mut associations = self.snapshot.resolver_rule_associations.known().iter();
        if associations.any(|association| association.vpc_id == vpc && is_own(&association.resolver_rule_id)) {
            self.ask(op::LIST_RESOLVER_RULES, json!({}));
        }
        self.ask(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, json!({ "VpcId": vpc }));
        let snapshot = self.snapshot;
        for group in snapshot.firewall_rule_group_associations.known() {
            let id = &group.firewall_rule_group_id;
            self.ask(op::LIST_FIREWALL_RULES, json!({ "FirewallRuleGroupId": id }));
            let Ok(Some(rules)) = snapshot.firewall_rules.get(id) else { continue };
            // Advanced rules have no list of domains.
            for list in
                rules.firewall_rules.iter().map(|rule| &rule.firewall_domain_list_id).filter(|id| !id.is_empty())
            {
                self.ask(op::LIST_FIREWALL_DOMAINS, json!({ "FirewallDomainListId": list }));
            }
        }
    }

    /// Groups and prefix lists that an interface of the instance refers to and the VPC's list did not bring.
    fn groups(&mut self, instance: &Instance) {
        let snapshot = self.snapshot;
        if snapshot.security_groups.known().is_empty() {
            return;
        }
        let on_interfaces = instance.network_interfaces.iter().flat_map(|eni| &eni.groups);
        let ids: BTreeSet<&str> = on_interfaces.map(|group| group.group_id.as_str()).collect();
        let missing =
            ids.iter().copied().filter(|id| !matches!(snapshot.security_groups.get(id), Ok(Some(_)))).collect();
        self.ask_about(op::DESCRIBE_SECURITY_GROUPS, "group-id", missing);
        let groups = snapshot.security_groups.known().iter().filter(|group| ids.contains(group.group_id.as_str()));
        let of_endpoints: BTreeSet<&str> = self.endpoint_groups(instance);
        let known = snapshot.security_groups.known().iter();
        let inbound = known
            .filter(|group| of_endpoints.contains(group.group_id.as_str()))
            .flat_map(|group| &group.ip_permissions);
        let lists: BTreeSet<&str> = groups
            .flat_map(|group| &group.ip_permissions_egress)
            .chain(inbound)
            .flat_map(|rule: &IpPermission| &rule.prefix_list_ids)
            .map(|list| list.prefix_list_id.as_str())
            .collect();
        for list in lists {
            self.ask(op::GET_MANAGED_PREFIX_LIST_ENTRIES, json!({ "PrefixListId": list }));
        }
    }

    /// Groups on the endpoints of the VPC that the agent may use.
    fn endpoint_groups(&self, instance: &Instance) -> BTreeSet<&str> {
        let names = self.services();
        let endpoints =
            self.snapshot.vpc_endpoints.known().iter().filter(|endpoint| endpoint.vpc_id == instance.vpc_id);
        endpoints
            .filter(|endpoint| names.iter().any(|name| endpoint.service_name.rsplit('.').next() == Some(*name)))
            .flat_map(|endpoint| &endpoint.groups)
            .map(|group| group.group_id.as_str())
            .collect()
    }

    fn endpoints(&mut self, instance: &Instance) {
        let snapshot = self.snapshot;
        let vpc = instance.vpc_id.as_str();
        let Ok(endpoints) = snapshot.vpc_endpoints.select("vpc-id", vpc, |endpoint| endpoint.vpc_id == vpc) else {
            return;
        };
        let names = self.services();
        let used: Vec<&VpcEndpoint> = endpoints
            .iter()
            .copied()
            .filter(|endpoint| is(&endpoint.vpc_endpoint_type, "Interface"))
            .filter(|endpoint| names.iter().any(|name| endpoint.service_name.rsplit('.').next() == Some(*name)))
            .collect();
        if used.iter().any(|endpoint| endpoint.private_dns_enabled) {
            self.ask(op::DESCRIBE_VPC_ATTRIBUTE, json!({ "VpcId": vpc, "Attribute": "enableDnsHostnames" }));
        }
        let is_in_use = |endpoint: &VpcEndpoint| endpoint.private_dns_enabled && is(&endpoint.state, "available");
        let is_covered = |name: &str| {
            used.iter().any(|endpoint| is_in_use(endpoint) && endpoint.service_name.rsplit('.').next() == Some(name))
        };
        let is_open = !self.works && !names.iter().all(|name| is_covered(name));
        if is_open && (!self.leads_to_internet(instance) || self.leads_to_networks(instance)) {
            let region = &snapshot.header.region;
            self.ask(op::LIST_HOSTED_ZONES_BY_VPC, json!({ "VPCId": vpc, "VPCRegion": region }));
        }
        if !used.is_empty() && self.needs_addresses(instance) {
            let ids = used.iter().flat_map(|endpoint| &endpoint.network_interface_ids).map(String::as_str).collect();
            self.ask_about(op::DESCRIBE_NETWORK_INTERFACES, "network-interface-id", ids);
        }
    }

    /// Whether the exact addresses of an endpoint can decide: unless the instance's groups let everything out on its port.
    fn needs_addresses(&self, instance: &Instance) -> bool {
        let groups = instance.network_interfaces.iter().flat_map(|eni| &eni.groups);
        let is_open = groups
            .filter_map(|group| self.snapshot.security_groups.get(&group.group_id).ok().flatten())
            .flat_map(|group| &group.ip_permissions_egress)
            .any(|rule| rule.ip_protocol == "-1" && rule.ip_ranges.iter().any(|range| range.cidr_ip == "0.0.0.0/0"));
        let acls = self.snapshot.network_acls.known().iter().filter(|acl| acl.vpc_id == instance.vpc_id);
        let picks = |entry: &NetworkAclEntry| {
            let is_wide = matches!(entry.cidr_block.as_str(), "" | "0.0.0.0/0")
                && matches!(entry.ipv6_cidr_block.as_str(), "" | "::/0");
            !is_wide
        };
        let is_picked = acls.flat_map(|acl| &acl.entries).any(picks);
        !self.snapshot.security_groups.known().is_empty() && (!is_open || is_picked)
    }

    /// The table of each of the subnets, where it is known.
    fn tables(&self, subnets: &BTreeSet<&str>) -> Vec<&'a RouteTable> {
        subnets.iter().filter_map(|subnet| self.host.network.route_table(subnet).ok()).collect()
    }

    /// Whether the first interface has a route to the internet. Private hosted zones of the VPC are read only where it has none: they are
    /// how a closed VPC reaches the endpoints of another one.
    fn leads_to_internet(&self, instance: &Instance) -> bool {
        let subnet = instance.primary_interface().map(|eni| eni.subnet_id.as_str()).into_iter().collect();
        self.tables(&subnet).iter().flat_map(|table| &table.routes).any(leads_to_internet)
    }

    /// Whether it has a route to another network, where endpoints of a hub may be.
    fn leads_to_networks(&self, instance: &Instance) -> bool {
        let subnet = instance.primary_interface().map(|eni| eni.subnet_id.as_str()).into_iter().collect();
        self.tables(&subnet).iter().flat_map(|table| &table.routes).any(|route| {
            let is_plain = route.gateway_id == "local" || route.gateway_id.starts_with("vpce-");
            is(&route.state, "active") && !is_plain && !leads_to_internet(route)
        })
    }

    fn gateways(&mut self, instance: &Instance) {
        let subnets = instance.network_interfaces.iter().map(|eni| eni.subnet_id.as_str()).collect();
        let serving = self.tables(&subnets);
        let routes = || serving.iter().flat_map(|table| &table.routes);
        // The gateway of a route without target is gone.
        let live = routes().filter(|route| !is(&route.state, "blackhole"));
        let nats = live.map(|route| route.nat_gateway_id.as_str()).filter(|id| !id.is_empty()).collect();
        self.ask_about(op::DESCRIBE_NAT_GATEWAYS, "nat-gateway-id", nats);
        let leaves = routes().any(leads_to_internet);
        if leaves {
            self.block_public_access(instance);
        }
        let lists: BTreeSet<&str> = routes()
            .filter(|route| !route.gateway_id.starts_with("vpce-") && !route.destination_prefix_list_id.is_empty())
            .map(|route| route.destination_prefix_list_id.as_str())
            .collect();
        for list in lists {
            self.ask(op::GET_MANAGED_PREFIX_LIST_ENTRIES, json!({ "PrefixListId": list }));
        }
    }

    /// Newer answers carry the mode on the VPC and the subnet; only older ones need calls of their own.
    fn block_public_access(&mut self, instance: &Instance) {
        let snapshot = self.snapshot;
        let subnet = snapshot.subnets.get(&instance.subnet_id).ok().flatten();
        if subnet.is_none_or(|subnet| subnet.block_public_access_states.is_some()) {
            return;
        }
        self.ask(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_OPTIONS, json!({}));
        if let Ok(Some(options)) = snapshot.block_public_access.get("")
            && !matches!(options.internet_gateway_block_mode.as_str(), "" | "off")
        {
            self.ask(op::DESCRIBE_VPC_BLOCK_PUBLIC_ACCESS_EXCLUSIONS, json!({}));
        }
    }
}

/// Whether a route leads to a gateway of the internet.
fn leads_to_internet(route: &Route) -> bool {
    let is_gateway = route.gateway_id.starts_with("igw-")
        || !route.nat_gateway_id.is_empty()
        || !route.egress_only_internet_gateway_id.is_empty();
    is_gateway && is(&route.state, "active")
}
