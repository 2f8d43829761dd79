//! Answers: shapes, errors, and answers that are damaged.

use std::time::Duration;

use serde_json::json;

use super::*;

fn answer(
    service: &str,
    operation: &str,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Value, ServiceError> {
    let headers: Vec<(String, String)> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    decode(Service::load(service).unwrap(), operation, status, &headers, body.as_bytes())
}

const INSTANCES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>r</requestId>
  <reservationSet><item>
    <reservationId>r-1</reservationId><groupSet/>
    <instancesSet><item>
      <instanceId>i-1</instanceId>
      <instanceState><code>16</code><name>of-tomorrow</name></instanceState>
      <launchTime>2026-11-22T20:14:00.000Z</launchTime>
      <ebsOptimized>false</ebsOptimized>
      <newThing><item>x</item></newThing>
      <tagSet><item><key>Name</key><value>a &amp; b</value></item></tagSet>
      <amiLaunchIndex>first</amiLaunchIndex>
    </item></instancesSet>
  </item></reservationSet>
</DescribeInstancesResponse>"#;

#[test]
fn ec2_answers_have_the_shape_of_the_aws_cli() {
    let value = answer("ec2", "DescribeInstances", 200, &[], INSTANCES).unwrap();
    let wanted = json!({"Reservations": [{
        "ReservationId": "r-1",
        "Groups": [],
        "Instances": [{
            "EbsOptimized": false,
            "Tags": [{"Key": "Name", "Value": "a & b"}],
            "InstanceId": "i-1",
            "State": {"Code": 16, "Name": "of-tomorrow"},
            "AmiLaunchIndex": "first",
            "LaunchTime": "2026-11-22T20:14:00+00:00",
        }],
    }]});
    assert_eq!(value, wanted);
}

#[test]
fn an_answer_that_is_none_is_an_error_and_never_empty() {
    let cut = &INSTANCES[..400];
    let page = "<html><head><title>Sign in</title></head><body>Hotel\n WiFi</body></html>";
    for body in ["", "  ", "<", "{", cut, page, "Hotel WiFi", "<Page/>", "\u{0}\u{1}"] {
        for (service, operation) in
            [("ec2", "DescribeInstances"), ("ssm", "DescribeInstanceInformation"), ("iam", "GetRole")]
        {
            let error = answer(service, operation, 200, &[], body).unwrap_err();
            assert_eq!((error.code, error.status), (None, 200), "{service} {body}");
            assert!(error.message.contains("the answer (status 200) is not the"), "{}", error.message);
        }
        for (service, operation) in [("lambda", "GetFunction"), ("s3", "GetBucketEncryption")] {
            let error = answer(service, operation, 503, &[("Retry-After", "7")], body).unwrap_err();
            assert_eq!((error.code, error.status), (None, 503), "{service} {body}");
            assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
        }
    }
    let error = answer("ec2", "DescribeInstances", 200, &[], page).unwrap_err();
    assert!(
        error
            .message
            .ends_with("begins with `<html><head><title>Sign in</title></head><body>Hotel WiFi</body></html>`")
    );
    let long = answer("ec2", "DescribeInstances", 502, &[], &"x".repeat(5000)).unwrap_err();
    assert!(long.message.len() < 350, "{}", long.message);
}

#[test]
fn empty_rest_bodies() {
    let error = answer("lambda", "GetPolicy", 200, &[], "[1").unwrap_err();
    assert_eq!(error.code, None);
    assert_eq!(
        answer("s3", "HeadBucket", 200, &[("x-amz-bucket-region", "eu-west-1")], "").unwrap(),
        json!({"BucketRegion": "eu-west-1"})
    );
}

#[test]
fn errors_of_ec2() {
    let body = "<?xml version=\"1.0\"?>\n<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not \
        authorized.</Message></Error></Errors><RequestID>id-1</RequestID></Response>";
    let error = answer("ec2", "DescribeInstances", 403, &[], body).unwrap_err();
    assert_eq!(error.to_string(), "UnauthorizedOperation: You are not authorized.");
    assert_eq!((error.request_id.as_deref(), error.status), (Some("id-1"), 403));
}

#[test]
fn errors_of_query_and_rest_xml() {
    let body = r#"<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>
        <Code>NoSuchEntity</Code><Message>no role</Message></Error><RequestId>q</RequestId></ErrorResponse>"#;
    let error = answer("iam", "GetRole", 404, &[], body).unwrap_err();
    assert_eq!(
        (error.code.as_deref(), error.message.as_str(), error.request_id.as_deref()),
        (Some("NoSuchEntity"), "no role", Some("q"))
    );
    let body = "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message><RequestId>s</RequestId></Error>";
    let error = answer("s3", "GetBucketPolicy", 404, &[], body).unwrap_err();
    assert_eq!((error.code.as_deref(), error.request_id.as_deref()), (Some("NoSuchBucketPolicy"), Some("s")));
    let error = answer("s3", "HeadBucket", 404, &[("x-amz-request-id", "h")], "").unwrap_err();
    assert_eq!((error.code, error.status, error.request_id.as_deref()), (None, 404, Some("h")));
    let error = answer("s3", "GetBucketEncryption", 200, &[], body).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("NoSuchBucketPolicy"), "an error with status 200");
}

#[test]
fn errors_of_json() {
    let body = r#"{"__type":"com.amazonaws.ssm#AccessDeniedException","Message":"no"}"#;
    let error = answer("ssm", "ListDocuments", 400, &[("x-amzn-RequestId", "j")], body).unwrap_err();
    assert_eq!(
        (error.code.as_deref(), error.message.as_str(), error.request_id.as_deref()),
        (Some("AccessDeniedException"), "no", Some("j"))
    );
    let headers = [("x-amzn-ErrorType", "ResourceNotFoundException:http://internal.amazon.com/x")];
    let error = answer("lambda", "GetFunction", 404, &headers, r#"{"Type":"User","Message":"gone"}"#).unwrap_err();
    assert_eq!((error.code.as_deref(), error.message.as_str()), (Some("ResourceNotFoundException"), "gone"));
    assert_eq!(*error.detail, json!({"Type": "User", "Message": "gone"}));
    let headers = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
    let error =
        answer("sqs", "GetQueueUrl", 400, &headers, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("AWS.SimpleQueueService.NonExistentQueue"));
    let foreign = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>";
    let error = answer("ssm", "ListDocuments", 403, &[], foreign).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("AccessDenied"), "a gateway that answers in XML");
    let error = answer("ssm", "ListDocuments", 403, &[], r#"{"message":"Forbidden"}"#).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (None, "Forbidden"));
}

#[test]
fn odd_json_values_do_not_lose_the_rest() {
    let body = r#"{"InstanceInformationList":[{"InstanceId":"i-1","LastPingDateTime":"soon","IsLatestVersion":"yes",
        "AssociationOverview":"none","Unknown":{"a":[1]},"AgentVersion":null},
        {"InstanceId":"i-2","LastPingDateTime":1.7632012845E9,"PingStatus":"Dreaming"}]}"#;
    let value = answer("ssm", "DescribeInstanceInformation", 200, &[], body).unwrap();
    assert_eq!(
        value,
        json!({"InstanceInformationList": [
            {"InstanceId": "i-1", "LastPingDateTime": "soon", "IsLatestVersion": "yes", "AssociationOverview": "none"},
            {"InstanceId": "i-2", "PingStatus": "Dreaming", "LastPingDateTime": "2025-11-15T10:08:04.500000+00:00"},
        ]})
    );
}

#[test]
fn the_location_of_a_bucket() {
    let root = |text: &str| {
        format!("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{text}</LocationConstraint>")
    };
    let value = answer("s3", "GetBucketLocation", 200, &[], &root("eu-west-1")).unwrap();
    assert_eq!(value, json!({"LocationConstraint": "eu-west-1"}));
    assert_eq!(answer("s3", "GetBucketLocation", 200, &[], &root("")).unwrap(), json!({"LocationConstraint": null}));
}

#[test]
fn policies_of_iam_are_objects() {
    let role = |document: &str| {
        let body = format!(
            "<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName><AssumeRolePolicyDocument>{document}\
             </AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>"
        );
        answer("iam", "GetRole", 200, &[], &body).unwrap()["Role"]["AssumeRolePolicyDocument"].clone()
    };
    let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Sid%22%3A%22a+b%22%7D%5D%7D";
    assert_eq!(role(encoded), json!({"Version": "2012-10-17", "Statement": [{"Sid": "a+b"}]}));
    assert_eq!(role("%7Bbroken"), json!("%7Bbroken"));
}

#[test]
fn a_deep_answer_ends() {
    let deep = format!("<GetRoleResponse>{}{}</GetRoleResponse>", "<a>".repeat(20_000), "</a>".repeat(20_000));
    assert!(answer("iam", "GetRole", 200, &[], &deep).is_err());
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    assert!(answer("ssm", "ListDocuments", 200, &[], &deep).is_err());
}

/// Cut off at every byte, and with every byte replaced: a value or an error, never a panic.
#[test]
fn nothing_panics() {
    let json =
        r#"{"DocumentIdentifiers":[{"Name":"x","CreatedDate":1700000000.5,"Tags":[{"Key":"k","Value":"\u00e9"}]}]}"#;
    for (service, operation, body) in [("ec2", "DescribeInstances", INSTANCES), ("ssm", "ListDocuments", json)] {
        let model = Service::load(service).unwrap();
        for at in 0..body.len() {
            for status in [200, 400, 503] {
                let _ = decode(model, operation, status, &[], &body.as_bytes()[..at]);
            }
            for byte in [0, b'<', b'"', b'9', 0xff] {
                let mut changed = body.as_bytes().to_vec();
                changed[at] = byte;
                let _ = decode(model, operation, 200, &[], &changed);
            }
        }
    }
}

#[test]
fn characters_that_xml_cannot_carry_do_not_spoil_an_answer() {
    for name in ["\u{1b}[2Jweb\u{7}", "&#27;[2Jweb&#x7;", "&#xd800;web"] {
        let body = format!(
            "<DescribeTagsResponse><tagSet><item><key>Name</key><value>{name} &#65;&amp;</value></item></tagSet></DescribeTagsResponse>"
        );
        let service = Service::load("ec2").unwrap();
        let output = decode(service, "DescribeTags", 200, &[], body.as_bytes()).unwrap();
        let value = output["Tags"][0]["Value"].as_str().unwrap();
        assert!(value.contains("web") && value.contains("A&") && value.contains('\u{fffd}'), "{value:?}");
        assert!(!value.contains(['\u{1b}', '\u{7}']), "{value:?}");
    }
}
