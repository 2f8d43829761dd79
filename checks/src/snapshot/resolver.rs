//! Route 53: hosted zones, Resolver rules and DNS Firewall, as far as they decide where a name of AWS leads.
//!
//! Shapes: Route 53 and Route 53 Resolver API references.

use super::ec2::shapes;
use serde::Deserialize;

shapes! {
    /// `ListHostedZonesByVPC`: the private zones that answer in a VPC, another account's included.
    VpcHostedZones {
        /// The zones.
        hosted_zone_summaries: Vec<HostedZoneSummary>,
    }
    /// A private hosted zone.
    HostedZoneSummary {
        /// Id.
        hosted_zone_id: String,
        /// Name with its final dot.
        name: String,
        /// Who owns it.
        owner: HostedZoneOwner,
    }
    /// Owner of a zone.
    HostedZoneOwner {
        /// An account.
        owning_account: String,
        /// A service, such as `vpce.amazonaws.com` for the zone that private DNS of an endpoint makes.
        owning_service: String,
    }
    /// A row of `ListResolverRuleAssociations`.
    ResolverRuleAssociation {
        /// Id of the association.
        id: String,
        /// The rule.
        resolver_rule_id: String,
        /// The VPC.
        #[serde(rename = "VPCId")]
        vpc_id: String,
        /// `COMPLETE` when it works.
        status: String,
    }
    /// A row of `ListResolverRules`.
    ResolverRule {
        /// Id.
        id: String,
        /// Domain with its final dot.
        domain_name: String,
        /// `FORWARD`, `SYSTEM` or `RECURSIVE`.
        rule_type: String,
        /// Where names are forwarded.
        target_ips: Vec<TargetAddress>,
    }
    /// Where a forward rule sends names.
    TargetAddress {
        /// IPv4 address.
        ip: String,
    }
    /// A row of `ListFirewallRuleGroupAssociations`.
    FirewallRuleGroupAssociation {
        /// Id of the association.
        id: String,
        /// The rule group.
        firewall_rule_group_id: String,
        /// The VPC.
        vpc_id: String,
        /// Groups with lower numbers are asked first.
        priority: i64,
        /// Its name.
        name: String,
        /// `COMPLETE` when it works.
        status: String,
    }
    /// `ListFirewallRules` of one group.
    FirewallRules {
        /// The rules.
        firewall_rules: Vec<FirewallRule>,
    }
    /// A DNS Firewall rule.
    FirewallRule {
        /// The list of domains it matches; empty for a rule of DNS Firewall Advanced, which looks for threats and not for names.
        firewall_domain_list_id: String,
        /// The one query type that it matches, such as `AAAA` or `TYPE28`; empty for all.
        qtype: String,
        /// Lower numbers are asked first.
        priority: i64,
        /// `ALLOW`, `BLOCK` or `ALERT`.
        action: String,
        /// Its name.
        name: String,
    }
    /// `ListFirewallDomains` of one list.
    FirewallDomains {
        /// Domains with their final dot, `*.` in front for all below.
        domains: Vec<String>,
    }
}
