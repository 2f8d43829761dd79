//! An answer as a diagnosis that any renderer can show.

use super::answer::{Answer, Blocker, Pair, Walked};
use super::case::{Case, Expect};
use super::end::End;
use super::rules::{Direction, OPEN};
use crate::diagnosis::{Diagnosis, Subject, Verdict};
use crate::evidence::Component;
use crate::finding::{Finding, Severity, Step};
use crate::net::{Effect, Hop, HopVerdict, Path, Verdict as PathVerdict};
use crate::snapshot::Gap;

/// The diagnosis of a pair of ends.
pub fn diagnosis(pair: &Pair<'_>, case: &Case, answer: Answer) -> Diagnosis {
    let mut findings: Vec<Finding> = answer
        .blockers
        .iter()
        .map(|blocker| of_blocker(blocker, &answer.ways))
        .chain(answer.gaps.iter().map(of_gap))
        .collect();
    // Stable, so that walking order stays within a severity.
    findings.sort_by_key(|finding| finding.severity);
    let verdict = match answer.verdict {
        PathVerdict::Reachable => Verdict::Healthy,
        PathVerdict::Degraded => Verdict::Degraded,
        PathVerdict::Unknown => Verdict::Inconclusive,
        PathVerdict::Blocked => Verdict::Broken,
    };
    let summary = summary(case, &answer, &findings);
    Diagnosis {
        subject: subject(pair),
        verdict,
        summary,
        findings,
        checks: Vec::new(),
        ways: answer.ways,
        decision: None,
    }
}

/// The way that decides: the first of those in the worst state.
pub fn deciding(ways: &[Walked]) -> Option<&Walked> {
    let worst = ways.iter().map(|way| way.path.verdict).max()?;
    ways.iter().find(|way| way.path.verdict == worst)
}

fn subject(pair: &Pair<'_>) -> Subject {
    let text = |from: &str, to: &str| format!("{from} -> {to}");
    let id = |end: &End<'_>| match end.component.kind {
        "lambda-function" => format!("function:{}", end.component.id),
        _ => end.component.id.clone(),
    };
    let (from, to) = (&pair.from, &pair.to);
    let shown = |end: &End<'_>| end.name.clone().unwrap_or_else(|| id(end));
    let name = (from.name.is_some() || to.name.is_some()).then(|| text(&shown(from), &shown(to)));
    Subject { kind: "path", id: text(&id(from), &id(to)), arn: String::new(), name }
}

fn of_blocker(blocker: &Blocker, ways: &[Walked]) -> Finding {
    let way = ways.get(blocker.way);
    let mut finding = Finding::new(sentence(blocker, ways));
    finding.rule = blocker.rule;
    finding.title = blocker.title.to_owned();
    finding.severity = match blocker.effect {
        Effect::Blocked => Severity::Blocker,
        Effect::Degraded => Severity::Degraded,
        Effect::Possible => Severity::CannotTell,
    };
    finding.resources = vec![blocker.component.clone()];
    finding.evidence.clone_from(&blocker.evidence);
    finding.reachability_code = blocker.code;
    finding.path = way.map(|way| steps(blocker, &way.path)).unwrap_or_default();
    finding
}

/// The hops up to the fault, on the way of a connection where it stands.
fn steps(blocker: &Blocker, path: &Path) -> Vec<Step> {
    let hops = match blocker.direction {
        Direction::Forward => &path.hops,
        Direction::Return => &path.reply_hops,
    };
    let at = hops.iter().position(|hop| hop.verdict != HopVerdict::Passed && hop.by == blocker.by);
    let reached = at.map_or(hops.len(), |at| at.saturating_add(1));
    hops.iter().take(reached).map(step).collect()
}

fn step(hop: &Hop) -> Step {
    let verdict = match hop.verdict {
        HopVerdict::Passed => "passed",
        HopVerdict::Partly => "degraded",
        HopVerdict::Blocked => "blocked",
        HopVerdict::Unknown => "unknown",
    };
    Step { component: hop.component.clone(), verdict, by: hop.by.clone() }
}

/// What is stopped, where, and by which line.
fn sentence(blocker: &Blocker, ways: &[Walked]) -> String {
    let whose = match ways.get(blocker.way) {
        Some(way) if ways.len() > 1 => format!("on the way from `{}` to `{}`, ", way.from, way.to),
        _ => String::new(),
    };
    let by = blocker.by.as_deref().unwrap_or(blocker.title);
    let Some(header) = &blocker.header else { return format!("{whose}{by}") };
    let packets = match blocker.direction {
        Direction::Forward => header.to_string(),
        Direction::Return => format!("the reply, {header},"),
    };
    let how = if blocker.effect == Effect::Possible { "may be stopped" } else { "is stopped" };
    let passes = blocker.passes.as_ref().map(|passes| format!(", which lets {passes} pass")).unwrap_or_default();
    format!("{whose}{packets} {how} by {}{passes}: {by}", shown(&blocker.component))
}

/// A component in words: "network ACL `acl-1`".
fn shown(component: &Component) -> String {
    let kind = match component.kind {
        "ec2-instance" => "instance",
        "network-acl" => "network ACL",
        "nat-gateway" => "NAT gateway",
        "vpc" => "VPC",
        "vpc-endpoint" => "VPC endpoint",
        "internet" => return "the internet".to_owned(),
        other => return format!("{} `{}`", other.replace('-', " "), component.id),
    };
    format!("{kind} `{}`", component.id)
}

fn of_gap(gap: &Gap) -> Finding {
    let mut finding = Finding::new(gap.to_string());
    finding.rule = OPEN;
    finding.severity = Severity::CannotTell;
    finding.title = "A fact is not known".to_owned();
    finding.missing = vec![gap.missing()];
    finding
}

fn summary(case: &Case, answer: &Answer, findings: &[Finding]) -> String {
    let packets = case.packets;
    let told = |what: &str| {
        let Some(first) = findings.first() else { return format!("{packets} {what}") };
        let others = findings.iter().filter(|finding| finding.severity == first.severity).count().saturating_sub(1);
        let more = match others {
            0 => String::new(),
            1 => ", and one more cause".to_owned(),
            n => format!(", and {n} more causes"),
        };
        format!("{}{more}", first.detail)
    };
    let found = match answer.verdict {
        PathVerdict::Reachable => format!("{packets} passes, there and back"),
        PathVerdict::Blocked => told("is blocked"),
        PathVerdict::Degraded => told("passes in part"),
        PathVerdict::Unknown => {
            let first = answer.gaps.first().map_or_else(String::new, |gap| format!(": {gap}"));
            format!("whether {packets} passes is not known{first}")
        }
    };
    match case.expect {
        None => found,
        Some(expect) => format!("{}: {found}", expected(expect, answer.verdict)),
    }
}

fn expected(expect: Expect, verdict: PathVerdict) -> String {
    let word = expect.word();
    match expect.is_met(verdict) {
        Some(true) => format!("{word} as expected"),
        Some(false) => format!("not {word} as expected"),
        None => format!("expected to be {word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DB, WEB, add, small};
    use super::super::{Judge, Written};
    use super::*;
    use crate::snapshot::Snapshot;
    use serde_json::{Value, json};

    fn diagnosed(snapshot: &Snapshot, value: Value) -> Diagnosis {
        let case = serde_json::from_value::<Written>(value).unwrap().checked().unwrap();
        let network = crate::net::Network::new(snapshot);
        let judge = Judge::new(&network);
        let pair = &judge.pairs(&case).unwrap()[0];
        diagnosis(pair, &case, judge.answer(pair, &case))
    }

    #[test]
    fn a_blocker_says_what_is_stopped_by_which_line() {
        let snapshot = small();
        let blocked = diagnosed(&snapshot, json!({ "from": WEB, "to": DB, "port": 80, "expect": "reachable" }));
        assert_eq!((blocked.verdict, blocked.subject.name.as_deref()), (Verdict::Broken, Some("web-1 -> web-db")));
        assert_eq!(
            blocked.summary,
            "not reachable as expected: tcp 80 from 10.0.1.10 to 10.0.2.20 is stopped by security group `sg-0bbbbbbb`: no inbound rule of `sg-0bbbbbbb` allows it"
        );
        let finding = &blocked.findings[0];
        assert_eq!(
            (finding.rule, finding.reachability_code),
            ("net/security-group-ingress", Some("ENI_SG_RULES_MISMATCH"))
        );
        assert_eq!(finding.path.last().unwrap().verdict, "blocked");
        let way = deciding(&blocked.ways).unwrap();
        assert_eq!(way.path.hops.last().unwrap().code, Some("ENI_SG_RULES_MISMATCH"));
        assert_eq!(way.path.hops.first().unwrap().code, None);
    }

    #[test]
    fn replies_that_get_lost_are_told_as_such() {
        let mut snapshot = small();
        let entry = |egress: bool, ports: Value| json!({ "RuleNumber": 100, "Egress": egress, "RuleAction": "allow", "Protocol": "6", "PortRange": ports, "CidrBlock": "0.0.0.0/0" });
        add(
            &mut snapshot,
            json!({ "NetworkAcls": [
            { "NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{ "SubnetId": "subnet-1" }], "Entries": [
                entry(true, json!({ "From": 0, "To": 65535 })), entry(false, json!({ "From": 32768, "To": 40000 }))] },
            { "NetworkAclId": "acl-2", "VpcId": "vpc-1", "Associations": [{ "SubnetId": "subnet-2" }], "Entries": [
                entry(true, json!({ "From": 0, "To": 65535 })), entry(false, json!({ "From": 0, "To": 65535 }))] }] }),
        );
        let partial = diagnosed(&snapshot, json!({ "from": WEB, "to": DB, "port": 5432 }));
        assert_eq!(partial.verdict, Verdict::Degraded);
        assert_eq!(
            partial.findings[0].detail,
            "the reply, tcp 40001-60999 from 10.0.2.20 to 10.0.1.10, is stopped by network ACL `acl-1`, which lets ports 32768-40000 pass: the final deny of `acl-1`"
        );
        assert_eq!(partial.findings[0].rule, "net/network-acl-reply");
    }

    #[test]
    fn what_is_not_known_stays_open() {
        let snapshot = small();
        let open = diagnosed(&snapshot, json!({ "from": WEB, "to": "db.example.com", "expect": "blocked" }));
        assert_eq!(open.verdict, Verdict::Inconclusive);
        assert!(
            open.summary.starts_with("expected to be blocked: whether tcp on every port passes is not known: which")
        );
        assert_eq!((open.findings[0].rule, open.findings[0].severity), ("net/not-known", Severity::CannotTell));
        let fine = diagnosed(&snapshot, json!({ "from": WEB, "to": DB, "port": 5432 }));
        assert_eq!((fine.verdict, fine.summary.as_str()), (Verdict::Healthy, "tcp 5432 passes, there and back"));
        assert!(fine.findings.is_empty());
    }
}
