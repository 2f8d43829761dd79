//! Sessions: regions, credentials, roles, settings.

use std::time::{Duration, SystemTime};

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use serde_json::json;

use super::super::session::{sorted, with_credentials, with_role};
use super::super::{Session, SessionError};
use super::config;
use super::server::{self, Server};

#[test]
fn regions_and_endpoints_are_checked_before_the_first_call() {
    let url = "http://127.0.0.1:1";
    let with = |region: &str| Session::new(&config(url).region(Region::new(region.to_owned())).build()).err();
    assert_eq!(with("eu-central-9"), None);
    assert_eq!(with("eu-central"), Some(SessionError::BadRegion("eu-central".to_owned())));
    assert_eq!(with(""), Some(SessionError::NoRegion));
    let none = Session::new(&config(url).region(None::<Region>).build());
    assert_eq!(none.err(), Some(SessionError::NoRegion));
    let error = Session::new(&config(url).use_fips(true).build()).err().unwrap();
    assert!(
        matches!(&error, SessionError::Endpoint(m) if m.contains("FIPS and custom endpoint are not supported")),
        "{error}"
    );
}

#[derive(Debug)]
struct ForSsm(String);

impl LoadServiceConfig for ForSsm {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        (key.service_id() == "SSM" && key.env() == "AWS_ENDPOINT_URL").then(|| self.0.clone())
    }
}

#[tokio::test]
async fn the_endpoint_of_a_service_goes_before_the_general_one() {
    let (general, own) = (
        Server::start(vec![server::json(200, r#"{"logGroups":[]}"#)]).await,
        Server::start(vec![server::json(200, r#"{"Parameters":[]}"#)]).await,
    );
    let config = config(&general.url).service_config(ForSsm(own.url.clone())).build();
    let session = Session::new(&config).unwrap();
    session.call("ssm", "DescribeParameters", &json!({})).await.unwrap();
    session.call("logs", "DescribeLogGroups", &json!({})).await.unwrap();
    assert_eq!((own.requests().len(), general.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_role_is_taken_on_once() {
    let end = jiff::Timestamp::from_second(4_000_000_000).unwrap();
    let role = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser>\
         <Arn>arn:aws:sts::123456789012:assumed-role/x/aws-triage</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>\
         <Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    let answer = server::json(200, r#"{"Parameters":[]}"#);
    let server = Server::start(vec![server::xml(200, &role), answer]).await;
    let config = with_role(config(&server.url).build(), "arn:aws:iam::123456789012:role/x", Some("id")).await;
    let session = Session::new(&with_credentials(config).await.unwrap()).unwrap();
    session.call("ssm", "DescribeParameters", &json!({})).await.unwrap();
    session.call("ssm", "DescribeParameters", &json!({})).await.unwrap();
    let sent = server.requests();
    assert_eq!(sent.len(), 3, "one AssumeRole for all calls");
    assert!(sent[0].body.contains("ExternalId=id") && sent[0].body.contains("RoleSessionName=aws-triage"));
    assert!(sent[1].header("authorization").unwrap().contains("Credential=ASIAROLE/"));
}

#[tokio::test]
async fn a_role_that_may_not_be_taken_on() {
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message>\
        </Error></ErrorResponse>";
    let server = Server::start(vec![server::xml(403, denied)]).await;
    let config = with_role(config(&server.url).build(), "arn:aws:iam::123456789012:role/x", None).await;
    let error = with_credentials(config).await.err().unwrap();
    assert!(matches!(&error, SessionError::Credentials(m) if m.contains("sts:AssumeRole")), "{error}");
}

#[tokio::test]
async fn credentials_whose_time_is_over() {
    let past = SystemTime::now() - Duration::from_secs(60);
    let old = Credentials::new("AKID", "s", None, Some(past), "test");
    let config = config("http://127.0.0.1:1").credentials_provider(SharedCredentialsProvider::new(old)).build();
    assert!(matches!(with_credentials(config).await.err(), Some(SessionError::ExpiredToken(_))));
    let none = super::config("http://127.0.0.1:1").build().into_builder();
    let mut none = none;
    none.set_credentials_provider(None);
    assert!(matches!(with_credentials(none.build()).await.err(), Some(SessionError::NoCredentials(_))));
}

#[test]
fn failures_to_get_credentials_are_told_apart_on_one_line() {
    let error = sorted(&CredentialsError::not_loaded("tried:\n  one\n  two"));
    assert!(matches!(&error, SessionError::NoCredentials(m) if !m.contains('\n')), "{error}");
    for words in ["the SSO token has expired", "failed to load the cached SSO token"] {
        let error = sorted(&CredentialsError::provider_error(words));
        assert!(matches!(error, SessionError::ExpiredToken(_)), "{words}");
    }
    let error = sorted(&CredentialsError::provider_error("a\nb"));
    assert_eq!(error, SessionError::Credentials("an error occurred while loading credentials: a b".to_owned()));
}
