//! Who answers the names that the function asks for.

use super::Plan;
use crate::lambda::target::Target;
use crate::snapshot::ec2::is;
use crate::snapshot::lambda::FunctionConfiguration;
use crate::snapshot::operations as op;
use serde_json::json;

impl Plan<'_> {
    pub(super) fn names(&mut self, function: &FunctionConfiguration) {
        let vpc = function.vpc_config.as_ref().map_or("", |config| config.vpc_id.as_str());
        if vpc.is_empty() || matches!(self.target, Target::Address(_)) {
            return;
        }
        self.round.ask(op::DESCRIBE_VPC_ATTRIBUTE, json!({ "VpcId": vpc, "Attribute": "enableDnsSupport" }));
        if let Ok(Some(known)) = self.snapshot.vpcs.get(vpc)
            && !matches!(known.dhcp_options_id.as_str(), "" | "default")
        {
            let filters = json!([{ "Name": "dhcp-options-id", "Values": [known.dhcp_options_id] }]);
            self.round.ask(op::DESCRIBE_DHCP_OPTIONS, json!({ "Filters": filters }));
        }
        if self.target.host().is_some() {
            self.zones(vpc);
            self.resolver(vpc);
        }
        if let Target::Service(service) = &self.target {
            let ending = format!(".{}.{}", service.region, service.name);
            let endpoints = self.snapshot.vpc_endpoints.known().iter();
            let mut own = endpoints.filter(|endpoint| endpoint.service_name.ends_with(&ending));
            if own.any(|endpoint| is(&endpoint.vpc_endpoint_type, "Interface")) {
                self.round.ask(op::DESCRIBE_VPC_ATTRIBUTE, json!({ "VpcId": vpc, "Attribute": "enableDnsHostnames" }));
            }
        }
    }

    /// Private hosted zones that could take the name.
    fn zones(&mut self, vpc: &str) {
        let region = self.snapshot.header.region.as_str();
        self.round.ask(op::LIST_HOSTED_ZONES_BY_VPC, json!({ "VPCId": vpc, "VPCRegion": region }));
    }

    /// What could answer the name in place of the Amazon resolver, or keep it from answering.
    fn resolver(&mut self, vpc: &str) {
        let in_vpc = json!({ "Filters": [{ "Name": "VPCId", "Values": [vpc] }] });
        self.round.ask(op::LIST_RESOLVER_RULE_ASSOCIATIONS, in_vpc);
        self.round.ask(op::LIST_FIREWALL_RULE_GROUP_ASSOCIATIONS, json!({ "VpcId": vpc }));
        let snapshot = self.snapshot;
        let associated = snapshot.resolver_rule_associations.known().iter().filter(|row| row.vpc_id == vpc);
        if associated.into_iter().any(|row| !row.resolver_rule_id.starts_with("rslvr-autodefined-")) {
            self.round.ask(op::LIST_RESOLVER_RULES, json!({}));
        }
        for association in snapshot.firewall_rule_group_associations.known().iter().filter(|row| row.vpc_id == vpc) {
            let group = association.firewall_rule_group_id.as_str();
            self.round.ask(op::LIST_FIREWALL_RULES, json!({ "FirewallRuleGroupId": group }));
            let Ok(Some(rules)) = snapshot.firewall_rules.get(group) else { continue };
            for rule in rules.firewall_rules.iter().filter(|rule| !rule.firewall_domain_list_id.is_empty()) {
                let list = rule.firewall_domain_list_id.as_str();
                self.round.ask(op::LIST_FIREWALL_DOMAINS, json!({ "FirewallDomainListId": list }));
            }
        }
    }
}
