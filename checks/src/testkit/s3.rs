//! Healthy buckets for tests to break: one that calls a function, one that fans out to a topic and a queue, one that publishes to EventBridge.

use super::{ACCOUNT, REGION, Tried, World};
use crate::diagnosis::Diagnosis;
use crate::finding::Judgement;
use crate::rule::Rule;
use crate::s3::{self, Question, S3};
use crate::snapshot::{Operation, operations as op};
use serde_json::{Value, json};

/// The bucket of every world.
pub const BUCKET: &str = "photos";
/// ARN of the bucket.
pub const BUCKET_ARN: &str = "arn:aws:s3:::photos";
/// The function of every world.
pub const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs";
/// The same function by its alias.
pub const ALIAS: &str = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs:live";
/// The queue of the world that fans out.
pub const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:uploads";
/// Its URL.
pub const QUEUE_URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/uploads";
/// Its topic.
pub const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:removals";
/// The key of its queue.
pub const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/0a1b";
/// The rule of the world that publishes to EventBridge.
pub const RULE: &str = "arn:aws:events:eu-west-1:123456789012:rule/photos-created";

impl Tried for S3 {
    fn with_case(snapshot: &crate::snapshot::Snapshot, judge: &mut dyn FnMut(&s3::Case<'_>)) {
        let question = about_bucket();
        if let Ok(case) = s3::find(snapshot, &question) {
            judge(&case);
        }
    }
}

/// The question about the whole bucket.
pub fn about_bucket() -> Question {
    Question { bucket: BUCKET.to_owned(), function: None, event: None, key: None }
}

/// The question about the function.
pub fn about_function() -> Question {
    Question { function: Some("thumbs".to_owned()), ..about_bucket() }
}

/// The question about one object.
pub fn about_key(key: &str) -> Question {
    Question { key: Some(key.to_owned()), ..about_bucket() }
}

/// The question about one type of event.
pub fn about_event(event: &str) -> Question {
    Question { event: Some(event.to_owned()), ..about_bucket() }
}

/// What a rule says of a question to a world.
pub fn ask(world: &World, rule: &Rule<S3>, question: &Question) -> Judgement {
    let snapshot = world.snapshot();
    let case = s3::find(&snapshot, question);
    assert!(case.is_ok(), "the world has its bucket");
    case.map_or_else(
        |_| Judgement::not_applicable("the world lacks its bucket"),
        |case| (rule.judge)(&case).unwrap_or_else(Judgement::from),
    )
}

/// The whole diagnosis of a question to a world.
///
/// # Panics
/// The world lacks the bucket.
#[expect(clippy::expect_used, reason = "a world of tests")]
pub fn diagnose(world: &World, question: &Question) -> Diagnosis {
    crate::triage::s3(&world.snapshot(), question).expect("the world has its bucket")
}

/// A bucket that calls the alias of a function.
pub fn calls() -> World {
    let mut world = base();
    world.answer(
        op::GET_BUCKET_NOTIFICATION_CONFIGURATION,
        json!({ "Bucket": BUCKET }),
        json!({ "LambdaFunctionConfigurations": [entry("LambdaFunctionArn", ALIAS, "s3:ObjectCreated:*", "images/", ".jpg")] }),
    );
    function(&mut world, ALIAS);
    world.answer(
        op::GET_FUNCTION_POLICY,
        json!({ "FunctionName": FUNCTION, "Qualifier": "live" }),
        policy(&[permission("s3.amazonaws.com", ALIAS, BUCKET_ARN)]),
    );
    world
}

/// A bucket that sends uploads to a queue with a key of its own, whose messages a function reads, and removals to a topic.
pub fn fans_out() -> World {
    let mut world = base();
    world.answer(
        op::GET_BUCKET_NOTIFICATION_CONFIGURATION,
        json!({ "Bucket": BUCKET }),
        json!({
            "QueueConfigurations": [entry("QueueArn", QUEUE, "s3:ObjectCreated:*", "images/", "")],
            "TopicConfigurations": [entry("TopicArn", TOPIC, "s3:ObjectRemoved:*", "", "")],
        }),
    );
    let lets_in = |action: &str, resource: &str| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "FromBucket", "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": action, "Resource": resource,
            "Condition": { "ArnLike": { "aws:SourceArn": BUCKET_ARN }, "StringEquals": { "aws:SourceAccount": ACCOUNT } },
        }] })
        .to_string()
    };
    world.answer(
        op::GET_QUEUE_ATTRIBUTES,
        json!({ "QueueUrl": QUEUE_URL, "AttributeNames": ["All"] }),
        json!({ "Attributes": {
            "QueueArn": QUEUE, "Policy": lets_in("sqs:SendMessage", QUEUE), "KmsMasterKeyId": KEY, "VisibilityTimeout": "360",
        } }),
    );
    world.answer(
        op::GET_TOPIC_ATTRIBUTES,
        json!({ "TopicArn": TOPIC }),
        json!({ "Attributes": { "TopicArn": TOPIC, "Policy": lets_in("sns:Publish", TOPIC) } }),
    );
    world.answer(
        op::DESCRIBE_KEY,
        json!({ "KeyId": KEY }),
        json!({ "KeyMetadata": { "KeyId": "0a1b", "Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER", "Enabled": true } }),
    );
    let key_policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*" },
    ] });
    world.answer(
        op::GET_KEY_POLICY,
        json!({ "KeyId": KEY, "PolicyName": "default" }),
        json!({ "Policy": key_policy.to_string(), "PolicyName": "default" }),
    );
    world.answer(
        op::LIST_GRANTS,
        json!({ "KeyId": KEY, "GranteePrincipal": "s3.amazonaws.com" }),
        json!({ "Grants": [] }),
    );
    world.answer(
        op::LIST_EVENT_SOURCE_MAPPINGS,
        json!({ "EventSourceArn": QUEUE }),
        json!({ "EventSourceMappings": [{
            "UUID": "11112222-3333-4444-5555-666677778888", "EventSourceArn": QUEUE, "FunctionArn": FUNCTION, "State": "Enabled",
            "StateTransitionReason": "USER_INITIATED", "BatchSize": 10,
        }] }),
    );
    world.answer(op::LIST_RULES, json!({}), json!({ "Rules": [] }));
    function(&mut world, FUNCTION);
    world
}

/// A bucket that publishes to EventBridge, where a rule calls a function.
pub fn publishes() -> World {
    let mut world = base();
    world.answer(
        op::GET_BUCKET_NOTIFICATION_CONFIGURATION,
        json!({ "Bucket": BUCKET }),
        json!({ "EventBridgeConfiguration": {} }),
    );
    let pattern = json!({
        "source": ["aws.s3"], "detail-type": ["Object Created"],
        "detail": { "bucket": { "name": [BUCKET] }, "object": { "key": [{ "prefix": "images/" }] } },
    });
    let other = json!({ "source": ["aws.ec2"] });
    world.answer(
        op::LIST_RULES,
        json!({}),
        json!({ "Rules": [
            { "Name": "photos-created", "Arn": RULE, "State": "ENABLED", "EventPattern": pattern.to_string(), "EventBusName": "default" },
            { "Name": "instances", "Arn": format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/instances"), "State": "ENABLED",
              "EventPattern": other.to_string(), "EventBusName": "default" },
            { "Name": "hourly", "Arn": format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly"), "State": "ENABLED",
              "ScheduleExpression": "rate(1 hour)", "EventBusName": "default" },
        ] }),
    );
    world.answer(
        op::LIST_TARGETS_BY_RULE,
        json!({ "Rule": "photos-created" }),
        json!({ "Targets": [{ "Id": "1", "Arn": FUNCTION }] }),
    );
    function(&mut world, FUNCTION);
    world.answer(
        op::GET_FUNCTION_POLICY,
        json!({ "FunctionName": FUNCTION }),
        policy(&[permission("events.amazonaws.com", FUNCTION, RULE)]),
    );
    world
}

/// An entry of the notifications; an empty prefix or suffix is left out.
pub fn entry(member: &str, arn: &str, event: &str, prefix: &str, suffix: &str) -> Value {
    let rules: Vec<Value> = [("Prefix", prefix), ("Suffix", suffix)]
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    let id = arn.rsplit(':').next().unwrap_or_default();
    if rules.is_empty() {
        return json!({ "Id": format!("to-{id}"), "Events": [event], member: arn });
    }
    json!({ "Id": format!("to-{id}"), "Events": [event], member: arn, "Filter": { "Key": { "FilterRules": rules } } })
}

/// A statement that lets a service call a function for one resource.
pub fn permission(service: &str, function: &str, source: &str) -> Value {
    json!({
        "Sid": "FromSource", "Effect": "Allow", "Principal": { "Service": service }, "Action": "lambda:InvokeFunction", "Resource": function,
        "Condition": { "StringEquals": { "AWS:SourceAccount": ACCOUNT }, "ArnLike": { "AWS:SourceArn": source } },
    })
}

/// The answer of `lambda:GetPolicy`.
pub fn policy(statements: &[Value]) -> Value {
    let document = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    json!({ "Policy": document.to_string(), "RevisionId": "1" })
}

/// Replaces the statements of the function's policy.
pub fn set_policy(world: &mut World, statements: &[Value]) {
    world.replace(op::GET_FUNCTION_POLICY, &[], policy(statements));
}

/// Replaces the notifications.
pub fn set_entries(world: &mut World, document: Value) {
    world.replace(op::GET_BUCKET_NOTIFICATION_CONFIGURATION, &[], document);
}

/// Sets what CloudWatch counted of the function.
pub fn count(world: &mut World, metric: &str, sum: f64) {
    let points = json!({ "Label": metric, "Datapoints": [{ "Timestamp": "2026-11-22T19:00:00Z", "Sum": sum, "Unit": "Count" }] });
    world.replace(op::GET_METRIC_STATISTICS, &[&format!("\"{metric}\"")], points);
}

fn base() -> World {
    let mut world = World::new();
    world
        .answer(
            op::GET_CALLER_IDENTITY,
            json!({}),
            json!({ "Account": ACCOUNT, "Arn": format!("arn:aws:iam::{ACCOUNT}:user/ops"), "UserId": "AIDA1" }),
        )
        .answer(
            op::GET_BUCKET_LOCATION,
            json!({ "Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT }),
            json!({ "LocationConstraint": REGION }),
        )
        .answer(op::GET_BUCKET_VERSIONING, json!({ "Bucket": BUCKET }), json!({ "Status": "Enabled" }))
        .answer(
            op::LOOKUP_EVENTS,
            json!({
                "LookupAttributes": [{ "AttributeKey": "EventName", "AttributeValue": "PutBucketNotification" }],
                "StartTime": "2026-11-19T20:14:00Z", "EndTime": "2026-11-22T20:14:00Z",
            }),
            json!({ "Events": [] }),
        );
    world
}

/// A function that runs, with its role and what CloudWatch counted of it.
fn function(world: &mut World, arn: &str) {
    world.answer(
        op::GET_FUNCTION_CONFIGURATION,
        json!({ "FunctionName": arn }),
        json!({
            "FunctionName": "thumbs", "FunctionArn": arn, "State": "Active", "LastUpdateStatus": "Successful", "Timeout": 60,
            "Runtime": "python3.13", "Role": format!("arn:aws:iam::{ACCOUNT}:role/service-role/thumbs"),
            "LoggingConfig": { "LogFormat": "Text", "LogGroup": "/aws/lambda/thumbs" },
        }),
    );
    world.answer(op::GET_FUNCTION_CONCURRENCY, json!({ "FunctionName": FUNCTION }), json!({}));
    for (metric, sum) in [
        ("Invocations", 40.0),
        ("Errors", 0.0),
        ("Throttles", 0.0),
        ("AsyncEventsDropped", 0.0),
        ("RecursiveInvocationsDropped", 0.0),
    ] {
        world.answer(
            op::GET_METRIC_STATISTICS,
            json!({
                "Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": [{ "Name": "FunctionName", "Value": "thumbs" }],
                "StartTime": "2026-11-21T20:14:00Z", "EndTime": "2026-11-22T20:14:00Z", "Period": 3600, "Statistics": ["Sum"],
            }),
            json!({ "Label": metric, "Datapoints": [{ "Timestamp": "2026-11-22T19:00:00Z", "Sum": sum, "Unit": "Count" }] }),
        );
    }
    role(world);
}

fn role(world: &mut World) {
    let own = json!({ "RoleName": "thumbs" });
    let mut answer = |operation: Operation, input: &Value, output: Value| {
        world.answer(operation, input.clone(), output);
    };
    let trust = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" },
    ] });
    let role = json!({
        "RoleName": "thumbs", "RoleId": "AROA1", "Path": "/service-role/", "Arn": format!("arn:aws:iam::{ACCOUNT}:role/service-role/thumbs"),
        "AssumeRolePolicyDocument": trust,
    });
    answer(op::GET_ROLE, &own, json!({ "Role": role }));
    answer(op::LIST_ATTACHED_ROLE_POLICIES, &own, json!({ "AttachedPolicies": [] }));
    answer(op::LIST_ROLE_POLICIES, &own, json!({ "PolicyNames": ["own"] }));
    answer(op::LIST_POLICIES, &json!({ "OnlyAttached": true }), json!({ "Policies": [] }));
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Logs", "Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*" },
        { "Sid": "Objects", "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("{BUCKET_ARN}/*") },
    ] });
    let inline = json!({ "RoleName": "thumbs", "PolicyName": "own" });
    answer(
        op::GET_ROLE_POLICY,
        &inline,
        json!({ "RoleName": "thumbs", "PolicyName": "own", "PolicyDocument": document }),
    );
    let bucket = json!({ "Bucket": BUCKET, "ExpectedBucketOwner": ACCOUNT });
    answer(
        op::GET_BUCKET_POLICY,
        &bucket,
        json!({ "Policy": json!({ "Version": "2012-10-17", "Statement": [] }).to_string() }),
    );
    answer(
        op::GET_BUCKET_OWNERSHIP_CONTROLS,
        &json!({ "Bucket": BUCKET }),
        json!({ "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] } }),
    );
}
