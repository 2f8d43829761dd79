//! A service model: what botocore's `service-2.json` says of a service, as far as the wire is concerned.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

/// One service: its protocol, operations and shapes. Read with [`Service::load`].
#[derive(Debug)]
pub struct Service {
    /// The name under which the AWS CLI knows the service: `ec2`, `ssm`, `logs`.
    pub name: String,
    /// The protocol this program speaks with the service.
    pub protocol: Protocol,
    /// Names, versions and the signing name.
    pub metadata: Metadata,
    /// Operations by name, in the spelling of the API (`DescribeInstances`).
    pub operations: BTreeMap<String, Operation>,
    pub(crate) shapes: HashMap<String, Shape>,
}

/// How requests and answers of a service are written. `Json` covers versions 1.0 and 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// One path, the operation in `X-Amz-Target`, JSON both ways.
    Json,
    /// A form as request, XML as answer.
    Query,
    /// EC2's own dialect of `Query`.
    Ec2,
    /// Paths, query strings and headers, JSON bodies.
    RestJson,
    /// Paths, query strings and headers, XML bodies.
    RestXml,
}

impl Protocol {
    /// The protocol by its name in a model, if it is one that this program speaks.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Self::Json,
            "query" => Self::Query,
            "ec2" => Self::Ec2,
            "rest-json" => Self::RestJson,
            "rest-xml" => Self::RestXml,
            _ => return None,
        })
    }
}

/// The `metadata` of a model.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata {
    /// Version of the API, a date.
    pub api_version: String,
    /// First label of the classic host name; also the signing name where `signing_name` is absent.
    pub endpoint_prefix: String,
    /// Name for SigV4, where it differs from `endpoint_prefix`.
    pub signing_name: Option<String>,
    /// Prefix of `X-Amz-Target`.
    pub target_prefix: Option<String>,
    /// `1.0` or `1.1` for the JSON protocol.
    pub json_version: Option<String>,
    /// Name of the service that `AWS_ENDPOINT_URL_<ID>` is made from.
    pub service_id: String,
    /// Host of a service that has one endpoint per partition.
    pub global_endpoint: Option<String>,
    /// Present when a service that used to speak `query` keeps its old error codes in `x-amzn-query-error`.
    pub aws_query_compatible: Option<serde::de::IgnoredAny>,
    pub(crate) protocol: String,
    pub(crate) protocols: Vec<String>,
}

impl Metadata {
    /// The name that goes into the credential scope of a signature.
    pub fn signing_name(&self) -> &str {
        self.signing_name.as_deref().unwrap_or(&self.endpoint_prefix)
    }
}

/// One operation of a service.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Operation {
    /// Its name.
    pub name: String,
    pub(crate) http: Http,
    pub(crate) input: Option<ShapeRef>,
    pub(crate) output: Option<ShapeRef>,
    pub(crate) errors: Vec<ShapeRef>,
    pub(crate) endpoint: Option<HostPrefix>,
    pub(crate) http_checksum_required: bool,
    pub(crate) http_checksum: Option<HttpChecksum>,
    #[serde(rename = "requestcompression")]
    pub(crate) request_compression: Option<RequestCompression>,
    /// Parameters of the endpoint rules that this operation fixes.
    pub static_context_params: BTreeMap<String, StaticParam>,
    /// `none` for the few operations that are called without credentials.
    pub authtype: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Http {
    pub(crate) method: String,
    pub(crate) request_uri: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct HostPrefix {
    pub(crate) host_prefix: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct HttpChecksum {
    pub(crate) request_checksum_required: bool,
    pub(crate) request_algorithm_member: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RequestCompression {
    pub(crate) encodings: Vec<String>,
}

/// The value of a static parameter of the endpoint rules.
#[derive(Debug, Default, Deserialize)]
pub struct StaticParam {
    /// A text or a boolean.
    pub value: serde_json::Value,
}

/// A type of the model. Which fields are filled depends on `kind`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    pub(crate) members: Members,
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<Box<ShapeRef>>,
    pub(crate) key: Option<Box<ShapeRef>>,
    pub(crate) value: Option<Box<ShapeRef>>,
    pub(crate) payload: Option<String>,
    pub(crate) flattened: bool,
    pub(crate) location_name: Option<String>,
    pub(crate) xml_namespace: Option<XmlNamespace>,
    pub(crate) timestamp_format: Option<TimestampFormat>,
    pub(crate) result_wrapper: Option<String>,
    pub(crate) union: bool,
    pub(crate) document: bool,
    pub(crate) jsonvalue: bool,
    pub(crate) eventstream: bool,
    pub(crate) error: Option<ErrorTrait>,
}

/// A use of a shape, with what is said of this use only.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ShapeRef {
    pub(crate) shape: String,
    pub(crate) location: Option<Location>,
    pub(crate) location_name: Option<String>,
    pub(crate) query_name: Option<String>,
    pub(crate) flattened: bool,
    pub(crate) xml_namespace: Option<XmlNamespace>,
    pub(crate) xml_attribute: bool,
    pub(crate) timestamp_format: Option<TimestampFormat>,
    pub(crate) result_wrapper: Option<String>,
    pub(crate) idempotency_token: bool,
    pub(crate) jsonvalue: bool,
    pub(crate) host_label: bool,
    pub(crate) context_param: Option<ContextParam>,
}

/// The endpoint parameter that an input member feeds.
#[derive(Debug, Default, Deserialize)]
pub struct ContextParam {
    /// Name of the parameter of the rule set.
    pub name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorTrait {
    pub(crate) code: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    #[default]
    Structure,
    List,
    Map,
    String,
    Character,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Timestamp,
    Blob,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Location {
    Uri,
    #[serde(rename = "querystring")]
    QueryString,
    Header,
    Headers,
    StatusCode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum TimestampFormat {
    #[serde(rename = "iso8601")]
    Iso8601,
    #[serde(rename = "unixTimestamp", alias = "unixtimestamp")]
    UnixTimestamp,
    #[serde(rename = "rfc822")]
    Rfc822,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum XmlNamespace {
    Uri(String),
    Full { uri: String, prefix: Option<String> },
}

/// Members in the order of the model, which is the order in which the AWS CLI prints them.
#[derive(Debug, Default)]
pub(crate) struct Members(pub(crate) Vec<(String, ShapeRef)>);

impl Members {
    pub(crate) fn get(&self, name: &str) -> Option<&ShapeRef> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, r)| r)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &ShapeRef)> {
        self.0.iter().map(|(n, r)| (n.as_str(), r))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the members of a structure")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::with_capacity(map.size_hint().unwrap_or(0));
                while let Some(entry) = map.next_entry()? {
                    members.push(entry);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
