//! The models that are built in, read when they are first asked for.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{LazyLock, OnceLock};

use serde::Deserialize;

use super::model::{Metadata, Operation, Protocol, Service, Shape};
use super::names;

macro_rules! models {
    ($($name:literal),* $(,)?) => {
        /// The services whose models are built in, by their AWS CLI names.
        pub const SERVICES: &[&str] = &[$($name),*];

        fn packed(name: &str) -> Option<&'static [u8]> {
            Some(match name {
                $($name => include_bytes!(concat!("../../models/", $name, ".json.gz")),)*
                _ => return None,
            })
        }
    };
}

models!(
    "autoscaling",
    "cloudtrail",
    "cloudwatch",
    "ec2",
    "ecs",
    "elbv2",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "network-firewall",
    "organizations",
    "route53",
    "route53resolver",
    "s3",
    "sns",
    "sqs",
    "ssm",
    "sts",
);

/// Why a model could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// No model of that name is built in.
    #[error("no model of the service `{name}` is built in{}", names::did_you_mean(.suggestion))]
    UnknownService {
        /// What was asked for.
        name: String,
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
    /// The model names no protocol that this program speaks.
    #[error("the service `{name}` offers none of the protocols spoken here, only {offered}")]
    UnknownProtocol {
        /// The service.
        name: String,
        /// Protocols named in its model.
        offered: String,
    },
    /// The model itself cannot be read.
    #[error("the model of `{name}` cannot be read: {reason}")]
    Malformed {
        /// The service or file.
        name: String,
        /// The parser's words.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Raw {
    metadata: Metadata,
    #[serde(default)]
    operations: BTreeMap<String, Operation>,
    #[serde(default)]
    shapes: HashMap<String, Shape>,
}

impl Service {
    /// The model of a service by its AWS CLI name, unpacked on first use and kept for the life of the process.
    ///
    /// # Errors
    /// [`ModelError::UnknownService`] with the nearest name.
    pub fn load(name: &str) -> Result<&'static Self, ModelError> {
        static LOADED: LazyLock<BTreeMap<&'static str, OnceLock<Result<Service, ModelError>>>> =
            LazyLock::new(|| SERVICES.iter().map(|name| (*name, OnceLock::new())).collect());
        let unknown = || ModelError::UnknownService {
            name: name.to_owned(),
            suggestion: names::nearest(name, SERVICES.iter().copied()),
        };
        let cell = LOADED.get(name).ok_or_else(unknown)?;
        let read = || {
            let bytes = packed(name).ok_or_else(unknown)?;
            Self::from_json(name, &unpack(name, bytes)?)
        };
        cell.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// A service from the text of its model.
    ///
    /// # Errors
    /// The text is no model, or it names only protocols that are not spoken here.
    pub fn from_json(name: &str, text: &[u8]) -> Result<Self, ModelError> {
        let raw: Raw = serde_json::from_slice(text)
            .map_err(|e| ModelError::Malformed { name: name.to_owned(), reason: e.to_string() })?;
        let offered = || raw.metadata.protocols.iter().chain([&raw.metadata.protocol]);
        let protocol = offered().find_map(|p| Protocol::named(p)).ok_or_else(|| ModelError::UnknownProtocol {
            name: name.to_owned(),
            offered: offered().cloned().collect::<Vec<_>>().join(", "),
        })?;
        Ok(Self {
            name: name.to_owned(),
            protocol,
            metadata: raw.metadata,
            operations: raw.operations,
            shapes: raw.shapes,
        })
    }
}

pub(super) fn unpack(name: &str, bytes: &[u8]) -> Result<Vec<u8>, ModelError> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut text)
        .map_err(|e| ModelError::Malformed { name: name.to_owned(), reason: e.to_string() })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_loads_and_every_reference_leads_somewhere() {
        for name in SERVICES {
            let service = Service::load(name).unwrap();
            assert!(!service.operations.is_empty(), "{name} has no operation");
            assert!(!service.metadata.endpoint_prefix.is_empty(), "{name} has no endpoint prefix");
            for operation in service.operations.values() {
                let refs = operation.input.iter().chain(&operation.output).chain(&operation.errors);
                for reference in refs {
                    assert!(service.shapes.contains_key(&reference.shape), "{name}: no shape {}", reference.shape);
                }
            }
            for shape in service.shapes.values() {
                let inner = shape.member.iter().chain(&shape.key).chain(&shape.value).map(|b| &**b);
                for reference in shape.members.iter().map(|(_, r)| r).chain(inner) {
                    assert!(service.shapes.contains_key(&reference.shape), "{name}: no shape {}", reference.shape);
                }
            }
        }
    }

    #[test]
    fn a_protocol_that_is_spoken_here_is_preferred_to_cbor() {
        assert_eq!(Service::load("cloudwatch").unwrap().protocol, Protocol::Json);
        assert_eq!(Service::load("network-firewall").unwrap().protocol, Protocol::Json);
        assert_eq!(Service::load("ec2").unwrap().protocol, Protocol::Ec2);
    }

    #[test]
    fn an_unknown_service_names_the_nearest_one() {
        let error = Service::load("organisations").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no model of the service `organisations` is built in, did you mean `organizations`?"
        );
    }

    #[test]
    fn cbor_alone_is_refused_by_name() {
        let text = br#"{"metadata":{"protocol":"smithy-rpc-v2-cbor","protocols":["smithy-rpc-v2-cbor"]}}"#;
        assert!(matches!(Service::from_json("x", text), Err(ModelError::UnknownProtocol { .. })));
    }
}
