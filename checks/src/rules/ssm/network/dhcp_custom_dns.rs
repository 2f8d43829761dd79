//! The VPC hands out DNS servers of its own.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::resolution::{names, unreachable};
use crate::net::dns::{self, Servers};
use crate::remedy::Site;
use crate::remedy::vpc::amazon_dns;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Which DNS servers the DHCP options of the VPC hand out. The Amazon resolver is fine under any of its names. For other servers it
    /// checks whether UDP 53 gets out to them: past the security groups of the instance and over a route.
    ///
    /// ## Why it matters
    ///
    /// Servers of one's own must forward the names of AWS, and must give the private answers where the VPC has endpoints. They are also
    /// asked over the network: a group that lets out TCP 443 only, which is enough with the Amazon resolver, cuts them off.
    ///
    /// ## How to confirm
    ///
    /// On the instance: `nslookup ssm.REGION.amazonaws.com`. No answer, or public addresses in a closed VPC, is the fault.
    ///
    /// ## False positives
    ///
    /// Servers that forward to the resolver of the VPC are fine. The image may set servers of its own, which no API shows.
    ///
    /// ## Fix
    ///
    /// Where the servers cannot be reached: allow UDP 53 out, or give the VPC the Amazon resolver back (class A). Where they answer
    /// wrongly: a conditional forwarder for `amazonaws.com` to the resolver of the VPC (class M).
    ///
    /// ## References
    ///
    /// - VPC user guide, "DHCP option sets in Amazon VPC"
    /// - VPC user guide, "DNS attributes for your VPC"
    "ssm/dhcp-custom-dns", Blocker, Agent, fix M,
    "The VPC's own DNS servers do not answer the names of AWS",
    needs [DESCRIBE_VPCS, DESCRIBE_DHCP_OPTIONS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(name) = names(case).next().map(|(_, name)| name) else {
        return Ok(Judgement::not_applicable("the instance has no network interface"));
    };
    let dns = case.network.dns(&case.instance.vpc_id);
    let servers = match dns.servers.as_ref().map_err(Clone::clone)? {
        Servers::Amazon => return Ok(Judgement::pass("the VPC hands out the Amazon resolver")),
        Servers::Custom(servers) => servers,
    };
    if let Some(reasons) = unreachable(case, servers) {
        return Ok(Judgement::fail(finding(case, servers, &reasons)));
    }
    let gap = dns::answers_gap(servers, name);
    let reason = format!("{gap}; run `nslookup {name}` on the instance: it must give {}", wanted(case));
    Ok(Judgement::cannot_tell(reason, vec![gap]))
}

fn wanted(case: &Case<'_>) -> &'static str {
    if case.has_endpoints() {
        "the private addresses of the endpoint"
    } else {
        "addresses that the instance has a route to"
    }
}

fn finding(case: &Case<'_>, servers: &[String], reasons: &[String]) -> Finding {
    let vpc = case.instance.vpc_id.as_str();
    let options = case.snapshot.vpcs.get(vpc).ok().flatten().map_or("", |vpc| vpc.dhcp_options_id.as_str());
    let detail = format!(
        "instance `{}` asks the DNS servers {} of `{options}` and cannot reach them: {}",
        case.instance.instance_id,
        servers.join(", "),
        reasons.join("; ")
    );
    let evidence =
        Evidence::new(op::DESCRIBE_DHCP_OPTIONS, options, "DhcpConfigurations[domain-name-servers]", json!(servers));
    let mut finding = Finding::new(detail).about("dhcp-options", options).proof(evidence);
    let groups = case.instance.primary_interface().map(|eni| eni.groups.as_slice()).unwrap_or_default();
    if let Some(group) = groups.first().filter(|_| reasons.iter().all(|reason| reason.starts_with("security group"))) {
        finding = finding.about("security-group", &group.group_id);
        return finding.fix(open_group(case, &group.group_id, servers));
    }
    let summary =
        "give the VPC an option set with AmazonProvidedDNS; instances take it over when their lease is renewed";
    finding.fix(amazon_dns(&Site::of(case), options, summary))
}

fn open_group(case: &Case<'_>, group: &str, servers: &[String]) -> Fix {
    let is_v6 = |server: &&String| server.contains(':');
    let v4: Vec<_> = servers
        .iter()
        .filter(|server| !is_v6(server))
        .map(|server| json!({ "CidrIp": format!("{server}/32") }))
        .collect();
    let v6: Vec<_> =
        servers.iter().filter(is_v6).map(|server| json!({ "CidrIpv6": format!("{server}/128") })).collect();
    let permission = |protocol: &str| json!({ "IpProtocol": protocol, "FromPort": 53, "ToPort": 53, "IpRanges": v4, "Ipv6Ranges": v6 });
    let command = |verb: &str| {
        let permissions = json!([permission("udp"), permission("tcp")]);
        Aws::new("ec2", verb, case.region()).arg("group-id", group).json("ip-permissions", &permissions)
    };
    Fix::new(FixClass::A, format!("allow DNS out of `{group}` to the servers"))
        .run(command("authorize-security-group-egress"))
        .undo(command("revoke-security-group-egress"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    fn custom(world: World, servers: &[&str]) -> World {
        let mut world = world;
        let values: Vec<_> = servers.iter().map(|server| json!({ "Value": server })).collect();
        world.patch(op::DESCRIBE_DHCP_OPTIONS, "/DhcpOptions/0/DhcpConfigurations/1/Values", json!(values));
        world
    }

    #[test]
    fn fires_when_the_group_lets_out_443_only() {
        let mut world = custom(testkit::nat(), &["10.8.0.10", "10.8.0.11"]);
        let https =
            json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", https);
        let found = findings(world.judge(&RULE));
        assert!(
            found[0].detail.contains("security group `sg-1` lets no UDP 53 out to `10.8.0.10`"),
            "{}",
            found[0].detail
        );
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("10.8.0.11/32"));
    }

    #[test]
    fn fires_when_no_route_leads_to_the_servers() {
        let found = findings(custom(testkit::closed(), &["192.168.7.53"]).judge(&RULE));
        assert!(found[0].detail.contains("`rtb-private` has no working route"), "{}", found[0].detail);
        assert!(found[0].fix.as_ref().unwrap().rollback[0].contains("dopt-1"));
    }

    #[test]
    fn silent_with_the_amazon_resolver() {
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(custom(testkit::nat(), &["10.0.0.2", "169.254.169.253"]).judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_in_the_report_while_the_node_answers() {
        let report = custom(testkit::nat(), &["10.0.7.53"]).diagnose();
        assert!(report.findings.iter().all(|finding| finding.rule != RULE.about.id), "{:?}", report.findings);
    }

    #[test]
    fn unknown_what_other_servers_answer() {
        let world = custom(testkit::closed(), &["10.0.7.53", "10.0.0.2"]);
        assert!(
            matches!(world.judge(&RULE), Judgement::CannotTell { reason, .. } if reason.contains("nslookup ssm.eu-west-1.amazonaws.com"))
        );
    }

    #[test]
    fn unknown_when_options_are_denied() {
        let mut world = testkit::nat();
        world.deny(op::DESCRIBE_DHCP_OPTIONS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeDhcpOptions"]);
    }
}
