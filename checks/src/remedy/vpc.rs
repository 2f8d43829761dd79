//! How to mend what a VPC as a whole keeps from working: its DNS attributes, its DNS servers, Block Public Access.

use super::Site;
use crate::fix::{Fix, FixClass};
use crate::walls::Wall;

/// Switches a DNS attribute on: `enableDnsSupport`, option `enable-dns-support`.
pub fn switch_on(site: &Site<'_>, vpc: &str, attribute: &str, option: &str) -> Fix {
    let modify = |value: &str| {
        let command = site.command("modify-vpc-attribute").arg("vpc-id", vpc);
        command.arg(option, format!("{{\"Value\":{value}}}"))
    };
    Fix::new(FixClass::A, format!("switch `{attribute}` of `{vpc}` on, for everything in the VPC"))
        .run(modify("true"))
        .undo(modify("false"))
}

/// Gives the VPC an option set with the Amazon resolver in place of the present one.
pub fn amazon_dns(site: &Site<'_>, present: &str, summary: &str) -> Fix {
    let create = site
        .command("create-dhcp-options")
        .arg("dhcp-configurations", "Key=domain-name-servers,Values=AmazonProvidedDNS")
        .keep("options", "DhcpOptions.DhcpOptionsId");
    let associate = || site.command("associate-dhcp-options").arg("vpc-id", site.vpc);
    Fix::new(FixClass::A, summary)
        .run(create)
        .run(associate().made("dhcp-options-id", "options"))
        .undo(associate().arg("dhcp-options-id", present))
        .undo(site.command("delete-dhcp-options").made("dhcp-options-id", "options"))
}

/// What the owner of the guardrail can do for this way out.
///
/// Source: VPC user guide, "Block public access to VPCs and subnets": `allow-egress` exclusions work only with `block-bidirectional`, and
/// let out what goes through NAT and egress-only gateways.
pub fn exclusion(site: &Site<'_>, wall: &Wall<'_>) -> Fix {
    let (subnet, who) = (site.subnet, site.who);
    let passes = |kind: &str| wall.steps.iter().find(|step| step.component.kind == kind);
    let exclude = |fix: Fix, subnet: &str, mode: &str, kept: &str| {
        let create = site
            .command("create-vpc-block-public-access-exclusion")
            .arg("subnet-id", subnet)
            .arg("internet-gateway-exclusion-mode", mode);
        let delete = site.command("delete-vpc-block-public-access-exclusion");
        fix.run(create.keep(kept, "VpcBlockPublicAccessExclusion.ExclusionId")).undo(delete.made("exclusion-id", kept))
    };
    if let Some(nat) = passes("nat-gateway") {
        let gateway = site.snapshot().nat_gateways.get(&nat.component.id).ok().flatten();
        let others = gateway.map(|gateway| gateway.subnet_id.as_str()).filter(|id| !id.is_empty() && *id != subnet);
        let summary = format!(
            "ask the owner of the guardrail; with consent, exclude the subnet of the {who} and that of `{}`, for what goes out",
            nat.component.id
        );
        let fix = Fix::new(FixClass::M, summary);
        let fix = others.into_iter().fold(fix, |fix, other| exclude(fix, other, "allow-egress", "exclusion_nat"));
        return exclude(fix, subnet, "allow-egress", "exclusion");
    }
    if passes("egress-only-internet-gateway").is_some() {
        let summary =
            format!("ask the owner of the guardrail; with consent, exclude the subnet of the {who}, for what goes out");
        return exclude(Fix::new(FixClass::M, summary), subnet, "allow-egress", "exclusion");
    }
    let summary = "send the agent over a NAT gateway or interface endpoints instead of the instance's public address; the exclusion shown \
                   opens the subnet to what comes in from the internet as well, so only the owner of the guardrail can consent to it";
    exclude(Fix::new(FixClass::M, summary), subnet, "allow-bidirectional", "exclusion")
}
