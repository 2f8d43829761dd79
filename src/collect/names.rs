//! Looks names up as the operating system does.

use checks::snapshot::Outcome;
use checks::snapshot::dns::NOT_RESOLVED;
use serde_json::json;
use std::net::ToSocketAddrs;
use std::time::Duration;

/// A resolver that takes longer than this gives no answer that is worth waiting for.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The addresses of a name, each once.
pub(super) async fn resolve(name: &str) -> Outcome {
    let failed = |message: String| Outcome::Error { code: NOT_RESOLVED.to_owned(), message };
    let host = name.to_owned();
    let look_up = tokio::task::spawn_blocking(move || (host.as_str(), 0).to_socket_addrs().map(Vec::from_iter));
    match tokio::time::timeout(TIMEOUT, look_up).await {
        Err(_) => failed(format!("no answer within {} s", TIMEOUT.as_secs())),
        Ok(Err(error)) => failed(error.to_string()),
        Ok(Ok(Err(error))) => failed(error.to_string()),
        Ok(Ok(Ok(found))) => {
            let mut addresses: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
            addresses.sort();
            addresses.dedup();
            Outcome::Output(json!({ "Addresses": addresses }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_give_addresses_or_say_why_not() {
        let Outcome::Output(output) = resolve("localhost").await else { panic!("localhost has an address") };
        assert!(
            output["Addresses"].as_array().unwrap().iter().any(|address| address == "127.0.0.1" || address == "::1")
        );
        let Outcome::Error { code, message } = resolve("does-not-exist.invalid").await else { panic!("no such name") };
        assert_eq!(code, NOT_RESOLVED);
        assert!(!message.is_empty());
    }
}
