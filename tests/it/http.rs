//! One HTTP request to a server on this machine.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends a request with an optional JSON body, and gives status and JSON answer.
pub(crate) fn json(port: u16, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the front listens");
    stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a time-out can be set");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("the front reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("the front answers");
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head and a body");
    let status = head.split_whitespace().nth(1).and_then(|word| word.parse().ok()).expect("an answer has a status");
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("no JSON from {path}: {error}: {body}")))
}
