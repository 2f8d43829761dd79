//! Facts about services that policy evaluation depends on, kept as data.

/// Prefixes of the services whose resources obey resource control policies
/// (Organizations user guide, "List of AWS services that support RCPs", read 2026-09).
const RCP_SERVICES: &[&str] = &[
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
];

/// Condition keys that hold a list (IAM user guide, "Multivalued context keys").
const MULTIVALUED_KEYS: &[&str] = &[
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
];

/// Services whose ARNs carry no resource type before the name.
const UNTYPED_ARNS: &[&str] = &["apigateway", "execute-api", "s3", "sns", "sqs"];

/// Whether resource control policies limit an action. `kms:RetireGrant` is exempt (Organizations user guide, RCPs).
pub(crate) fn obeys_rcps(service: &str, name: &str) -> bool {
    let exempt = service.eq_ignore_ascii_case("kms") && name.eq_ignore_ascii_case("RetireGrant");
    !exempt && RCP_SERVICES.iter().any(|known| known.eq_ignore_ascii_case(service))
}

/// Whether a key, given in lower case, holds a list.
pub(crate) fn is_multivalued(key: &str) -> bool {
    MULTIVALUED_KEYS.contains(&key)
}

/// Whether the last segment of a service's ARNs begins with a resource type. S3 has types (`accesspoint/…`) only in
/// ARNs with a region.
pub(crate) fn has_typed_arns(service: &str, region: &str) -> bool {
    !UNTYPED_ARNS.contains(&service) || (service == "s3" && !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_services_with_resource_control_policies_are_listed() {
        for service in ["s3", "STS", "kms", "sqs", "secretsmanager"] {
            assert!(obeys_rcps(service, "Anything"), "{service}");
        }
        assert!(!obeys_rcps("ssm", "GetParameter"));
        assert!(!obeys_rcps("kms", "RetireGrant"));
    }

    #[test]
    fn lists_are_sorted() {
        assert!(RCP_SERVICES.is_sorted());
        assert!(MULTIVALUED_KEYS.is_sorted());
        assert!(UNTYPED_ARNS.is_sorted());
    }
}
