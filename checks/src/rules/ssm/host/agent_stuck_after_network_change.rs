//! The node is online, and its session channel is dead.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::Verdict;
use crate::net::Verdict as Path;
use crate::rule::declare_rule;
use crate::snapshot::ec2::{Instance, Route, is};
use crate::snapshot::{Gap, Snapshot, operations as op};
use crate::ssm::calls::CHANNELS;
use crate::ssm::{AgentVersion, Case, Heartbeat};
use crate::walls::Ways;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether an online node has no session channel (`GetConnectionStatus` says `notconnected`) although its role allows the channel and
    /// the heartbeat takes the same way out: no interface endpoint for either service, and a plain NAT or internet gateway.
    ///
    /// ## Why it matters
    ///
    /// The channel is one long connection. When a NAT gateway is replaced or a route fails over it dies without a word, and an agent
    /// that does not notice keeps waiting on it: Run Command works, sessions freeze or end in `TargetNotConnected`.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm get-connection-status --target ID` again after a restart of the agent; CloudTrail shows `DeleteNatGateway`, `ReplaceRoute`
    /// or the like shortly before.
    ///
    /// ## False positives
    ///
    /// Something on the way may let `ssm` through and `ssmmessages` not: a proxy, or a filter inside the instance. A node that
    /// was online for a few minutes only may still be opening the channel.
    ///
    /// ## Fix
    ///
    /// Restart the agent by Run Command (class C), or reboot the instance if commands stay pending as well.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Troubleshooting Session Manager"
    /// - SSM Agent release notes, 3.3.987.0 (web-socket heartbeat)
    "ssm/agent-stuck-after-network-change", Degraded, Sessions, fix C,
    "The agent's session channel is dead",
    needs [DESCRIBE_INSTANCE_INFORMATION, GET_CONNECTION_STATUS, DESCRIBE_VPC_ENDPOINTS, DESCRIBE_ROUTE_TABLES]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let id = case.instance.instance_id.as_str();
    match &case.heartbeat {
        Heartbeat::Online(_) => {}
        Heartbeat::Unknown(gap) => return Err(gap.clone()),
        Heartbeat::Lost(_) | Heartbeat::Never => {
            return Ok(Judgement::not_applicable("asked when the node is online and sessions do not open"));
        }
    }
    let Some(channel) = case.snapshot.connection_statuses.get(id)? else {
        return Ok(Judgement::not_applicable("Systems Manager tells nothing about a session channel of this node"));
    };
    if is(&channel.status, "connected") {
        return Ok(Judgement::pass("the session channel is open"));
    }
    if case.agent_version().is_some_and(|version| version < AgentVersion::SESSIONS) {
        return Ok(Judgement::follows_from("ssm/agent-too-old"));
    }
    if let Some(path) = case.path_to("ssmmessages") {
        let gaps: Vec<Gap> = path.gaps.iter().filter(|gap| !case.is_settled(gap)).cloned().collect();
        match path.verdict {
            Path::Blocked => return Ok(Judgement::not_applicable("follows from what blocks the way to `ssmmessages`")),
            Path::Unknown if !gaps.is_empty() => return Ok(Judgement::open(gaps)),
            _ => {}
        }
    }
    let is_allowed = match case.working_role()? {
        Some(role) => {
            let decisions: Vec<_> = CHANNELS.iter().map(|action| role.decide_by_itself(case, action)).collect();
            if decisions.iter().any(|decision| decision.verdict == Verdict::ExplicitlyDenied) {
                return Ok(Judgement::follows_from("ssm/explicit-deny"));
            }
            if decisions.iter().any(|decision| decision.is_denied()) {
                return Ok(Judgement::follows_from("ssm/role-lacks-ssmmessages"));
            }
            decisions.iter().all(|decision| decision.is_allowed())
        }
        None => false,
    };
    let is_settled = case.age().is_some_and(|age| age >= 600);
    if !is_allowed || !is_settled || !goes_one_way(case.snapshot, case.instance) {
        return Ok(case.inside(
            "sudo grep -iE 'controlchannel|websocket' /var/log/amazon/ssm/amazon-ssm-agent.log | tail -n 10",
            r#"Select-String -Path "$env:ProgramData\Amazon\SSM\Logs\amazon-ssm-agent.log" -Pattern 'controlchannel|websocket' | Select-Object -Last 10"#,
            "a control channel that was opened long ago and never since; restart the agent",
        ));
    }
    let detail = format!(
        "node `{id}` is online, its role allows sessions and they take the same way as its heartbeat, but \
            its session channel is not open: it died with a change of the network or hangs"
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("ec2-instance", id)
            .proof(Evidence::new(op::DESCRIBE_INSTANCE_INFORMATION, id, "PingStatus", "Online"))
            .proof(Evidence::new(op::GET_CONNECTION_STATUS, id, "Status", channel.status.as_str()))
            .fix(restart(case)),
    ))
}

/// Whether calls to `ssm` and `ssmmessages` must leave the VPC together, through a gateway that does not look into them.
fn goes_one_way(snapshot: &Snapshot, instance: &Instance) -> bool {
    let vpc = instance.vpc_id.as_str();
    let endpoints = snapshot.vpc_endpoints.select("vpc-id", vpc, |endpoint| endpoint.vpc_id == vpc);
    let tables = snapshot.route_tables.select("vpc-id", vpc, |table| table.vpc_id == vpc);
    let (Ok(endpoints), Ok(tables)) = (endpoints, tables) else { return false };
    let is_split = endpoints
        .iter()
        .any(|endpoint| matches!(endpoint.service_name.rsplit('.').next(), Some("ssm" | "ssmmessages")));
    let is_plain = |route: &Route| {
        route.gateway_id == "local"
            || route.gateway_id.starts_with("igw-")
            || !route.nat_gateway_id.is_empty()
            || !route.egress_only_internet_gateway_id.is_empty()
            || !route.destination_prefix_list_id.is_empty()
    };
    !is_split && tables.iter().flat_map(|table| &table.routes).all(is_plain)
}

fn restart(case: &Case<'_>) -> Fix {
    let id = case.instance.instance_id.as_str();
    // The restart is put off, so that the command can still report its success.
    let (document, command) = if case.instance.is_windows() {
        (
            "AWS-RunPowerShellScript",
            "Start-Process powershell -ArgumentList '-Command Start-Sleep 10; Restart-Service AmazonSSMAgent'",
        )
    } else {
        (
            "AWS-RunShellScript",
            "systemd-run --on-active=10 sh -c 'systemctl restart amazon-ssm-agent || snap restart amazon-ssm-agent'",
        )
    };
    let send = Aws::new("ssm", "send-command", case.region())
        .arg("document-name", document)
        .json("targets", &json!([{ "Key": "InstanceIds", "Values": [id] }]))
        .json("parameters", &json!({ "commands": [command] }));
    Fix::new(
        FixClass::C,
        format!("restart the agent of `{id}` by Run Command; reboot the instance if the command stays pending"),
    )
    .run(send)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    fn silent_channel(mut world: World) -> World {
        world.patch(op::GET_CONNECTION_STATUS, "/Status", json!("notconnected"));
        world
    }

    #[test]
    fn fires_when_everything_else_is_in_order() {
        for world in [testkit::nat(), testkit::public()] {
            let found = findings(silent_channel(world).judge(&RULE));
            assert_eq!(found[0].evidence[1].value, "notconnected");
            assert!(found[0].fix.as_ref().unwrap().commands[0].contains("AWS-RunShellScript"));
        }
    }

    #[test]
    fn silent_when_connected_offline_or_explained() {
        let mut world = testkit::nat();
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(world.lost().judge(&RULE), Judgement::NotApplicable(_)));
        let mut world = silent_channel(testkit::nat());
        let nothing = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "ssm:*", "Resource": "*" }] });
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document", nothing);
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssm/role-lacks-ssmmessages"));
        let denied = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "ssm:*", "Resource": "*" }, { "Effect": "Deny", "Action": "ssmmessages:*", "Resource": "*" }] });
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document", denied);
        assert_eq!(world.judge(&RULE), Judgement::follows_from("ssm/explicit-deny"));
    }

    #[test]
    fn silent_when_the_way_is_blocked_and_unknown_when_it_is_unknown() {
        let mut world = silent_channel(testkit::nat());
        world.patch(op::DESCRIBE_SECURITY_GROUPS, "/SecurityGroups/0/IpPermissionsEgress", json!([]));
        let Judgement::NotApplicable(reason) = world.judge(&RULE) else { panic!("expected not applicable") };
        assert!(reason.contains("`ssmmessages`"), "{reason}");
        let mut world = silent_channel(testkit::nat());
        world.deny(op::DESCRIBE_SECURITY_GROUPS);
        assert_eq!(missing(world.judge(&RULE)), ["ec2:DescribeSecurityGroups"]);
    }

    #[test]
    fn unknown_behind_endpoints_or_without_facts() {
        assert!(matches!(silent_channel(testkit::closed()).judge(&RULE), Judgement::Elsewhere { .. }));
        let mut world = silent_channel(testkit::nat());
        world.deny(op::GET_POLICY_VERSION);
        assert!(matches!(world.judge(&RULE), Judgement::Elsewhere { .. }));
        world.deny(op::GET_CONNECTION_STATUS);
        assert_eq!(missing(world.judge(&RULE)), ["ssm:GetConnectionStatus"]);
    }
}
