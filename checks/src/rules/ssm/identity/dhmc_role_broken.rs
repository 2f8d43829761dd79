//! The role that Default Host Management hands out must exist and suffice.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{Decision, Layer, LayerEffect, Verdict};
use crate::iam_facts::simulated;
use crate::instance::trust::mend_trust;
use crate::instance::{RoleFacts, effect};
use crate::instance::{add_new, calls_in_words, nearly};
use crate::rule::declare_rule;
use crate::snapshot::ec2::is;
use crate::snapshot::iam::EvaluationResult;
use crate::snapshot::ssm::DEFAULT_HOST_MANAGEMENT;
use crate::snapshot::{Gap, operations as op};
use crate::ssm::Case;
use crate::ssm::calls::{CHANNELS, REGISTER};
use serde_json::{Value, json};
use std::sync::Arc;

declare_rule! {
    /// ## What it checks
    ///
    /// Where the instance depends on Default Host Management: whether the role that the Region's setting names exists, trusts
    /// `ssm.amazonaws.com`, and may make the calls that the agent needs.
    ///
    /// ## Why it matters
    ///
    /// The setting stays when the role is deleted or its policy detached. Every instance without a profile of its own then drops out of
    /// Systems Manager at once when its credentials expire.
    ///
    /// ## How to confirm
    ///
    /// `aws ssm get-service-setting --setting-id /ssm/managed-instance/default-ec2-instance-management-role`, then `aws iam get-role` with
    /// the name after its last slash.
    ///
    /// ## False positives
    ///
    /// The setting belongs to one Region: look at the Region of the instance. After a change it takes up to half an hour until agents ask
    /// again.
    ///
    /// ## Fix
    ///
    /// Attach `AmazonSSMManagedEC2InstanceDefaultPolicy` to the role, let it trust `ssm.amazonaws.com`, or make it again under the name
    /// and path in the setting (class A). A Deny or a boundary is lifted by whoever set it (class M).
    ///
    /// ## References
    ///
    /// - Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration"
    /// - AWS managed policy reference, "AmazonSSMManagedEC2InstanceDefaultPolicy"
    "ssm/dhmc-role-broken", Blocker, Registration, fix A,
    "The role of Default Host Management is missing or too weak",
    needs [GET_SERVICE_SETTING, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION,
        GET_ROLE_POLICY, SIMULATE_PRINCIPAL_POLICY]
}

/// Who hands out the role.
const SERVICE: &str = "ssm.amazonaws.com";

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if matches!(case.default_host.management, Ok(None)) {
        return Ok(Judgement::not_applicable("Default Host Management is off"));
    }
    let need = case.needs_fallback();
    if need == Ok(None) {
        return Ok(Judgement::not_applicable("the instance profile suffices without Default Host Management"));
    }
    if let (Some(name), true) = (case.fallback(), is_proven(case)) {
        let words = case.heartbeat.words();
        return Ok(Judgement::pass(format!(
            "{words}, so role `{name}` of Default Host Management works if it is needed"
        )));
    }
    need?;
    let Some(name) = case.default_host.management.clone()? else {
        return Ok(Judgement::not_applicable("Default Host Management is off"));
    };
    let setting = Evidence::new(op::GET_SERVICE_SETTING, DEFAULT_HOST_MANAGEMENT, "SettingValue", name);
    let Some(role) = case.default_host.role.as_ref().map_err(Clone::clone)? else {
        return Ok(Judgement::fail(
            Finding::new(format!("role `{name}`, which Default Host Management hands out, does not exist"))
                .about("role", name)
                .proof(setting)
                .proof(Evidence::new(op::GET_ROLE, name, "Role", Value::Null))
                .fix(make_role(case, name)),
        ));
    };
    let trust = role.decide_trust(case, &[SERVICE]);
    if trust.is_denied() {
        let document = role.role.assume_role_policy_document.clone();
        return Ok(Judgement::fail(
            Finding::new(format!(
                "role `{name}` of Default Host Management does not trust Systems Manager{}",
                nearly(&trust)
            ))
            .about("role", name)
            .proofs([setting, Evidence::new(op::GET_ROLE, name, "AssumeRolePolicyDocument", document)])
            .fix(mend_its_trust(role, &trust)),
        ));
    }
    let mut open: Vec<Gap> = if trust.is_allowed() { Vec::new() } else { role.open(&trust) };
    let mut denied = Vec::new();
    for action in [REGISTER].into_iter().chain(CHANNELS.iter().copied()) {
        let decision = role.decide_by_itself(case, action);
        if decision.is_denied() {
            denied.push((action, decision));
        } else if !decision.is_allowed() {
            add_new(&mut open, role.open(&decision));
        }
    }
    let Some((_, first)) = denied.first() else {
        if open.is_empty() {
            return Ok(Judgement::pass(format!("role `{name}` of Default Host Management suffices")));
        }
        return Ok(case.open_question(&format!("whether role `{name}` of Default Host Management suffices"), open));
    };
    let actions: Vec<&str> = denied.iter().map(|(action, _)| *action).collect();
    Ok(Judgement::fail(
        Finding::new(format!(
            "role `{name}`, which Default Host Management hands out, may not call {}{}",
            calls_in_words(&actions),
            nearly(first)
        ))
        .about("role", name)
        .proof(setting)
        .proofs(if role.is_listed(case.snapshot) { role.listed() } else { simulated(case, role, &actions) })
        .fix(mend(case, role, &denied)),
    ))
}

/// What the simulation decided, where nobody listed the policies.
fn simulated(case: &Case<'_>, role: &RoleFacts<'_>, actions: &[&str]) -> Vec<Evidence> {
    let arn = role.role.arn.as_str();
    let Ok(Some(simulation)) = case.snapshot.simulations.get(arn) else { return Vec::new() };
    let results = actions.iter().filter_map(|action| simulated::result(simulation, action));
    let evidence = |(at, result): (usize, &EvaluationResult)| {
        let field = format!("EvaluationResults[{at}].EvalDecision");
        Evidence::new(op::SIMULATE_PRINCIPAL_POLICY, arn, field, result.eval_decision.as_str())
    };
    results.map(evidence).collect()
}

/// A heartbeat proves that the agent has credentials that work; the role is looked at only where it was read and sessions do not open.
fn is_proven(case: &Case<'_>) -> bool {
    let is_silent = case.channel().is_some_and(|status| is(status, "notconnected"));
    case.heartbeat.is_online() && (!is_silent || case.default_host.role.is_err())
}

/// A missing Allow is mended with the policy of Default Host Management; no policy lifts a Deny or a boundary.
fn mend(case: &Case<'_>, role: &RoleFacts<'_>, denied: &[(&str, Arc<Decision>)]) -> Fix {
    let name = role.role.role_name.as_str();
    let is_barred = |decision: &Decision| {
        let caps = [Layer::Boundary, Layer::ServiceControl];
        decision.verdict == Verdict::ExplicitlyDenied
            || caps.iter().any(|layer| effect(decision, *layer) == LayerEffect::ImplicitDeny)
    };
    if denied.iter().any(|(_, decision)| is_barred(decision)) {
        let summary = format!(
            "have whoever set it lift the Deny statement, the permissions boundary or the organization's policy over role `{name}`"
        );
        let show = Aws::new("iam", "get-role", "").arg("role-name", name);
        let deniers = denied.iter().flat_map(|(_, decision)| decision.denying()).filter_map(|part| part.by.as_ref());
        let mut shows: Vec<String> = deniers.filter_map(|by| role.show_policy(case.snapshot, by)).collect();
        shows.dedup();
        return shows.into_iter().fold(Fix::new(FixClass::M, summary).run(show), Fix::run);
    }
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", name).arg("policy-arn", policy(case));
    Fix::new(FixClass::A, format!("attach the policy of Default Host Management to role `{name}`"))
        .run(command("attach-role-policy"))
        .undo(command("detach-role-policy"))
}

fn policy(case: &Case<'_>) -> String {
    format!("arn:{}:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy", case.partition())
}

fn mend_its_trust(role: &RoleFacts<'_>, trust: &Decision) -> Fix {
    if trust.verdict == Verdict::ExplicitlyDenied {
        let name = role.role.role_name.as_str();
        return Fix::new(FixClass::M, format!("have the owner of role `{name}` take Systems Manager out of the Deny"))
            .run(Aws::new("iam", "get-role", "").arg("role-name", name));
    }
    mend_trust(role, SERVICE, "Systems Manager")
}

/// The setting keeps its value, a path and a name: the role is made again under both.
///
/// Source: Systems Manager user guide, "Managing EC2 instances automatically with Default Host Management Configuration", command line.
fn make_role(case: &Case<'_>, name: &str) -> Fix {
    let value = case.snapshot.service_settings.get(DEFAULT_HOST_MANAGEMENT).ok().flatten();
    let value = value.map_or(name, |setting| setting.setting_value.as_str());
    let path = value.rsplit_once('/').map_or("/".to_owned(), |(path, _)| format!("/{}/", path.trim_start_matches('/')));
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": SERVICE }, "Action": "sts:AssumeRole" }] });
    let command = |verb: &str| Aws::new("iam", verb, "").arg("role-name", name);
    let create = command("create-role").arg("path", path).json("assume-role-policy-document", &trust);
    Fix::new(FixClass::A, format!("make role `{name}` again, with its policy, where the setting looks for it"))
        .run(create)
        .run(command("attach-role-policy").arg("policy-arn", policy(case)))
        .undo(command("detach-role-policy").arg("policy-arn", policy(case)))
        .undo(command("delete-role"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{self, World, findings, missing};

    /// No profile, Default Host Management on, its role as given.
    fn managed(service: &str, policies: &Value) -> World {
        let mut world = testkit::nat();
        world.never().patch(op::DESCRIBE_INSTANCES, "/Reservations/0/Instances/0/IamInstanceProfile", Value::Null);
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        let of_role = json!({ "RoleName": "Default" });
        let role = json!({ "RoleName": "Default", "RoleId": "AROA2", "Arn": "arn:aws:iam::123456789012:role/service-role/Default",
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }] } });
        world.answer(op::GET_ROLE, of_role.clone(), json!({ "Role": role }));
        world.answer(op::LIST_ATTACHED_ROLE_POLICIES, of_role.clone(), json!({ "AttachedPolicies": policies }));
        world.answer(op::LIST_ROLE_POLICIES, of_role, json!({ "PolicyNames": [] }));
        world
    }

    fn core() -> Value {
        json!([{ "PolicyName": "Core", "PolicyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }])
    }

    #[test]
    fn fires_when_the_role_is_gone_weak_or_trusts_others() {
        let mut gone = managed("ssm.amazonaws.com", &core());
        gone.fail(op::GET_ROLE, "NoSuchEntity");
        let found = findings(gone.judge(&RULE));
        assert!(found[0].detail.contains("does not exist"));
        let commands = &found[0].fix.as_ref().unwrap().commands;
        assert!(
            commands[0].starts_with("aws iam create-role --role-name Default --path /service-role/ "),
            "{commands:?}"
        );
        let weak = findings(managed("ssm.amazonaws.com", &json!([])).judge(&RULE));
        assert!(weak[0].detail.contains(REGISTER));
        assert!(weak[0].fix.as_ref().unwrap().commands[0].contains("--role-name Default"));
        let strange = findings(managed("ec2.amazonaws.com", &core()).judge(&RULE));
        assert!(strange[0].detail.contains("does not trust"));
        assert!(strange[0].fix.as_ref().unwrap().commands[0].contains("update-assume-role-policy"));
    }

    #[test]
    fn fires_without_a_policy_to_attach_when_a_deny_stands() {
        let mut world = managed("ssm.amazonaws.com", &core());
        let deny = json!({ "Effect": "Deny", "Action": "ssm:*", "Resource": "*" });
        world.patch(op::GET_POLICY_VERSION, "/PolicyVersion/Document/Statement/9", deny);
        let fix = findings(world.judge(&RULE))[0].fix.clone().unwrap();
        assert_eq!(fix.class, FixClass::M);
        assert!(fix.commands.iter().all(|command| !command.contains("attach-role-policy")), "{:?}", fix.commands);
    }

    #[test]
    fn silent_when_a_heartbeat_proves_the_role() {
        let mut world = testkit::nat();
        world.patch(op::LIST_ATTACHED_ROLE_POLICIES, "/AttachedPolicies", json!([]));
        world.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        let judgement = world.judge(&RULE);
        assert!(matches!(&judgement, Judgement::Pass(reason) if reason.contains("online")), "{judgement:?}");
        assert_eq!(missing(world.never().judge(&RULE)), ["iam:GetRole"]);
    }

    #[test]
    fn silent_when_it_suffices_or_is_not_needed() {
        assert!(matches!(managed("ssm.amazonaws.com", &core()).judge(&RULE), Judgement::Pass(_)));
        assert!(matches!(testkit::nat().judge(&RULE), Judgement::NotApplicable(_)));
        let mut unused = testkit::nat();
        unused.patch(op::GET_SERVICE_SETTING, "/ServiceSetting/SettingValue", json!("service-role/Default"));
        assert!(matches!(unused.judge(&RULE), Judgement::NotApplicable(_)));
    }

    #[test]
    fn unknown_when_a_read_is_denied() {
        let world = managed("ssm.amazonaws.com", &core());
        for (denied, action) in [
            (op::GET_SERVICE_SETTING, "ssm:GetServiceSetting"),
            (op::GET_ROLE, "iam:GetRole"),
            (op::GET_POLICY_VERSION, "iam:GetPolicyVersion"),
        ] {
            assert_eq!(missing(world.clone().deny(denied).judge(&RULE)), [action]);
        }
    }
}
