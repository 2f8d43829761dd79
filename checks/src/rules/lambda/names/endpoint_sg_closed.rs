//! The endpoint does not let the function in.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Fix, FixClass};
use crate::lambda::{Case, obstacles};
use crate::net::Family;
use crate::net::{Cause, Direction};
use crate::remedy::acl::acl_fix;
use crate::remedy::security_group::{Peer, allow, permission};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::walls::Wall;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the security groups of the interface endpoint that the service's name leads to allow the port in from the function: from
    /// its address or a group that it carries. The network ACL of the endpoint's subnet counts too.
    ///
    /// ## Why it matters
    ///
    /// An endpoint is an interface with groups of its own. The default group, which lets in only its own members, is the classic: the
    /// endpoint is available, its name resolves, and every connection times out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-security-groups --group-ids SG --query 'SecurityGroups[].IpPermissions'` with the groups of the endpoint.
    ///
    /// ## False positives
    ///
    /// None for a connection that has yet to be made. Where the name does not lead to an endpoint the question does not arise.
    ///
    /// ## Fix
    ///
    /// Allow the port in from the function's group (class A), or an allow entry in the ACL. To undo, revoke the rule.
    ///
    /// ## References
    ///
    /// - AWS PrivateLink guide, "Access an AWS service using an interface VPC endpoint", security groups
    "lambda/endpoint-sg-closed", Blocker, fix A,
    "The groups or the network ACL of the endpoint do not let the function in",
    needs [DESCRIBE_SECURITY_GROUPS, DESCRIBE_VPC_ENDPOINTS, DESCRIBE_NETWORK_ACLS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.vpc().is_some() && case.ways.iter().all(|way| way.endpoints().is_empty()) {
        case.snapshot.vpc_endpoints.covers("vpc-id", case.vpc_id())?;
        return Ok(Judgement::not_applicable("the target's name leads to no interface endpoint of the VPC"));
    }
    obstacles::judge(case, &RULE.about, Family::Ipv4, "the endpoint lets the function in", |wall| finding(case, wall))
}

fn finding(case: &Case<'_>, wall: &Wall<'_>) -> Finding {
    let port = case.question.port;
    let endpoints = case.ways.iter().flat_map(|way| way.endpoints());
    let endpoint = endpoints.filter_map(|id| case.snapshot.vpc_endpoints.get(id).ok().flatten()).next();
    let id = endpoint.map_or("", |endpoint| endpoint.vpc_endpoint_id.as_str());
    let acl = wall.obstacle.component.id.as_str();
    let what = match wall.obstacle.cause {
        Cause::EndpointSubnetAclInbound => format!("network ACL `{acl}` does not let TCP {port} in to endpoint `{id}`"),
        Cause::EndpointSubnetAclReply => format!("network ACL `{acl}` does not let replies of endpoint `{id}` out"),
        _ => format!("the security groups of endpoint `{id}` do not let the function in on TCP {port}"),
    };
    let finding = case.finding(wall, &what).about("vpc-endpoint", id);
    match wall.obstacle.cause {
        Cause::EndpointSubnetAclInbound => finding.fix(acl_fix(&case.site_of(wall), acl, false, (port, port), wall)),
        Cause::EndpointSubnetAclReply => finding.fix(acl_fix(&case.site_of(wall), acl, true, (1024, u16::MAX), wall)),
        _ => match (endpoint.and_then(|endpoint| endpoint.groups.first()), case.groups().first()) {
            (Some(group), Some(own)) => {
                let group = group.group_id.as_str();
                let summary = format!("allow TCP {port} into `{group}` from the function's group `{own}`");
                let rule = permission("tcp", port, &[Peer::Group(own)]);
                finding.fix(allow(
                    Fix::new(FixClass::A, summary),
                    &case.site_of(wall),
                    Direction::Ingress,
                    group,
                    &rule,
                ))
            }
            _ => finding,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::lambda as worlds;
    use crate::testkit::{findings, missing};
    use serde_json::json;

    #[test]
    fn fires_on_a_group_that_lets_in_only_itself() {
        let mut world = worlds::closed();
        let own = json!([{ "IpProtocol": "-1", "UserIdGroupPairs": [{ "GroupId": "sg-endpoints" }] }]);
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/1/IpPermissions", own);
        let found = findings(world.judge(&RULE));
        let command = &found[0].fix.as_ref().unwrap().commands[0];
        assert!(command.contains("--group-id sg-endpoints") && command.contains(r#""GroupId":"sg-1""#), "{command}");
    }

    #[test]
    fn silent_where_the_function_is_let_in_and_without_an_endpoint() {
        assert!(matches!(worlds::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(worlds::nat().judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(worlds::outside().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_groups_or_endpoints_are_denied() {
        let mut world = worlds::closed();
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert!(missing(world.judge(&RULE)).contains(&"ec2:DescribeSecurityGroups".to_owned()));
        let mut world = worlds::nat();
        world.deny(op::DESCRIBE_VPC_ENDPOINTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeVpcEndpoints"]);
    }
}
