//! Calls that succeed: pages, shapes, counters.

use serde_json::json;

use super::super::{CallErrorKind, Counts};
use super::server::{self, Reply, Server};
use super::session;

const VPCS: &str = r#"<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><vpcSet>
    <item><vpcId>vpc-1</vpcId><isDefault>false</isDefault><state>of-tomorrow</state>
    <cidrBlockAssociationSet/></item></vpcSet></DescribeVpcsResponse>"#;

#[tokio::test]
async fn a_typed_call_is_sent_and_read_in_the_shape_of_the_aws_cli() {
    let server = Server::start(vec![server::xml(200, VPCS)]).await;
    let session = session(&server.url);
    let input = json!({"VpcIds": ["vpc-1"], "Filters": [{"Name": "state", "Values": ["available"]}], "DryRun": null});
    let value = session.call("ec2", "DescribeVpcs", &input).await.unwrap();
    assert_eq!(
        value,
        json!({"Vpcs": [{"CidrBlockAssociationSet": [], "IsDefault": false, "VpcId": "vpc-1", "State": "of-tomorrow"}]})
    );
    let [sent] = &server.requests()[..] else { panic!("{:?}", server.requests()) };
    for part in ["Action=DescribeVpcs", "VpcId.1=vpc-1", "Filter.1.Name=state", "Filter.1.Value.1=available"] {
        assert!(sent.body.contains(part), "{}", sent.body);
    }
    assert!(sent.header("user-agent").unwrap().contains("aws-sdk-rust"), "a typed client sent it");
    assert!(sent.header("authorization").unwrap().contains("/eu-central-1/ec2/aws4_request"));
    assert_eq!(session.counts(), Counts { operations: 1, pages: 1, attempts: 1 });
}

#[tokio::test]
async fn any_other_service_goes_through_its_model() {
    let body = r#"{"InstanceInformationList":[{"InstanceId":"i-1","LastPingDateTime":1700000000}]}"#;
    let server = Server::start(vec![server::json(200, body)]).await;
    let value =
        session(&server.url).call("ssm", "DescribeInstanceInformation", &json!({"MaxResults": 5})).await.unwrap();
    assert_eq!(
        value,
        json!({"InstanceInformationList": [{"InstanceId": "i-1", "LastPingDateTime": "2023-11-14T22:13:20+00:00"}]})
    );
    let [sent] = &server.requests()[..] else { panic!() };
    assert_eq!((sent.line.as_str(), sent.body.as_str()), ("POST /", r#"{"MaxResults":5}"#));
    assert_eq!(sent.header("x-amz-target"), Some("AmazonSSM.DescribeInstanceInformation"));
    assert_eq!(sent.header("x-amz-security-token"), Some("session"));
    let signature = sent.header("authorization").unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signature}");
    assert!(signature.contains("/eu-central-1/ssm/aws4_request"), "{signature}");
    assert!(signature.contains("x-amz-target"), "{signature}");
}

#[tokio::test]
async fn global_services_are_signed_for_the_region_of_a_configured_endpoint() {
    let answer = r#"<?xml version="1.0"?><ListHostedZonesResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
        <HostedZones/><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>"#;
    let server = Server::start(vec![server::xml(200, answer)]).await;
    let value = session(&server.url).call("route53", "ListHostedZones", &json!({})).await.unwrap();
    assert_eq!(value["HostedZones"], json!([]));
    assert!(server.requests()[0].header("authorization").unwrap().contains("/eu-central-1/route53/aws4_request"));
}

#[tokio::test]
async fn pages_are_followed_and_joined() {
    let page = |id: &str, token: &str| {
        server::xml(
            200,
            &format!(
                "<DescribeInstancesResponse><reservationSet><item><reservationId>{id}</reservationId></item>\
                 </reservationSet><nextToken>{token}</nextToken></DescribeInstancesResponse>"
            ),
        )
    };
    let server = Server::start(vec![page("r-1", "a"), page("r-2", "b"), page("r-3", "")]).await;
    let session = session(&server.url);
    let value = session.call("ec2", "DescribeInstances", &json!({"MaxResults": 5})).await.unwrap();
    assert_eq!(
        value,
        json!({"Reservations": [{"ReservationId": "r-1"}, {"ReservationId": "r-2"}, {"ReservationId": "r-3"}]})
    );
    let sent = server.requests();
    assert!(!sent[0].body.contains("NextToken") && sent[1].body.contains("NextToken=a"), "{sent:?}");
    assert!(sent[2].body.contains("NextToken=b") && sent[2].body.contains("MaxResults=5"), "{sent:?}");
    assert_eq!(session.counts(), Counts { operations: 1, pages: 3, attempts: 3 });
}

#[tokio::test]
async fn a_caller_that_pages_itself_gets_one_page() {
    let server = Server::start(vec![server::json(200, r#"{"Parameters":[],"NextToken":"more"}"#)]).await;
    let session = session(&server.url);
    let page = session.call("ssm", "DescribeParameters", &json!({"NextToken": "start"})).await.unwrap();
    assert_eq!(page, json!({"Parameters": [], "NextToken": "more"}));
    let page = session.call_page("ssm", "DescribeParameters", &json!({})).await.unwrap();
    assert_eq!(page["NextToken"], "more");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_token_that_comes_twice_ends_the_list_with_an_error() {
    let server = Server::start(vec![server::json(200, r#"{"Parameters":[{"Name":"a"}],"NextToken":"again"}"#)]).await;
    let error = session(&server.url).call("ssm", "DescribeParameters", &json!({})).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Other);
    assert!(error.message.contains("same page token twice"), "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_list_that_fails_halfway_is_no_shorter_list() {
    let first = server::json(200, r#"{"Parameters":[{"Name":"a"}],"NextToken":"b"}"#);
    let denied = server::json(400, r#"{"__type":"AccessDeniedException","Message":"no"}"#);
    let server = Server::start(vec![first, denied]).await;
    let error = session(&server.url).call("ssm", "DescribeParameters", &json!({})).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Denied);
}

#[tokio::test]
async fn policies_of_iam_arrive_as_objects() {
    let role = "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>r</RoleName><RoleId>A</RoleId><Arn>arn</Arn>\
        <CreateDate>2020-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D\
        </AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>";
    let server = Server::start(vec![server::xml(200, role)]).await;
    let value = session(&server.url).call("iam", "GetRole", &json!({"RoleName": "r"})).await.unwrap();
    assert_eq!(value["Role"]["AssumeRolePolicyDocument"], json!({"Version": "2012-10-17"}));
    assert_eq!(value["Role"]["CreateDate"], "2020-01-01T00:00:00+00:00");
}

#[tokio::test]
async fn an_input_that_no_line_covers_goes_through_the_model_and_loses_nothing() {
    let answer = "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults/>\
        <IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>";
    let server = Server::start(vec![server::xml(200, answer)]).await;
    let session = session(&server.url);
    let typed = json!({"PolicySourceArn": "a", "ActionNames": ["ssm:x"],
        "ContextEntries": [{"ContextKeyName": "k", "ContextKeyValues": ["v"], "ContextKeyType": "string"}]});
    session.call("iam", "SimulatePrincipalPolicy", &typed).await.unwrap();
    let mut other = typed.clone();
    other["PolicyExclusionList"] = json!([{"PolicyArn": "arn:aws:iam::aws:policy/X"}]);
    session.call("iam", "SimulatePrincipalPolicy", &other).await.unwrap();
    let sent = server.requests();
    assert!(sent[0].header("user-agent").unwrap().contains("aws-sdk-rust"));
    assert!(sent[0].body.contains("ContextEntries.member.1.ContextKeyName=k"), "{}", sent[0].body);
    let agent = sent[1].header("user-agent").unwrap();
    assert!(agent.starts_with("aws-triage/"), "{agent}");
    let excluded = "PolicyExclusionList.member.1.PolicyArn=arn%3Aaws";
    assert!(sent[1].body.contains(excluded), "{}", sent[1].body);
}

#[tokio::test]
async fn buckets() {
    let location =
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>";
    let list = "<ListBucketResult><Name>b</Name><Contents><Key>k</Key></Contents></ListBucketResult>";
    let server = Server::start(vec![
        server::xml(200, location),
        server::xml(200, list),
        Reply::Answer(200, "application/json", "{\"Version\":\"2012-10-17\"}".to_owned()),
    ])
    .await;
    let session = session(&server.url);
    let value = session.call("s3", "GetBucketLocation", &json!({"Bucket": "my-bucket"})).await.unwrap();
    assert_eq!(value, json!({"LocationConstraint": "eu-west-1"}));
    let value = session.call("s3", "ListObjectsV2", &json!({"Bucket": "my-bucket", "Prefix": "a b"})).await.unwrap();
    assert_eq!(value["Contents"], json!([{"Key": "k"}]));
    let value = session.call("s3", "GetBucketPolicy", &json!({"Bucket": "my-bucket"})).await.unwrap();
    assert_eq!(value, json!({"Policy": "{\"Version\":\"2012-10-17\"}"}));
    let sent = server.requests();
    assert!(sent[0].line.starts_with("GET /my-bucket"), "{}", sent[0].line);
    assert!(sent[1].line.starts_with("GET /my-bucket/?list-type=2&prefix=a%20b"), "{}", sent[1].line);
    assert!(sent[1].header("x-amz-content-sha256").is_some_and(|h| h.len() == 64));
}

#[tokio::test]
async fn a_wrong_input_is_never_sent() {
    let server = Server::start(vec![server::json(200, "{}")]).await;
    let session = session(&server.url);
    for (service, operation, input) in [
        ("ec2", "DescribeVpcs", json!({"VpcId": ["vpc-1"]})),
        ("ec2", "DescribeVpc", json!({})),
        ("ssn", "DescribeParameters", json!({})),
        ("ssm", "GetParameter", json!({})),
        ("ssm", "GetParameter", json!("name")),
    ] {
        let error = session.call(service, operation, &input).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Input, "{error}");
    }
    assert!(server.requests().is_empty());
}
