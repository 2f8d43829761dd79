//! Where a function connects to: the internet, an address, a service of AWS by its name, or any other host.

use crate::net::{AddressSet, Family};
use crate::reach::Subject;
use std::net::IpAddr;

/// What is to be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Any address on the internet.
    Internet,
    /// One address.
    Address(IpAddr),
    /// A service of AWS in a Region, to which an endpoint of the VPC may lead.
    Service(Service),
    /// Any other host, by its name in lower case.
    Host(String),
}

/// A service of AWS by the name that is asked for.
///
/// Source: AWS General Reference, "AWS service endpoints"; S3 user guide, "Virtual hosting of buckets" and "Using dual-stack endpoints".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The host name.
    pub host: String,
    /// As in the name of its VPC endpoint: `sqs`, `ecr.api`.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Whether the name has IPv6 addresses too.
    pub is_dual_stack: bool,
    /// The bucket, where the name is that of one.
    pub bucket: Option<String>,
}

/// Endings of names of services, and whether names with this ending have IPv6 addresses too.
const ENDINGS: &[(&str, bool)] = &[
    (".amazonaws.com", false),
    (".amazonaws.com.cn", false),
    (".api.aws", true),
    (".api.amazonwebservices.com.cn", true),
];

/// First labels before the Region that are names of load balancers, instances and endpoints, and of no service's API.
const NO_SERVICES: &[&str] = &["elb", "compute", "vpce", "lambda-url"];

impl Target {
    /// What a text means; `region` is the Region of the function.
    ///
    /// # Errors
    /// It is neither an address nor a host name; a lower-case sentence.
    pub fn parse(text: Option<&str>, region: &str) -> Result<Self, String> {
        let Some(text) = text else { return Ok(Self::Internet) };
        match Subject::parse(text)? {
            Subject::Internet => Ok(Self::Internet),
            Subject::Address(address) | Subject::Outside(address) => Ok(Self::Address(address)),
            Subject::Host(host) => Ok(match Service::of(&host, region) {
                Some(service) => Self::Service(service),
                None => Self::Host(host),
            }),
            _ => Err(format!("expected an address or a host name, found `{text}`")),
        }
    }

    /// The host name that is asked for.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Service(service) => Some(&service.host),
            Self::Host(host) => Some(host),
            Self::Internet | Self::Address(_) => None,
        }
    }

    /// Whether it may be anywhere on the internet.
    pub fn is_public(&self) -> bool {
        match self {
            Self::Address(address) => AddressSet::internet(Family::of(*address)).contains(*address),
            Self::Internet | Self::Service(_) | Self::Host(_) => true,
        }
    }

    /// What is to be reached, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Internet => "the internet".to_owned(),
            Self::Address(address) => format!("`{address}`"),
            Self::Service(Service { host, .. }) | Self::Host(host) => format!("`{host}`"),
        }
    }
}

impl Service {
    fn of(host: &str, own_region: &str) -> Option<Self> {
        let (rest, is_of_api) = ENDINGS.iter().find_map(|(ending, dual)| Some((host.strip_suffix(ending)?, *dual)))?;
        let mut labels: Vec<&str> = rest.split('.').collect();
        let last = *labels.last()?;
        let region = if is_region(last) {
            labels.pop();
            last.to_owned()
        } else if let Some(region) = last.strip_prefix("s3-").filter(|region| is_region(region)) {
            // The older form `s3-eu-west-2.amazonaws.com`.
            labels.pop();
            labels.push("s3");
            region.to_owned()
        } else if last == "s3" && !is_of_api {
            own_region.to_owned()
        } else {
            return None;
        };
        let marked = labels.last() == Some(&"dualstack");
        if marked {
            labels.pop();
        }
        let is_dual_stack = is_of_api || marked;
        let service = *labels.last()?;
        if NO_SERVICES.contains(&service) {
            return None;
        }
        labels.pop();
        let before = labels.join(".");
        let (name, bucket) = match service {
            "s3" => ("s3".to_owned(), Some(before).filter(|bucket| !bucket.is_empty())),
            // The account may stand in front of the service.
            "ddb" => ("dynamodb".to_owned(), None),
            "execute-api" => (service.to_owned(), None),
            // `ACCOUNT.dkr.ecr` and `api.ecr`.
            "ecr" => (format!("ecr.{}", labels.last().copied().unwrap_or("api")), None),
            _ => match labels.last() {
                // `runtime.sagemaker` has the endpoint `sagemaker.runtime`.
                Some(part) => (format!("{service}.{part}"), None),
                None => (service.to_owned(), None),
            },
        };
        Some(Self { host: host.to_owned(), name, region, is_dual_stack, bucket })
    }

    /// Whether a gateway endpoint can lead to it.
    ///
    /// Source: AWS PrivateLink guide, "Gateway endpoints".
    pub fn has_gateway_endpoint(&self) -> bool {
        matches!(self.name.as_str(), "s3" | "dynamodb")
    }

    /// Name of its endpoint service: `com.amazonaws.eu-west-1.sqs`.
    pub fn endpoint_service(&self) -> String {
        format!("com.amazonaws.{}.{}", self.region, self.name)
    }
}

/// Whether a label has the form of a Region: `eu-west-1`, `us-gov-west-1`.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase());
    match parts.split_last() {
        Some((number, words)) => {
            (2..=3).contains(&words.len())
                && words.first().is_some_and(|first| (2..=4).contains(&first.len()))
                && words.iter().all(is_word)
                && number.len() == 1
                && number.chars().all(|digit| digit.is_ascii_digit())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(host: &str) -> Option<(String, String, bool, Option<String>)> {
        match Target::parse(Some(host), "eu-west-1").unwrap() {
            Target::Service(service) => Some((service.name, service.region, service.is_dual_stack, service.bucket)),
            _ => None,
        }
    }

    #[test]
    fn names_of_services_are_known_by_their_form() {
        let of = |name: &str, region: &str, dual: bool, bucket: Option<&str>| {
            Some((name.to_owned(), region.to_owned(), dual, bucket.map(str::to_owned)))
        };
        assert_eq!(service("sqs.eu-west-1.amazonaws.com"), of("sqs", "eu-west-1", false, None));
        assert_eq!(service("SQS.us-gov-west-1.api.aws."), of("sqs", "us-gov-west-1", true, None));
        assert_eq!(service("s3.amazonaws.com"), of("s3", "eu-west-1", false, None));
        assert_eq!(service("my.data.s3.eu-west-2.amazonaws.com"), of("s3", "eu-west-2", false, Some("my.data")));
        assert_eq!(service("data.s3.amazonaws.com"), of("s3", "eu-west-1", false, Some("data")));
        assert_eq!(service("data.s3-us-west-2.amazonaws.com"), of("s3", "us-west-2", false, Some("data")));
        assert_eq!(service("data.s3.dualstack.eu-west-1.amazonaws.com"), of("s3", "eu-west-1", true, Some("data")));
        assert_eq!(service("a1b2c3.execute-api.eu-west-1.amazonaws.com"), of("execute-api", "eu-west-1", false, None));
        assert_eq!(service("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), of("ecr.dkr", "eu-west-1", false, None));
        assert_eq!(service("api.ecr.eu-west-1.amazonaws.com"), of("ecr.api", "eu-west-1", false, None));
        assert_eq!(service("123456789012.ddb.eu-west-1.amazonaws.com"), of("dynamodb", "eu-west-1", false, None));
    }

    #[test]
    fn names_of_machines_and_global_names_are_hosts() {
        for host in [
            "sts.amazonaws.com",
            "web-1.elb.eu-west-1.amazonaws.com",
            "web-1.eu-west-1.elb.amazonaws.com",
            "ec2-18-0-0-10.eu-west-1.compute.amazonaws.com",
            "vpce-0abc-1a2b.sqs.eu-west-1.vpce.amazonaws.com",
            "db.c1.eu-west-1.rds.amazonaws.com",
            "api.example.com",
        ] {
            assert_eq!(service(host), None, "{host}");
        }
    }

    #[test]
    fn what_is_no_place_to_connect_to_is_refused() {
        assert_eq!(Target::parse(None, ""), Ok(Target::Internet));
        assert_eq!(Target::parse(Some("10.0.0.7"), ""), Ok(Target::Address("10.0.0.7".parse().unwrap())));
        for text in ["i-0123456789abcdef0", "function:web", "10.0.0.0/16", "web"] {
            assert!(Target::parse(Some(text), "").is_err(), "{text}");
        }
    }
}
