//! Inputs: what is refused before it is sent, and how the rest is written.

use serde_json::json;

use super::*;

fn request(service: &str, operation: &str, input: &Value) -> Result<HttpRequest, InputError> {
    encode(Service::load(service).unwrap(), operation, input, &mut || "token".to_owned())
}

fn problems(service: &str, operation: &str, input: &Value) -> String {
    request(service, operation, input).unwrap_err().to_string()
}

#[test]
fn an_unknown_operation_names_the_nearest_one() {
    assert_eq!(
        problems("ec2", "DescribeInstance", &json!({})),
        "`ec2` has no operation `DescribeInstance`, did you mean `DescribeInstances`?"
    );
}

#[test]
fn every_problem_is_named_with_its_path() {
    let input =
        json!({"InstanceIDs": ["i-1"], "Filters": [{"Name": 1, "Values": "x"}], "MaxResults": "5", "DryRun": null});
    assert_eq!(
        problems("ec2", "DescribeInstances", &input),
        "the input of `ec2:DescribeInstances` is not valid: \
         `InstanceIDs` is not a member of the input, did you mean `InstanceIds`?; \
         `Filters[0].Name` must be a text, but it is the number 1; \
         `Filters[0].Values` must be a list, but it is another text; \
         `MaxResults` must be a whole number, but it is another text"
    );
    assert_eq!(
        problems("ssm", "SendCommand", &json!({"Parameters": {"commands": ["id", 2]}})),
        "the input of `ssm:SendCommand` is not valid: \
         `Parameters.commands[1]` must be a text, but it is the number 2; `DocumentName` is required and missing"
    );
    assert!(problems("sts", "GetCallerIdentity", &json!(["x"])).contains("must be an object, but it is a list"));
    assert!(
        problems("kms", "Encrypt", &json!({"KeyId": "k", "Plaintext": "no base64!"})).contains("must be base64 text")
    );
}

#[test]
fn a_secret_is_not_repeated_in_the_message() {
    let text = problems("ssm", "PutParameter", &json!({"Name": "n", "Value": "v", "Overwrite": "hunter2"}));
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn an_empty_label_would_address_something_else() {
    let text = problems("s3", "GetBucketPolicy", &json!({"Bucket": ""}));
    assert!(text.contains("`Bucket` must be a text that is not empty, but it is an empty text"), "{text}");
}

#[test]
fn ec2_forms() {
    let input =
        json!({"InstanceIds": ["i-1", "i-2"], "Filters": [{"Name": "vpc-id", "Values": ["v"]}], "MaxResults": 5});
    let sent = request("ec2", "DescribeInstances", &input).unwrap();
    assert_eq!(
        String::from_utf8(sent.body).unwrap(),
        "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2\
         &Filter.1.Name=vpc-id&Filter.1.Value.1=v&MaxResults=5"
    );
}

#[test]
fn idempotency_tokens_are_filled_in_where_they_are_missing() {
    let sent = request("ec2", "CreateNatGateway", &json!({"SubnetId": "subnet-1"})).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains("ClientToken=token"));
    let sent = request("ec2", "CreateNatGateway", &json!({"SubnetId": "subnet-1", "ClientToken": "mine"})).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains("ClientToken=mine"));
}

#[test]
fn the_bucket_is_left_to_the_endpoint() {
    let sent = request("s3", "GetBucketPolicy", &json!({"Bucket": "b"})).unwrap();
    assert_eq!((sent.method.as_str(), sent.path_and_query().as_str()), ("GET", "/?policy"));
    let sent = request("s3", "GetObject", &json!({"Bucket": "b", "Key": "a b/c?d"})).unwrap();
    assert_eq!(sent.url("http://127.0.0.1:1/b"), "http://127.0.0.1:1/b/a%20b/c%3Fd");
}

#[test]
fn s3_gets_the_checksum_it_demands() {
    let input = json!({"Bucket": "b", "Policy": "{}"});
    let sent = request("s3", "PutBucketPolicy", &input).unwrap();
    assert_eq!(sent.body, b"{}");
    // The CRC32 of two braces, as zlib computes it.
    assert_eq!(sent.get_header("x-amz-checksum-crc32"), Some("o6a/Qw=="));
    assert_eq!(sent.get_header("x-amz-sdk-checksum-algorithm"), Some("CRC32"));
}

#[test]
fn route53_ids_go_out_as_they_came_in() {
    let sent = request("route53", "GetHostedZone", &json!({"Id": "/hostedzone/Z1"})).unwrap();
    assert_eq!(sent.path, "/2013-04-01/hostedzone/Z1");
}

#[test]
fn old_error_codes_are_asked_for() {
    let sent = request("sqs", "ListQueues", &json!({})).unwrap();
    assert_eq!(sent.get_header("x-amzn-query-mode"), Some("true"));
    assert_eq!(sent.get_header("X-Amz-Target"), Some("AmazonSQS.ListQueues"));
}

#[test]
fn host_labels_are_checked() {
    let operation = "HostLabel";
    let model = json!({
        "metadata": {"protocol": "json", "targetPrefix": "T"},
        "operations": {operation: {"name": operation, "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "I"}, "endpoint": {"hostPrefix": "{Label}.data."}}},
        "shapes": {"I": {"type": "structure", "members": {"Label": {"shape": "S", "hostLabel": true}}},
            "S": {"type": "string"}},
    });
    let service = Service::from_json("t", model.to_string().as_bytes()).unwrap();
    let send = |label: &str| encode(&service, operation, &json!({"Label": label}), &mut String::new);
    assert_eq!(send("a-1").unwrap().url("https://x.example"), "https://a-1.data.x.example/");
    for bad in ["", "a/b", "a@evil.example#"] {
        assert!(send(bad).is_err(), "{bad}");
    }
}
