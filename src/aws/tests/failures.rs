//! Calls that fail: retries, time-outs, answers that are none.

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use serde_json::json;

use super::super::{CallErrorKind, Session};
use super::server::{self, Reply, Server};
use super::{config, session};

const DENIED: &str = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform \
    this operation.</Message></Error></Errors><RequestID>id-1</RequestID></Response>";
const FLOOD: &str = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message>\
    </Error></Errors><RequestID>id-2</RequestID></Response>";
const VPCS: &str = "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>";

#[tokio::test]
async fn a_flood_and_a_fault_are_tried_again() {
    let throttled =
        server::json(400, r#"{"__type":"com.amazonaws.ssm#ThrottlingException","message":"Rate exceeded"}"#);
    let server = Server::start(vec![server::xml(503, ""), throttled, server::json(200, r#"{"Parameters":[]}"#)]).await;
    let ours = session(&server.url);
    let value = ours.call("ssm", "DescribeParameters", &json!({})).await.unwrap();
    assert_eq!(value, json!({"Parameters": []}));
    assert_eq!(ours.counts().attempts, 3);
    let sent = server.requests();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|r| r.header("authorization").is_some()), "every attempt is signed");

    let server =
        Server::start(vec![server::xml(503, FLOOD), server::xml(500, "<html/>"), server::xml(200, VPCS)]).await;
    let value = session(&server.url).call("ec2", "DescribeVpcs", &json!({})).await.unwrap();
    assert_eq!(value, json!({"Vpcs": []}));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_flood_that_lasts_is_throttled() {
    let server = Server::start(vec![server::xml(503, FLOOD)]).await;
    let error = session(&server.url).call("ec2", "DescribeVpcs", &json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.status, error.attempts), (CallErrorKind::Throttled, Some(503), 3));
    assert_eq!(error.code.as_deref(), Some("RequestLimitExceeded"));
    assert_eq!(
        error.to_string(),
        "ec2:DescribeVpcs failed with RequestLimitExceeded after 3 attempts: Request limit exceeded"
    );
}

#[tokio::test]
async fn a_denial_is_not_tried_again() {
    let server = Server::start(vec![server::xml(403, DENIED)]).await;
    let error = session(&server.url).call("ec2", "DescribeVpcs", &json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.status, error.attempts), (CallErrorKind::Denied, Some(403), 1));
    assert_eq!(error.request_id.as_deref(), Some("id-1"));
    assert!(error.message.starts_with("You are not authorized"), "{error}");

    let body = r#"{"__type":"AccessDeniedException","Message":"User is not authorized to perform: ssm:X"}"#;
    let server = Server::start(vec![server::json(400, body)]).await;
    let error = session(&server.url).call("ssm", "DescribeParameters", &json!({})).await.unwrap_err();
    assert_eq!((error.kind, error.attempts), (CallErrorKind::Denied, 1));
}

#[tokio::test]
async fn what_does_not_exist() {
    let body = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>no role</Message></Error></ErrorResponse>";
    let server = Server::start(vec![server::xml(404, body)]).await;
    let error = session(&server.url).call("iam", "GetRole", &json!({"RoleName": "r"})).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (CallErrorKind::NotFound, Some("NoSuchEntity")));
    let server = Server::start(vec![server::xml(404, "")]).await;
    let error = session(&server.url).call("s3", "HeadBucket", &json!({"Bucket": "gone"})).await.unwrap_err();
    assert_eq!((error.kind, error.code, error.status), (CallErrorKind::NotFound, None, Some(404)));
}

#[tokio::test]
async fn a_page_of_a_proxy_is_an_error_and_no_empty_answer() {
    let page = "<html><body>Sign in to the hotel network</body></html>";
    for (service, operation) in [("ec2", "DescribeVpcs"), ("ssm", "DescribeParameters")] {
        let server = Server::start(vec![server::xml(200, page)]).await;
        let error = session(&server.url).call(service, operation, &json!({})).await.unwrap_err();
        assert_eq!((error.kind, error.code), (CallErrorKind::Other, None), "{service}");
        assert!(error.message.contains("Sign in to the hotel network"), "{}", error.message);
        let server = Server::start(vec![server::xml(502, page)]).await;
        let error = session(&server.url).call(service, operation, &json!({})).await.unwrap_err();
        assert_eq!((error.kind, error.status, error.attempts), (CallErrorKind::Other, Some(502), 3), "{service}");
    }
}

#[tokio::test]
async fn silence_is_a_time_out() {
    for (service, operation) in [("ec2", "DescribeVpcs"), ("ssm", "DescribeParameters")] {
        let server = Server::start(vec![Reply::Silence]).await;
        let error = session(&server.url).call(service, operation, &json!({})).await.unwrap_err();
        assert_eq!((error.kind, error.status, error.attempts), (CallErrorKind::Timeout, None, 3), "{service}: {error}");
        assert!(error.message.contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn silence_once_is_forgiven() {
    let server = Server::start(vec![Reply::Silence, server::xml(200, VPCS)]).await;
    let value = session(&server.url).call("ec2", "DescribeVpcs", &json!({})).await.unwrap();
    assert_eq!(value, json!({"Vpcs": []}));
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for (service, operation) in [("ec2", "DescribeVpcs"), ("ssm", "DescribeParameters")] {
        let error = session(&format!("http://{free}")).call(service, operation, &json!({})).await.unwrap_err();
        assert_eq!((error.kind, error.attempts), (CallErrorKind::Connect, 3), "{service}: {error}");
        assert!(error.message.contains(&free.to_string()) && error.message.contains("refused"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_tried_again_and_never_half_read() {
    let half = "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item>";
    let server = Server::start(vec![Reply::Cut(half.to_owned()), server::xml(200, VPCS)]).await;
    let value = session(&server.url).call("ec2", "DescribeVpcs", &json!({})).await;
    assert_eq!(value.unwrap(), json!({"Vpcs": []}));
    for (service, operation) in [("ec2", "DescribeVpcs"), ("ssm", "DescribeParameters")] {
        let server = Server::start(vec![Reply::Cut(half.to_owned())]).await;
        let error = session(&server.url).call(service, operation, &json!({})).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Connect, "{service}: {error}");
    }
}

#[tokio::test]
async fn credentials_that_end_on_the_way() {
    #[derive(Debug)]
    struct Gone;
    impl ProvideCredentials for Gone {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::provider_error("the SSO token has expired")))
        }
    }
    let server = Server::start(vec![server::xml(200, VPCS)]).await;
    for (service, operation) in [("ec2", "DescribeVpcs"), ("ssm", "DescribeParameters")] {
        let config = config(&server.url).credentials_provider(SharedCredentialsProvider::new(Gone)).build();
        let error = Session::new(&config).unwrap().call(service, operation, &json!({})).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::ExpiredCredentials, "{service}: {error}");
        assert!(error.message.contains("the SSO token has expired"), "{error}");
    }
    assert!(server.requests().is_empty());

    let body =
        r#"{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}"#;
    let server = Server::start(vec![server::json(400, body)]).await;
    let error = session(&server.url).call("ssm", "DescribeParameters", &json!({})).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::ExpiredCredentials);
}
