//! Rules about functions: each function that counts is asked, and what was found is put together.

use super::bridge::Candidate;
use super::case::{Called, Case};
use crate::finding::{Finding, Judgement};
use crate::snapshot::lambda::{FunctionConcurrency, FunctionConfiguration};
use crate::snapshot::{Gap, Observed};

impl<'a> Case<'a> {
    /// Asks every function that counts; `otherwise` is said where nothing was found and nothing is open.
    ///
    /// # Errors
    /// Why the functions are not known.
    pub fn each_called(
        &self,
        judge: impl Fn(&Called<'a>) -> Result<Vec<Finding>, Gap>,
        otherwise: impl FnOnce() -> Judgement,
    ) -> Result<Judgement, Gap> {
        let functions = self.functions();
        if functions.is_empty() {
            self.judged()?;
            return Ok(self.nothing_called());
        }
        let (mut findings, mut open) = (Vec::new(), Vec::new());
        for called in &functions {
            match judge(called) {
                Ok(found) => findings.extend(found),
                Err(gap) => open.push(gap),
            }
        }
        Ok(Judgement::settled(findings, open, otherwise))
    }

    /// Asks every function whose own state counts: those that are there.
    ///
    /// # Errors
    /// Why the functions are not known.
    pub fn each_function(
        &self,
        pass: &'static str,
        judge: impl Fn(&Called<'a>) -> Result<Vec<Finding>, Gap>,
    ) -> Result<Judgement, Gap> {
        let present = |called: &Called<'a>| if self.is_gone(called) { Ok(Vec::new()) } else { judge(called) };
        self.each_called(present, || {
            let is_gone = self.functions().iter().any(|called| self.is_gone(called));
            self.nothing_wrong(is_gone, pass)
        })
    }

    /// What a rule about functions says that found nothing wrong; `is_gone` when one of them is not there.
    pub(super) fn nothing_wrong(&self, is_gone: bool, pass: &'static str) -> Judgement {
        if is_gone { Judgement::follows_from("s3/function-missing") } else { Judgement::pass(pass) }
    }

    /// The configuration of a function that is there.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn present(&self, called: &Called<'_>) -> Result<&'a FunctionConfiguration, Gap> {
        self.function(called)?
            .ok_or_else(|| Gap::opaque(format!("function `{}`, which was not found,", called.label())))
    }
}

impl<'a> Case<'a> {
    /// What is reserved for a function.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn concurrency(&self, called: &Called<'_>) -> Observed<&'a FunctionConcurrency> {
        self.present(called)?;
        self.snapshot.function_concurrency.get(&called.function.bare_arn())
    }

    /// The log group of a function.
    pub fn log_group(&self, called: &Called<'_>) -> String {
        let own = self.function(called).ok().flatten().and_then(|own| own.logging_config.as_ref());
        let own = own.map(|own| own.log_group.as_str()).filter(|group| !group.is_empty());
        own.map_or_else(|| format!("/aws/lambda/{}", called.function.name), str::to_owned)
    }

    /// Why the role of a function is not known.
    pub fn role_gap(&self, called: &Called<'_>) -> Option<Gap> {
        self.snapshot.roles.get(self.role_name(called)?).err()
    }

    /// Rules of EventBridge that are there for events of the bucket, for what is asked about, while it does not send them there. A rule
    /// that calls the function that is asked about counts whatever else is wrong with it.
    pub fn waiting_rules(&self) -> impl Iterator<Item = &Candidate<'a>> {
        self.bridge.rules.iter().filter(|rule| {
            let is_meant = match &self.asked {
                Some(_) => rule.leads && (rule.may_fit() || self.names_bucket(rule)),
                None => self.entries.is_empty() && self.names_bucket(rule) && rule.is_enabled() && rule.may_fit(),
            };
            !self.bridge.is_on && is_meant
        })
    }

    /// Whether the pattern of a rule names the bucket.
    pub fn names_bucket(&self, rule: &Candidate<'_>) -> bool {
        let pattern = rule.rule.event_pattern.as_str();
        pattern.contains(&format!("\"{}\"", self.bucket())) || pattern.contains(&format!("\"{}\"", self.bucket_arn()))
    }
}
