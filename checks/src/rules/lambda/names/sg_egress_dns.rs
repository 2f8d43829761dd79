//! The groups of the function let no DNS query out.

use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::instance::resolution::unreachable_from;
use crate::lambda::Case;
use crate::lambda::paths::not_in_vpc;
use crate::net::Direction;
use crate::net::dns::Servers;
use crate::remedy::security_group::{Peer, allow, permission};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::snapshot::operations as op;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the outbound rules of the function's groups allow UDP 53 to the DNS servers that the DHCP options hand out, where these
    /// are not the Amazon resolver.
    ///
    /// ## Why it matters
    ///
    /// Queries to the Amazon resolver pass no group. Those to any other server do, and a group that lets only TCP 443 out, which is
    /// enough for everything else, cuts them off.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissionsEgress'` and `aws ec2
    /// describe-dhcp-options --dhcp-options-ids DOPT`
    ///
    /// ## False positives
    ///
    /// None with the Amazon resolver, under any of its names: the rule then has no question. One server of several that can be asked is
    /// enough.
    ///
    /// ## Fix
    ///
    /// Allow UDP and TCP 53 out to the servers (class A). To undo, revoke the rules.
    ///
    /// ## References
    ///
    /// - VPC user guide, "DHCP option sets in Amazon VPC" and "Security group rules"
    "lambda/sg-egress-dns", Blocker, fix A,
    "The function's groups do not let queries out to the VPC's own DNS servers",
    needs [DESCRIBE_DHCP_OPTIONS, DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_none() {
        return Ok(not_in_vpc());
    }
    let dns = case.network.dns(case.vpc_id());
    let servers = match dns.servers.as_ref() {
        _ if !case.needs_names() => return Ok(Judgement::not_applicable("an address needs no name")),
        Ok(Servers::Custom(servers)) => servers,
        Ok(Servers::Amazon) => return Ok(Judgement::not_applicable("queries to the Amazon resolver pass no group")),
        Err(gap) => return Err(gap.clone()),
    };
    if let Some(gap) = case.snapshot.refusal(op::DESCRIBE_SECURITY_GROUPS) {
        return Err(gap);
    }
    let stopped = |own| {
        let reasons = unreachable_from(case.network, own, "function", servers)?;
        reasons.iter().all(|reason| reason.starts_with("security group")).then_some(reasons)
    };
    let reasons: Vec<String> = case.interfaces.iter().filter_map(stopped).flatten().collect();
    let Some(reason) = reasons.first() else {
        return Ok(Judgement::pass("the groups of the function let its queries out"));
    };
    let detail =
        format!("{reason}, so function `{}` does not get the name of {} answered", case.name(), case.target.words());
    let proof = Evidence::new(
        op::DESCRIBE_DHCP_OPTIONS,
        case.vpc_id(),
        "DhcpConfigurations[domain-name-servers]",
        json!(servers),
    );
    let finding = Finding::new(detail).about("lambda-function", case.name()).proof(proof);
    let Some(group) = case.groups().first() else { return Ok(Judgement::fail(finding)) };
    let blocks: Vec<String> =
        servers.iter().map(|server| format!("{server}/{}", if server.contains(':') { 128 } else { 32 })).collect();
    let peers: Vec<Peer<'_>> = blocks.iter().map(|block| Peer::Block(block)).collect();
    let fix = Fix::new(FixClass::A, format!("allow UDP and TCP 53 out of `{group}` to {}", servers.join(", ")));
    let site = case.site("");
    let fix = allow(fix, &site, Direction::Egress, group, &permission("udp", 53, &peers));
    let fix = allow(fix, &site, Direction::Egress, group, &permission("tcp", 53, &peers));
    Ok(Judgement::fail(finding.about("security-group", group).fix(fix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};

    fn custom(world: &mut crate::testkit::World, server: &str) {
        world.patch(op::DESCRIBE_DHCP_OPTIONS, "/DhcpOptions/0/DhcpConfigurations/1/Values/0/Value", json!(server));
    }

    fn narrow() -> crate::testkit::World {
        let mut world = worlds::nat();
        let https =
            json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", https);
        world
    }

    #[test]
    fn fires_where_only_443_is_let_out() {
        let mut world = narrow();
        custom(&mut world, "10.0.8.53");
        let found = findings(world.judge(&RULE));
        let fix = found[0].fix.as_ref().unwrap();
        assert!(fix.commands[0].contains("10.0.8.53/32") && fix.commands.len() == 2, "{fix:?}");
    }

    #[test]
    fn silent_with_the_amazon_resolver_or_an_open_group() {
        assert!(matches!(narrow().judge(&RULE), Judgement::NotApplicable(_)));
        let mut world = worlds::nat();
        custom(&mut world, "10.0.8.53");
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_when_groups_are_denied() {
        let mut world = narrow();
        custom(&mut world, "10.0.8.53");
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSecurityGroups"]);
    }
}
