//! `can` on a served AWS: what it reads, how it is recorded and repeated, and what it says when a read is denied.

use crate::backend::{self, Account};
use crate::run::{Folder, offline, say};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn document(statements: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn allow(action: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": "*" })
}

/// Role `caller` with a managed and an inline policy, user `bob` in a group, and resources with policies of their own. The names of buckets are everybody's.
fn steps(bucket: &str) -> Value {
    let trust =
        json!([{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }]);
    let read = json!([{ "Sid": "List", "Effect": "Allow", "Action": "s3:List*", "Resource": "*" },
        { "Sid": "Get", "Effect": "Allow", "Action": ["s3:GetObject", "kms:Decrypt"], "Resource": "*" }]);
    let guard = json!([{ "Sid": "Net", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*",
        "Condition": { "NotIpAddress": { "aws:SourceIp": "10.0.0.0/8" } } }, allow("s3:DeleteObject")]);
    let of_bucket = json!([{ "Sid": "NoPrivate", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/private/*") }]);
    json!([
        { "call": "iam.CreatePolicy", "input": { "PolicyName": "Read", "PolicyDocument": document(&read) }, "save": { "read": "Policy.Arn" } },
        { "call": "iam.CreateRole", "input": { "RoleName": "caller", "Path": "/ops/", "AssumeRolePolicyDocument": document(&trust) }, "save": { "caller": "Role.Arn" } },
        { "call": "iam.AttachRolePolicy", "input": { "RoleName": "caller", "PolicyArn": "$read" } },
        { "call": "iam.PutRolePolicy", "input": { "RoleName": "caller", "PolicyName": "guard", "PolicyDocument": document(&guard) } },
        { "call": "iam.CreateUser", "input": { "UserName": "bob" }, "save": { "bob": "User.Arn" } },
        { "call": "iam.CreateGroup", "input": { "GroupName": "staff" } },
        { "call": "iam.AddUserToGroup", "input": { "UserName": "bob", "GroupName": "staff" } },
        { "call": "iam.PutGroupPolicy", "input": { "GroupName": "staff", "PolicyName": "send", "PolicyDocument": document(&json!([allow("sqs:*"), allow("sns:*")])) } },
        { "call": "s3.CreateBucket", "input": { "Bucket": bucket, "CreateBucketConfiguration": { "LocationConstraint": "eu-west-1" } } },
        { "call": "s3.PutBucketOwnershipControls", "input": { "Bucket": bucket, "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] } } },
        { "call": "s3.PutBucketPolicy", "input": { "Bucket": bucket, "Policy": document(&of_bucket) } },
        { "call": "sqs.CreateQueue", "input": { "QueueName": "jobs" } },
        { "call": "sns.CreateTopic", "input": { "Name": "news" }, "save": { "topic": "TopicArn" } },
        { "call": "kms.CreateKey", "input": {}, "save": { "kms": "KeyMetadata.Arn" } },
        { "call": "lambda.CreateFunction", "input": { "FunctionName": "hook", "Role": "$caller", "Runtime": "python3.13", "Handler": "a.b",
            "Code": { "ZipFile": "UEsFBgAA" } }, "save": { "hook": "FunctionArn" } },
        { "call": "lambda.AddPermission", "input": { "FunctionName": "hook", "StatementId": "s3", "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com", "SourceArn": format!("arn:aws:s3:::{bucket}") } },
    ])
}

/// Questions with their exit codes: 0 allowed, 1 denied, 3 not known.
const QUESTIONS: &[(&[&str], i32)] = &[
    (&["$caller", "s3:GetObject", "arn:aws:s3:::$bucket/public/k"], 0),
    (&["$caller", "s3:GetObject", "arn:aws:s3:::$bucket/private/k"], 1),
    (&["$caller", "s3:PutObject", "arn:aws:s3:::$bucket/public/k"], 1),
    (&["$caller", "s3:DeleteObject", "arn:aws:s3:::$bucket/public/k"], 3),
    (&["$caller", "s3:DeleteObject", "arn:aws:s3:::$bucket/public/k", "--context", "aws:SourceIp=10.1.1.1"], 0),
    (&["$caller", "s3:DeleteObject", "arn:aws:s3:::$bucket/public/k", "--context", "aws:SourceIp=8.8.8.8"], 1),
    (&["$caller", "kms:Decrypt", "$kms"], 0),
    (&["$bob", "kms:Decrypt", "$kms"], 1),
    (&["$bob", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:$id:jobs"], 0),
    (&["$bob", "sns:Publish", "$topic"], 0),
    // The policy that a topic has by default asks for `AWS:SourceOwner`, which only the request has.
    (&["$caller", "sns:Publish", "$topic"], 3),
    (&["$caller", "sns:Publish", "$topic", "--context", "aws:SourceOwner=999900001111"], 1),
    (&["s3.amazonaws.com", "lambda:InvokeFunction", "$hook", "--context", "aws:SourceArn=arn:aws:s3:::$bucket"], 0),
    (&["s3.amazonaws.com", "lambda:InvokeFunction", "$hook", "--context", "aws:SourceArn=arn:aws:s3:::other"], 1),
    (&["ec2.amazonaws.com", "sts:AssumeRole", "$caller"], 0),
    (&["$bob", "sts:AssumeRole", "$caller"], 1),
    (&["arn:aws:iam::$id:root", "s3:GetObject", "arn:aws:s3:::$bucket/public/k"], 0),
    (&["arn:aws:iam::999900001111:role/web", "s3:GetObject", "arn:aws:s3:::$bucket/public/k"], 3),
];

fn words(account: &Account<'_>, bucket: &str, question: &[&str]) -> Vec<String> {
    let known = |word: &&str| word.replace("$id", &account.id).replace("$bucket", bucket);
    question.iter().map(known).map(|word| account.named(&word)).collect()
}

fn arguments<'w>(command: &[&'w str], words: &'w [String]) -> Vec<&'w str> {
    command.iter().copied().chain(words.iter().map(String::as_str)).collect()
}

#[test]
fn every_question_has_its_answer_live_and_recorded() {
    const BUCKET: &str = "facts-recorded";
    let Some(front) = backend::front() else { return };
    let account = front.world("nat", &steps(BUCKET)).expect("the world can be made");
    let policy = offline(&["permissions", "can"]).json();
    let actions = policy["Statement"][0]["Action"].as_array().cloned().unwrap_or_default();
    let permitted: BTreeSet<&str> = actions.iter().filter_map(Value::as_str).collect();
    let folder = Folder::new("can-recorded");
    for (at, (question, exit)) in QUESTIONS.iter().enumerate() {
        let words = words(&account, BUCKET, question);
        let key = account.key("AKIA");
        let live = account.run(&key, &arguments(&["can", "--output", "json", "-v"], &words));
        assert_eq!(live.code, *exit, "{words:?}: {live:?}");
        let said = live.stderr.lines().find(|line| line.contains(" calls in ")).expect("-v counts calls and waves");
        let numbers: Vec<usize> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert!(numbers[0] <= 16 && numbers[1] <= 4, "{words:?}: {said}");
        for call in account.calls(&key) {
            let (service, name) =
                (call["service"].as_str().unwrap_or_default(), call["operation"].as_str().unwrap_or_default());
            assert!(permitted.contains(format!("{service}:{name}").as_str()), "{service}:{name} is not in the policy");
        }
        let file = folder.write(&format!("{at}.json"), "");
        let collected = account.run(&key, &arguments(&["collect", "can", "-o", &file], &words));
        assert_eq!(collected.code, 0, "{collected:?}");
        let again = offline(&arguments(&["can", "--output", "json", "--snapshot", &file], &words));
        assert_eq!(again.code, *exit, "{again:?}");
        assert_eq!(live.json()["subjects"][0]["decision"], again.json()["subjects"][0]["decision"], "{words:?}");
    }
}

#[test]
fn a_denied_read_never_changes_an_answer_into_its_opposite() {
    const BUCKET: &str = "facts-denied";
    let Some(front) = backend::front() else { return };
    let account = front.world("nat", &steps(BUCKET)).expect("the world can be made");
    let (mut wrong, mut open, mut total) = (Vec::new(), 0, 0);
    // A key of its own for each run: denials and recorded calls belong to the key.
    let mut letters =
        (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| format!("D{}{}X", char::from(a), char::from(b))));
    let mut fresh = || account.key(&letters.next().expect("fewer than 676 runs"));
    for (question, exit) in QUESTIONS {
        let words = words(&account, BUCKET, question);
        let key = fresh();
        account.run(&key, &arguments(&["can"], &words));
        let calls: BTreeSet<(String, String)> = account
            .calls(&key)
            .iter()
            .map(|call| {
                (
                    call["service"].as_str().unwrap_or_default().to_owned(),
                    call["operation"].as_str().unwrap_or_default().to_owned(),
                )
            })
            .collect();
        // Needs no permission, so that nobody can deny it.
        for (service, operation) in calls.iter().filter(|(_, name)| name != "GetCallerIdentity") {
            let denied = fresh();
            account.deny(&denied, service, operation);
            let run = account.run(&denied, &arguments(&["can", "--output", "json"], &words));
            total += 1;
            open += usize::from(run.code == 3);
            if run.code != *exit && run.code != 3 {
                wrong.push(format!("{words:?} without {service}:{operation}: exit {} and not {exit}", run.code));
            }
            let is_named = run.stdout.contains(&format!("{service}:{operation}"));
            if run.code == 3 && *exit != 3 && !is_named {
                wrong.push(format!("{words:?}: {service}:{operation} is not named"));
            }
        }
    }
    say(&format!("can: {total} denials, {open} left open, {} wrong", wrong.len()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_principal_that_is_not_there_cannot_be_judged() {
    let Some(front) = backend::front() else { return };
    let account = front.world("nat", &json!([])).expect("the world can be made");
    let key = account.key("AKIA");
    let gone = format!("arn:aws:iam::{}:role/gone", account.id);
    let run = account.run(&key, &["can", &gone, "s3:GetObject", "arn:aws:s3:::b/k"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stderr.contains("role `gone` not found in account"), "{}", run.stderr);
    for bad in
        [&["can"][..], &["can", "web", "s3:GetObject"], &["can", &gone, "s3:*"], &["can", &gone, "s3:GetObject", "b"]]
    {
        assert_eq!(account.run(&key, bad).code, 2, "{bad:?}");
    }
}
