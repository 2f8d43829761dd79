//! A shape as it is used at one place: what the reference says goes before what the shape says.

use super::model::{Kind, Location, Service, Shape, ShapeRef, TimestampFormat, XmlNamespace};

/// A shape together with the reference that led to it.
#[derive(Clone, Copy)]
pub(super) struct View<'m> {
    pub(super) service: &'m Service,
    pub(super) shape: &'m Shape,
    reference: &'m ShapeRef,
}

impl<'m> View<'m> {
    /// `None` when the model names a shape that it does not hold, which a test excludes for the built-in models.
    pub(super) fn new(service: &'m Service, reference: &'m ShapeRef) -> Option<Self> {
        let shape = service.shapes.get(&reference.shape)?;
        Some(Self { service, shape, reference })
    }

    pub(super) fn kind(&self) -> Kind {
        self.shape.kind
    }

    pub(super) fn is_document(&self) -> bool {
        self.shape.document
    }

    pub(super) fn member(&self, name: &str) -> Option<Self> {
        Self::new(self.service, self.shape.members.get(name)?)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&'m str, Self)> + use<'m> {
        let service = self.service;
        self.shape.members.iter().filter_map(move |(name, r)| Some((name, Self::new(service, r)?)))
    }

    /// The shape of a list's elements.
    pub(super) fn element(&self) -> Option<Self> {
        Self::new(self.service, self.shape.member.as_ref()?)
    }

    /// The shapes of a map's keys and values.
    pub(super) fn entry(&self) -> Option<(Self, Self)> {
        let key = Self::new(self.service, self.shape.key.as_ref()?)?;
        let value = Self::new(self.service, self.shape.value.as_ref()?)?;
        Some((key, value))
    }

    pub(super) fn location(&self) -> Option<Location> {
        self.reference.location
    }

    /// The name on the wire where it is not the member's own. A name at the shape itself is one for root elements only.
    pub(super) fn location_name(&self) -> Option<&'m str> {
        self.reference.location_name.as_deref()
    }

    /// The name of the root element when an operation's whole input is the body.
    pub(super) fn root_name(&self) -> &'m str {
        let own = self.shape.location_name.as_deref().or(self.location_name());
        own.unwrap_or(&self.reference.shape)
    }

    /// The name of the root element when one member is the body.
    pub(super) fn payload_name(&self) -> &'m str {
        let own = self.location_name().or(self.shape.location_name.as_deref());
        own.unwrap_or(&self.reference.shape)
    }

    /// Whether an answer has the member in its body. Places that only requests have are no places of an answer.
    pub(super) fn in_answer_body(&self) -> bool {
        !matches!(self.location(), Some(Location::Header | Location::Headers | Location::StatusCode))
    }

    pub(super) fn query_name(&self) -> Option<&'m str> {
        self.reference.query_name.as_deref()
    }

    pub(super) fn flattened(&self) -> bool {
        self.reference.flattened || self.shape.flattened
    }

    pub(super) fn xml_namespace(&self) -> Option<&'m XmlNamespace> {
        self.reference.xml_namespace.as_ref().or(self.shape.xml_namespace.as_ref())
    }

    pub(super) fn xml_attribute(&self) -> bool {
        self.reference.xml_attribute
    }

    pub(super) fn timestamp_format(&self) -> Option<TimestampFormat> {
        self.reference.timestamp_format.or(self.shape.timestamp_format)
    }

    pub(super) fn result_wrapper(&self) -> Option<&'m str> {
        self.reference.result_wrapper.as_deref().or(self.shape.result_wrapper.as_deref())
    }

    pub(super) fn idempotency_token(&self) -> bool {
        self.reference.idempotency_token
    }

    /// JSON text, base64-encoded, in a header.
    pub(super) fn json_value_header(&self) -> bool {
        (self.reference.jsonvalue || self.shape.jsonvalue) && self.location() == Some(Location::Header)
    }

    /// IAM sends policies percent-encoded inside its XML (API reference, `policyDocumentType`).
    pub(super) fn encoded_policy(&self) -> bool {
        self.service.name == "iam" && self.reference.shape == "policyDocumentType"
    }

    pub(super) fn host_label(&self) -> bool {
        self.reference.host_label
    }

    pub(super) fn context_param(&self) -> Option<&'m str> {
        self.reference.context_param.as_ref().map(|p| p.name.as_str())
    }
}
