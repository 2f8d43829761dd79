//! DNS of the VPC is switched off.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::net::dns::Servers;
use crate::net::{Cause, Obstacle, Verdict};
use crate::remedy::vpc::switch_on;
use crate::rule::declare_rule;
use crate::snapshot::Gap;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether `enableDnsSupport` of the VPC is off, so that the Amazon resolver does not answer, or `enableDnsHostnames` is off where
    /// the service is reached over an endpoint whose private DNS needs it.
    ///
    /// ## Why it matters
    ///
    /// Without answers no name is found, whatever the routes are: the error is `ENOTFOUND` or `EAI_AGAIN`, not a time-out. Without
    /// private names a closed VPC is led to public addresses.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-vpc-attribute --vpc-id VPC --attribute enableDnsSupport` (and `enableDnsHostnames`)
    ///
    /// ## False positives
    ///
    /// With DNS servers of one's own in the DHCP options the Amazon resolver is not asked. An address needs no name.
    ///
    /// ## Fix
    ///
    /// Switch the attribute on (class A). To undo, switch it off.
    ///
    /// ## References
    ///
    /// - VPC user guide, "DNS attributes for your VPC"
    "lambda/vpc-dns-off", Blocker, fix A,
    "DNS of the VPC is switched off",
    needs [DESCRIBE_VPC_ATTRIBUTE, DESCRIBE_VPCS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    if !case.needs_names() {
        return Ok(Judgement::not_applicable("an address needs no name"));
    }
    let dns = case.network.dns(case.vpc_id());
    let is_amazon = match dns.servers.as_ref() {
        Ok(servers) => *servers == Servers::Amazon,
        // Whoever is asked, it matters only if the resolver of the VPC is off.
        Err(gap) => return if dns.support == Ok(true) { Ok(pass()) } else { Err(gap.clone()) },
    };
    if is_amazon && !dns.support.clone()? {
        return Ok(Judgement::fail(finding(case, &dns.support_off())));
    }
    let blocked = case.ways.iter().filter(|way| way.verdict == Verdict::Blocked);
    let unused = blocked.filter_map(|way| way.service.as_ref()).flat_map(|path| path.unused_endpoints());
    let mut off = unused.filter(|own| own.cause == Cause::DnsHostnamesOff);
    if let Some(obstacle) = off.next() {
        return Ok(Judgement::fail(finding(case, obstacle)));
    }
    let open = case.ways.iter().filter(|way| way.verdict != Verdict::Blocked).flat_map(|way| &way.gaps);
    let is_own = |gap: &&Gap| gap.action() == Some(crate::snapshot::operations::DESCRIBE_VPC_ATTRIBUTE.action);
    match open.into_iter().find(is_own) {
        Some(gap) => Err(gap.clone()),
        None => Ok(pass()),
    }
}

fn pass() -> Judgement {
    Judgement::pass("the DNS attributes of the VPC do not stand in the way")
}

fn finding(case: &Case<'_>, obstacle: &Obstacle) -> Finding {
    let vpc = case.vpc_id();
    let (attribute, option, effect) = match obstacle.cause {
        Cause::DnsSupportOff => ("enableDnsSupport", "enable-dns-support", "the Amazon resolver answers no names"),
        _ => ("enableDnsHostnames", "enable-dns-hostnames", "the name does not lead to the endpoint of the VPC"),
    };
    let detail = format!(
        "`{attribute}` of VPC `{vpc}` is off, so {effect} and function `{}` does not find {}",
        case.name(),
        case.target.words()
    );
    Finding::new(detail).about("vpc", vpc).proofs(obstacle.evidence.iter().cloned()).fix(switch_on(
        &case.site(""),
        vpc,
        attribute,
        option,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_when_the_resolver_is_off() {
        let mut world = worlds::nat();
        world.patch(op::DESCRIBE_VPC_ATTRIBUTE, "/EnableDnsSupport", json!({ "Value": false }));
        let found = findings(world.judge(&RULE));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("--enable-dns-support"), "{found:?}");
    }

    #[test]
    fn fires_when_private_names_are_off_in_a_closed_vpc() {
        let mut world = worlds::closed();
        world.replace(
            op::DESCRIBE_VPC_ATTRIBUTE,
            &["enableDnsHostnames"],
            json!({ "VpcId": "vpc-1", "EnableDnsHostnames": { "Value": false } }),
        );
        assert!(findings(world.judge(&RULE))[0].detail.contains("enableDnsHostnames"));
    }

    #[test]
    fn silent_while_it_is_on_and_where_no_name_is_needed() {
        let mut world = worlds::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        worlds::asking(&mut world, "198.51.100.7");
        assert!(matches!(world.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_attributes_are_denied() {
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_VPC_ATTRIBUTE);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcAttribute"]);
    }
}
