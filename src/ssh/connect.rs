//! A TCP connection to the first address of a name that answers.

use super::probe::Seen;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

/// A resolver that takes longer gives no answer that is worth waiting for.
const RESOLUTION: Duration = Duration::from_secs(4);
/// One address.
const CONNECTION: Duration = Duration::from_secs(5);
/// All addresses of the name together.
const CONNECTIONS: Duration = Duration::from_secs(8);

/// The addresses of a target `host:port`, in the order of the operating system.
pub(super) async fn addresses(target: &str) -> Result<Vec<SocketAddr>, String> {
    match timeout(RESOLUTION, lookup_host(target)).await {
        Err(_) => Err(format!("`{target}`: no answer within {} s", RESOLUTION.as_secs())),
        Ok(Err(error)) => Err(format!("`{target}`: {error}")),
        Ok(Ok(found)) => {
            let mut addresses: Vec<SocketAddr> = Vec::new();
            for address in found {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            if addresses.is_empty() { Err(format!("`{target}` has no address")) } else { Ok(addresses) }
        }
    }
}

/// Connects to the addresses in turn; what was seen where none answers.
pub(super) async fn connect(addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), Seen> {
    let end = Instant::now() + CONNECTIONS;
    let mut told: Option<Seen> = None;
    for address in addresses {
        let last = end.min(Instant::now() + CONNECTION);
        let seen = match timeout_at(last, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) => Seen::new(*address, outcome_of(&error)).error(&error),
            Err(_) => Seen::new(*address, "timed-out").error(&"no answer to the first packet"),
        };
        // Of several addresses the one that says most counts: a host that refuses is there.
        if told.as_ref().is_none_or(|told| telling(&seen) > telling(told)) {
            told = Some(seen);
        }
    }
    Err(told.unwrap_or_default())
}

/// How a connection ended, by what the operating system says.
pub(super) fn outcome_of(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::ConnectionRefused => "refused",
        ErrorKind::TimedOut => "timed-out",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => "reset",
        ErrorKind::UnexpectedEof => "closed",
        _ => "unreachable",
    }
}

fn telling(seen: &Seen) -> u8 {
    match seen.outcome {
        "refused" | "reset" => 2,
        "timed-out" => 1,
        _ => 0,
    }
}
