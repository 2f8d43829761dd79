//! `can` without AWS: tests of policies, and recorded facts.

use crate::run::{Folder, offline, offline_with_input};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/ops/web";

fn case(id: &str, action: &str, expected: &str) -> String {
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" },
        { "Sid": "Keep", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:Put*", "Resource": "*", "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } } }] });
    json!({ "id": id, "principal": ROLE, "action": action, "resource": "arn:aws:s3:::b/k", "resourceAccount": "111122223333",
        "context": { "aws:SourceIp": null }, "identityPolicies": [policy], "expected": expected, "comment": "a note" })
    .to_string()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn a_list_of_cases_gives_a_line_each_and_one_exit_code() {
    let all = [
        case("read", "s3:GetObject", "Allowed"),
        case("delete", "s3:DeleteObject", "ExplicitlyDenied"),
        case("list", "s3:ListBucket", "ImplicitlyDenied"),
        case("put", "s3:PutObject", "Unknown"),
    ];
    let folder = Folder::new("can-cases");
    let path = folder.write("cases.ndjson", &all.join("\n"));
    let run = offline(&["can", "--cases", &path]);
    assert_eq!(run.code, 0, "{run:?}");
    let answers = lines(&run.stdout);
    let results: Vec<&str> = answers.iter().filter_map(|line| line["result"].as_str()).collect();
    assert_eq!(results, ["Allowed", "ExplicitlyDenied", "ImplicitlyDenied", "Unknown"]);
    assert_eq!(
        answers[1]["by"],
        json!({ "layer": "identity", "policy": "identityPolicies[0]", "statement": 1, "sid": "Keep" })
    );
    assert_eq!(answers[3]["missing"], json!(["condition key `aws:SourceIp` of the request"]));
    // From standard input, and with an expectation that is missed, or open.
    let missed = [case("read", "s3:GetObject", "Allowed"), case("delete", "s3:DeleteObject", "Allowed")].join("\n");
    let run = offline_with_input(&["can", "--cases", "-"], &missed);
    assert_eq!((run.code, lines(&run.stdout)[1]["ok"].clone()), (1, json!(false)), "{run:?}");
    let open = offline_with_input(&["can", "--cases", "-"], &case("put", "s3:PutObject", "Allowed"));
    assert_eq!((open.code, lines(&open.stdout)[0]["ok"].clone()), (3, Value::Null), "{open:?}");
}

#[test]
fn a_malformed_case_is_named_with_its_line() {
    let text =
        format!("{}\n{{\"principal\": \"bob\", \"action\": \"s3:GetObject\"}}", case("a", "s3:GetObject", "Allowed"));
    let run = offline_with_input(&["can", "--cases", "-"], &text);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("standard input, line 2: `principal`: `bob` is no caller"), "{}", run.stderr);
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    for (bad, words) in [
        (&["can"][..], "expected PRINCIPAL and ACTION"),
        (&["can", ROLE], "ACTION"),
        (&["can", ROLE, "s3:*"], "is a pattern"),
        (&["can", ROLE, "s3:GetObject"], "is about a bucket"),
        (&["can", ROLE, "s3:GetObject", "b"], "expected the ARN of a resource"),
        (&["can", ROLE, "ssm:GetParameter", "--context", "a"], "expected `key=value`"),
        (&["can", "--cases", "/nowhere"], "cannot read `/nowhere`"),
        (&["can", ROLE, "s3:GetObject", "--cases", "-"], "cannot be used with"),
    ] {
        let run = offline(bad);
        assert_eq!(run.code, 2, "{bad:?}: {run:?}");
        assert!(run.stderr.contains(words), "{bad:?}: {}", run.stderr);
    }
}

/// A folder of CLI outputs: role `web` with a managed policy and an inline one, and a bucket with a policy.
fn facts(folder: &Folder) -> String {
    let text = |value: Value| value.to_string();
    folder.write("get-caller-identity.json", &text(json!({ "Account": "111122223333", "Arn": ROLE })));
    folder.write("get-role.web.json", &text(json!({ "Role": { "RoleName": "web", "RoleId": "AROA1", "Arn": ROLE } })));
    let attached = json!([{ "PolicyName": "Read", "PolicyArn": "arn:aws:iam::111122223333:policy/Read" }]);
    folder.write("list-attached-role-policies.web.json", &text(json!({ "AttachedPolicies": attached })));
    folder.write("list-role-policies.web.json", &text(json!({ "PolicyNames": ["own"] })));
    let document =
        json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" } });
    let version = json!({ "PolicyVersion": { "VersionId": "v2", "IsDefaultVersion": true, "Document": document } });
    folder.write("get-policy-version.Read.json", &text(version));
    let own = json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "Net", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/private/*" }] });
    folder.write(
        "get-role-policy.web.own.json",
        &text(json!({ "RoleName": "web", "PolicyName": "own", "PolicyDocument": own })),
    );
    // The CLI has two commands of this name; that of IAM tells nothing here.
    folder
        .write("get-policy.Read.json", &text(json!({ "Policy": { "PolicyName": "Read", "DefaultVersionId": "v2" } })));
    let path = folder.write("get-bucket-policy.b.json", &text(json!({ "Policy": "{\"Statement\": []}" })));
    path.trim_end_matches("/get-bucket-policy.b.json").to_owned()
}

#[test]
fn recorded_facts_answer_with_the_statement_that_decides() {
    let folder = Folder::new("can-facts");
    let path = facts(&folder);
    let ask = |action: &str, resource: &str, more: &[&str]| {
        let owner = "aws:ResourceAccount=111122223333";
        offline(&[&["can", ROLE, action, resource, "--context", owner, "--snapshot", &path], more].concat())
    };
    let allowed = ask("s3:GetObject", "arn:aws:s3:::b/public/k", &[]);
    assert_eq!(allowed.code, 0, "{allowed:?}");
    assert!(allowed.stdout.contains("ALLOWED") && allowed.stdout.contains("Read, statement 1"), "{}", allowed.stdout);
    assert!(allowed.stdout.contains("taken for granted"), "{}", allowed.stdout);
    let denied = ask("s3:GetObject", "arn:aws:s3:::b/private/k", &["--output", "json"]);
    assert_eq!(denied.code, 1, "{denied:?}");
    let subject = &denied.json()["subjects"][0];
    assert_eq!((&subject["decision"]["result"], &subject["verdict"]), (&json!("ExplicitlyDenied"), &json!("broken")));
    let finding = &subject["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["evidence"][0]["field"]),
        (&json!("iam/explicit-deny"), &json!("PolicyDocument.Statement[0]"))
    );
    assert_eq!(finding["evidence"][0]["value"]["Sid"], "Net");
    // Ownership of objects was not recorded, so that a list may allow what no policy does.
    let open = ask("s3:PutObject", "arn:aws:s3:::b/k", &[]);
    assert_eq!(open.code, 3, "{open:?}");
    assert!(open.stdout.contains("s3:GetBucketOwnershipControls"), "{}", open.stdout);
    let lacking = ask("s3:PutObjectTagging", "arn:aws:s3:::b/k", &[]);
    assert_eq!(lacking.code, 1, "{lacking:?}");
    assert!(
        lacking.stdout.contains("DENIED") && lacking.stdout.contains("iam/identity-no-allow"),
        "{}",
        lacking.stdout
    );
    let never = ask("s3:PutObjectTagging", "arn:aws:s3:::b/k", &["--fail-on", "never"]);
    assert_eq!(never.code, 0, "{never:?}");
}

#[test]
fn ids_of_findings_about_requests_are_listed_and_explained() {
    let listed = offline(&["rules", "--symptom", "iam"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    let ids: Vec<&str> = listed.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.contains(&"iam/explicit-deny") && ids.iter().all(|id| id.starts_with("iam/")), "{ids:?}");
    for id in ids {
        assert!(offline(&["explain", id]).stdout.starts_with(&format!("# {id}\n")), "{id}");
    }
    let policy = offline(&["permissions", "can"]).json();
    let actions = policy["Statement"][0]["Action"].as_array().cloned().unwrap_or_default();
    assert!(actions.contains(&json!("s3:GetBucketPolicy")) && !actions.contains(&json!("dns:Resolve")), "{actions:?}");
}
