//! Whether the policies of destinations let S3 and EventBridge reach them, and what is wrong with those that do not.

use super::case::{Called, Case};
use crate::can::{self, Answer};
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::iam::{Decision, FailedElement, NearMiss, Principal, StatementRef, Verdict};
use crate::instance::gaps;
use crate::snapshot::{Gap, operations as op};
use serde_json::Value;
use std::collections::BTreeMap;

/// The service principal of S3.
pub const S3: &str = "s3.amazonaws.com";
/// That of EventBridge.
pub const EVENTS: &str = "events.amazonaws.com";
/// What it takes to call a function.
pub const INVOKE: &str = "lambda:InvokeFunction";

/// A call that a service makes on behalf of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Behalf<'q> {
    /// The service.
    pub service: &'q str,
    /// The resource: `aws:SourceArn`.
    pub source: Option<&'q str>,
    /// Whose it is: `aws:SourceAccount`.
    pub account: Option<&'q str>,
}

/// What is wrong with the policy of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No statement is about S3.
    Missing,
    /// The statement is on the function and the entry names a version or alias, or the other way round.
    Qualifier,
    /// `aws:SourceArn` is not the bucket.
    SourceArn,
    /// `aws:SourceAccount` is not its owner.
    SourceAccount,
    /// The principal is not S3.
    Principal,
    /// A statement denies.
    Deny,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What.
    pub wrong: Wrong,
    /// Values in the policy.
    pub found: Vec<String>,
    /// The statement as the answer holds it.
    pub evidence: Option<Evidence>,
    /// The statement.
    pub statement: Option<StatementRef>,
}

/// A question to the policy of a resource.
pub fn question(action: &str, resource: &str, behalf: Behalf<'_>) -> can::Question {
    let one = |value: &str| vec![value.to_owned()];
    let mut context = BTreeMap::new();
    if let Some(source) = behalf.source {
        context.insert("aws:sourcearn".to_owned(), one(source));
    }
    if let Some(account) = behalf.account {
        context.insert("aws:sourceaccount".to_owned(), one(account));
    }
    let principal = Principal::Service(behalf.service.to_owned());
    can::Question { principal, action: action.to_owned(), resource: resource.to_owned(), context }
}

impl<'a> Case<'a> {
    /// What S3 tells of itself when it reaches a destination for this bucket.
    pub fn behalf<'q>(&'q self, bucket_arn: &'q str) -> Behalf<'q> {
        Behalf { service: S3, source: Some(bucket_arn), account: self.owner() }
    }

    /// What the policy of a resource says of a call.
    ///
    /// # Errors
    /// It could not be asked.
    pub fn decide(&self, action: &str, resource: &str, behalf: Behalf<'_>) -> Result<Answer<'a>, Gap> {
        can::decide(self.snapshot, &question(action, resource, behalf)).map_err(Gap::opaque)
    }

    /// Why a decision is open; never empty.
    pub fn open(&self, decision: &Decision, read: Option<Gap>) -> Vec<Gap> {
        let known: Vec<Gap> = read.into_iter().collect();
        let mut open = gaps(decision, &known);
        if open.is_empty() {
            open.extend(known);
        }
        if open.is_empty() {
            open.push(Gap::opaque("what decides about the call"));
        }
        open
    }

    /// What is wrong with the policy of a function, where S3 may not call it.
    ///
    /// # Errors
    /// Why it is not known whether it may.
    pub fn faults(&self, called: &Called<'a>) -> Result<Vec<Fault>, Vec<Gap>> {
        if self.is_foreign(&called.function.account) {
            let account = &called.function.account;
            let command = policy_command(called);
            return Err(vec![Gap::opaque(format!("what `{command}` prints in account `{account}`"))]);
        }
        let bucket = self.bucket_arn();
        let behalf = self.behalf(&bucket);
        let answer = self.decide(INVOKE, &called.arn, behalf).map_err(|gap| vec![gap])?;
        let decision = &answer.decision;
        let fault = |wrong, found: Vec<String>, statement: Option<&StatementRef>, answer: &Answer<'_>| Fault {
            wrong,
            found,
            evidence: statement.and_then(|statement| answer.proof(statement)),
            statement: statement.cloned(),
        };
        match decision.verdict {
            Verdict::Allowed => return Ok(Vec::new()),
            Verdict::Unknown => {
                let read = self.snapshot.function_policies.get(&called.arn).err();
                return Err(self.open(decision, read));
            }
            Verdict::ExplicitlyDenied => {
                let by = decision.deciding().and_then(|part| part.by.as_ref());
                return Ok(vec![fault(Wrong::Deny, Vec::new(), by, &answer)]);
            }
            Verdict::ImplicitlyDenied => {}
        }
        if let Some(elsewhere) = self.on_other_qualifier(called, behalf) {
            return Ok(vec![Fault {
                wrong: Wrong::Qualifier,
                found: vec![elsewhere],
                evidence: None,
                statement: None,
            }]);
        }
        let mut faults: Vec<Fault> = Vec::new();
        for miss in &decision.near_misses {
            let evidence = answer.proof(&miss.statement);
            if let Some(wrong) = of_near_miss(miss, evidence.as_ref())
                && !faults.iter().any(|known| known.wrong == wrong)
            {
                faults.push(fault(wrong, miss.expected.clone(), Some(&miss.statement), &answer));
            }
        }
        if faults.is_empty() {
            faults = self.both_conditions(called, behalf)?;
        }
        if faults.is_empty() {
            faults.push(Fault { wrong: Wrong::Missing, found: Vec::new(), evidence: None, statement: None });
        }
        Ok(faults)
    }

    /// A statement may fail on both conditions at once: what holds with one of them left open tells.
    fn both_conditions(&self, called: &Called<'_>, behalf: Behalf<'_>) -> Result<Vec<Fault>, Vec<Gap>> {
        let ask = |behalf: Behalf<'_>| self.decide(INVOKE, &called.arn, behalf).map_err(|gap| vec![gap]);
        let open = ask(Behalf { source: None, account: None, ..behalf })?;
        if open.decision.verdict != Verdict::Unknown {
            return Ok(Vec::new());
        }
        let by = open.decision.deciding().and_then(|part| part.by.clone());
        let evidence = by.as_ref().and_then(|by| open.proof(by));
        let mut faults = Vec::new();
        for (wrong, behalf) in [
            (Wrong::SourceArn, Behalf { account: None, ..behalf }),
            (Wrong::SourceAccount, Behalf { source: None, ..behalf }),
        ] {
            if ask(behalf)?.decision.is_denied() {
                faults.push(Fault { wrong, found: Vec::new(), evidence: evidence.clone(), statement: by.clone() });
            }
        }
        Ok(faults)
    }

    /// The ARN of the same function with another version or alias, or without, that S3 may call.
    fn on_other_qualifier(&self, called: &Called<'_>, behalf: Behalf<'_>) -> Option<String> {
        let bare = called.function.bare_arn();
        let of_function = |arn: &str| arn == bare || arn.strip_prefix(&bare).is_some_and(|rest| rest.starts_with(':'));
        let mut others: Vec<&str> =
            self.snapshot.function_policies.keys().filter(|arn| *arn != called.arn && of_function(arn)).collect();
        others.sort_unstable();
        let allows = |arn: &&str| self.decide(INVOKE, arn, behalf).is_ok_and(|answer| answer.decision.is_allowed());
        others.into_iter().find(allows).map(str::to_owned)
    }

    /// Judges the policies of the functions that S3 is to call by one of the things that can be wrong with them.
    ///
    /// # Errors
    /// Why the functions are not known.
    pub fn judge_faults(
        &self,
        wrong: Wrong,
        pass: &'static str,
        describe: impl Fn(&Called<'a>, &Fault) -> Finding,
    ) -> Result<Judgement, Gap> {
        let called = self.called()?;
        if called.is_empty() {
            return Ok(self.nothing_called());
        }
        let (mut findings, mut open, mut gone) = (Vec::new(), Vec::new(), false);
        for called in &called {
            if self.is_gone(called) {
                gone = true;
                continue;
            }
            match self.faults(called) {
                Ok(faults) if !faults.is_empty() && called.entry.is_none() && called.function.qualifier.is_none() => {
                    let what = format!("which version or alias of function `{}` the entry names", called.function.name);
                    open.push(Gap::opaque(what));
                }
                Ok(faults) => {
                    findings.extend(
                        faults.iter().filter(|fault| fault.wrong == wrong).map(|fault| describe(called, fault)),
                    );
                }
                Err(gaps) => open.extend(gaps),
            }
        }
        Ok(Judgement::settled(findings, open, || self.nothing_wrong(gone, pass)))
    }

    /// Whether the function, or the version or alias that is meant, is known not to be there.
    pub fn is_gone(&self, called: &Called<'_>) -> bool {
        matches!(self.function(called), Ok(None))
    }

    /// Why there is no function for S3 to call.
    pub fn nothing_called(&self) -> Judgement {
        match (self.special_kind(), self.other_way()) {
            (Some(_), _) => Judgement::follows_from("s3/directory-or-outposts-bucket"),
            (None, Some(way)) => Judgement::not_applicable(format!("events reach the function by {way}")),
            (None, None) if self.asked.is_some() => Judgement::follows_from("s3/no-notification-for-function"),
            (None, None) => Judgement::not_applicable("no entry of the bucket is for a function"),
        }
    }

    /// The fix that lets S3 call a function, and no other bucket.
    pub fn permit(&self, called: &Called<'_>) -> Fix {
        let bucket = self.bucket_arn();
        let id = statement_id(self.bucket());
        let on = |command: &str| {
            let command = Aws::new("lambda", command, &called.function.region);
            let command = command.arg("function-name", called.function.bare_arn());
            match &called.function.qualifier {
                Some(qualifier) => command.arg("qualifier", qualifier),
                None => command,
            }
            .arg("statement-id", &id)
        };
        let add = on("add-permission").arg("action", INVOKE).arg("principal", S3).arg("source-arn", &bucket);
        let add = match self.owner() {
            Some(owner) => add.arg("source-account", owner),
            None => add,
        };
        let summary = format!("let S3 call `{}` for bucket `{}` alone", called.label(), self.bucket());
        Fix::new(FixClass::A, summary).run(add).undo(on("remove-permission"))
    }
}

/// The command that shows the policy of a function.
pub fn policy_command(called: &Called<'_>) -> String {
    let command = Aws::new("lambda", "get-policy", &called.function.region);
    let command = command.arg("function-name", called.function.bare_arn());
    String::from(match &called.function.qualifier {
        Some(qualifier) => command.arg("qualifier", qualifier),
        None => command,
    })
}

/// A finding about the policy of a function, with the statement that proves it.
pub fn finding(called: &Called<'_>, fault: &Fault, bucket: &str, detail: String) -> Finding {
    let evidence = fault
        .evidence
        .clone()
        .unwrap_or_else(|| Evidence::new(op::GET_FUNCTION_POLICY, &called.arn, "Policy", Value::Null));
    Finding::new(detail).about("lambda-function", &called.arn).about("s3-bucket", bucket).proof(evidence)
}

/// Statement ids hold letters, digits, `-` and `_` only, at most 100 of them (Lambda API reference, `AddPermission`).
fn statement_id(bucket: &str) -> String {
    let own: String = bucket.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("s3-{own}").chars().take(100).collect()
}

/// What a statement lacks that would have allowed but for one element.
fn of_near_miss(miss: &NearMiss, evidence: Option<&Evidence>) -> Option<Wrong> {
    match &miss.element {
        FailedElement::Condition { key, .. } if key.eq_ignore_ascii_case("aws:SourceArn") => Some(Wrong::SourceArn),
        FailedElement::Condition { key, .. } if key.eq_ignore_ascii_case("aws:SourceAccount") => {
            Some(Wrong::SourceAccount)
        }
        // A statement for another service is nobody's slip, unless it names a bucket.
        FailedElement::Principal => {
            let statement = evidence.map(|evidence| evidence.value.to_string()).unwrap_or_default();
            let is_meant =
                statement.contains(":s3:::") || !miss.expected.iter().any(|own| own.contains("amazonaws.com"));
            is_meant.then_some(Wrong::Principal)
        }
        _ => None,
    }
}
