//! The address under which this machine is seen.

use super::super::CallErrorKind;
use super::server::{Reply, Server};
use super::session;

fn text(status: u16, body: &str) -> Reply {
    Reply::Answer(status, "text/plain", body.to_owned())
}

#[tokio::test]
async fn the_address_is_read_without_a_signature() {
    let server = Server::start(vec![text(200, "203.0.113.7\n")]).await;
    let told = session(&server.url).source_address_of(&server.url).await;
    assert_eq!(told.as_deref(), Ok("203.0.113.7"));
    let [sent] = &server.requests()[..] else { panic!("{:?}", server.requests()) };
    assert!(sent.line == "GET /" && sent.header("authorization").is_none(), "{sent:?}");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_address() {
    for reply in [text(200, "<html>sign in</html>"), text(502, "203.0.113.7"), text(200, "")] {
        let server = Server::start(vec![reply]).await;
        assert!(session(&server.url).source_address_of(&server.url).await.is_err());
        assert_eq!(server.requests().len(), 1, "it is asked once");
    }
}

#[tokio::test]
async fn silence_is_not_waited_for_and_another_endpoint_is_not_passed_by() {
    let server = Server::start(vec![Reply::Silence]).await;
    let error = session(&server.url).source_address_of(&server.url).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Timeout);
    let error = session(&server.url).source_address().await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("NotAskedWithEndpoint"));
}
