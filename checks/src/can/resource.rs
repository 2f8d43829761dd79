//! The policy of the resource that a request is about.

use super::question::Question;
use super::reader::is_foreign;
use crate::iam::{Arn, Layer, PolicySet, PolicySource, Unreadable, base_name};
use crate::iam_facts::{Document, reason};
use crate::snapshot::{Answers, Gap, Observed, Operation, Outcome, Recorded, Reply, Snapshot, operations as op};
use serde_json::{Value, json};
use std::borrow::Cow;

/// Services whose resources may have a policy of their own that can deny to callers of the same account, and whose policies are not read.
///
/// Source: IAM user guide, "AWS services that work with IAM", column "Resource-based policies".
const OTHERS: &[&str] = &[
    "acm-pca",
    "apigateway",
    "backup",
    "codeartifact",
    "codebuild",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "elasticfilesystem",
    "es",
    "events",
    "execute-api",
    "glacier",
    "glue",
    "iot",
    "kafka",
    "kinesis",
    "lex",
    "mediastore",
    "redshift-serverless",
    "rekognition",
    "s3-object-lambda",
    "s3-outposts",
    "s3express",
    "s3tables",
    "s3vectors",
    "schemas",
    "secretsmanager",
    "serverlessrepo",
    "ses",
    "signer",
    "vpc-lattice",
];

/// A resource as far as its policy goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Nothing with a policy.
    Plain,
    /// A bucket, by name.
    Bucket(String),
    /// A function by its ARN, and the version or alias.
    Function(String, Option<String>),
    /// A key, by ARN.
    Key(String),
    /// A queue, by URL.
    Queue(String),
    /// A topic, by ARN.
    Topic(String),
    /// A role that is assumed, by name.
    Role(String),
    /// Something whose policy is not read; what it is.
    Unread(String),
}

impl Target {
    pub(super) fn of(question: &Question) -> Self {
        let Some(arn) = question.arn() else { return Self::Plain };
        let (service, resource) = (question.service(), arn.resource);
        let whole = || question.resource.clone();
        match arn.service {
            "iam" if service == "sts" && resource.starts_with("role/") => Self::Role(base_name(resource).to_owned()),
            "iam" => Self::Plain,
            // A service by another prefix, as `kafka-cluster` has it: only its own policies, if any, count.
            own if own != service => Self::of_other(question, own),
            "s3" if arn.region.is_empty() => Self::Bucket(resource.split('/').next().unwrap_or_default().to_owned()),
            "lambda" if resource.starts_with("function:") => {
                let mut parts = resource.splitn(3, ':').skip(1);
                let name = parts.next().unwrap_or_default();
                let head = format!("arn:{}:lambda:{}:{}:function:{name}", arn.partition, arn.region, arn.account);
                Self::Function(head, parts.next().map(str::to_owned))
            }
            "kms" if resource.starts_with("key/") => Self::Key(whole()),
            "kms" => Self::Unread(format!("the policy of the key behind `{}`", question.resource)),
            "sqs" => Self::Queue(url_of(&arn)),
            // A subscription has its topic's policy.
            "sns" => {
                let topic = resource.split(':').next().unwrap_or_default();
                Self::Topic(format!("arn:{}:sns:{}:{}:{topic}", arn.partition, arn.region, arn.account))
            }
            "s3" => Self::Unread(format!("the policy of `{}`", question.resource)),
            own => Self::of_other(question, own),
        }
    }

    /// A resource of a service whose policies are not read.
    fn of_other(question: &Question, service: &str) -> Self {
        let account = question.arn().map_or("", |arn| arn.account);
        let is_foreign = !account.is_empty() && question.principal.account() != Some(account);
        if OTHERS.contains(&service) {
            Self::Unread(format!("the policy of `{}`, since policies of `{service}` are not read,", question.resource))
        } else if is_foreign {
            Self::Unread(format!("what `{service}` shares of `{}`", question.resource))
        } else {
            Self::Plain
        }
    }

    /// The read that brings the policy; `owner` is whose the bucket has to be for the answer to count.
    pub(super) fn read(&self, owner: Option<&str>) -> Option<(Operation, Value)> {
        Some(match self {
            Self::Bucket(name) => match owner {
                Some(owner) => (op::GET_BUCKET_POLICY, json!({ "Bucket": name, "ExpectedBucketOwner": owner })),
                None => (op::GET_BUCKET_POLICY, json!({ "Bucket": name })),
            },
            Self::Function(arn, None) => (op::GET_FUNCTION_POLICY, json!({ "FunctionName": arn })),
            Self::Function(arn, Some(of)) => (op::GET_FUNCTION_POLICY, json!({ "FunctionName": arn, "Qualifier": of })),
            Self::Key(arn) => (op::GET_KEY_POLICY, json!({ "KeyId": arn, "PolicyName": "default" })),
            Self::Queue(url) => (op::GET_QUEUE_ATTRIBUTES, json!({ "QueueUrl": url, "AttributeNames": ["Policy"] })),
            Self::Topic(arn) => (op::GET_TOPIC_ATTRIBUTES, json!({ "TopicArn": arn })),
            Self::Role(name) => (op::GET_ROLE, json!({ "RoleName": name })),
            Self::Plain | Self::Unread(_) => return None,
        })
    }
}

/// The URL of a queue, by which its attributes are asked for.
pub(crate) fn queue_url(arn: &str) -> Option<String> {
    Arn::parse(arn).filter(|arn| arn.service == "sqs").map(|arn| url_of(&arn))
}

fn url_of(queue: &Arn<'_>) -> String {
    let suffix = if queue.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://sqs.{}.{suffix}/{}/{}", queue.region, queue.account, queue.resource)
}

/// The policy of a resource, and the document that it is.
pub(super) struct OfResource<'s> {
    pub(super) policy: Option<PolicySet>,
    pub(super) documents: Vec<Document<'s>>,
}

impl OfResource<'_> {
    const NONE: Self = Self { policy: None, documents: Vec::new() };
}

/// The policy of the resource that a question is about, as far as it is known.
pub(super) fn of<'s>(snapshot: &'s Snapshot, question: &Question) -> OfResource<'s> {
    let target = Target::of(question);
    let name = question.resource.as_str();
    let text = |policy: &'s str| Cow::Owned(Value::String(policy.to_owned()));
    let told = |policy: &'s String| Some(policy.as_str()).filter(|policy| !policy.is_empty());
    let (layer, observed, operation, member): (_, Observed<Cow<'s, Value>>, _, _) = match &target {
        Target::Plain => return OfResource::NONE,
        Target::Unread(what) => {
            let gap = Gap::opaque(what.clone());
            let policy =
                PolicySet::unreadable(PolicySource::new(Layer::Resource, name), Unreadable::Other(gap.to_string()));
            return OfResource { policy: Some(policy), documents: Vec::new() };
        }
        Target::Bucket(bucket) => {
            let policy = snapshot.bucket_policies.get(bucket).map(|own| own.map(|own| Cow::Borrowed(&own.policy)));
            let is_bare = |code: &str, _: &str| code == "NoSuchBucketPolicy";
            let operation = op::GET_BUCKET_POLICY;
            (Layer::Resource, there(snapshot, operation, &[bucket], policy, is_bare), operation, "Policy")
        }
        Target::Function(arn, of) => {
            let whole = of.as_ref().map_or_else(|| arn.clone(), |of| format!("{arn}:{of}"));
            let short = whole.split_once(":function:").map_or(whole.as_str(), |(_, name)| name);
            let policy = at_home(snapshot, question, &snapshot.function_policies, (&whole, short));
            let policy = policy.map(|own| own.map(|own| Cow::Borrowed(&own.policy)));
            // One code for a function that is not there and for one without a policy.
            let is_bare = |_: &str, message: &str| message.contains("does not exist");
            let operation = op::GET_FUNCTION_POLICY;
            (Layer::Resource, there(snapshot, operation, &[arn, short], policy, is_bare), operation, "Policy")
        }
        Target::Key(arn) => {
            let short = base_name(arn);
            let policy = at_home(snapshot, question, &snapshot.key_policies, (arn, short));
            let policy = policy.map(|own| own.map(|own| Cow::Borrowed(&own.policy)));
            let operation = op::GET_KEY_POLICY;
            (Layer::Resource, there(snapshot, operation, &[arn, short], policy, |_, _| false), operation, "Policy")
        }
        Target::Queue(url) => {
            let short = base_name(url);
            let policy = at_home(snapshot, question, &snapshot.queue_attributes, (url, short));
            let policy = policy.map(|own| own.and_then(|own| told(&own.attributes.policy)).map(text));
            let operation = op::GET_QUEUE_ATTRIBUTES;
            let policy = there(snapshot, operation, &[url, short], policy, |_, _| false);
            (Layer::Resource, policy, operation, "Attributes.Policy")
        }
        Target::Topic(arn) => {
            let policy = snapshot.topic_attributes.get(arn);
            let policy = policy.map(|own| own.and_then(|own| told(&own.attributes.policy)).map(text));
            let operation = op::GET_TOPIC_ATTRIBUTES;
            (Layer::Resource, there(snapshot, operation, &[arn], policy, |_, _| false), operation, "Attributes.Policy")
        }
        Target::Role(role) => {
            let account = question.arn().map_or("", |arn| arn.account);
            let own = match snapshot.roles.get(role) {
                // The reader's account may have a role of that name, or none, and neither is the one that is meant.
                Ok(_) if is_foreign(snapshot, account) => Err(Gap::opaque(format!("the trust policy of `{name}`"))),
                Ok(Some(known)) if known.arn != question.resource => {
                    Err(Gap::opaque(format!("the trust policy of `{name}`")))
                }
                Ok(None) => Err(Gap::opaque(format!("role `{name}`, which was not found,"))),
                known => known.map(|known| known.map(|known| Cow::Borrowed(&known.assume_role_policy_document))),
            };
            (Layer::Trust, own, op::GET_ROLE, "Role.AssumeRolePolicyDocument")
        }
    };
    let source = PolicySource::new(layer, name);
    match observed {
        Ok(None) => OfResource::NONE,
        Ok(Some(document)) => {
            let mut policy = PolicySet::default();
            policy.add_document(source.clone(), &document);
            let document = Document { source, operation, resource: name.to_owned(), member, document, is_whole: false };
            OfResource { policy: Some(policy), documents: vec![document] }
        }
        Err(gap) => {
            let policy = Some(PolicySet::unreadable(source, reason(&gap)));
            OfResource { policy, documents: Vec::new() }
        }
    }
}

/// What is known of a resource under its whole name; under the short one, which a file has, only where that can be nobody else's.
fn at_home<'s, T: Reply>(
    snapshot: &'s Snapshot,
    question: &Question,
    answers: &'s Answers<T>,
    (whole, short): (&str, &str),
) -> Observed<&'s T> {
    let region = &snapshot.header.region;
    let is_here = question
        .arn()
        .is_some_and(|arn| !is_foreign(snapshot, arn.account) && (region.is_empty() || region == arn.region));
    match answers.get(whole) {
        Err(Gap::NotAsked { .. }) if is_here => answers.get(short),
        known => known,
    }
}

/// A policy, unless the answer says that the resource itself is not there: that is not a resource without a policy, which errors for which
/// `is_bare` holds (of code and message) mean. `names` are those under which the resource was asked for.
fn there<'s>(
    snapshot: &Snapshot,
    operation: Operation,
    names: &[&str],
    policy: Observed<Cow<'s, Value>>,
    is_bare: impl Fn(&str, &str) -> bool,
) -> Observed<Cow<'s, Value>> {
    let Ok(None) = policy else { return policy };
    let is_name = |value: &Value| value.as_str().is_some_and(|value| names.contains(&value));
    let own = |read: &&Recorded| read.is_of(operation) && read.parameters.values().any(is_name);
    match snapshot.reads().iter().rev().find(own).map(|read| &read.outcome) {
        Some(Outcome::Error { code, message }) if !is_bare(code, message) => {
            Err(Gap::opaque(format!("the policy of what was not found ({code})")))
        }
        _ => policy,
    }
}

/// The account that owns the resource, where its ARN does not say: that of a bucket is known where its policy was asked for under the
/// condition that a certain account owns it.
///
/// Source: S3 user guide, "Verifying bucket ownership with bucket owner condition".
pub(super) fn owner(snapshot: &Snapshot, question: &Question) -> Option<String> {
    let Target::Bucket(bucket) = Target::of(question) else { return None };
    let is_own = |read: &&Recorded| {
        read.is_of(op::GET_BUCKET_POLICY)
            && read.parameters.get("Bucket").and_then(Value::as_str) == Some(bucket.as_str())
            && match &read.outcome {
                Outcome::Output(_) => true,
                Outcome::Error { code, .. } => code == "NoSuchBucketPolicy",
            }
    };
    let mut reads = snapshot.reads().iter().filter(is_own);
    reads.find_map(|read| read.parameters.get("ExpectedBucketOwner")?.as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(action: &str, resource: &str) -> Target {
        let principal = "arn:aws:iam::111122223333:role/web";
        Target::of(&Question::parse(principal, action, Some(resource), &[]).unwrap())
    }

    #[test]
    fn resources_lead_to_the_policies_that_they_have() {
        assert_eq!(target("s3:GetObject", "arn:aws:s3:::b/k/l"), Target::Bucket("b".into()));
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        assert_eq!(target("lambda:InvokeFunction", function), Target::Function(function.into(), None));
        let alias = target("lambda:InvokeFunction", &format!("{function}:live"));
        assert_eq!(alias, Target::Function(function.into(), Some("live".into())));
        let queue = target("sqs:SendMessage", "arn:aws-cn:sqs:cn-north-1:111122223333:q");
        assert_eq!(queue, Target::Queue("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q".into()));
        let topic = "arn:aws:sns:eu-west-1:111122223333:t";
        assert_eq!(target("sns:Unsubscribe", &format!("{topic}:0-1")), Target::Topic(topic.into()));
        assert_eq!(target("sts:AssumeRole", "arn:aws:iam::111122223333:role/ops/db"), Target::Role("db".into()));
        assert_eq!(target("iam:PassRole", "arn:aws:iam::111122223333:role/ops/db"), Target::Plain);
        assert_eq!(target("ssm:GetParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/p"), Target::Plain);
        assert!(matches!(
            target("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s"),
            Target::Unread(_)
        ));
        assert!(matches!(
            target("ssm:GetParameter", "arn:aws:ssm:eu-west-1:444455556666:parameter/p"),
            Target::Unread(_)
        ));
    }

    #[test]
    fn services_are_listed_in_order() {
        assert!(OTHERS.is_sorted());
    }
}
