//! Whole texts at width 80 without colour.

use crate::{Format, Style, render, sample};
use checks::diagnosis::Diagnosis;

fn table(subjects: Vec<Diagnosis>, verbose: bool) -> String {
    let style = Style { colour: false, width: 80, verbose };
    render(&sample::report(subjects), Format::Table, style, "0.1.0")
}

/// Compares line by line, so that a difference is easy to see.
fn assert_text(text: &str, expected: &str) {
    let text: Vec<&str> = text.lines().collect();
    let expected: Vec<&str> = expected.trim_start_matches('\n').lines().collect();
    assert_eq!(text, expected);
}

#[test]
fn a_broken_instance() {
    assert_text(
        &table(vec![sample::broken()], false),
        r#"
i-0a1b2c3d4e5f60718 (web-1)  BROKEN
security group `sg-0aa11bb22cc33dd44` has no outbound rule for TCP 443, so the
agent cannot reach `ssm.eu-west-1.amazonaws.com`, and one more cause

BLOCKER  No outbound rule lets the agent reach port 443
  ssm/sg-egress-443-blocked
  path  eni-0123456789abcdef0 -> sg-0aa11bb22cc33dd44 x
  i-0a1b2c3d4e5f60718 (ec2:DescribeInstances)
    NetworkInterfaces[0].Groups[0].GroupId  "sg-0aa11bb22cc33dd44"
  sg-0aa11bb22cc33dd44 (ec2:DescribeSecurityGroups)
    IpPermissionsEgress                     []

  fix  allow TCP 443 out of `sg-0aa11bb22cc33dd44`
       (A: one reversible call, no interruption)
  aws ec2 authorize-security-group-egress --region eu-west-1 --group-id sg-0aa11bb22cc33dd44 --ip-permissions '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'
  undo
  aws ec2 revoke-security-group-egress --region eu-west-1 --group-id sg-0aa11bb22cc33dd44 --ip-permissions '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'

BLOCKER  The default route leads to a NAT gateway that is gone
  ssm/nat-route-blackhole
  route `0.0.0.0/0` of `rtb-0123456789abcdef0` points to
  `nat-0fedcba9876543210`, which is deleted
  path  eni-0123456789abcdef0 -> acl-0f1e2d3c4b5a69788
        -> rtb-0123456789abcdef0 x (0.0.0.0/0) -> nat-0fedcba9876543210 ?
  rtb-0123456789abcdef0 (ec2:DescribeRouteTables)
    Routes[1].State         "blackhole"
    Routes[1].NatGatewayId  "nat-0fedcba9876543210"
  nat-0fedcba9876543210 (ec2:DescribeNatGateways)
    State                   absent

  fix  create a NAT gateway in `subnet-0aaaabbbbccccdddd` and point the default
       route to it (B: costs money)
  aws ec2 create-nat-gateway --region eu-west-1 --subnet-id subnet-0aaaabbbbccccdddd --allocation-id eipalloc-0123456789abcdef0
  aws ec2 replace-route --region eu-west-1 --route-table-id rtb-0123456789abcdef0 --destination-cidr-block 0.0.0.0/0 --nat-gateway-id "$NAT"

DEGRADED  The agent is too old for some features
  ssm/agent-outdated
  the console shows agent 2.3.50.0; sessions with KMS need 2.3.539.0
  fix  update the agent through Systems Manager once the node is back
       (C: restarts a service or reboots)

CANNOT TELL  2 checks could not be judged
  needs iam:GetRolePolicy: ssm/role-lacks-core, ssm/role-lacks-ssmmessages
    `iam:GetRolePolicy` is denied (AccessDenied)

ADVICE  AWS will stop the instance
  ssm/scheduled-event
  `instance-retirement` is due at 2026-12-01T03:00:00Z
  fix  stop and start it at a time of your choice
       (D: needs stop and start, or work on the root volume)

checked  9 rules: 2 failed, 2 cannot tell, 4 passed, 1 not applicable
  state
    ok  ssm/instance-not-running     the instance is `running` since 2026-11-20…
    ok  ssm/system-status-impaired   both status checks are `ok`
  identity
    ok  ssm/no-instance-profile      instance profile `web` is associated
  network
    ok  ssm/nacl-egress-443-blocked  network ACL `acl-0f1e2d3c4b5a69788` lets T…

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, 1 denied: iam:GetRolePolicy
"#,
    );
}

#[test]
fn everything_of_a_broken_instance() {
    assert_text(
        &table(vec![sample::broken()], true),
        r#"
i-0a1b2c3d4e5f60718 (web-1)  BROKEN
security group `sg-0aa11bb22cc33dd44` has no outbound rule for TCP 443, so the
agent cannot reach `ssm.eu-west-1.amazonaws.com`, and one more cause

BLOCKER  No outbound rule lets the agent reach port 443
  ssm/sg-egress-443-blocked (ENI_SG_RULES_MISMATCH)
  about  security-group sg-0aa11bb22cc33dd44
  path  eni-0123456789abcdef0 -> sg-0aa11bb22cc33dd44 x
  i-0a1b2c3d4e5f60718 (ec2:DescribeInstances)
    NetworkInterfaces[0].Groups[0].GroupId  "sg-0aa11bb22cc33dd44"
  sg-0aa11bb22cc33dd44 (ec2:DescribeSecurityGroups)
    IpPermissionsEgress                     []

  fix  allow TCP 443 out of `sg-0aa11bb22cc33dd44`
       (A: one reversible call, no interruption)
  aws ec2 authorize-security-group-egress --region eu-west-1 --group-id sg-0aa11bb22cc33dd44 --ip-permissions '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'
  undo
  aws ec2 revoke-security-group-egress --region eu-west-1 --group-id sg-0aa11bb22cc33dd44 --ip-permissions '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'

BLOCKER  The default route leads to a NAT gateway that is gone
  ssm/nat-route-blackhole
  route `0.0.0.0/0` of `rtb-0123456789abcdef0` points to
  `nat-0fedcba9876543210`, which is deleted
  path  eni-0123456789abcdef0 -> acl-0f1e2d3c4b5a69788
        -> rtb-0123456789abcdef0 x (0.0.0.0/0) -> nat-0fedcba9876543210 ?
  rtb-0123456789abcdef0 (ec2:DescribeRouteTables)
    Routes[1].State         "blackhole"
    Routes[1].NatGatewayId  "nat-0fedcba9876543210"
  nat-0fedcba9876543210 (ec2:DescribeNatGateways)
    State                   absent

  fix  create a NAT gateway in `subnet-0aaaabbbbccccdddd` and point the default
       route to it (B: costs money)
  aws ec2 create-nat-gateway --region eu-west-1 --subnet-id subnet-0aaaabbbbccccdddd --allocation-id eipalloc-0123456789abcdef0
  aws ec2 replace-route --region eu-west-1 --route-table-id rtb-0123456789abcdef0 --destination-cidr-block 0.0.0.0/0 --nat-gateway-id "$NAT"

DEGRADED  The agent is too old for some features
  ssm/agent-outdated
  the console shows agent 2.3.50.0; sessions with KMS need 2.3.539.0
  fix  update the agent through Systems Manager once the node is back
       (C: restarts a service or reboots)

CANNOT TELL  2 checks could not be judged
  needs iam:GetRolePolicy: ssm/role-lacks-core, ssm/role-lacks-ssmmessages
    ssm/role-lacks-core: `iam:GetRolePolicy` is denied (AccessDenied)
    ssm/role-lacks-ssmmessages: `iam:GetRolePolicy` is denied (AccessDenied)

ADVICE  AWS will stop the instance
  ssm/scheduled-event
  `instance-retirement` is due at 2026-12-01T03:00:00Z

  fix  stop and start it at a time of your choice
       (D: needs stop and start, or work on the root volume)
  aws ec2 stop-instances --region eu-west-1 --instance-ids i-0a1b2c3d4e5f60718

checked  9 rules: 2 failed, 2 cannot tell, 4 passed, 1 not applicable
  state
    ok    ssm/instance-not-running: the instance is `running` since
            2026-11-20T08:00:00Z
    ok    ssm/system-status-impaired: both status checks are `ok`
  identity
    ok    ssm/no-instance-profile: instance profile `web` is associated
    ?     ssm/role-lacks-core: `iam:GetRolePolicy` is denied (AccessDenied)
    ?     ssm/role-lacks-ssmmessages: `iam:GetRolePolicy` is denied
            (AccessDenied)
  host
    n/a   ssm/agent-stopped: asked when nothing outside the instance explains
            the fault; then run `systemctl is-active amazon-ssm-agent` inside
            the instance: `inactive` or `failed`
  network
    ok    ssm/nacl-egress-443-blocked: network ACL `acl-0f1e2d3c4b5a69788` lets
            TCP 443 out by rule 100
    FAIL  ssm/sg-egress-443-blocked: the fault of this rule
    FAIL  ssm/nat-route-blackhole: the fault of this rule

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, 1 denied: iam:GetRolePolicy
"#,
    );
}

#[test]
fn an_instance_whose_cause_shows_only_inside() {
    assert_text(
        &table(vec![sample::inconclusive()], false),
        r#"
i-0b2c3d4e5f6071829 (データベース-2)  INCONCLUSIVE
the node has not been seen for 3 hours; no cause shows outside the instance, so
the rest must be looked at inside it

CANNOT TELL  6 checks could not be judged
  ssm/no-egress-path: what is behind transit gateway `tgw-0123456789abcdef0`
    cannot be seen from here

  shows only inside the instance, run there:
  systemctl is-active amazon-ssm-agent  # `inactive` or `failed`
                                        # `inactive`, and `systemctl is-enabled`
                                        # says `masked`
  df -h / /var                          # a file system at 100 %
  timedatectl show --property=NTPSynchronized
      # `NTPSynchronized=no`, and a clock more than five minutes off
  sudo journalctl --dmesg --no-pager | grep --ignore-case 'out of memory'
      # lines that name `amazon-ssm-agent`

checked  6 rules: 6 cannot tell (-v lists them)

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, 1 denied: iam:GetRolePolicy
"#,
    );
}

#[test]
fn three_subjects_worst_first() {
    let subjects = vec![sample::healthy(), sample::inconclusive(), sample::broken()];
    let text = table(subjects, false);
    let (overview, rest) = text.split_once("─\n").unwrap();
    assert_text(
        overview,
        r#"
subject                      verdict       cause
i-0a1b2c3d4e5f60718 (web-1)  BROKEN        No outbound rule lets the agent reach
                                           port 443
i-0b2c3d4e5f6071829          INCONCLUSIVE  the node has not been seen for 3
(データベース-2)                           hours; no cause…
i-0c3d4e5f607182930          HEALTHY       the node is `Online`, last seen
                                           2026-11-22T20:13:…

3 subjects: 1 broken, 1 inconclusive, 1 healthy

───────────────────────────────────────────────────────────────────────────────
"#,
    );
    let headlines: Vec<&str> = rest.lines().filter(|line| line.starts_with("i-")).collect();
    assert_eq!(
        headlines,
        [
            "i-0a1b2c3d4e5f60718 (web-1)  BROKEN",
            "i-0b2c3d4e5f6071829 (データベース-2)  INCONCLUSIVE",
            "i-0c3d4e5f607182930  HEALTHY"
        ]
    );
    assert!(text.ends_with("\nfacts from 19 calls, 1 denied: iam:GetRolePolicy\n"));
}

#[test]
fn a_healthy_instance_on_a_wide_terminal() {
    let style = Style { colour: false, width: 120, verbose: false };
    let mut report = sample::report(vec![sample::healthy()]);
    report.calls.denied.clear();
    assert_text(
        &render(&report, Format::Table, style, "0.1.0"),
        r#"
i-0c3d4e5f607182930  HEALTHY
the node is `Online`, last seen 2026-11-22T20:13:00Z; no fault found

checked  3 rules: 2 passed, 1 not applicable
  state
    ok  ssm/instance-not-running   the instance is `running`
  network
    ok  ssm/sg-egress-443-blocked  security group `sg-0aa11bb22cc33dd44` lets TCP 443 out to 0.0.0.0/0

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, none denied
"#,
    );
}

#[test]
fn four_columns_where_the_page_is_wide() {
    let style = Style { colour: false, width: 120, verbose: false };
    let text = render(&sample::report(vec![sample::broken()]), Format::Table, style, "0.1.0");
    let table: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("  source")).take(3).collect();
    assert_text(
        &table.join("\n"),
        r#"
  source                      resource              field                                   value
  ec2:DescribeInstances       i-0a1b2c3d4e5f60718   NetworkInterfaces[0].Groups[0].GroupId  "sg-0aa11bb22cc33dd44"
  ec2:DescribeSecurityGroups  sg-0aa11bb22cc33dd44  IpPermissionsEgress                     []
"#,
    );
}

#[test]
fn escape_sequences_in_names_and_values_are_written_out() {
    assert_text(
        &table(vec![sample::hostile("a\x1b[31m\nb\u{202e}")], false),
        r#"
a\x1b[31m\nb\u{202e} (a\x1b[31m\nb\u{202e})  BROKEN
a\x1b[31m\nb\u{202e}

BLOCKER  a\x1b[31m\nb\u{202e}
  ssm/sg-egress-443-blocked
  path  a\x1b[31m\nb\u{202e} x -> subnet-1 x (a\x1b[31m\nb\u{202e})
  a\x1b[31m\nb\u{202e} (ec2:DescribeInstances)
    a\x1b[31m\nb\u{202e}   {"a\u001b[31m\nb\u{202e}":["a\u001b[31m\nb\u{202e}"]}
    a\x1b[31m\nb\u{202e}2  {"a\u001b[31m\nb\u{202e}":["a\u001b[31m\nb\u{202e}"]}

  fix  a\x1b[31m\nb\u{202e} (A: one reversible call, no interruption)
  a\x1b[31m\nb\u{202e}
  # escaped: copy it from --output json
  undo
  a\x1b[31m\nb\u{202e}
  # escaped: copy it from --output json

DEGRADED  a\x1b[31m\nb\u{202e}
  ssm/sg-egress-443-blocked
  a\x1b[31m\nb\u{202e}
  path  a\x1b[31m\nb\u{202e} x -> subnet-1 x (a\x1b[31m\nb\u{202e})
  a\x1b[31m\nb\u{202e} (ec2:DescribeInstances)
    a\x1b[31m\nb\u{202e}   {"a\u001b[31m\nb\u{202e}":["a\u001b[31m\nb\u{202e}"]}
    a\x1b[31m\nb\u{202e}2  {"a\u001b[31m\nb\u{202e}":["a\u001b[31m\nb\u{202e}"]}

  fix  a\x1b[31m\nb\u{202e} (A: one reversible call, no interruption)
  a\x1b[31m\nb\u{202e}
  # escaped: copy it from --output json
  undo
  a\x1b[31m\nb\u{202e}
  # escaped: copy it from --output json

CANNOT TELL  2 checks could not be judged
  needs iam:GetRole: ssm/sg-egress-443-blocked
    a\x1b[31m\nb\u{202e}
  ssm/sg-egress-443-blocked: a\x1b[31m\nb\u{202e}

  shows only inside the instance, run there:
  a\x1b[31m\nb\u{202e}
  # escaped: copy it from --output json
      # a\x1b[31m\nb\u{202e}

  shows only on the machine that opens the session, run there:
  a\x1b[31m\nb\u{202e}
  # escaped: copy it from --output json
      # a\x1b[31m\nb\u{202e}

ADVICE  a\x1b[31m\nb\u{202e}
  ssm/sg-egress-443-blocked
  a\x1b[31m\nb\u{202e}
  fix  a\x1b[31m\nb\u{202e} (A: one reversible call, no interruption)

checked  4 rules: 1 failed, 1 cannot tell, 1 passed, 1 not applicable
  network
    ok  ssm/sg-egress-443-blocked  a\x1b[31m\nb\u{202e}

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, 1 denied: iam:GetRolePolicy
"#,
    );
}

#[test]
fn a_path_is_listed_hop_by_hop() {
    assert_text(
        &table(vec![sample::path("eni-1")], false),
        r#"
eni-1 -> db (eni-1)  DEGRADED
not reachable as expected: eni-1

  eni-1 -> 10.0.2.20  BLOCKED
      forward                  packets                   decided by
  ok  network-interface eni-1  tcp 5432 from 10.0.1.10
                               to 10.0.2.20
  x   network-interface eni-1                            eni-1
                                                         (ENI_SG_RULES_MISMATCH)
      reply
  ?   network-interface eni-1  tcp 5432 from 10.0.2.20   entry 100
                               to 10.0.1.10

1 other way (-v shows them)
  eni-1 -> 10.0.2.20  REACHABLE

DEGRADED  No inbound rule allows it
  net/security-group-ingress (ENI_SG_RULES_MISMATCH)
  source                      resource  field          value
  ec2:DescribeSecurityGroups  eni-1     IpPermissions  [{"Description":"eni-1"}]

not looked at  firewalls and services inside the machines

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, 1 denied: iam:GetRolePolicy
"#,
    );
}

#[test]
fn no_subject_at_all() {
    let mut report = sample::report(Vec::new());
    report.account.clear();
    report.calls = checks::report::Calls::default();
    let style = Style { colour: false, width: 80, verbose: false };
    assert_text(
        &render(&report, Format::Table, style, "0.1.0"),
        r#"
no subject was judged

2026-11-22T20:14:01Z, account not known, eu-west-1, aws-triage 0.1.0
facts from 0 calls, none denied
"#,
    );
}

#[test]
fn colours_stand_for_how_bad_it_is() {
    let style = Style { colour: true, width: 80, verbose: false };
    let text = render(&sample::report(vec![sample::broken()]), Format::Table, style, "0.1.0");
    assert!(text.starts_with("\x1b[1mi-0a1b2c3d4e5f60718 (web-1)\x1b[0m  \x1b[1m\x1b[31mBROKEN\x1b[0m\n"), "{text:?}");
    assert!(text.contains("\n\x1b[1m\x1b[33mDEGRADED\x1b[0m  The agent"), "{text:?}");
}

#[test]
fn commands_stay_on_one_line() {
    let broken = sample::broken();
    let text = table(vec![broken.clone()], true);
    for fix in broken.findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        for command in fix.commands.iter().chain(&fix.rollback) {
            assert!(text.lines().any(|line| line == format!("  {command}")), "{command}");
        }
    }
}

#[test]
fn a_request_shows_what_every_layer_says() {
    assert_text(
        &table(vec![sample::request("web")], false),
        r"
web  DENIED
web

     layer                     policy and statement      says
  ?  service control policy,                             not read, taken to
     root                                                allow
  ?  resource-based policy     web, statement 3 `web`    may deny
                               (line 7)
  x  identity-based policy                               no statement allows it

taken for granted  the session was made without a session policy

BLOCKER  No policy of the caller allows the action
  iam/identity-no-allow
  identity-based policy `web`, statement 1 `web` (line 7) would allow but for
  `web` on `web`: `web`, the request does not carry it

2026-11-22T20:14:01Z, account 123456789012, eu-west-1, aws-triage 0.1.0
facts from 19 calls, 1 denied: iam:GetRolePolicy
",
    );
}
