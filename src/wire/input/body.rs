//! What is done to a finished body: compression and checksums.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use serde_json::{Map, Value};

use super::super::model::Operation;
use super::super::request::HttpRequest;
use super::super::view::View;

/// Smaller bodies are sent as they are; the threshold of all AWS SDKs.
const COMPRESSED_FROM: usize = 10_240;

/// Compresses a large body where the operation takes that.
pub(super) fn compress(operation: &Operation, request: &mut HttpRequest) {
    let taken = operation.request_compression.as_ref().is_some_and(|c| c.encodings.iter().any(|e| e == "gzip"));
    if !taken || request.body.len() < COMPRESSED_FROM {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(&request.body);
    // Writing to memory does not fail; if it did, the plain body is as good.
    if let (Ok(()), Ok(packed)) = (written, encoder.finish()) {
        request.body = packed;
        let before = request.get_header("Content-Encoding").map(|e| format!("{e}, ")).unwrap_or_default();
        request.header("Content-Encoding", format!("{before}gzip"));
    }
}

/// Adds the checksum that an operation cannot do without: `Content-MD5` for the old trait, CRC32 for the new one, unless
/// the caller gave a checksum.
pub(super) fn checksum(
    operation: &Operation,
    view: Option<View<'_>>,
    input: &Map<String, Value>,
    request: &mut HttpRequest,
) {
    if operation.http_checksum_required && request.get_header("Content-MD5").is_none() {
        request.header("Content-MD5", STANDARD.encode(Md5::digest(&request.body)));
    }
    let Some(new) = operation.http_checksum.as_ref().filter(|c| c.request_checksum_required) else {
        return;
    };
    let algorithm = new.request_algorithm_member.as_deref();
    let chosen = algorithm.and_then(|name| input.get(name)).and_then(Value::as_str);
    let given = request.headers.iter().any(|(n, _)| n.to_ascii_lowercase().starts_with("x-amz-checksum-"));
    // Another algorithm than CRC32 is the caller's to compute.
    if given || request.get_header("Content-MD5").is_some() || chosen.is_some_and(|c| c != "CRC32") {
        return;
    }
    let mut crc = flate2::Crc::new();
    crc.update(&request.body);
    request.header("x-amz-checksum-crc32", STANDARD.encode(crc.sum().to_be_bytes()));
    let header = algorithm.and_then(|name| view?.member(name)?.location_name());
    request.header(header.unwrap_or("x-amz-sdk-checksum-algorithm"), "CRC32");
}
