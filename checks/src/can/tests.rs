//! Whole questions, asked of the facts that an account gives in rounds.

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

#[test]
fn a_role_with_a_managed_policy() {
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!((found.result(), found.diagnosis.verdict), ("Allowed", Verdict::Healthy));
    assert_eq!(found.diagnosis.summary, "`s3:GetObject` is allowed by identity-based policy `Read`, statement 1 `One`");
    assert_eq!(found.rounds.len(), 2, "{:?}", found.rounds);
    let lacking = asked((WEB, "ec2:RunInstances", None), &[], &account);
    assert_eq!((lacking.result(), lacking.rules()), ("ImplicitlyDenied", vec!["iam/identity-no-allow"]));
}

#[test]
fn a_user_has_the_policies_of_its_groups() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    let found = asked((BOB, "sqs:SendMessage", Some(queue)), &[], &account);
    assert_eq!(found.result(), "Allowed");
    assert_eq!(found.rounds.len(), 3, "lists, groups, documents: {:?}", found.rounds);
    let unread = asked((BOB, "sqs:SendMessage", Some(queue)), &[], &but("ListGroupsForUser", |_| Err("AccessDenied")));
    assert_eq!(unread.result(), "Unknown");
    assert!(
        unread.diagnosis.findings.iter().any(|own| own.missing == ["iam:ListGroupsForUser"]),
        "{:?}",
        unread.rules()
    );
}

#[test]
fn a_statement_that_denies_is_quoted() {
    let deny = |_: &Read| Ok(json!({ "Policy": to(&json!("*"), "Deny", "s3:Get*").to_string() }));
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &but("GetBucketPolicy", deny));
    assert_eq!((found.result(), found.rules()), ("ExplicitlyDenied", vec!["iam/explicit-deny"]));
    let proof = &found.diagnosis.findings[0].evidence[0];
    assert_eq!((proof.source, proof.field.as_str()), ("s3:GetBucketPolicy", "Policy.Statement[0]"));
    assert_eq!(proof.value["Action"], "s3:Get*");
}

#[test]
fn a_key_that_only_the_request_has_leaves_it_open() {
    let document = json!({ "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } } });
    let reply = move |_: &Read| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": document } }));
    let from =
        |context: &[&str]| asked((WEB, "s3:GetObject", Some(OBJECT)), context, &but("GetPolicyVersion", reply.clone()));
    let open = from(&[]);
    assert_eq!(open.result(), "Unknown");
    assert_eq!(open.diagnosis.findings[0].detail, "allowed if identity-based policy `Read`, statement 1 applies");
    assert_eq!(open.diagnosis.findings[1].missing, ["condition key `aws:SourceIp`"]);
    assert_eq!(from(&["aws:SourceIp=203.0.113.7"]).result(), "Allowed");
    assert_eq!(from(&["aws:SourceIp=198.51.100.7"]).result(), "ImplicitlyDenied");
}

#[test]
fn tags_of_the_principal_are_known() {
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/Team": "blue", "aws:PrincipalAccount": A } } } });
    let reply = move |_: &Read| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": document } }));
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &but("GetPolicyVersion", reply));
    assert_eq!(found.result(), "Allowed");
}

#[test]
fn whose_a_bucket_is_shows_in_the_answer() {
    // Somebody else's: the read that names the caller's account is refused, the other one is not.
    let of_another = |read: &Read| match read.parameters.contains_key("ExpectedBucketOwner") {
        true => Err("AccessDenied"),
        false => Ok(json!({ "Policy": to(&json!({ "AWS": WEB }), "Allow", "s3:*").to_string() })),
    };
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &but("GetBucketPolicy", of_another));
    assert_eq!((found.result(), found.rounds.len()), ("Allowed", 2), "either way both sides allow");
    let nobody = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &but("GetBucketPolicy", |_| Err("AccessDenied")));
    assert_eq!(nobody.result(), "Unknown");
    let owned = asked((WEB, "s3:GetObject", Some(OBJECT)), &["aws:ResourceAccount=444455556666"], &account);
    assert_eq!((owned.result(), owned.rules()), ("ImplicitlyDenied", vec!["iam/resource-no-allow"]));
}

#[test]
fn services_call_functions_by_the_function_s_policy_alone() {
    let trusted = |_: &Read| {
        Ok(json!({ "Policy": json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" },
        "Action": "lambda:InvokeFunction", "Resource": FUNCTION, "Condition": { "ArnLike": { "AWS:SourceArn": "arn:aws:s3:::b" } } }] }).to_string() }))
    };
    let from = |context: &[&str], reply: &dyn Fn(&Read) -> Reply| {
        asked(("s3.amazonaws.com", "lambda:InvokeFunction", Some(FUNCTION)), context, reply)
    };
    let served = but("GetPolicy", trusted);
    assert_eq!(from(&["aws:SourceArn=arn:aws:s3:::b"], &served).result(), "Allowed");
    assert_eq!(from(&["aws:SourceArn=arn:aws:s3:::c"], &served).result(), "ImplicitlyDenied");
    assert_eq!(from(&[], &served).result(), "Unknown");
    let none = from(&[], &account);
    assert_eq!((none.result(), none.rules()), ("ImplicitlyDenied", vec!["iam/resource-no-allow"]));
}

#[test]
fn keys_and_roles_need_their_own_policy() {
    let decrypt = |reply: &dyn Fn(&Read) -> Reply| asked((WEB, "kms:Decrypt", Some(KEY)), &[], reply);
    assert_eq!(decrypt(&account).rules(), ["iam/identity-no-allow"]);
    let by_key =
        but("GetKeyPolicy", |_| Ok(json!({ "Policy": to(&json!({ "AWS": WEB }), "Allow", "kms:*").to_string() })));
    assert_eq!(decrypt(&by_key).result(), "Allowed");
    let assumed = asked(("ec2.amazonaws.com", "sts:AssumeRole", Some(WEB)), &[], &account);
    assert_eq!(assumed.result(), "Allowed");
    let other = asked((BOB, "sts:AssumeRole", Some(WEB)), &[], &account);
    assert!(other.rules().contains(&"iam/trust-no-allow"), "{:?}", other.rules());
}

#[test]
fn policies_of_other_resources_are_not_taken_for_absent() {
    let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s";
    let wide =
        but("GetPolicyVersion", |_| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": allow("*") } })));
    assert_eq!(asked((WEB, "secretsmanager:GetSecretValue", Some(secret)), &[], &wide).result(), "Unknown");
    let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/p";
    assert_eq!(asked((WEB, "ssm:GetParameter", Some(parameter)), &[], &wide).result(), "Allowed");
}

#[test]
fn what_another_account_lets_its_principals_do_is_not_known() {
    let foreign = "arn:aws:iam::444455556666:role/web";
    let found = asked((foreign, "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!(found.result(), "Unknown");
    assert!(found.diagnosis.summary.contains("not known"), "{}", found.diagnosis.summary);
}

#[test]
fn a_principal_that_does_not_exist_is_an_error() {
    for (gone, what) in [("role/gone", "role `gone` not found"), ("user/gone", "user `gone` not found")] {
        let question =
            Question::parse(&format!("arn:aws:iam::{A}:{gone}"), "ec2:DescribeInstances", None, &[]).unwrap();
        let (snapshot, _) = collect(&question, &account);
        assert!(decide(&snapshot, &question).unwrap_err().starts_with(what));
    }
    let question = Question::parse(WEB, "ec2:DescribeInstances", None, &[]).unwrap();
    let empty = Snapshot::new(Header::default());
    let answer = decide(&empty, &question).unwrap();
    assert_eq!(answer.decision.verdict.word(), "Unknown", "nothing was read at all");
}

/// An account under one organizational unit, whose policies everybody may read.
fn in_organization(ou: Value) -> impl Fn(&Read) -> Reply {
    move |read| {
        let text = |member: &str| read.parameters.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_service = text("Filter") == "SERVICE_CONTROL_POLICY";
        Ok(match (read.operation.name, text("ChildId").as_str(), text("TargetId").as_str()) {
            ("DescribeOrganization", ..) => {
                json!({ "Organization": { "Id": "o-1", "MasterAccountId": "999900001111" } })
            }
            ("ListParents", A, _) => json!({ "Parents": [{ "Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT" }] }),
            ("ListParents", ..) => json!({ "Parents": [{ "Id": "r-1", "Type": "ROOT" }] }),
            ("ListPoliciesForTarget", _, "ou-1") if is_service => {
                json!({ "Policies": [{ "Id": "p-ou", "Name": "guard" }] })
            }
            ("ListPoliciesForTarget", ..) if is_service => json!({ "Policies": [{ "Id": "p-full", "Name": "Full" }] }),
            ("ListPoliciesForTarget", ..) => json!({ "Policies": [] }),
            ("DescribePolicy", ..) if text("PolicyId") == "p-ou" => json!({ "Policy": { "Content": ou.to_string() } }),
            ("DescribePolicy", ..) => json!({ "Policy": { "Content": allow("*").to_string() } }),
            _ => return account(read),
        })
    }
}

#[test]
fn every_level_of_an_organization_has_to_allow() {
    let from = |ou: Value| asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &in_organization(ou));
    let open = from(allow("*"));
    assert_eq!((open.result(), open.rounds.concat().contains(&"SimulatePrincipalPolicy")), ("Allowed", false));
    let shut = from(allow("ec2:*"));
    assert_eq!((shut.result(), shut.rules()), ("ImplicitlyDenied", vec!["iam/service-control-no-allow"]));
    let denied = from(json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:*", "Resource": "*" }] }));
    assert_eq!(denied.result(), "ExplicitlyDenied");
    assert_eq!(denied.diagnosis.findings[0].evidence[0].source, "organizations:DescribePolicy");
}

#[test]
fn from_a_member_account_the_simulator_tells_of_the_organization() {
    let member = |allowed: Option<bool>| {
        move |read: &Read| match (read.operation.name, allowed) {
            ("DescribeOrganization", _) => {
                Ok(json!({ "Organization": { "Id": "o-1", "MasterAccountId": "999900001111" } }))
            }
            ("SimulatePrincipalPolicy", Some(allowed)) => Ok(json!({ "EvaluationResults": [
                { "EvalActionName": "s3:GetObject", "EvalDecision": "explicitDeny", "OrganizationsDecisionDetail": { "AllowedByOrganizations": allowed } },
                { "EvalActionName": "ec2:DescribeInstances", "EvalDecision": "allowed", "OrganizationsDecisionDetail": { "AllowedByOrganizations": true } }] })),
            _ => account(read),
        }
    };
    let from = |allowed| asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &member(allowed));
    assert_eq!(from(Some(true)).result(), "Allowed");
    let assumed = from(Some(true)).diagnosis.decision.unwrap().assumptions;
    assert!(assumed.iter().any(|own| own.to_string().starts_with("the service control policies")), "{assumed:?}");
    // It takes keys that it is not given to be absent, and a condition may ask for one of them.
    let denied = from(Some(false));
    assert_eq!((denied.result(), denied.rounds.len()), ("Unknown", 3));
    assert!(denied.diagnosis.summary.contains("the simulator says that they deny it"), "{}", denied.diagnosis.summary);
    let open = from(None);
    assert_eq!(open.result(), "Unknown");
    assert!(
        open.diagnosis.findings.iter().any(|own| own.missing == ["iam:SimulatePrincipalPolicy"]),
        "{:#?}",
        open.diagnosis.findings
    );
}

#[test]
fn the_management_account_is_not_limited() {
    let own = but("DescribeOrganization", |_| Ok(json!({ "Organization": { "Id": "o-1", "MasterAccountId": A } })));
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &own);
    assert_eq!(
        (found.result(), found.rounds.concat().contains(&"ListParents")),
        ("Allowed", false),
        "{:?}",
        found.rounds
    );
}

#[test]
fn an_endpoint_that_is_named_counts() {
    let endpoint = |read: &Read| match read.operation.name {
        "DescribeVpcEndpoints" => {
            Ok(json!({ "VpcEndpoints": [{ "VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway",
            "PolicyDocument": to(&json!("*"), "Allow", "s3:List*").to_string() }] }))
        }
        _ => account(read),
    };
    let past =
        |reply: &dyn Fn(&Read) -> Reply| asked((WEB, "s3:GetObject", Some(OBJECT)), &["aws:SourceVpce=vpce-1"], reply);
    assert_eq!(past(&endpoint).rules(), ["iam/endpoint-no-allow"]);
    assert_eq!(past(&account).result(), "Unknown");
}

#[test]
fn a_boundary_limits() {
    let boundary = |read: &Read| match read.operation.name {
        "GetRole" => Ok(json!({ "Role": { "RoleName": "web", "Arn": WEB,
            "PermissionsBoundary": { "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Edge" } } })),
        "GetPolicyVersion" if read.parameters["PolicyArn"].as_str().is_some_and(|arn| arn.ends_with("Edge")) => {
            Ok(json!({ "PolicyVersion": { "VersionId": "v1", "IsDefaultVersion": true, "Document": allow("ec2:*") } }))
        }
        _ => account(read),
    };
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &boundary);
    assert_eq!((found.result(), found.rules()), ("ImplicitlyDenied", vec!["iam/boundary-no-allow"]));
}

#[test]
fn sessions_and_federated_users() {
    let session = "arn:aws:sts::111122223333:assumed-role/web/alice";
    let found = asked((session, "s3:GetObject", Some(OBJECT)), &[], &account);
    let decision = found.diagnosis.decision.as_ref().unwrap();
    assert_eq!(found.result(), "Allowed");
    assert!(decision.assumptions.iter().any(|own| own.to_string().contains("session policy")), "{decision:?}");
    let federated =
        asked(("arn:aws:sts::111122223333:federated-user/alice", "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!(federated.result(), "Unknown");
    let root = asked(("arn:aws:iam::111122223333:root", "s3:GetObject", Some(OBJECT)), &[], &account);
    assert_eq!((root.result(), root.diagnosis.summary.as_str()), ("Allowed", "`s3:GetObject` is allowed"));
}

#[test]
fn a_grant_allows_what_the_key_policy_does_not() {
    let grant = |constraints: Value| {
        but("ListGrants", move |_| {
            Ok(
                json!({ "Grants": [{ "GrantId": "g-1", "GranteePrincipal": WEB, "Operations": ["Decrypt"], "Constraints": constraints }] }),
            )
        })
    };
    let decrypt =
        |reply: &dyn Fn(&Read) -> Reply, context: &[&str]| asked((WEB, "kms:Decrypt", Some(KEY)), context, reply);
    let plain = decrypt(&grant(json!(null)), &[]);
    assert_eq!(plain.result(), "Allowed");
    assert!(plain.diagnosis.summary.contains("`grant g-1`"), "{}", plain.diagnosis.summary);
    assert_eq!(asked((WEB, "kms:Encrypt", Some(KEY)), &[], &grant(json!(null))).result(), "ImplicitlyDenied");
    let bound = grant(json!({ "EncryptionContextSubset": { "Tier": "a" } }));
    assert_eq!(decrypt(&bound, &[]).result(), "Unknown");
    assert_eq!(decrypt(&bound, &["kms:EncryptionContext:Tier=a"]).result(), "Allowed");
    assert_eq!(decrypt(&bound, &["kms:EncryptionContext:Tier=b"]).result(), "ImplicitlyDenied");
    let unread = decrypt(&but("ListGrants", |_| Err("AccessDenied")), &[]);
    assert_eq!(unread.result(), "Unknown");
    assert!(unread.diagnosis.findings.iter().any(|own| own.missing == ["kms:ListGrants"]), "{:?}", unread.rules());
}

#[test]
fn lists_that_only_allow_leave_denials_open_and_nothing_else() {
    let lists = |reply: fn(&Read) -> Reply| but("GetBucketOwnershipControls", reply);
    let ask = |principal: &str, action: &str, reply: &dyn Fn(&Read) -> Reply| {
        asked((principal, action, Some(OBJECT)), &[], reply)
    };
    for reply in [(|_| Err("OwnershipControlsNotFoundError")) as fn(&Read) -> Reply, |_| Err("AccessDenied")] {
        assert_eq!(ask(BOB, "s3:GetObject", &lists(reply)).result(), "Unknown");
        let reached = ask(WEB, "s3:GetObject", &lists(reply));
        let assumptions = &reached.diagnosis.decision.as_ref().unwrap().assumptions;
        assert!(
            reached.result() == "Allowed"
                && assumptions.iter().any(|own| own.to_string().contains("the object belongs"))
        );
        assert_eq!(ask(BOB, "s3:GetObjectTagging", &lists(reply)).result(), "ImplicitlyDenied", "no list allows it");
    }
    assert_eq!(ask(BOB, "s3:GetObject", &account).result(), "ImplicitlyDenied");
}

#[test]
fn a_role_of_another_account_is_nobodys_here() {
    let there = "arn:aws:iam::444455556666:role/deploy";
    let wide =
        but("GetPolicyVersion", |_| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": allow("*") } })));
    let found = asked((WEB, "sts:AssumeRole", Some(there)), &[], &wide);
    assert_eq!(found.result(), "Unknown");
    assert!(found.diagnosis.summary.contains("trust policy"), "{}", found.diagnosis.summary);
    let gone = asked((WEB, "sts:AssumeRole", Some("arn:aws:iam::111122223333:role/gone")), &[], &wide);
    assert_eq!(gone.result(), "Unknown", "a role that is not there has no trust policy to judge by");
}

#[test]
fn facts_of_a_namesake_are_not_the_caller_s() {
    let foreign = "arn:aws:sts::444455556666:assumed-role/web/s";
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*" }, { "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
        "Condition": { "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::444455556666:role/web" } } }] });
    let reply = move |_: &Read| Ok(json!({ "Attributes": { "Policy": policy.to_string() } }));
    let found = asked((foreign, "sqs:SendMessage", Some(queue)), &[], &but("GetQueueAttributes", reply));
    assert_eq!(found.result(), "Unknown");
    let question = Question::parse("arn:aws:iam::111122223333:role/web", "ec2:DescribeInstances", None, &[]).unwrap();
    let (snapshot, _) = collect(&question, &account);
    assert_eq!(decide(&snapshot, &question).unwrap_err(), format!("role `web` has the ARN `{WEB}`"));
}

#[test]
fn what_is_not_there_is_not_without_a_policy() {
    let wide = |name: &'static str, code: &'static str| {
        move |read: &Read| match read.operation.name {
            "GetPolicyVersion" => Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": allow("*") } })),
            other if other == name => Err(code),
            _ => account(read),
        }
    };
    let ask = |action: &str, resource: &str, reply: &dyn Fn(&Read) -> Reply| {
        asked((WEB, action, Some(resource)), &[], reply).result()
    };
    assert_eq!(ask("s3:GetObject", OBJECT, &wide("GetBucketPolicy", "NoSuchBucket")), "Unknown");
    assert_eq!(ask("s3:GetObject", OBJECT, &wide("GetBucketPolicy", "NoSuchBucketPolicy")), "Allowed");
    assert_eq!(ask("kms:Decrypt", KEY, &wide("GetKeyPolicy", "NotFoundException")), "Unknown");
    let gone = "ResourceNotFoundException: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:f";
    assert_eq!(ask("lambda:InvokeFunction", FUNCTION, &wide("GetPolicy", gone)), "Unknown");
    let bare = "ResourceNotFoundException: The resource you requested does not exist.";
    assert_eq!(ask("lambda:InvokeFunction", FUNCTION, &wide("GetPolicy", bare)), "Allowed");
    assert_eq!(ask("lambda:InvokeFunction", FUNCTION, &wide("GetPolicy", "ResourceNotFoundException")), "Unknown");
    let queue = "arn:aws:sqs:eu-west-1:111122223333:q";
    assert_eq!(
        ask("sqs:SendMessage", queue, &wide("GetQueueAttributes", "AWS.SimpleQueueService.NonExistentQueue")),
        "Unknown"
    );
    assert_eq!(ask("sqs:SendMessage", queue, &wide("-", "")), "Allowed");
    assert_eq!(ask("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/app", &wide("-", "")), "Unknown");
}

#[test]
fn services_may_be_let_in_by_policies_that_are_not_read() {
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:g";
    assert_eq!(asked(("events.amazonaws.com", "logs:PutLogEvents", Some(group)), &[], &account).result(), "Unknown");
}

#[test]
fn a_session_may_have_a_grant_of_its_own() {
    let session = "arn:aws:sts::111122223333:assumed-role/web/alice";
    let reply = move |read: &Read| {
        let is_own = read.parameters["GranteePrincipal"] == session;
        let grants = if is_own {
            json!([{ "GrantId": "g-2", "GranteePrincipal": session, "Operations": ["Decrypt"] }])
        } else {
            json!([])
        };
        Ok(json!({ "Grants": grants }))
    };
    assert_eq!(asked((session, "kms:Decrypt", Some(KEY)), &[], &but("ListGrants", reply)).result(), "Allowed");
}

#[test]
fn a_kind_of_policy_that_is_not_enabled_limits_nobody() {
    let open = in_organization(allow("*"));
    let disabled = |read: &Read| match read.operation.name {
        "ListPoliciesForTarget" => Ok(json!({ "Policies": [] })),
        _ => open(read),
    };
    assert_eq!(asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &disabled).result(), "Allowed");
    let lost =
        |read: &Read| if read.operation.name == "DescribePolicy" { Err("PolicyNotFoundException") } else { open(read) };
    assert_eq!(asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &lost).result(), "Unknown");
}

#[test]
fn what_is_taken_for_granted_is_told() {
    let told = |context: &[&str], reply: &dyn Fn(&Read) -> Reply| {
        let found = asked((WEB, "s3:GetObject", Some(OBJECT)), context, reply);
        let assumptions = found.diagnosis.decision.unwrap().assumptions;
        assumptions.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let plain = told(&[], &account);
    assert!(
        plain.iter().any(|own| own.contains("VPC endpoint")) && plain.iter().any(|own| own.contains("tags")),
        "{plain:?}"
    );
    assert!(!plain.iter().any(|own| own.contains("resource control")), "in no organization: {plain:?}");
    // The organization of whoever reads tells nothing of another account's.
    let queue = "arn:aws:sqs:eu-west-1:444455556666:q";
    let reply = but("GetQueueAttributes", |_| {
        Ok(json!({ "Attributes": { "Policy": to(&json!({ "AWS": BOB }), "Allow", "sqs:*").to_string() } }))
    });
    let far = asked((BOB, "sqs:SendMessage", Some(queue)), &[], &reply);
    let assumptions = far.diagnosis.decision.as_ref().unwrap().assumptions.clone();
    assert!(
        far.result() == "Allowed" && assumptions.iter().any(|own| own.to_string().contains("resource control")),
        "{assumptions:?}"
    );
}

#[test]
fn services_by_another_prefix_have_policies_too() {
    let wide =
        but("GetPolicyVersion", |_| Ok(json!({ "PolicyVersion": { "VersionId": "v2", "Document": allow("*") } })));
    for (action, resource) in [
        ("vpc-lattice-svcs:Invoke", "arn:aws:vpc-lattice:eu-west-1:111122223333:service/s"),
        ("kafka-cluster:Connect", "arn:aws:kafka:eu-west-1:444455556666:cluster/c/1"),
        ("ssm:SendCommand", "arn:aws:ec2:eu-west-1:444455556666:instance/i-1"),
    ] {
        assert_eq!(asked((WEB, action, Some(resource)), &[], &wide).result(), "Unknown", "{action}");
    }
    let own = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
    assert_eq!(asked((WEB, "ssm:SendCommand", Some(own)), &[], &wide).result(), "Allowed");
}

#[test]
fn the_root_user_mends_the_policy_of_its_bucket() {
    let root = "arn:aws:iam::111122223333:root";
    let deny = but("GetBucketPolicy", |_| Ok(json!({ "Policy": to(&json!("*"), "Deny", "s3:*").to_string() })));
    let ask = |principal: &str, action: &str| asked((principal, action, Some("arn:aws:s3:::b")), &[], &deny).result();
    assert_eq!(ask(root, "s3:DeleteBucketPolicy"), "Allowed");
    assert_eq!(ask(root, "s3:ListBucket"), "ExplicitlyDenied");
    assert_eq!(ask(WEB, "s3:DeleteBucketPolicy"), "ExplicitlyDenied");
}

#[test]
fn a_simulation_of_other_actions_tells_nothing() {
    let other = |read: &Read| match read.operation.name {
        "DescribeOrganization" => Err("AccessDenied"),
        "SimulatePrincipalPolicy" => Ok(
            json!({ "EvaluationResults": [{ "EvalActionName": "ssm:UpdateInstanceInformation", "EvalDecision": "allowed" }] }),
        ),
        _ => account(read),
    };
    let found = asked((WEB, "s3:GetObject", Some(OBJECT)), &[], &other);
    let assumptions = &found.diagnosis.decision.as_ref().unwrap().assumptions;
    assert!(
        assumptions.iter().any(|own| own.to_string().starts_with("the service control policies")),
        "{assumptions:?}"
    );
}

#[test]
fn short_names_of_files_are_nobody_elses() {
    let mut snapshot = Snapshot::new(Header { account: A.into(), region: "eu-west-1".into(), ..Header::default() });
    let read = Read::new(crate::snapshot::operations::GET_KEY_POLICY, json!({ "KeyId": "k" }));
    let policy = to(&json!({ "AWS": WEB }), "Allow", "kms:*").to_string();
    snapshot.record(Recorded::new(&read, "", Outcome::Output(json!({ "Policy": policy })))).unwrap();
    let layer = |key: &str| {
        let question = Question::parse(WEB, "kms:Decrypt", Some(key), &[]).unwrap();
        let decision = decide(&snapshot, &question).unwrap().decision;
        let own = decision.layers.iter().find(|part| part.layer == crate::iam::Layer::Resource).unwrap();
        own.effect.word()
    };
    assert_eq!(layer(KEY), "allows");
    assert_eq!(layer("arn:aws:kms:us-east-1:111122223333:key/k"), "unknown");
    assert_eq!(layer("arn:aws:kms:eu-west-1:444455556666:key/k"), "unknown");
}
