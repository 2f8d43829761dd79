//! The instance must be able to decrypt what an encrypted session carries.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{Decision, FailedElement, Layer, PolicySet, PolicySource, Verdict};
use crate::instance::RoleFacts;
use crate::instance::nearly;
use crate::remedy::endpoint::create;
use crate::rule::declare_rule;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::endpoints::ENDPOINTS;
use crate::ssm::sessions::{Way, not_asked, preference, way_to};
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the preferences encrypt sessions with a KMS key: whether the policies of the agent's role allow `kms:Decrypt` on it, and
    /// whether a closed VPC has an endpoint for `kms`. The policy of the key is not read: it is taken to leave the decision to the IAM
    /// policies of the account, as the default key policy does.
    ///
    /// ## Why it matters
    ///
    /// The agent decrypts the data key that the client made. Without the permission, or without a way to KMS, every session ends in its
    /// handshake (`Encountered error while initiating handshake`).
    ///
    /// ## How to confirm
    ///
    /// `aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names kms:Decrypt --resource-arns KEY_ARN`, and
    /// `aws kms get-key-policy --policy-name default --key-id KEY`.
    ///
    /// ## False positives
    ///
    /// A key policy that names the role itself allows it without any IAM policy, if the key belongs to the same account. One that names
    /// neither role nor account denies it in spite of all IAM policies, which this rule cannot see.
    ///
    /// ## Fix
    ///
    /// Allow the role `kms:Decrypt` on the key with an inline policy (class A), or create an endpoint for `kms` (class B).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Turn on KMS key encryption of session data (console)"
    /// - KMS developer guide, "Default key policy"
    "ssm/session-kms-instance", Blocker, Sessions, fix A,
    "The instance may not use the session key",
    needs [GET_DOCUMENT, GET_INSTANCE_PROFILE, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES,
        GET_POLICY_VERSION, GET_ROLE_POLICY, DESCRIBE_ROUTE_TABLES, DESCRIBE_VPC_ENDPOINTS]
}

const DECRYPT: &str = "kms:Decrypt";
/// Stands for a key that is only known by an alias: patterns that name one key do not match it.
const ANY_KEY: &str = "00000000-0000-0000-0000-000000000000";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if let Some(judgement) = not_asked(case)? {
        return Ok(judgement);
    }
    let key = &case.preferences()?.kms_key_id;
    if key.is_empty() {
        return Ok(Judgement::pass("sessions are not encrypted with a KMS key"));
    }
    let Some(role) = case.working_role()? else {
        return Ok(Judgement::not_applicable("the agent has no role"));
    };
    let name = role.role.role_name.as_str();
    let arn = arn_of(case, key);
    let decision =
        role.decide_on(case, DECRYPT, arn.as_deref().unwrap_or(&key_arn(case, ANY_KEY)), Some(delegated(case)));
    let mut findings = Vec::new();
    if is_sure(&decision, arn.is_some()) {
        findings.push(finding(role, key, arn.as_deref(), &decision));
    }
    if let Way::None(table) = way_to(case, "kms")? {
        findings.push(
            Finding::new(format!(
                "no route of `{}` leads out of VPC `{vpc}` and the VPC has no endpoint for `kms`, so the agent cannot decrypt sessions",
                table.route_table_id,
                vpc = case.instance.vpc_id,
            ))
            .about("vpc", &case.instance.vpc_id)
            .about("route-table", &table.route_table_id)
            .proof(preference("kmsKeyId", key))
            .proof(Evidence::new(op::DESCRIBE_VPC_ENDPOINTS, &case.instance.vpc_id, "VpcEndpoints", json!([])))
            .fix(endpoint(case)),
        );
    }
    if findings.is_empty() && !decision.is_allowed() {
        let gaps = match decision.verdict {
            Verdict::Unknown => role.open(&decision),
            _ => vec![Gap::opaque(format!("which key `{key}` stands for"))],
        };
        return Ok(Judgement::cannot_tell(
            format!("whether role `{name}` may call `{DECRYPT}` on `{key}` is not known"),
            gaps,
        ));
    }
    Ok(Judgement::of(
        findings,
        format!("the policies of role `{name}` allow `{DECRYPT}` on `{key}`, if the key policy leaves it to them"),
    ))
}

/// A denial that holds whatever key an alias stands for: no statement that allows the call names a resource at all.
fn is_sure(decision: &Decision, is_known: bool) -> bool {
    let names_keys = decision.near_misses.iter().any(|miss| matches!(miss.element, FailedElement::Resource { .. }));
    decision.is_denied() && (is_known || (decision.verdict == Verdict::ImplicitlyDenied && !names_keys))
}

/// The ARN of the key, unless the preferences name it by an alias.
fn arn_of(case: &Case<'_>, key: &str) -> Option<String> {
    if key.starts_with("alias/") || key.contains(":alias/") {
        None
    } else if key.starts_with("arn:") {
        Some(key.to_owned())
    } else {
        Some(key_arn(case, key))
    }
}

fn key_arn(case: &Case<'_>, id: &str) -> String {
    format!("arn:{}:kms:{}:{}:key/{id}", case.partition(), case.region(), case.account())
}

/// A key policy that leaves the decision to the policies of the account.
fn delegated(case: &Case<'_>) -> PolicySet {
    let account = format!("arn:{}:iam::{}:root", case.partition(), case.account());
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": account }, "Action": "kms:*", "Resource": "*" }] });
    let mut set = PolicySet::default();
    set.add_text(PolicySource::new(Layer::Resource, "key policy, taken to be the default one"), &document.to_string());
    set
}

fn finding(role: &RoleFacts<'_>, key: &str, arn: Option<&str>, decision: &Decision) -> Finding {
    let name = role.role.role_name.as_str();
    let detail = match decision.denying().find_map(|part| part.by.as_ref()) {
        Some(by) => format!("{by} denies role `{name}` `{DECRYPT}` on session key `{key}`"),
        None => format!(
            "no policy of role `{name}` allows `{DECRYPT}` on session key `{key}`, so sessions fail in their handshake unless the key \
             policy names the role itself{}",
            nearly(decision)
        ),
    };
    let resource = arn.map_or_else(|| "KEY_ARN".to_owned(), str::to_owned);
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": DECRYPT, "Resource": resource }] });
    let policy =
        |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-name", "session-manager-key");
    let proof = decision.denying().find_map(|part| role.statement(part.by.as_ref()?));
    Finding::new(detail)
        .about("role", name)
        .about("kms-key", key)
        .proof(preference("kmsKeyId", key))
        .proofs(role.listed())
        .proofs(proof)
        .fix(
            Fix::new(FixClass::A, format!("allow role `{name}` to decrypt with the session key"))
                .run(policy("put-role-policy").json("policy-document", &document))
                .undo(policy("delete-role-policy")),
        )
}

fn endpoint(case: &Case<'_>) -> Fix {
    let name = case.service_name("kms");
    let fix = Fix::new(FixClass::B, "create an endpoint for `kms`; it is billed by the hour");
    create(&case.endpoint_place(ENDPOINTS), fix, &[name.as_str()], &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::ssm::SESSION_PREFERENCES;
    use crate::testkit::{self, World, findings, missing};
    use serde_json::Value;

    const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1234";

    fn keyed(mut world: World, key: &str, statement: Value) -> World {
        let content = json!({ "inputs": { "kmsKeyId": key } }).to_string();
        world.replace(op::GET_DOCUMENT, &[], json!({ "Name": SESSION_PREFERENCES, "Content": content }));
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/9", statement);
        world
    }

    fn allow(resource: &str) -> Value {
        json!({ "Effect": "Allow", "Action": "kms:Decrypt", "Resource": resource })
    }

    fn nothing() -> Value {
        json!({ "Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*" })
    }

    #[test]
    fn fires_without_the_permission() {
        for key in [KEY, "1234", "alias/sessions"] {
            let found = findings(keyed(testkit::nat(), key, nothing()).judge(&RULE));
            assert_eq!(found[0].evidence[0].value, key);
        }
        let found = findings(keyed(testkit::nat(), KEY, allow("arn:aws:kms:*:*:key/other")).judge(&RULE));
        assert!(found[0].detail.contains("but for `Resource`"), "{}", found[0].detail);
    }

    #[test]
    fn fires_on_a_deny_and_on_a_missing_endpoint() {
        let deny = json!({ "Effect": "Deny", "Action": "kms:*", "Resource": "*" });
        assert!(findings(keyed(testkit::nat(), KEY, deny).judge(&RULE))[0].detail.contains(" denies role `web`"));
        let found = findings(keyed(testkit::closed(), KEY, allow("*")).judge(&RULE));
        assert!(found[0].detail.contains("no endpoint for `kms`"), "{}", found[0].detail);
    }

    #[test]
    fn silent_when_allowed_or_not_encrypted() {
        assert!(matches!(keyed(testkit::nat(), KEY, allow(KEY)).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(keyed(testkit::nat(), "alias/sessions", allow("*")).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::closed().judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().lost().judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_policies_or_the_key_behind_an_alias_are_not_known() {
        let mut world = keyed(testkit::nat(), KEY, nothing());
        assert_eq!(missing(world.clone().deny(op::GET_POLICY_VERSION).judge(&RULE)), ["iam:GetPolicyVersion"]);
        assert_eq!(missing(world.deny(op::GET_DOCUMENT).judge(&RULE)), ["ssm:GetDocument"]);
        let aliased = keyed(testkit::nat(), "alias/sessions", allow(KEY));
        assert_eq!(missing(aliased.judge(&RULE)), ["which key `alias/sessions` stands for"]);
    }
}
