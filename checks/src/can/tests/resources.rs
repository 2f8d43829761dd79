//! Resources: their policies, grants, and whose they are.

use super::*;

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
