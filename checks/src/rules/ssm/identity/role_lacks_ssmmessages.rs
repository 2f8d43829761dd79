//! The role must allow the calls that open the session and message channels.

use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::instance::{Grant, RoleFacts};
use crate::instance::{calls_in_words, nearly};
use crate::rule::declare_rule;
use crate::snapshot::Gap;
use crate::ssm::Case;
use crate::ssm::calls::{CHANNELS, REGISTER};
use crate::ssm::credentials::core_policy;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the identity policies of the profile's role allow the four `ssmmessages` calls that open the control and data channels.
    /// They have no resources: a statement that names an ARN does not allow them.
    ///
    /// ## Why it matters
    ///
    /// The node registers and looks healthy, but without its control channel no session opens (`TargetNotConnected`), and an agent of
    /// version 3.3.40.0 or newer receives its commands there too.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm get-connection-status --target INSTANCE` answers `notconnected` while the node is online.
    ///
    /// ## False positives
    ///
    /// A channel that is open now stays so for a while after the permission is gone; the finding tells what the connection status is. It
    /// is common with the retired `AmazonEC2RoleforSSM` and with policies trimmed by hand.
    ///
    /// ## Fix
    ///
    /// Attach `AmazonSSMManagedInstanceCore` to the role (class A), or add the actions with `"Resource": "*"` to its own policy. To undo,
    /// detach it.
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Reference: ec2messages, ssmmessages, and other API operations"
    /// - Service authorization reference, "Actions, resources, and condition keys for Amazon Message Gateway Service"
    "ssm/role-lacks-ssmmessages", Blocker, Channel, fix A,
    "The role may not open the session channel",
    needs [GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY, GET_CONNECTION_STATUS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let Some(role) = case.identity.role.as_ref().map_err(Clone::clone)? else {
        return Ok(Judgement::not_applicable("the instance has no role of its own"));
    };
    match role.grant(case, REGISTER) {
        Grant::Lacking(_) => return Ok(Judgement::follows_from("ssm/role-lacks-core")),
        Grant::Refused => return Ok(Judgement::follows_from("ssm/explicit-deny")),
        Grant::Given | Grant::Open(_) => {}
    }
    let name = role.role.role_name.as_str();
    let lacking = match role.lacking(case, CHANNELS) {
        Ok(lacking) if lacking.is_empty() => {
            return Ok(Judgement::pass(format!(
                "no channel call lacks its permission in the policies of role `{name}`"
            )));
        }
        Ok(_) if case.fallback().is_some() => {
            return Ok(Judgement::follows_from("ssm/dhmc-shadowed-by-profile"));
        }
        Ok(lacking) => lacking,
        Err(gaps) => {
            return Ok(case.open_question(&format!("whether role `{name}` may open the session channel"), gaps));
        }
    };
    let actions: Vec<&str> = lacking.iter().map(|(action, _)| *action).collect();
    let decision = lacking.first().map(|(_, decision)| decision);
    let near = decision.and_then(|decision| decision.near_miss());
    let detail = format!(
        "no policy of role `{name}` allows {}, so sessions to the node cannot open{}{}",
        calls_in_words(&actions),
        case.channel().map_or_else(String::new, |status| format!(" (`GetConnectionStatus` says {status})")),
        decision.map_or_else(String::new, |decision| nearly(decision)),
    );
    Ok(Judgement::fail(
        Finding::new(detail)
            .about("role", name)
            .about("ec2-instance", &case.instance.instance_id)
            .proofs(role.listed())
            .proofs(near.and_then(|miss| role.statement(&miss.statement)))
            .fix(mend(case, role)),
    ))
}

fn mend(case: &Case<'_>, role: &RoleFacts<'_>) -> Fix {
    let name = role.role.role_name.as_str();
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-arn", core_policy(case));
    let summary = format!("attach `AmazonSSMManagedInstanceCore` to role `{name}`; everything with this role gets it");
    Fix::new(FixClass::A, summary).run(command("attach-role-policy")).undo(command("detach-role-policy"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::{Value, json};

    /// The role has the register call, and for the channels this statement.
    fn with(statement: Value) -> World {
        let mut world = testkit::nat();
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/1", statement);
        world
    }

    fn trimmed() -> World {
        with(json!({ "Effect": "Allow", "Resource": "*", "Action": "ssmmessages:*ControlChannel" }))
    }

    #[test]
    fn fires_for_each_call_that_lacks() {
        let found = findings(trimmed().judge(&RULE));
        let detail = &found[0].detail;
        assert!(detail.contains("OpenDataChannel") && !detail.contains("OpenControlChannel`"), "{detail}");
        assert!(detail.contains("says connected"), "{detail}");
    }

    #[test]
    fn fires_on_a_resource_that_cannot_match() {
        let arn = format!("arn:aws:ec2:{}:{}:instance/*", testkit::REGION, testkit::ACCOUNT);
        let found =
            findings(with(json!({ "Effect": "Allow", "Resource": arn, "Action": "ssmmessages:*" })).judge(&RULE));
        assert!(found[0].detail.contains("but for `Resource`"), "{}", found[0].detail);
        assert_eq!(found[0].evidence[2].field, "Document.Statement[1]");
    }

    #[test]
    fn silent_when_allowed_or_explained_elsewhere() {
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        let mut bare = testkit::nat();
        bare.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
        assert!(matches!(bare.judge(&RULE), Judgement::NotApplicable(_)));
        let mut shadowed = trimmed();
        shadowed.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(matches!(shadowed.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn silent_when_an_open_channel_proves_a_condition() {
        let guarded = json!({ "Effect": "Allow", "Resource": "*", "Action": "ssmmessages:*",
            "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } });
        let mut world = with(guarded);
        assert!(matches!(world.judge(&RULE), Judgement::Pass(_)));
        assert_eq!(missing(world.lost().judge(&RULE)), ["condition key `aws:SourceIp` of the request"]);
    }

    #[test]
    fn unknown_when_policies_cannot_be_read() {
        assert_eq!(missing(testkit::nat().deny(op::GET_POLICY_VERSION).judge(&RULE)), ["iam:GetPolicyVersion"]);
        assert_eq!(
            missing(testkit::nat().deny(op::LIST_ROLE_POLICIES).forget(op::GET_POLICY_VERSION).judge(&RULE)).len(),
            2
        );
    }
}
