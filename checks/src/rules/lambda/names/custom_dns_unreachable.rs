//! The DNS servers of the VPC cannot be reached.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::instance::resolution::unreachable_from;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::net::dns;
use crate::net::dns::Servers;
use crate::remedy::vpc::amazon_dns;
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Which DNS servers the DHCP options of the VPC hand out, and whether UDP 53 gets from the subnets of the function to one of them.
    /// Where groups of the function are what stops it, `lambda/sg-egress-dns` says so.
    ///
    /// ## Why it matters
    ///
    /// Servers of one's own are asked over the network, past routes, ACLs and groups, and have to forward the names of the internet and
    /// of AWS. Without an answer the error is `ENOTFOUND` or `EAI_AGAIN`.
    ///
    /// ## How to confirm
    ///
    /// In the function: look the name up and print the error. `aws ec2 describe-dhcp-options --dhcp-options-ids DOPT` shows the servers.
    ///
    /// ## False positives
    ///
    /// Servers that forward to the resolver of the VPC are fine; what they answer no API tells. An option set that was changed reaches
    /// running interfaces at the next lease.
    ///
    /// ## Fix
    ///
    /// An option set with AmazonProvidedDNS for the VPC (class A), or a repaired server (class M). To undo, associate the old set.
    ///
    /// ## References
    ///
    /// - VPC user guide, "DHCP option sets in Amazon VPC"
    "lambda/custom-dns-unreachable", Blocker, fix A,
    "The DNS servers that the VPC hands out cannot be reached or do not answer",
    needs [DESCRIBE_DHCP_OPTIONS, DESCRIBE_VPCS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    if !case.needs_names() {
        return Ok(Judgement::not_applicable("an address needs no name"));
    }
    let dns = case.network.dns(case.vpc_id());
    let servers = match dns.servers.as_ref().map_err(Clone::clone)? {
        Servers::Amazon => return Ok(Judgement::pass("the VPC hands out the Amazon resolver")),
        Servers::Custom(servers) => servers,
    };
    let reasons: Vec<Vec<String>> =
        case.interfaces.iter().filter_map(|own| unreachable_from(case.network, own, "function", servers)).collect();
    let mut flat: Vec<String> = reasons.iter().flatten().cloned().collect();
    flat.sort();
    flat.dedup();
    if !flat.is_empty() && reasons.len() == case.interfaces.len() {
        if flat.iter().all(|reason| reason.starts_with("security group")) {
            return Ok(Judgement::follows_from("lambda/sg-egress-dns"));
        }
        return Ok(Judgement::fail(finding(case, servers, &flat)));
    }
    match case.target.host() {
        Some(host) => Err(dns::answers_gap(servers, host)),
        None => Ok(Judgement::pass(format!("UDP 53 gets to the DNS servers {}", servers.join(", ")))),
    }
}

fn finding(case: &Case<'_>, servers: &[String], reasons: &[String]) -> Finding {
    let options = case.snapshot.vpcs.get(case.vpc_id()).ok().flatten().map_or("", |vpc| vpc.dhcp_options_id.as_str());
    let detail = format!(
        "function `{}` asks the DNS servers {} of `{options}` and cannot reach them: {}",
        case.name(),
        servers.join(", "),
        reasons.join("; ")
    );
    let proof =
        Evidence::new(op::DESCRIBE_DHCP_OPTIONS, options, "DhcpConfigurations[domain-name-servers]", json!(servers));
    let summary =
        "give the VPC an option set with AmazonProvidedDNS; everything in the VPC takes it over at the next lease";
    Finding::new(detail).about("dhcp-options", options).proof(proof).fix(amazon_dns(&case.site(""), options, summary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    fn custom(world: &mut crate::testkit::World, server: &str) {
        world.patch(op::DESCRIBE_DHCP_OPTIONS, "/DhcpOptions/0/DhcpConfigurations/1/Values/0/Value", json!(server));
    }

    #[test]
    fn fires_where_no_route_leads_to_the_servers() {
        let mut world = worlds::closed();
        custom(&mut world, "192.168.0.2");
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("no working route to `192.168.0.2`"), "{}", found[0].detail);
    }

    #[test]
    fn silent_with_the_amazon_resolver_under_any_name() {
        let mut world = worlds::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        custom(&mut world, "10.0.0.2");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_what_servers_answer_that_can_be_reached() {
        let mut world = worlds::nat();
        custom(&mut world, "9.9.9.9");
        worlds::asking(&mut world, "sqs.eu-west-1.amazonaws.com");
        assert!(missing(world.judge(&RULE))[0].contains("what the DNS servers 9.9.9.9 answer"));
        world.deny(op::DESCRIBE_DHCP_OPTIONS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeDhcpOptions"]);
    }
}
