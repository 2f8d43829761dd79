//! The port is not open to the range from which the client of the console connects.

use crate::finding::{Finding, Judgement};
use crate::fix::{Fix, FixClass};
use crate::net::Direction;
use crate::remedy::Site;
use crate::remedy::security_group::{Peer, allow, permission};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssh::Case;
use crate::ssh::door::groups;
use crate::ssh::ways_in::{is_open_to_service, service_list, service_list_id};

declare_rule! {
    /// ## What it checks
    ///
    /// When the direct way is closed and the instance has a public address: whether the port is open to the addresses of
    /// `com.amazonaws.REGION.ec2-instance-connect`, from which EC2 Instance Connect in the console connects.
    ///
    /// ## Why it matters
    ///
    /// The client in the browser does not come from the address of the user. A rule for the user alone keeps it out.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.REGION.ec2-instance-connect`
    ///
    /// ## False positives
    ///
    /// The command line connects from the address of the user and does not need the range. Not every Region has the service.
    ///
    /// ## Fix
    ///
    /// An inbound rule for the prefix list (class A), if the client of the console is to be used. To undo, revoke it.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Prerequisites for EC2 Instance Connect"
    /// - VPC user guide, "Available AWS-managed prefix lists"
    "ssh/eic-service-range", Advice, Feature, fix A,
    "The port is not open to EC2 Instance Connect of the console",
    needs [DESCRIBE_MANAGED_PREFIX_LISTS, GET_MANAGED_PREFIX_LIST_ENTRIES, DESCRIBE_SECURITY_GROUPS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.is_direct() || case.is_asleep() || !case.has_public_address() || case.instance.is_windows() {
        return Ok(Judgement::not_applicable("the console's client is not needed, or cannot connect to this instance"));
    }
    let name = service_list(case);
    match is_open_to_service(case)? {
        None => return Ok(Judgement::not_applicable(format!("there is no prefix list `{name}`"))),
        Some(true) => return Ok(Judgement::pass("the port is open to the range of EC2 Instance Connect")),
        Some(false) => {}
    }
    let id = case.instance.instance_id.as_str();
    let finding = Finding::new(format!(
        "TCP {} of instance `{id}` is not open to `{name}`, so EC2 Instance Connect in the console does not get in",
        case.question.port
    ))
    .about("ec2-instance", id);
    let (Some(list), Some(group)) = (service_list_id(case)?, groups(case).first().copied()) else {
        return Ok(Judgement::fail(finding));
    };
    let group = group.group_id.as_str();
    let rule = permission("tcp", case.question.port, &[Peer::PrefixList(list)]);
    let fix = Fix::new(FixClass::A, format!("let `{name}` in, for everything that carries `{group}`"));
    Ok(Judgement::fail(finding.fix(allow(fix, &Site::of(&case.host), Direction::Ingress, group, &rule))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::ssh::{ingress, private, public, with_ways};
    use crate::testkit::{World, findings, missing};
    use serde_json::{Value, json};

    fn closed(rules: Value) -> World {
        let mut world = with_ways(&public());
        ingress(&mut world, rules);
        world
    }

    #[test]
    fn fires_with_the_list_as_peer() {
        let fix = findings(closed(json!([])).judge(&RULE))[0].fix.clone().unwrap();
        assert!(fix.commands[0].contains("pl-eic"), "{fix:?}");
    }

    #[test]
    fn silent_when_the_list_is_let_in_or_nobody_needs_it() {
        let by_list = json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{ "PrefixListId": "pl-eic" }] }]);
        assert!(matches!(closed(by_list).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(with_ways(&public()).judge(&RULE), Judgement::NotApplicable(_)));
        assert!(matches!(with_ways(&private()).judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_lists_are_denied() {
        let mut world = closed(json!([]));
        world.deny(op::DESCRIBE_MANAGED_PREFIX_LISTS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeManagedPrefixLists"]);
    }
}
