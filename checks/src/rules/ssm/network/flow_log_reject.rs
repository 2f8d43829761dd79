//! Flow logs show rejected connections: the proof from the packets themselves.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::{InstanceNetworkInterface, is};
use crate::snapshot::flow_logs::{FlowLog, LogEvent, LogEvents};
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// For a node that does not answer: whether a flow log that exists (of the interface, its subnet or its VPC, in CloudWatch Logs)
    /// holds rejected connections from the interface to TCP 443 within the last hour. Flow logs are read with `--flow-logs` only, which
    /// costs at least two calls more; none is ever created.
    ///
    /// ## Why it matters
    ///
    /// `REJECT` on TCP 443 from the interface proves that a security group or a network ACL drops the agent's connections, and `ACCEPT`
    /// without a heartbeat moves the search behind them: to routes, firewalls, proxies and the agent itself.
    ///
    /// ## How to confirm
    ///
    /// `aws ec2 describe-flow-logs --filter Name=resource-id,Values=ENI,SUBNET,VPC`, then query the log group it names.
    ///
    /// ## False positives
    ///
    /// Flow logs are minutes late and record addresses, not names. Do not create one only for this: it shows nothing of the past.
    ///
    /// ## Fix
    ///
    /// None here: the rules about groups, ACLs and routes name the line to change.
    ///
    /// ## References
    ///
    /// - VPC user guide, "Logging IP traffic using VPC Flow Logs"
    /// - CloudWatch Logs user guide, "CloudWatch Logs Insights query syntax"
    "ssm/flow-log-reject", Advice, Feature, fix None,
    "Flow logs show rejected connections to Systems Manager",
    needs [DESCRIBE_INSTANCES, DESCRIBE_FLOW_LOGS, FILTER_LOG_EVENTS]
}

/// How many destinations a finding names.
const NAMED: usize = 3;

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(eni) = case.instance.primary_interface() else {
        return Ok(Judgement::not_applicable("the instance has no network interface"));
    };
    if case.heartbeat.is_online() {
        return Ok(Judgement::not_applicable("the node answers, so its connections are not rejected"));
    }
    let facts = &case.snapshot.flow_logs;
    if let Err(Gap::NotAsked { .. }) = facts.select("resource-id", &eni.vpc_id, |_| true) {
        let id = eni.network_interface_id.as_str();
        let resources = format!("Name=resource-id,Values={id},{},{}", eni.subnet_id, eni.vpc_id);
        let find = String::from(Aws::new("ec2", "describe-flow-logs", case.region()).arg("filter", resources));
        return Ok(Judgement::not_applicable(format!(
            "flow logs are read with --flow-logs only; whether there are any shows `{find}`"
        )));
    }
    let recorded = [&eni.network_interface_id, &eni.subnet_id, &eni.vpc_id];
    let logs = facts.select("resource-id", &eni.vpc_id, |log| recorded.contains(&&log.resource_id))?;
    let logs: Vec<&FlowLog> = logs.into_iter().filter(|log| log.records_rejections()).collect();
    let read: Vec<(&FlowLog, &str)> = logs.iter().filter_map(|log| Some((*log, log.group()?))).collect();
    let Some((first, _)) = read.first() else {
        return Ok(Judgement::not_applicable(match logs.first() {
            Some(log) => {
                format!("flow log `{}` goes to {}, which is not read", log.flow_log_id, log.log_destination_type)
            }
            None => format!("no flow log records what interface `{}` is refused", eni.network_interface_id),
        }));
    };
    let mut found = Vec::new();
    for (log, group) in &read {
        let events = case.snapshot.log_events.get(group)?;
        found.extend(rejected(case, eni, log, group, events));
    }
    let pass = format!("flow log `{}` shows no rejected connection to TCP 443 within the last hour", first.flow_log_id);
    Ok(Judgement::of(found, pass))
}

/// The rejections to TCP 443 that one log holds of the interface.
fn rejected(
    case: &Case<'_>,
    eni: &InstanceNetworkInterface,
    log: &FlowLog,
    group: &str,
    events: Option<&LogEvents>,
) -> Option<Finding> {
    let id = eni.network_interface_id.as_str();
    let is_hit = |event: &&LogEvent| {
        let record = log.record(&event.message);
        let says = |field: &str, value: &str| record.get(field).is_some_and(|said| is(said, value));
        let is_own = record.get("interface-id").map_or(event.log_stream_name.starts_with(id), |own| *own == id);
        is_own && says("action", "REJECT") && says("dstport", "443") && record.get("protocol").is_none_or(|p| *p == "6")
    };
    let hits: Vec<&LogEvent> = events?.events.iter().filter(is_hit).collect();
    let last = hits.last()?;
    let mut destinations: Vec<&str> = Vec::new();
    for hit in &hits {
        if let Some(address) = log.record(&hit.message).get("dstaddr").copied()
            && !destinations.contains(&address)
        {
            destinations.push(address);
        }
    }
    let named = destinations.iter().take(NAMED).map(|address| format!("`{address}`")).collect::<Vec<_>>().join(", ");
    let more = if destinations.len() > NAMED { " and others" } else { "" };
    let query =
        format!("filter interfaceId='{id}' and dstPort=443 and action='REJECT' | stats count() by srcAddr, dstAddr");
    let ask = Aws::new("logs", "start-query", case.region())
        .arg("log-group-name", group)
        .arg("start-time", case.snapshot.now().map_or(0, |now| now.as_second().saturating_sub(3600)).to_string())
        .arg("end-time", case.snapshot.now().map_or(0, |now| now.as_second()).to_string())
        .arg("query-string", query);
    let detail = format!(
        "flow log `{}` holds {} rejected connections from interface `{id}` to TCP 443 within the last hour: {named}{more}; a security \
         group or a network ACL drops them",
        log.flow_log_id,
        hits.len()
    );
    Some(
        Finding::new(detail)
            .about("flow-log", &log.flow_log_id)
            .about("network-interface", id)
            .proof(Evidence::new(op::FILTER_LOG_EVENTS, group, "events[].message", last.message.as_str()))
            .fix(
                Fix::new(FixClass::None, "mend what the findings about groups and ACLs name; this counts the rest")
                    .run(ask),
            ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    fn reason(judgement: Judgement) -> String {
        let Judgement::NotApplicable(reason) = judgement else { panic!("{judgement:?}") };
        reason.into_owned()
    }

    /// A lost node in a VPC with this flow log, if any.
    fn recorded(log: Option<Value>, messages: &[&str]) -> World {
        let mut world = testkit::nat();
        let asked = json!({ "Filter": [{ "Name": "resource-id", "Values": ["eni-1", "subnet-private", "vpc-1"] }] });
        world.lost().answer(op::DESCRIBE_FLOW_LOGS, asked, json!({ "FlowLogs": Vec::from_iter(log) }));
        let events: Vec<Value> =
            messages.iter().map(|message| json!({ "logStreamName": "eni-1-all", "message": message })).collect();
        world.answer(op::FILTER_LOG_EVENTS, json!({ "logGroupName": "/vpc/flow" }), json!({ "events": events }));
        world
    }

    fn to_logs() -> Value {
        json!({ "FlowLogId": "fl-1", "ResourceId": "vpc-1", "FlowLogStatus": "ACTIVE", "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs", "LogGroupName": "/vpc/flow" })
    }

    const REJECTED: &str = "2 123456789012 eni-1 10.0.1.10 52.95.119.53 48122 443 6 3 180 1 2 REJECT OK";
    const OTHER: &str = "2 123456789012 eni-1 198.51.100.7 10.0.1.10 48122 22 6 3 180 1 2 REJECT OK";

    #[test]
    fn fires_as_advice_on_rejected_connections_to_443() {
        let world = recorded(Some(to_logs()), &[OTHER, REJECTED]);
        let found = findings(world.judge(&RULE));
        assert!(found[0].detail.contains("1 rejected connections") && found[0].detail.contains("`52.95.119.53`"));
        assert_eq!(found[0].evidence[0].value, REJECTED);
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("--log-group-name /vpc/flow --start-time 17"));
        let all = world.diagnose().findings;
        let own = all.iter().find(|finding| finding.rule == RULE.about.id);
        assert_eq!(own.map(|finding| finding.severity), Some(Severity::Advice));
    }

    #[test]
    fn silent_while_the_node_answers_and_where_nothing_is_rejected_or_recorded() {
        assert!(reason(testkit::closed().judge(&RULE)).contains("answers"));
        assert!(matches!(recorded(Some(to_logs()), &[OTHER]).judge(&RULE), Judgement::Pass(_)));
        assert!(reason(recorded(None, &[]).judge(&RULE)).contains("no flow log"));
        let mut bucket = to_logs();
        bucket["LogDestinationType"] = json!("s3");
        assert!(reason(recorded(Some(bucket), &[]).judge(&RULE)).contains("goes to s3"));
    }

    #[test]
    fn unread_flow_logs_are_named_with_the_command_that_finds_them() {
        let mut world = testkit::nat();
        let reason = reason(world.lost().judge(&RULE));
        assert!(reason.contains("--filter Name=resource-id,Values=eni-1,subnet-private,vpc-1"), "{reason}");
    }

    #[test]
    fn unknown_when_denied() {
        let mut world = recorded(Some(to_logs()), &[REJECTED]);
        assert_eq!(missing(world.clone().deny(op::DESCRIBE_FLOW_LOGS).judge(&RULE)), ["ec2:DescribeFlowLogs"]);
        assert_eq!(missing(world.deny(op::FILTER_LOG_EVENTS).judge(&RULE)), ["logs:FilterLogEvents"]);
    }
}
