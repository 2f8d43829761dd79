//! The served AWS of `tests/backend`: set up once per machine, started once per test run.

use crate::http;
use crate::run::{self, Run};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Region of every world.
pub(crate) const REGION: &str = "eu-west-1";

/// The running front. It ends when its standard input closes, be it by our end or by a panic.
pub(crate) struct Front {
    port: u16,
    _process: Child,
}

/// The front, started on first use; `None` where it cannot be had, with the reason on standard error.
///
/// Where `CI` is set, not having it is a failure.
pub(crate) fn front() -> Option<&'static Front> {
    static FRONT: OnceLock<Result<Front, String>> = OnceLock::new();
    match FRONT.get_or_init(start) {
        Ok(front) => Some(front),
        Err(reason) => {
            assert!(std::env::var_os("CI").is_none(), "the served AWS is missing: {reason}");
            eprintln!("skipped for want of the served AWS: {reason}");
            None
        }
    }
}

fn start() -> Result<Front, String> {
    let python = environment()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backend/front.py");
    let mut process = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start the front: {error}"))?;
    let output = process.stdout.take().ok_or("the front has no standard output")?;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|error| format!("the front says nothing: {error}"))?;
        if let Some(port) = line.strip_prefix("listening ") {
            let port = port.trim().parse().map_err(|error| format!("`{line}`: {error}"))?;
            return Ok(Front { port, _process: process });
        }
    }
    Err("the front ended before it listened; run tests/backend/front.py by hand to see why".to_owned())
}

/// A Python environment with the pinned packages, made on first use outside the checkout and kept for the next run.
fn environment() -> Result<PathBuf, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backend/prepare.py");
    let output = Command::new("python3")
        .arg(script)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("python3 cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let python = said.lines().last().unwrap_or_default().trim();
    if output.status.success() && !python.is_empty() {
        Ok(PathBuf::from(python))
    } else {
        Err("its Python packages could not be installed; see above".to_owned())
    }
}

/// A seeded account of its own.
pub(crate) struct Account<'a> {
    front: &'a Front,
    /// Twelve digits.
    pub(crate) id: String,
    /// Names of what is in the world.
    names: Value,
}

impl Front {
    /// Makes a world in a new account and changes it by the steps.
    pub(crate) fn world(&self, world: &str, steps: &Value) -> Result<Account<'_>, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let id = format!("3{:011}", NEXT.fetch_add(1, Ordering::Relaxed));
        let wish = json!({ "account": id, "region": REGION, "world": world, "steps": steps });
        let (status, names) = http::json(self.port, "POST", "/_test/world", Some(&wish));
        if status == 200 { Ok(Account { front: self, id, names }) } else { Err(format!("world `{world}`: {names}")) }
    }
}

impl Account<'_> {
    /// The instance under diagnosis.
    pub(crate) fn instance(&self) -> &str {
        self.names["instance"].as_str().expect("a world names its instance")
    }

    /// A text with the names of this world put in: `$db` is the id of the database.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut parts = text.split('$');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |resolved, part| {
            let is_end = |letter: char| !(letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
            let (name, rest) = part.split_at(part.find(is_end).unwrap_or(part.len()));
            let value = self.names[name].as_str().unwrap_or_else(|| panic!("the world has no `${name}`"));
            resolved + value + rest
        })
    }

    /// An access key of the account; keys with different letters see the same world and have their own denials and rules.
    pub(crate) fn key(&self, letters: &str) -> String {
        format!("{letters}{}TEST", self.id)
    }

    /// Lets one operation be denied for a key.
    pub(crate) fn deny(&self, key: &str, service: &str, operation: &str) {
        self.post("deny", &json!({ "key": key, "service": service, "operation": operation }));
    }

    /// Every call that a key made: service, operation and input.
    pub(crate) fn calls(&self, key: &str) -> Vec<Value> {
        let (_, calls) = http::json(self.front.port, "GET", &format!("/_test/calls?key={key}"), None);
        calls.as_array().cloned().unwrap_or_default()
    }

    fn post(&self, path: &str, wish: &Value) {
        let (status, answer) = http::json(self.front.port, "POST", &format!("/_test/{path}"), Some(wish));
        assert_eq!(status, 200, "{path}: {answer}");
    }

    /// Runs the program as the holder of a key.
    pub(crate) fn run(&self, key: &str, arguments: &[&str]) -> Run {
        let mut command = run::command();
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.front.port))
            .env("AWS_TRIAGE_CHECKIP_URL", format!("http://127.0.0.1:{}/_test/checkip/{}", self.front.port, self.id))
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", key)
            .env("AWS_SECRET_ACCESS_KEY", "test");
        run::finish(command.args(arguments))
    }
}
