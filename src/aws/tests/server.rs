//! A server on the loopback that gives answers in turn and keeps the requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Status, content type, body.
    Answer(u16, &'static str, String),
    /// Says that more comes than does, and closes.
    Cut(String),
    /// Says nothing.
    Silence,
}

pub(super) fn xml(status: u16, body: &str) -> Reply {
    Reply::Answer(status, "text/xml", body.to_owned())
}

pub(super) fn json(status: u16, body: &str) -> Reply {
    Reply::Answer(status, "application/x-amz-json-1.1", body.to_owned())
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Method and target.
    pub(super) line: String,
    /// All headers, names in lower case.
    pub(super) head: String,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Gives the replies in turn, the last one for ever.
    pub(super) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, replies.clone(), seen.clone()));
            }
        });
        Self { url, requests }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, replies: Vec<Reply>, seen: Arc<Mutex<Vec<Request>>>) {
    while let Some(request) = read(&mut stream).await {
        let at = {
            let mut all = seen.lock().unwrap();
            all.push(request);
            all.len() - 1
        };
        let text = match replies.get(at).or(replies.last()).unwrap() {
            Reply::Silence => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
            Reply::Cut(body) => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n",
                    body.len() + 100
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                return;
            }
            Reply::Answer(status, kind, body) => {
                let length = body.len();
                format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
            }
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
        let mut part = [0; 4096];
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&part[..n]);
    };
    let text = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let (line, rest) = text.split_once("\r\n").unwrap();
    let lower = |l: &str| l.split_once(": ").map_or(l.to_owned(), |(n, v)| format!("{}: {v}", n.to_lowercase()));
    let head = rest.lines().map(lower).collect::<Vec<_>>().join("\n");
    let mut request = Request { line: line.trim_end_matches(" HTTP/1.1").to_owned(), head, body: String::new() };
    let length: usize = request.header("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut part = [0; 4096];
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        body.extend_from_slice(&part[..n]);
    }
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}
