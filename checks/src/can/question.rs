//! A question to the facts of an account: may this principal do this?

use super::case::action;
use crate::iam::{Arn, Principal};
use std::collections::BTreeMap;

/// A question that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who calls.
    pub principal: Principal,
    /// `service:Name`.
    pub action: String,
    /// An ARN, or `*` for an action without resource types.
    pub resource: String,
    /// Condition keys of the request, in lower case, with their values.
    pub context: BTreeMap<String, Vec<String>>,
}

/// The condition key that tells whose a resource is.
pub(super) const OWNER: &str = "aws:resourceaccount";
/// The condition key that tells which VPC endpoint a request passes.
pub(super) const ENDPOINT: &str = "aws:sourcevpce";

/// Actions of KMS that are about no key.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Key Management Service".
const WITHOUT_KEY: &[&str] = &[
    "connectcustomkeystore",
    "createcustomkeystore",
    "createkey",
    "deletecustomkeystore",
    "describecustomkeystores",
    "disconnectcustomkeystore",
    "generaterandom",
    "listaliases",
    "listkeys",
    "updatecustomkeystore",
];

/// Actions of S3 that are about no bucket.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
fn is_without_bucket(name: &str) -> bool {
    let of_bucket = [
        "listbucket",
        "listbucketmultipartuploads",
        "listbucketversions",
        "listmultipartuploadparts",
        "listtagsforresource",
    ];
    (name.starts_with("list") && !of_bucket.contains(&name))
        || name.ends_with("accountpublicaccessblock")
        || name == "createjob"
}

/// What an action has to name, because the policy of that always has a say.
fn needed(action: &str) -> Option<&'static str> {
    let lower = action.to_ascii_lowercase();
    match lower.split_once(':')? {
        ("s3", name) if !is_without_bucket(name) => Some("a bucket"),
        ("lambda", name) if name.contains("function") && !name.starts_with("list") => Some("a function"),
        ("sqs", name) if name != "listqueues" => Some("a queue"),
        ("kms", name) if !WITHOUT_KEY.contains(&name) => Some("a key"),
        ("sts", name) if name.starts_with("assumerole") || matches!(name, "tagsession" | "setsourceidentity") => {
            Some("a role")
        }
        _ => None,
    }
}

impl Question {
    /// A question in the words of a command line; `context` holds `key=value`, a key with several values more than once.
    ///
    /// # Errors
    /// What was expected, as a lower-case sentence.
    pub fn parse(principal: &str, of: &str, resource: Option<&str>, context: &[String]) -> Result<Self, String> {
        let principal = Principal::parse(principal).map_err(|error| error.to_string())?;
        let action = action(of)?;
        let resource = resource.unwrap_or("*");
        if resource == "*"
            && let Some(what) = needed(of)
        {
            return Err(format!("`{of}` is about {what}, whose own policy decides: give its ARN"));
        }
        if resource != "*" && resource.contains(['*', '?']) {
            return Err(format!("a request is about one resource; `{resource}` is a pattern"));
        }
        if resource != "*" && Arn::parse(resource).is_none() {
            return Err(format!("expected the ARN of a resource, or `*`, found `{resource}`"));
        }
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in context {
            let (key, value) = entry.split_once('=').filter(|(key, _)| key.contains(':')).ok_or_else(|| {
                format!("expected `key=value` with a condition key such as `aws:SourceIp`, found `{entry}`")
            })?;
            keys.entry(key.to_ascii_lowercase()).or_default().push(value.to_owned());
        }
        Ok(Self { principal, action, resource: resource.to_owned(), context: keys })
    }

    /// The ARN of the resource; `None` for `*`.
    pub(super) fn arn(&self) -> Option<Arn<'_>> {
        Arn::parse(&self.resource)
    }

    /// Service prefix of the action, in lower case.
    pub(super) fn service(&self) -> String {
        self.action.split(':').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// Name of the action without its service, in lower case.
    pub(super) fn operation(&self) -> String {
        self.action.split(':').nth(1).unwrap_or_default().to_ascii_lowercase()
    }

    /// The single value of a condition key that was given.
    pub(super) fn given(&self, key: &str) -> Option<&str> {
        match self.context.get(key).map(Vec::as_slice) {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    /// The question in words.
    pub fn name(&self) -> String {
        match self.resource.as_str() {
            "*" => format!("{} {}", self.principal, self.action),
            resource => format!("{} {} {resource}", self.principal, self.action),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/ops/web";

    fn context(entries: &[&str]) -> Vec<String> {
        entries.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn keys_may_have_several_values_and_values_may_hold_anything() {
        let asked = context(&["aws:TagKeys=a", "AWS:tagkeys=b=c"]);
        let question = Question::parse(ROLE, "s3:GetObject", Some("arn:aws:s3:::b/k"), &asked).unwrap();
        assert_eq!(question.context["aws:tagkeys"], ["a", "b=c"]);
        assert_eq!((question.given("aws:tagkeys"), question.service().as_str()), (None, "s3"));
        assert_eq!(question.name(), format!("{ROLE} s3:GetObject arn:aws:s3:::b/k"));
        let plain = Question::parse(ROLE, "ec2:DescribeInstances", None, &[]).unwrap();
        assert_eq!(plain.name(), format!("{ROLE} ec2:DescribeInstances"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let refused = |principal: &str, of: &str, resource: Option<&str>, entries: &[&str]| {
            Question::parse(principal, of, resource, &context(entries)).unwrap_err()
        };
        assert!(refused("web", "s3:GetObject", None, &[]).starts_with("`web` is no caller"));
        assert!(refused(ROLE, "s3:Get*", Some("arn:aws:s3:::b"), &[]).contains("is a pattern"));
        assert!(refused(ROLE, "s3:GetObject", Some("b"), &[]).contains("expected the ARN of a resource"));
        assert!(refused(ROLE, "ssm:GetParameter", None, &["SourceIp=1"]).contains("expected `key=value`"));
        assert!(refused(ROLE, "ssm:GetParameter", None, &["aws:SourceIp"]).contains("expected `key=value`"));
        assert!(refused(ROLE, "kms:Decrypt", None, &[]).contains("is about a key"));
        assert!(refused(ROLE, "sts:AssumeRole", None, &[]).contains("is about a role"));
        assert!(refused(ROLE, "s3:GetObject", None, &[]).contains("is about a bucket"));
        assert!(refused(ROLE, "lambda:InvokeFunction", None, &[]).contains("is about a function"));
        assert!(refused(ROLE, "s3:GetObject", Some("arn:aws:s3:::b/*"), &[]).contains("is a pattern"));
        assert!(Question::parse(ROLE, "s3:ListAllMyBuckets", None, &[]).is_ok());
        assert!(Question::parse(ROLE, "lambda:ListFunctions", None, &[]).is_ok());
        assert!(Question::parse(ROLE, "kms:ListKeys", None, &[]).is_ok() && WITHOUT_KEY.is_sorted());
    }
}
