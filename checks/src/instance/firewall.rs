//! What is found of a name that DNS Firewall blocks for an instance.

use super::Host;
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::fix::{Aws, Fix, FixClass};
use crate::resolver::firewall::Entry;
use crate::snapshot::operations as op;

/// What is found of a rule that blocks a name; the owner of its group is to allow `domain`, which covers the name.
pub fn blocked(host: &Host<'_>, entry: &Entry<'_>, name: &str, domain: &str) -> Finding {
    let rule = entry.rule;
    let detail = format!(
        "DNS Firewall rule `{}` (priority {}) of group `{}` blocks `{name}` for VPC `{}`, so the agent of `{}` does not find it",
        rule.name, rule.priority, entry.group, host.instance.vpc_id, host.instance.instance_id
    );
    let command = |verb: &str| Aws::new("route53resolver", verb, host.region());
    let label = format!("allow-{}", domain.trim_start_matches("*.").replace('.', "-"));
    let list = command("create-firewall-domain-list").arg("name", &label).keep("list", "FirewallDomainList.Id");
    let fill = command("update-firewall-domains").made("firewall-domain-list-id", "list").arg("operation", "ADD");
    let allow = command("create-firewall-rule")
        .arg("firewall-rule-group-id", entry.group)
        .made("firewall-domain-list-id", "list")
        .arg("priority", free_priority(host, entry).to_string())
        .arg("action", "ALLOW")
        .arg("name", &label);
    let undo = command("delete-firewall-rule").arg("firewall-rule-group-id", entry.group);
    let at = |member: &str| format!("FirewallRules[{}].{member}", entry.position);
    Finding::new(detail)
        .about("firewall-rule-group", entry.group)
        .about("firewall-domain-list", &rule.firewall_domain_list_id)
        .proof(Evidence::new(op::LIST_FIREWALL_RULES, entry.group, at("Action"), rule.action.as_str()))
        .proof(Evidence::new(op::LIST_FIREWALL_RULES, entry.group, at("Priority"), rule.priority))
        .fix(
            Fix::new(
                FixClass::M,
                format!("have the owner of `{}` allow `{domain}` in front of this rule", entry.group),
            )
            .run(list)
            .run(fill.args("domains", [domain]))
            .run(allow)
            .undo(undo.made("firewall-domain-list-id", "list"))
            .undo(command("delete-firewall-domain-list").made("firewall-domain-list-id", "list")),
        )
}

/// The highest number below that of a rule which no other rule of its group has.
fn free_priority(host: &Host<'_>, entry: &Entry<'_>) -> i64 {
    let group = host.snapshot.firewall_rules.get(entry.group).ok().flatten();
    let taken: Vec<i64> = group.into_iter().flat_map(|group| &group.firewall_rules).map(|rule| rule.priority).collect();
    let mut free = entry.rule.priority.saturating_sub(1);
    while taken.contains(&free) {
        free = free.saturating_sub(1);
    }
    free
}
