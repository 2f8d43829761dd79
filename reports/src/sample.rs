//! Reports for tests: an instance that two faults keep from registering, one whose cause shows only inside it, and a healthy one.

use checks::diagnosis::{Check, Diagnosis, Status, Subject, Verdict};
use checks::evidence::{Component, Evidence};
use checks::finding::{Finding, Severity, Step};
use checks::fix::{Aws, Fix, FixClass};
use checks::iam::{
    Assumption, Decision, FailedElement, Layer, LayerDecision, LayerEffect, Missing, NearMiss, PolicySource,
    StatementRef, Verdict as Decided,
};
use checks::net::{
    AddressSet, Cause, Family, Hop, HopVerdict, Obstacle, Path, PortSet, Protocol, Traffic, Verdict as PathVerdict,
};
use checks::reach::Walked;
use checks::report::{Calls, Denied, Report};
use checks::snapshot::operations;
use serde_json::{Value, json};

const REGION: &str = "eu-west-1";

/// A report about these subjects.
pub(crate) fn report(subjects: Vec<Diagnosis>) -> Report {
    Report {
        command: "ssm".to_owned(),
        started_at: "2026-11-22T20:14:00Z".to_owned(),
        finished_at: "2026-11-22T20:14:01Z".to_owned(),
        account: "123456789012".to_owned(),
        region: REGION.to_owned(),
        partition: "aws".to_owned(),
        subjects,
        calls: Calls {
            count: 19,
            denied: vec![Denied {
                action: "iam:GetRolePolicy".to_owned(),
                rules: vec!["ssm/role-lacks-core", "ssm/role-lacks-ssmmessages"],
            }],
        },
        errors: Vec::new(),
    }
}

/// A subject with this id and name.
pub(crate) fn subject(id: &str, name: Option<&str>) -> Subject {
    Subject {
        kind: "ec2-instance",
        id: id.to_owned(),
        arn: format!("arn:aws:ec2:{REGION}:123456789012:instance/{id}"),
        name: name.map(str::to_owned),
    }
}

fn evidence(source: &'static str, resource: &str, field: &str, value: Value) -> Evidence {
    Evidence { source, resource: resource.to_owned(), field: field.to_owned(), value }
}

fn step(kind: &'static str, id: &str, verdict: &'static str, by: Option<&str>) -> Step {
    Step { component: Component::new(kind, id), verdict, by: by.map(str::to_owned) }
}

fn finding(rule: &'static str, severity: Severity, title: &str, detail: &str) -> Finding {
    Finding { rule, severity, title: title.to_owned(), ..Finding::new(detail) }
}

fn check(rule: &'static str, layer: &'static str, status: Status, reason: &str) -> Check {
    Check { rule, title: "the fault of this rule", layer, status, reason: reason.to_owned().into() }
}

/// Two blockers, a degradation, advice, and two questions that a missing permission leaves open.
pub(crate) fn broken() -> Diagnosis {
    let blocked = security_group();
    Diagnosis {
        subject: subject("i-0a1b2c3d4e5f60718", Some("web-1")),
        verdict: Verdict::Broken,
        summary: format!("{}, and one more cause", blocked.detail),
        findings: vec![
            blocked,
            blackhole(),
            degraded(),
            advice(),
            denied("ssm/role-lacks-core"),
            denied("ssm/role-lacks-ssmmessages"),
        ],
        checks: vec![
            check(
                "ssm/instance-not-running",
                "state",
                Status::Pass,
                "the instance is `running` since 2026-11-20T08:00:00Z",
            ),
            check("ssm/system-status-impaired", "state", Status::Pass, "both status checks are `ok`"),
            check("ssm/no-instance-profile", "identity", Status::Pass, "instance profile `web` is associated"),
            check(
                "ssm/role-lacks-core",
                "identity",
                Status::CannotTell,
                "`iam:GetRolePolicy` is denied (AccessDenied)",
            ),
            check(
                "ssm/role-lacks-ssmmessages",
                "identity",
                Status::CannotTell,
                "`iam:GetRolePolicy` is denied (AccessDenied)",
            ),
            check(
                "ssm/agent-stopped",
                "host",
                Status::NotApplicable,
                "asked when nothing outside the instance explains the fault; then run `systemctl is-active amazon-ssm-agent` inside the instance: `inactive` or `failed`",
            ),
            check(
                "ssm/nacl-egress-443-blocked",
                "network",
                Status::Pass,
                "network ACL `acl-0f1e2d3c4b5a69788` lets TCP 443 out by rule 100",
            ),
            check("ssm/sg-egress-443-blocked", "network", Status::Fail, "no outbound rule covers TCP 443"),
            check("ssm/nat-route-blackhole", "network", Status::Fail, "the default route is a blackhole"),
        ],
        ways: Vec::new(),
        decision: None,
    }
}

fn security_group() -> Finding {
    let rule =
        || json!([{ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
    let mut found = finding(
        "ssm/sg-egress-443-blocked",
        Severity::Blocker,
        "No outbound rule lets the agent reach port 443",
        "security group `sg-0aa11bb22cc33dd44` has no outbound rule for TCP 443, so the agent cannot reach `ssm.eu-west-1.amazonaws.com`",
    )
    .about("security-group", "sg-0aa11bb22cc33dd44")
    .proofs([
        evidence("ec2:DescribeInstances", "i-0a1b2c3d4e5f60718", "NetworkInterfaces[0].Groups[0].GroupId", json!("sg-0aa11bb22cc33dd44")),
        evidence("ec2:DescribeSecurityGroups", "sg-0aa11bb22cc33dd44", "IpPermissionsEgress", json!([])),
    ])
    .fix(
        Fix::new(FixClass::A, "allow TCP 443 out of `sg-0aa11bb22cc33dd44`")
            .run(Aws::new("ec2", "authorize-security-group-egress", REGION).arg("group-id", "sg-0aa11bb22cc33dd44").json("ip-permissions", &rule()))
            .undo(Aws::new("ec2", "revoke-security-group-egress", REGION).arg("group-id", "sg-0aa11bb22cc33dd44").json("ip-permissions", &rule())),
    );
    found.reachability_code = Some("ENI_SG_RULES_MISMATCH");
    found.path = vec![
        step("network-interface", "eni-0123456789abcdef0", "passed", None),
        step("security-group", "sg-0aa11bb22cc33dd44", "blocked", Some("sg-0aa11bb22cc33dd44")),
    ];
    found
}

fn blackhole() -> Finding {
    let mut found = finding(
        "ssm/nat-route-blackhole",
        Severity::Blocker,
        "The default route leads to a NAT gateway that is gone",
        "route `0.0.0.0/0` of `rtb-0123456789abcdef0` points to `nat-0fedcba9876543210`, which is deleted",
    )
    .proofs([
        evidence("ec2:DescribeRouteTables", "rtb-0123456789abcdef0", "Routes[1].State", json!("blackhole")),
        evidence("ec2:DescribeRouteTables", "rtb-0123456789abcdef0", "Routes[1].NatGatewayId", json!("nat-0fedcba9876543210")),
        evidence("ec2:DescribeNatGateways", "nat-0fedcba9876543210", "State", Value::Null),
    ])
    .fix(
        Fix::new(FixClass::B, "create a NAT gateway in `subnet-0aaaabbbbccccdddd` and point the default route to it")
            .run(Aws::new("ec2", "create-nat-gateway", REGION).arg("subnet-id", "subnet-0aaaabbbbccccdddd").arg("allocation-id", "eipalloc-0123456789abcdef0"))
            .run("aws ec2 replace-route --region eu-west-1 --route-table-id rtb-0123456789abcdef0 --destination-cidr-block 0.0.0.0/0 --nat-gateway-id \"$NAT\""),
    );
    found.path = vec![
        step("network-interface", "eni-0123456789abcdef0", "passed", None),
        step("network-acl", "acl-0f1e2d3c4b5a69788", "passed", Some("rule 100")),
        step("route-table", "rtb-0123456789abcdef0", "blocked", Some("0.0.0.0/0")),
        step("nat-gateway", "nat-0fedcba9876543210", "unknown", None),
    ];
    found
}

fn degraded() -> Finding {
    finding(
        "ssm/agent-outdated",
        Severity::Degraded,
        "The agent is too old for some features",
        "the console shows agent 2.3.50.0; sessions with KMS need 2.3.539.0",
    )
    .fix(Fix::new(FixClass::C, "update the agent through Systems Manager once the node is back"))
}

fn advice() -> Finding {
    finding(
        "ssm/scheduled-event",
        Severity::Advice,
        "AWS will stop the instance",
        "`instance-retirement` is due at 2026-12-01T03:00:00Z",
    )
    .fix(
        Fix::new(FixClass::D, "stop and start it at a time of your choice")
            .run(Aws::new("ec2", "stop-instances", REGION).arg("instance-ids", "i-0a1b2c3d4e5f60718")),
    )
}

fn denied(rule: &'static str) -> Finding {
    let mut found =
        finding(rule, Severity::CannotTell, "The role cannot register", "`iam:GetRolePolicy` is denied (AccessDenied)");
    found.missing = vec!["iam:GetRolePolicy".to_owned()];
    found
}

/// Nothing outside explains the fault: what to run inside, in the words of the diagnosis.
pub(crate) fn inconclusive() -> Diagnosis {
    let inside = [
        ("ssm/agent-stopped", "systemctl is-active amazon-ssm-agent", "`inactive` or `failed`"),
        (
            "ssm/agent-masked",
            "systemctl is-active amazon-ssm-agent",
            "`inactive`, and `systemctl is-enabled` says `masked`",
        ),
        ("ssm/os-disk-full", "df -h / /var", "a file system at 100 %"),
        (
            "ssm/clock-skew",
            "timedatectl show --property=NTPSynchronized",
            "`NTPSynchronized=no`, and a clock more than five minutes off",
        ),
        (
            "ssm/os-memory-or-cpu-exhausted",
            "sudo journalctl --dmesg --no-pager | grep --ignore-case 'out of memory'",
            "lines that name `amazon-ssm-agent`",
        ),
    ];
    let whereabouts = "inside the instance";
    let mut findings: Vec<Finding> = inside
        .iter()
        .map(|(rule, command, sign)| {
            let mut found = finding(
                rule,
                Severity::CannotTell,
                "Shows inside",
                &format!("it shows only {whereabouts}: run `{command}` {whereabouts}: {sign}"),
            );
            found.missing = vec![format!("what `{command}` prints {whereabouts}")];
            found
        })
        .collect();
    let mut opaque = finding(
        "ssm/no-egress-path",
        Severity::CannotTell,
        "No path to the endpoints",
        "what is behind transit gateway `tgw-0123456789abcdef0` cannot be seen from here",
    );
    opaque.missing = vec!["what is behind transit gateway `tgw-0123456789abcdef0`".to_owned()];
    findings.push(opaque);
    let checks = findings.iter().map(|found| check(found.rule, "host", Status::CannotTell, &found.detail)).collect();
    Diagnosis {
        subject: subject("i-0b2c3d4e5f6071829", Some("データベース-2")),
        verdict: Verdict::Inconclusive,
        summary: "the node has not been seen for 3 hours; no cause shows outside the instance, so the rest must be looked at inside it".to_owned(),
        findings,
        checks,
        ways: Vec::new(),
        decision: None,
    }
}

/// Nothing to mend.
pub(crate) fn healthy() -> Diagnosis {
    Diagnosis {
        subject: subject("i-0c3d4e5f607182930", None),
        verdict: Verdict::Healthy,
        summary: "the node is `Online`, last seen 2026-11-22T20:13:00Z; no fault found".to_owned(),
        findings: Vec::new(),
        checks: vec![
            check("ssm/instance-not-running", "state", Status::Pass, "the instance is `running`"),
            check(
                "ssm/sg-egress-443-blocked",
                "network",
                Status::Pass,
                "security group `sg-0aa11bb22cc33dd44` lets TCP 443 out to 0.0.0.0/0",
            ),
            check("ssm/dhmc-shadowed-by-profile", "identity", Status::NotApplicable, "default host management is off"),
        ],
        ways: Vec::new(),
        decision: None,
    }
}

/// An instance whose owner fills every field that AWS lets him choose with `text`.
pub(crate) fn hostile(text: &str) -> Diagnosis {
    let proof = Evidence::new(operations::DESCRIBE_INSTANCES, text, text, json!({ text: [text] }));
    let every = |severity| {
        let mut found = finding("ssm/sg-egress-443-blocked", severity, text, text)
            .about("security-group", text)
            .proof(proof.clone())
            .proof(Evidence { field: format!("{text}2"), ..proof.clone() })
            .fix(Fix::new(FixClass::A, text).run(text).undo(text));
        found.path =
            vec![step("subnet", text, "blocked", Some(text)), step("subnet", "subnet-1", "blocked", Some(text))];
        found.missing = vec![
            text.to_owned(),
            "iam:GetRole".to_owned(),
            format!("what `{text}` prints inside the instance"),
            format!("what `{text}` prints on the machine that opens the session"),
        ];
        found
    };
    let mut fact = every(Severity::CannotTell);
    fact.missing.clear();
    let mut findings: Vec<Finding> = Severity::ALL.into_iter().map(every).collect();
    findings.push(fact);
    let statuses = [Status::Pass, Status::Fail, Status::CannotTell, Status::NotApplicable];
    Diagnosis {
        subject: Subject { id: text.to_owned(), ..subject("i-1", Some(text)) },
        verdict: Verdict::Broken,
        summary: text.to_owned(),
        findings,
        checks: statuses
            .into_iter()
            .map(|status| check("ssm/sg-egress-443-blocked", "network", status, text))
            .collect(),
        ways: Vec::new(),
        decision: None,
    }
}

/// A path that is stopped at its second hop, and another way between the same ends that is not; every text in it is `text`.
pub(crate) fn path(text: &str) -> Diagnosis {
    let header = |source: &str, destination: &str| {
        Traffic::new(Protocol::TCP, AddressSet::of([source]), AddressSet::of([destination]), PortSet::one(5432))
    };
    let hop = |verdict: HopVerdict, by: Option<&str>| Hop {
        component: Component::new("network-interface", text),
        header: header("10.0.1.10", "10.0.2.20"),
        verdict,
        by: by.map(str::to_owned),
        code: (verdict == HopVerdict::Blocked).then_some("ENI_SG_RULES_MISMATCH"),
    };
    let evidence = evidence("ec2:DescribeSecurityGroups", text, "IpPermissions", json!([{ "Description": text }]));
    let mut obstacle =
        Obstacle::new(Cause::SecurityGroupIngress, Component::new("security-group", text), vec![evidence.clone()]);
    obstacle.by = Some(text.to_owned());
    let blocked = Path {
        family: Family::Ipv4,
        to: text.to_owned(),
        hops: vec![hop(HopVerdict::Passed, None), hop(HopVerdict::Blocked, Some(text))],
        reply_hops: vec![Hop {
            header: header("10.0.2.20", "10.0.1.10"),
            ..hop(HopVerdict::Unknown, Some("entry 100"))
        }],
        verdict: PathVerdict::Blocked,
        obstacles: vec![obstacle],
        gaps: Vec::new(),
    };
    let open = Path { verdict: PathVerdict::Reachable, obstacles: Vec::new(), ..blocked.clone() };
    let way = |path: Path| Walked { from: text.to_owned(), to: "10.0.2.20".to_owned(), path };
    let mut found = finding("net/security-group-ingress", Severity::Degraded, "No inbound rule allows it", text);
    found.evidence = vec![evidence];
    found.reachability_code = Some("ENI_SG_RULES_MISMATCH");
    found.path = vec![step("network-interface", text, "blocked", Some(text))];
    Diagnosis {
        subject: Subject { kind: "path", id: format!("{text} -> db"), arn: String::new(), name: Some(text.to_owned()) },
        verdict: Verdict::Degraded,
        summary: format!("not reachable as expected: {text}"),
        findings: vec![found],
        checks: Vec::new(),
        ways: vec![way(open), way(blocked)],
        decision: None,
    }
}

/// A request that is open on one layer and denied for want of an Allow on another; every text in it is `text`.
pub(crate) fn request(text: &str) -> Diagnosis {
    let statement = |layer, is_deny, index| StatementRef {
        source: PolicySource::new(layer, text),
        is_deny,
        index,
        sid: Some(text.to_owned()),
        line: Some(7),
    };
    let part = |layer, level, effect, by| LayerDecision { layer, level, effect, by };
    let miss = NearMiss {
        statement: statement(Layer::Identity, false, 0),
        element: FailedElement::Condition { operator: text.to_owned(), key: text.to_owned() },
        expected: vec![text.to_owned()],
        actual: Vec::new(),
    };
    let decision = Decision {
        verdict: Decided::ImplicitlyDenied,
        layers: vec![
            part(Layer::ServiceControl, Some(0), LayerEffect::Assumed, None),
            part(Layer::Endpoint, None, LayerEffect::NotApplicable, None),
            part(Layer::Resource, None, LayerEffect::Unknown, Some(statement(Layer::Resource, true, 2))),
            part(Layer::Identity, None, LayerEffect::ImplicitDeny, None),
        ],
        missing: vec![Missing::ContextKey(text.to_owned())],
        assumptions: vec![Assumption::NoSessionPolicy],
        near_misses: vec![miss.clone()],
    };
    let mut lacking =
        finding("ssm/sg-egress-443-blocked", Severity::Blocker, "No policy of the caller allows the action", text);
    lacking.rule = "iam/identity-no-allow";
    lacking.detail = miss.to_string();
    Diagnosis {
        subject: Subject { kind: "request", id: text.to_owned(), arn: String::new(), name: None },
        verdict: Verdict::Broken,
        summary: text.to_owned(),
        findings: vec![lacking],
        checks: Vec::new(),
        ways: Vec::new(),
        decision: Some(Box::new(decision)),
    }
}
