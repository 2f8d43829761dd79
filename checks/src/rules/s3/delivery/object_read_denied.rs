//! The event arrives and the object does not open.

use crate::finding::Finding;
use crate::finding::Judgement;
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{FailedElement, Verdict};
use crate::rule::declare_rule;
use crate::s3::Called;
use crate::s3::Case;
use crate::s3::filter;
use crate::s3::metrics::ERRORS;
use crate::snapshot::Gap;
use serde_json::json;

declare_rule! {
    /// ## What it checks
    ///
    /// Where a key is asked about, or calls of the function fail: whether the policies of the function's role and of the bucket
    /// let it call `s3:GetObject`.
    ///
    /// ## Why it matters
    ///
    /// An event only names the object. The function reads it with the credentials of its role, and is refused with 403 where no
    /// policy allows it, or where the bucket policy denies it.
    ///
    /// ## How to confirm
    ///
    /// `aws-triage can ROLE-ARN s3:GetObject arn:aws:s3:::BUCKET/KEY` names the policy that decides.
    ///
    /// ## False positives
    ///
    /// A function may never read the object. 403 is also the answer for an object that is not there, when the role may not list
    /// the bucket. Objects with a key of KMS need `kms:Decrypt` as well, and objects of another owner its consent: neither is
    /// judged here.
    ///
    /// ## Fix
    ///
    /// Allow `s3:GetObject` on the objects of the bucket with an inline policy (class A). To undo, delete it.
    ///
    /// ## References
    ///
    /// - S3 user guide, "Troubleshoot access denied (403 Forbidden) errors in Amazon S3"
    /// - Lambda developer guide, "Defining Lambda function permissions with an execution role"
    "s3/object-read-denied", Degraded, fix A,
    "The role of the function may not read the objects",
    needs [GET_FUNCTION_CONFIGURATION, GET_ROLE, LIST_ATTACHED_ROLE_POLICIES, LIST_ROLE_POLICIES, LIST_POLICIES, GET_POLICY_VERSION, GET_ROLE_POLICY, GET_BUCKET_POLICY, GET_BUCKET_OWNERSHIP_CONTROLS]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    if case.special_kind().is_some() {
        return Ok(Judgement::follows_from("s3/directory-or-outposts-bucket"));
    }
    let fails = |called: &Called<'_>| case.total(ERRORS, &called.function.name).is_ok_and(|errors| errors > 0.0);
    let functions = case.functions();
    if case.key().is_none() && !functions.iter().any(fails) {
        let hint = "no key is asked about and no call fails; with `--key` the role is judged";
        return Ok(Judgement::not_applicable(hint));
    }
    case.each_function("the role of the function may read the object, as far as policies tell", |called| {
        if case.key().is_none() && !fails(called) {
            return Ok(Vec::new());
        }
        let object = format!("{}/{}", case.bucket_arn(), sample(case, called));
        let answer = case.role_decides(called, "s3:GetObject", &object)?;
        let decision = &answer.decision;
        // Without a key the object is made up: a policy for other keys says nothing then.
        let is_sure = case.key().is_some()
            || !decision.near_misses.iter().any(|miss| matches!(miss.element, FailedElement::Resource { .. }));
        match decision.verdict {
            Verdict::Allowed => return Ok(Vec::new()),
            Verdict::Unknown if case.key().is_some() => {
                let open = case
                    .open(decision, case.role_gap(called).or(case.snapshot.bucket_policies.get(case.bucket()).err()));
                return open.into_iter().next().map_or(Ok(Vec::new()), Err);
            }
            Verdict::Unknown => return Ok(Vec::new()),
            Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied if !is_sure => return Ok(Vec::new()),
            Verdict::ImplicitlyDenied | Verdict::ExplicitlyDenied => {}
        }
        let role = case.role_name(called).unwrap_or_default();
        let by = decision.deciding().and_then(|part| part.by.as_ref());
        let hint = match (by, decision.near_miss()) {
            (Some(by), _) => format!("; {by} denies it"),
            (None, Some(miss)) => format!("; {miss}"),
            (None, None) => String::new(),
        };
        let detail =
            format!("role `{role}` of function `{}` may not call `s3:GetObject` on `{object}`{hint}", called.label());
        let statement = decision.near_miss().map(|miss| &miss.statement);
        let evidence = by.or(statement).and_then(|statement| answer.proof(statement));
        let finding = Finding::new(detail).about("role", role).about("s3-bucket", case.bucket()).proofs(evidence);
        if decision.verdict == Verdict::ExplicitlyDenied {
            return Ok(vec![finding.fix(Fix::new(FixClass::M, "narrow the statement that denies"))]);
        }
        let document = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("{}/*", case.bucket_arn()) },
        ] });
        let on = |command: &str| Aws::new("iam", command, "").arg("role-name", role).arg("policy-name", "read-objects");
        let fix = Fix::new(FixClass::A, format!("let role `{role}` read the objects of the bucket"))
            .run(on("put-role-policy").json("policy-document", &document))
            .undo(on("delete-role-policy"));
        Ok(vec![finding.fix(fix)])
    })
}

/// The key that is asked about, or one that the entry takes.
fn sample(case: &Case<'_>, called: &Called<'_>) -> String {
    match (case.key(), &called.entry) {
        (Some(key), _) => key.to_owned(),
        (None, Some(entry)) => {
            format!("{}object{}", filter::decoded(entry.filter.prefix), filter::decoded(entry.filter.suffix))
        }
        (None, None) => "object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::operations as op;
    use crate::testkit::s3 as kit;
    use crate::testkit::{findings, missing};

    fn allowing(resource: &str) -> crate::testkit::World {
        let mut world = kit::calls();
        world.patch(op::GET_ROLE_POLICY, "/PolicyDocument/Statement/1/Resource", json!(resource));
        world
    }

    #[test]
    fn fires_for_a_key_that_no_policy_covers() {
        let found = findings(kit::ask(&allowing("arn:aws:s3:::photos"), &RULE, &kit::about_key("images/a.jpg")));
        assert!(found[0].fix.as_ref().unwrap().commands[0].contains("arn:aws:s3:::photos/*"));
    }

    #[test]
    fn fires_for_a_bucket_policy_that_denies() {
        let mut world = kit::calls();
        let policy = json!({ "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*" }] });
        world.replace(op::GET_BUCKET_POLICY, &[], json!({ "Policy": policy.to_string() }));
        let found = findings(kit::ask(&world, &RULE, &kit::about_key("images/a.jpg")));
        assert_eq!(found[0].fix.as_ref().unwrap().class, FixClass::M);
    }

    #[test]
    fn silent_when_allowed_or_not_asked_about() {
        assert!(matches!(kit::ask(&kit::calls(), &RULE, &kit::about_key("images/a.jpg")), Judgement::Pass(_)));
        assert!(matches!(
            kit::ask(&allowing("arn:aws:s3:::other/*"), &RULE, &kit::about_bucket()),
            Judgement::NotApplicable(_)
        ));
    }

    #[test]
    fn silent_about_policies_for_other_keys_while_calls_fail_without_a_key() {
        let mut world = allowing("arn:aws:s3:::photos/in/*");
        kit::count(&mut world, ERRORS, 3.0);
        assert!(matches!(kit::ask(&world, &RULE, &kit::about_bucket()), Judgement::Pass(_)));
    }

    #[test]
    fn unknown_for_a_key_when_policies_may_not_be_read() {
        for (operation, action) in
            [(op::GET_ROLE_POLICY, "iam:GetRolePolicy"), (op::GET_BUCKET_POLICY, "s3:GetBucketPolicy")]
        {
            let mut world = kit::calls();
            world.deny(operation);
            assert_eq!(missing(kit::ask(&world, &RULE, &kit::about_key("images/a.jpg"))), [action]);
        }
    }
}
