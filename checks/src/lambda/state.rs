//! What Lambda tells of the function itself, and how to change it.

use super::Case;
use super::versions::split;
use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::os::environment::EnvironmentSigns;
use crate::snapshot::ec2::is;
use crate::snapshot::{Gap, operations as op};
use serde_json::Value;

/// A configuration that Lambda could not apply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure<'a> {
    /// The member that says so: `State` or `LastUpdateStatus`.
    pub(crate) member: &'static str,
    /// Why, as a code; empty where none is told.
    pub(crate) code: &'a str,
    /// Why, in words.
    pub(crate) reason: &'a str,
}

impl Failure<'_> {
    /// What it means for calls: after a failed update the previous configuration still serves them.
    pub(crate) fn consequence(&self) -> &'static str {
        if self.member == "State" { "calls fail" } else { "calls still meet the previous configuration" }
    }
}

/// Codes that a rule of its own speaks of.
///
/// Source: Lambda API reference, `FunctionConfiguration`, members `StateReasonCode` and `LastUpdateStatusReasonCode`.
pub(crate) const OWN_RULES: &[(&str, &str)] = &[
    ("EniLimitExceeded", "lambda/eni-limit"),
    ("SubnetOutOfIPAddresses", "lambda/subnet-out-of-addresses"),
    ("InsufficientRolePermissions", "lambda/role-lacks-eni-permissions"),
    ("InvalidSubnet", "lambda/subnet-or-sg-deleted"),
    ("InvalidSecurityGroup", "lambda/subnet-or-sg-deleted"),
];

impl<'a> Case<'a> {
    /// The state of the function, or of its last update, as `member` shows it.
    ///
    /// # Errors
    /// The answer does not tell.
    pub(crate) fn state(&self, member: &str) -> Result<&'a str, Gap> {
        let function = self.function;
        let value = if member == "State" { &function.state } else { &function.last_update_status };
        if value.is_empty() {
            return Err(Gap::NotAsked { action: op::GET_FUNCTION_CONFIGURATION.action.to_owned() });
        }
        Ok(value)
    }

    /// The configuration that Lambda could not apply, if there is one.
    ///
    /// # Errors
    /// The answer does not tell.
    pub(crate) fn failure(&self) -> Result<Option<Failure<'a>>, Gap> {
        let function = self.function;
        if is(self.state("State")?, "Failed") {
            let (code, reason) = (function.state_reason_code.as_str(), function.state_reason.as_str());
            return Ok(Some(Failure { member: "State", code, reason }));
        }
        if is(self.state("LastUpdateStatus")?, "Failed") {
            let (code, reason) =
                (function.last_update_status_reason_code.as_str(), function.last_update_status_reason.as_str());
            return Ok(Some(Failure { member: "LastUpdateStatus", code, reason }));
        }
        Ok(None)
    }

    /// A failure with one of these codes.
    ///
    /// # Errors
    /// The answer does not tell.
    pub(crate) fn failure_with(&self, codes: &[&str]) -> Result<Option<Failure<'a>>, Gap> {
        Ok(self.failure()?.filter(|failure| codes.contains(&failure.code)))
    }

    /// A field of the function's configuration.
    pub(crate) fn shows(&self, field: &str, value: impl Into<Value>) -> Evidence {
        Evidence::new(op::GET_FUNCTION_CONFIGURATION, self.name(), field, value)
    }

    /// A finding about the function.
    pub(crate) fn found(&self, detail: impl Into<String>) -> Finding {
        Finding::new(detail).about("lambda-function", self.name())
    }

    /// A finding about a configuration that Lambda could not apply, with Lambda's own words.
    pub(crate) fn failed(&self, failure: &Failure<'_>, detail: &str) -> Finding {
        let said = if failure.reason.is_empty() { failure.code } else { failure.reason };
        let finding = self.found(format!("{detail}, so {}: `{said}`", failure.consequence()));
        let finding = finding.proof(self.shows(failure.member, "Failed"));
        let field = format!("{}ReasonCode", failure.member);
        if failure.code.is_empty() { finding } else { finding.proof(self.shows(&field, failure.code)) }
    }

    /// `aws lambda update-function-configuration` for the function.
    pub(crate) fn update(&self) -> Aws {
        let (name, _) = split(&self.question.function);
        Aws::new("lambda", "update-function-configuration", self.region()).arg("function-name", name)
    }

    /// The command that attaches the function to these subnets, with the groups that it has.
    pub(crate) fn attach(&self, subnets: &[String]) -> Aws {
        let groups = self.vpc().map(|config| config.security_group_ids.join(",")).unwrap_or_default();
        self.update().arg("vpc-config", format!("SubnetIds={},SecurityGroupIds={groups}", subnets.join(",")))
    }

    /// The command that lists what of a kind, such as `subnets`, the VPC of the function has: which of them to take is for its owner.
    pub(crate) fn list_of_vpc(&self, what: &str, query: &str) -> Aws {
        let vpc = self.vpc().map(|config| config.vpc_id.as_str()).unwrap_or_default();
        Aws::new("ec2", &format!("describe-{what}"), self.region())
            .arg("filters", format!("Name=vpc-id,Values={vpc}"))
            .arg("query", query)
    }

    /// A fix that changes environment variables: an update replaces all of them, so the others go along.
    pub(crate) fn change_environment(&self, summary: &str) -> Fix {
        let (name, _) = split(&self.question.function);
        let read = Aws::new("lambda", "get-function-configuration", self.region())
            .arg("function-name", name)
            .arg("query", "Environment.{Variables: Variables}");
        let summary = format!("{summary}: save the variables, change the copy, and write all of them back");
        Fix::new(FixClass::A, summary)
            .run(format!("{} > environment.json", String::from(read)))
            .run("cp environment.json environment.before.json")
            .run(self.update().arg("environment", "file://environment.json"))
            .undo(self.update().arg("environment", "file://environment.before.json"))
    }

    /// What the environment variables tell; none where the function has none.
    ///
    /// # Errors
    /// AWS hides them from callers who may not use their key.
    pub(crate) fn environment(&self) -> Result<Option<&'a EnvironmentSigns>, Gap> {
        match &self.function.environment_signs {
            Some(signs) if signs.is_hidden => {
                Err(Gap::Denied { action: "kms:Decrypt".to_owned(), code: "AccessDeniedException".to_owned() })
            }
            signs => Ok(signs.as_ref()),
        }
    }
}

/// What a rule about a failed configuration says when nothing of it failed.
pub(crate) fn applied() -> Judgement {
    Judgement::pass("Lambda applied the function's configuration")
}
