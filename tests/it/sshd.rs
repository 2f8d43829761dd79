//! Real SSH servers on the loopback, and listeners that are none.

use super::run::Folder;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Who runs the tests: an unprivileged `sshd` lets nobody else in.
pub(crate) fn user() -> String {
    let told = Command::new("id").arg("-un").output().expect("`id` runs");
    String::from_utf8(told.stdout).expect("a name is text").trim().to_owned()
}

/// Runs a tool that must succeed, and gives its output.
pub(crate) fn tool(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("`{program}` is needed here: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Makes a key in a folder; more words go to `ssh-keygen`.
pub(crate) fn key(folder: &Folder, name: &str, words: &[&str]) -> String {
    let path = format!("{}/{name}", folder.path());
    let mut arguments = vec!["-q", "-f", &path, "-C", "test"];
    if !words.contains(&"-N") {
        arguments.extend(["-N", ""]);
    }
    arguments.extend(words);
    tool("ssh-keygen", &arguments);
    path
}

/// A server that is gone when the test is over, also on panic.
pub(crate) struct Sshd {
    child: Child,
    pub(crate) target: String,
    pub(crate) folder: Folder,
    /// The key that the server takes.
    pub(crate) key: String,
}

impl Sshd {
    /// Starts a server with more lines in its configuration.
    pub(crate) fn start(name: &str, lines: &[&str]) -> Self {
        Self::listen(name, "127.0.0.1", lines)
    }

    pub(crate) fn listen(name: &str, address: &str, lines: &[&str]) -> Self {
        // Privilege separation wants this folder (`sshd`(8)), which its unit makes on a machine that boots.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = Folder::new(&format!("sshd-{name}"));
        let host_key = key(&folder, "host_key", &["-t", "ed25519"]);
        key(&folder, "rsa_host_key", &["-t", "rsa", "-b", "2048"]);
        let user_key = key(&folder, "user_key", &["-t", "ed25519"]);
        let path = folder.path();
        std::fs::copy(format!("{user_key}.pub"), format!("{path}/authorized_keys")).expect("a key can be copied");
        // Between the look and the start another process can take the port: then the server ends, and another is tried.
        for _ in 0..5 {
            let port = TcpListener::bind((address, 0)).and_then(|free| free.local_addr()).expect("a free port").port();
            let listen =
                if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") };
            let mut text = format!(
                "ListenAddress {listen}\nHostKey {host_key}\nPidFile none\nAuthorizedKeysFile {path}/authorized_keys\n\
                 StrictModes no\nUsePAM no\nPermitRootLogin yes\nUseDNS no\n"
            );
            for line in lines {
                text.push_str(&line.replace("FOLDER", path));
                text.push('\n');
            }
            let configuration = folder.write("sshd_config", &text);
            let child = Command::new("/usr/sbin/sshd")
                .args(["-D", "-e", "-f", &configuration])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::from(std::fs::File::create(format!("{path}/log")).expect("a log")))
                .spawn()
                .expect("openssh-server is installed");
            let mut server = Self {
                child,
                target: listen,
                folder: Folder::new(&format!("unused-{name}-{port}")),
                key: user_key.clone(),
            };
            if server.answers() {
                server.folder = folder;
                return server;
            }
        }
        panic!("no server came up: {}", std::fs::read_to_string(format!("{path}/log")).unwrap_or_default());
    }

    fn answers(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            if TcpStream::connect(&self.target).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A listener that does the same to each connection, for as long as the test runs.
pub(crate) fn listener(each: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            each(stream);
        }
    });
    address
}

/// Holds a connection open, reading what comes, until the other side ends it.
pub(crate) fn hold(mut stream: TcpStream, first: &'static [u8]) {
    std::thread::spawn(move || {
        let _ = stream.write_all(first);
        let mut sink = [0; 1024];
        while stream.read(&mut sink).is_ok_and(|count| count > 0) {}
    });
}

/// Sets the permission bits of a file.
pub(crate) fn chmod(path: &str, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the test's own file");
}
