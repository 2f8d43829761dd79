//! Endpoints of services, Regions and partitions.

use serde_json::json;

use super::*;

fn at(service: &str, query: &Query<'_>) -> Result<Endpoint, EndpointError> {
    resolve(Service::load(service).unwrap(), query)
}

fn in_region(region: &str) -> Query<'_> {
    Query { region: Some(region), ..Query::default() }
}

#[test]
fn every_service_has_an_endpoint_in_every_partition_with_rules() {
    for service in catalog::SERVICES {
        for region in ["us-east-1", "eu-central-1", "ap-northeast-1", "cn-north-1", "us-gov-west-1"] {
            let found = at(service, &in_region(region)).unwrap();
            assert!(found.url.starts_with("https://"), "{service} {region}: {}", found.url);
            assert!(found.signing_region.is_some_and(|r| !r.is_empty()), "{service} {region}");
        }
    }
}

#[test]
fn regional_services() {
    let found = at("ssm", &in_region("eu-central-1")).unwrap();
    assert_eq!(found.url, "https://ssm.eu-central-1.amazonaws.com");
    assert_eq!((found.signing_name.as_str(), found.signing_region.as_deref()), ("ssm", Some("eu-central-1")));
    assert_eq!(at("ec2", &in_region("cn-north-1")).unwrap().url, "https://ec2.cn-north-1.amazonaws.com.cn");
    assert_eq!(at("cloudwatch", &in_region("us-west-2")).unwrap().url, "https://monitoring.us-west-2.amazonaws.com");
    assert_eq!(at("sts", &in_region("us-west-2")).unwrap().url, "https://sts.us-west-2.amazonaws.com");
}

#[test]
fn services_with_one_endpoint_are_signed_for_its_region() {
    let found = at("iam", &in_region("eu-central-1")).unwrap();
    assert_eq!(found.url, "https://iam.amazonaws.com");
    assert_eq!((found.signing_name.as_str(), found.signing_region.as_deref()), ("iam", Some("us-east-1")));
    let found = at("iam", &in_region("us-gov-east-1")).unwrap();
    assert_eq!(
        (found.url.as_str(), found.signing_region.as_deref()),
        ("https://iam.us-gov.amazonaws.com", Some("us-gov-west-1"))
    );
    let found = at("route53", &in_region("eu-west-1")).unwrap();
    assert_eq!(
        (found.url.as_str(), found.signing_region.as_deref()),
        ("https://route53.amazonaws.com", Some("us-east-1"))
    );
    assert_eq!(at("organizations", &in_region("eu-west-1")).unwrap().signing_region.as_deref(), Some("us-east-1"));
}

#[test]
fn fips_and_dual_stack() {
    let fips = Query { use_fips: true, ..in_region("us-east-1") };
    assert_eq!(at("ssm", &fips).unwrap().url, "https://ssm-fips.us-east-1.amazonaws.com");
    let dual = Query { use_dual_stack: true, ..in_region("us-east-1") };
    assert_eq!(at("ec2", &dual).unwrap().url, "https://ec2.us-east-1.api.aws");
}

#[test]
fn a_configured_endpoint_wins_and_refuses_fips() {
    let own = Query { endpoint: Some("http://127.0.0.1:5555/"), ..in_region("eu-west-1") };
    let found = at("ssm", &own).unwrap();
    assert_eq!((found.url.as_str(), found.signing_region.as_deref()), ("http://127.0.0.1:5555", Some("eu-west-1")));
    let both = Query { use_fips: true, ..own };
    assert_eq!(
        at("ssm", &both),
        Err(EndpointError::Refused("Invalid Configuration: FIPS and custom endpoint are not supported".to_owned()))
    );
}

#[test]
fn a_missing_region_is_refused() {
    assert!(matches!(at("ssm", &Query::default()), Err(EndpointError::Refused(m)) if m.contains("Missing Region")));
}

#[test]
fn buckets_stand_in_the_host_where_they_can() {
    let bucket = |name: &str, endpoint: Option<&'static str>| {
        let parameters = json!({"Bucket": name}).as_object().cloned().unwrap();
        at("s3", &Query { endpoint, parameters, ..in_region("eu-central-1") }).unwrap().url
    };
    assert_eq!(bucket("my-bucket", None), "https://my-bucket.s3.eu-central-1.amazonaws.com");
    assert_eq!(bucket("my.bucket", None), "https://s3.eu-central-1.amazonaws.com/my.bucket");
    assert_eq!(bucket("my-bucket", Some("http://127.0.0.1:5555")), "http://127.0.0.1:5555/my-bucket");
}

#[test]
fn context_parameters_come_from_operation_and_input() {
    let s3 = Service::load("s3").unwrap();
    let head = parameters(s3, s3.operation("HeadBucket").unwrap(), &json!({"Bucket": "b"}));
    assert_eq!(head.get("Bucket"), Some(&json!("b")));
    let list = parameters(s3, s3.operation("CreateBucket").unwrap(), &json!({"Bucket": "b"}));
    assert_eq!(list.get("DisableAccessPoints"), Some(&json!(true)));
}
