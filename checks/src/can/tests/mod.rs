//! Whole questions, asked of the facts that an account gives in rounds.

mod callers;
mod organizations;
mod resources;

use super::{Question, decide, diagnosis, reads};
use crate::diagnosis::{Diagnosis, Verdict};
use crate::snapshot::{Header, Outcome, Read, Recorded, Snapshot};
use serde_json::{Value, json};

const A: &str = "111122223333";
const WEB: &str = "arn:aws:iam::111122223333:role/ops/web";
const BOB: &str = "arn:aws:iam::111122223333:user/bob";
const OBJECT: &str = "arn:aws:s3:::b/k";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

/// What AWS answers to a read: an output, or an error code, with `: ` and a message where that matters.
type Reply = Result<Value, &'static str>;

fn allow(action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "One", "Effect": "Allow", "Action": action, "Resource": "*" }] })
}

fn to(principal: &Value, effect: &str, action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": effect, "Principal": principal, "Action": action, "Resource": "*" }] })
}

/// An account in no organization: role `web` with the managed policy `Read` (`s3:*`), user `bob` of group `staff`, whose inline policy
/// `write` allows `sqs:*`.
fn account(read: &Read) -> Reply {
    let text = |member: &str| read.parameters.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let arn = |name: &str| format!("arn:aws:iam::{A}:policy/{name}");
    Ok(match read.operation.name {
        "GetCallerIdentity" => json!({ "Account": A, "Arn": BOB }),
        "GetRole" if text("RoleName") == "web" => {
            json!({ "Role": { "RoleName": "web", "RoleId": "AROA1", "Arn": WEB, "Tags": [{ "Key": "Team", "Value": "blue" }],
                "AssumeRolePolicyDocument": to(&json!({ "Service": "ec2.amazonaws.com" }), "Allow", "sts:AssumeRole") } })
        }
        "GetUser" if text("UserName") == "bob" => {
            json!({ "User": { "UserName": "bob", "UserId": "AIDA1", "Arn": BOB } })
        }
        "GetRole" | "GetUser" => return Err("NoSuchEntity"),
        "ListAttachedRolePolicies" => {
            json!({ "AttachedPolicies": [{ "PolicyName": "Read", "PolicyArn": arn("Read") }] })
        }
        "ListAttachedUserPolicies" | "ListAttachedGroupPolicies" => json!({ "AttachedPolicies": [] }),
        "ListRolePolicies" | "ListUserPolicies" => json!({ "PolicyNames": [] }),
        "ListGroupsForUser" => json!({ "Groups": [{ "GroupName": "staff" }] }),
        "ListGroupPolicies" => json!({ "PolicyNames": ["write"] }),
        "GetGroupPolicy" => json!({ "GroupName": "staff", "PolicyName": "write", "PolicyDocument": allow("sqs:*") }),
        "ListPolicies" => {
            json!({ "Policies": [{ "PolicyName": "Read", "Arn": arn("Read"), "DefaultVersionId": "v2" }] })
        }
        "GetPolicyVersion" => {
            json!({ "PolicyVersion": { "VersionId": "v2", "IsDefaultVersion": true, "Document": allow("s3:*") } })
        }
        "DescribeOrganization" => return Err("AWSOrganizationsNotInUseException"),
        "GetBucketPolicy" => return Err("NoSuchBucketPolicy"),
        "GetBucketOwnershipControls" => {
            json!({ "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] } })
        }
        "ListGrants" => json!({ "Grants": [] }),
        "GetPolicy" => return Err("ResourceNotFoundException: The resource you requested does not exist."),
        "GetKeyPolicy" => {
            json!({ "Policy": to(&json!({ "AWS": format!("arn:aws:iam::{A}:root") }), "Allow", "kms:*").to_string() })
        }
        "GetQueueAttributes" | "GetTopicAttributes" => json!({}),
        name => {
            return Err(match name {
                "DescribeVpcEndpoints" => "UnauthorizedOperation",
                _ => "AccessDenied",
            });
        }
    })
}

struct Asked {
    diagnosis: Diagnosis,
    rounds: Vec<Vec<&'static str>>,
}

impl Asked {
    fn result(&self) -> &'static str {
        self.diagnosis.decision.as_ref().unwrap().verdict.word()
    }

    fn rules(&self) -> Vec<&'static str> {
        self.diagnosis.findings.iter().map(|finding| finding.rule).collect()
    }
}

fn collect(question: &Question, answer: &dyn Fn(&Read) -> Reply) -> (Snapshot, Vec<Vec<&'static str>>) {
    let header = Header { account: A.into(), region: "eu-west-1".into(), ..Header::default() };
    let mut snapshot = Snapshot::new(header);
    let mut rounds = Vec::new();
    loop {
        let asked = reads(&snapshot, question);
        if asked.is_empty() {
            return (snapshot, rounds);
        }
        assert!(rounds.len() < 8, "a ninth round: {asked:?}");
        rounds.push(asked.iter().map(|read| read.operation.name).collect());
        for read in asked {
            let is_listed = super::READS.contains(&read.operation);
            assert!(is_listed, "{:?} is not among the permissions", read.operation);
            let error = |error: &str| {
                let (code, message) = error.split_once(": ").unwrap_or((error, ""));
                Outcome::Error { code: code.to_owned(), message: message.to_owned() }
            };
            let outcome = answer(&read).map_or_else(error, Outcome::Output);
            snapshot.record(Recorded::new(&read, "", outcome)).unwrap();
        }
    }
}

fn asked(words: (&str, &str, Option<&str>), context: &[&str], answer: &dyn Fn(&Read) -> Reply) -> Asked {
    let (principal, action, resource) = words;
    let context: Vec<String> = context.iter().map(ToString::to_string).collect();
    let question = Question::parse(principal, action, resource, &context).unwrap();
    let (snapshot, rounds) = collect(&question, answer);
    let answer = decide(&snapshot, &question).unwrap();
    Asked { diagnosis: diagnosis(&question, answer), rounds }
}

/// The account with other answers to one operation.
fn but(name: &'static str, reply: impl Fn(&Read) -> Reply) -> impl Fn(&Read) -> Reply {
    move |read| if read.operation.name == name { reply(read) } else { account(read) }
}
