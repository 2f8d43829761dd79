//! What this machine sees of SSH servers: real ones, and listeners that are none.

use super::run::{Folder, Run, command, finish};
use super::sshd::{Sshd, chmod, hold, key, listener, tool, user};
use aws_triage::ssh;
use checks::snapshot::Outcome;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn outcome(target: &str, user: &str, key: &str) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let begin = Instant::now();
    let told = runtime.block_on(ssh::probe(target, user, key));
    assert!(begin.elapsed() < Duration::from_secs(30), "a probe is bounded");
    runtime.shutdown_background();
    told
}

fn probe(target: &str, user: &str, key: &str) -> Value {
    match outcome(target, user, key) {
        Outcome::Output(output) => output,
        error => panic!("no probe: {error:?}"),
    }
}

#[test]
fn the_right_key_is_accepted_and_the_host_key_is_told() {
    let server = Sshd::start("right", &[]);
    let told = probe(&server.target, &user(), &server.key);
    assert_eq!((&told["Outcome"], &told["Login"]), (&json!("connected"), &json!("accepted")), "{told}");
    assert!(told["Banner"].as_str().is_some_and(|banner| banner.starts_with("SSH-2.0-OpenSSH")), "{told}");
    assert_eq!(told["HostKey"]["Algorithm"], "ssh-ed25519");
    let printed = tool("ssh-keygen", &["-l", "-f", &format!("{}/host_key.pub", server.folder.path())]);
    assert_eq!(told["HostKey"]["Fingerprint"].as_str(), printed.split(' ').nth(1));
    assert_eq!((&told["Address"], &told["Signature"]), (&json!(server.target), &json!("ssh-ed25519")));
    assert!(told["Methods"].as_array().is_some_and(|methods| methods.contains(&json!("publickey"))), "{told}");
}

#[test]
fn a_key_of_rsa_signs_with_sha2() {
    let server = Sshd::start("rsa", &[]);
    let rsa = key(&server.folder, "rsa", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    let keys = std::fs::read_to_string(format!("{rsa}.pub")).expect("a public key");
    server.folder.write("authorized_keys", &keys);
    let told = probe(&server.target, &user(), &rsa);
    assert_eq!((&told["Login"], &told["Signature"]), (&json!("accepted"), &json!("rsa-sha2-512")), "{told}");
}

#[test]
fn a_server_that_takes_sha1_only_is_told_by_the_signature() {
    let server = Sshd::start("sha1", &["PubkeyAcceptedAlgorithms ssh-rsa"]);
    let rsa = key(&server.folder, "rsa", &["-t", "rsa", "-b", "2048"]);
    let keys = std::fs::read_to_string(format!("{rsa}.pub")).expect("a public key");
    server.folder.write("authorized_keys", &keys);
    let told = probe(&server.target, &user(), &rsa);
    assert_eq!((&told["Login"], &told["Signature"]), (&json!("accepted"), &json!("ssh-rsa")), "{told}");
}

#[test]
fn another_key_is_refused_and_none_is_not_tried() {
    let server = Sshd::start("wrong", &[]);
    let other = key(&server.folder, "other", &["-t", "ed25519"]);
    assert_eq!(probe(&server.target, &user(), &other)["Login"], "refused");
    assert_eq!(probe(&server.target, "nobody-of-this-name", &server.key)["Login"], "refused");
    assert_eq!(probe(&server.target, &user(), "")["Login"], "not-tried");
    let locked = key(&server.folder, "locked", &["-t", "ed25519", "-N", "passphrase"]);
    assert_eq!(probe(&server.target, &user(), &locked)["Login"], "not-tried");
    let nobody = probe(&server.target, "", &server.key);
    assert_eq!((&nobody["Outcome"], &nobody["Methods"]), (&json!("connected"), &json!([])), "{nobody}");
}

#[test]
fn a_server_that_takes_passwords_only_says_so() {
    let server = Sshd::start(
        "password",
        &["PubkeyAuthentication no", "PasswordAuthentication yes", "KbdInteractiveAuthentication no"],
    );
    let told = probe(&server.target, &user(), &server.key);
    assert_eq!((&told["Methods"], &told["Login"]), (&json!(["password"]), &json!("not-tried")), "{told}");
}

#[test]
fn too_many_attempts_are_told_from_a_refusal() {
    let server = Sshd::start("attempts", &["MaxAuthTries 1"]);
    let other = key(&server.folder, "other", &["-t", "ed25519"]);
    let told = probe(&server.target, &user(), &other);
    assert_eq!(told["Login"], "too-many-attempts", "{told}");
    assert_eq!(probe(&server.target, &user(), &server.key)["Login"], "accepted");
}

#[test]
fn nothing_in_common_names_what_the_server_offers() {
    let server = Sshd::start("kex", &["KexAlgorithms diffie-hellman-group14-sha1"]);
    let told = probe(&server.target, &user(), &server.key);
    assert_eq!((&told["Outcome"], &told["Lacking"]), (&json!("no-common-algorithm"), &json!("key exchange")), "{told}");
    assert!(
        told["Offers"].as_array().is_some_and(|offers| offers.contains(&json!("diffie-hellman-group14-sha1"))),
        "{told}"
    );
    // Only a key of RSA goes with this algorithm.
    let server = Sshd::start("host-key", &["HostKeyAlgorithms ssh-rsa", "HostKey FOLDER/rsa_host_key"]);
    let told = probe(&server.target, &user(), &server.key);
    assert_eq!((&told["Outcome"], &told["Lacking"]), (&json!("no-common-algorithm"), &json!("host key")), "{told}");
}

#[test]
fn a_second_factor_leaves_the_key_partly_accepted() {
    let server = Sshd::start("factor", &["AuthenticationMethods publickey,password", "PasswordAuthentication yes"]);
    assert_eq!(probe(&server.target, &user(), &server.key)["Login"], "partly-accepted");
}

#[test]
fn ipv6_works_as_well() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: no IPv6 loopback here");
        return;
    }
    let server = Sshd::listen("v6", "::1", &[]);
    let told = probe(&server.target, &user(), &server.key);
    assert_eq!((&told["Login"], &told["Address"]), (&json!("accepted"), &json!(server.target)), "{told}");
}

#[test]
fn listeners_that_are_no_ssh_servers_are_told_apart() {
    let silent = listener(|stream| hold(stream, b""));
    assert_eq!(probe(&silent.to_string(), "me", "")["Outcome"], "silent");
    let closing = listener(drop);
    assert_eq!(probe(&closing.to_string(), "me", "")["Outcome"], "closed");
    let mail = listener(|mut stream| drop(stream.write_all(b"220 mail.example.com ready\r\n")));
    let told = probe(&mail.to_string(), "me", "");
    assert_eq!((&told["Outcome"], &told["FirstBytes"]), (&json!("not-ssh"), &json!("220 mail.example.com ready")));
    // A server that waits for a request gets the probe's identification after a while.
    let web = listener(|mut stream| {
        let _ = stream.read(&mut [0; 256]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let told = probe(&web.to_string(), "me", "");
    assert_eq!((&told["Outcome"], &told["FirstBytes"]), (&json!("not-ssh"), &json!("HTTP/1.1 400 Bad Request")));
}

#[test]
fn silence_after_the_banner_is_an_exchange_that_hangs() {
    let stuck = listener(|stream| hold(stream, b"SSH-2.0-OpenSSH_9.6\r\n"));
    let told = probe(&stuck.to_string(), "me", "");
    assert_eq!((&told["Outcome"], &told["Banner"]), (&json!("key-exchange-stuck"), &json!("SSH-2.0-OpenSSH_9.6")));
    let closing = listener(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n");
        let _ = stream.read(&mut [0; 4096]);
    });
    let told = probe(&closing.to_string(), "me", "");
    assert!(matches!(told["Outcome"].as_str(), Some("closed" | "reset")), "{told}");
    assert_eq!(told["Banner"], "SSH-2.0-OpenSSH_9.6");
}

#[test]
fn a_port_where_nobody_listens_refuses_and_a_name_without_address_is_no_probe() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
    assert_eq!(probe(&free.to_string(), "me", "")["Outcome"], "refused");
    let Outcome::Error { code, message } = outcome("does-not-exist.invalid:22", "me", "") else {
        panic!("no such name")
    };
    assert_eq!(code, checks::snapshot::dns::NOT_RESOLVED);
    assert!(message.contains("does-not-exist.invalid"));
}

/// The program on a snapshot, with a key, a host and a port of this machine.
fn asked(server: &Sshd, snapshot: &str, words: &[&str]) -> Run {
    let (_, port) = server.target.rsplit_once(':').expect("a port");
    let facts = ["ssh", "i-0123456789abcdef0", "--snapshot", snapshot, "--port", port, "--output", "json", "--verbose"];
    finish(command().args(facts).args(words))
}

/// Facts of an instance that has the loopback as an address.
fn facts(folder: &Folder) -> String {
    let instance = json!({
        "InstanceId": "i-0123456789abcdef0", "ImageId": "ami-1", "State": { "Name": "running" }, "PrivateIpAddress": "127.0.0.1",
        "KeyName": "web", "LaunchTime": "2026-11-20T08:00:00+00:00",
    });
    let image = json!({ "ImageId": "ami-1", "Name": "al2023-ami-2023.9.20261101.0-kernel-6.12-x86_64", "ImageOwnerAlias": "amazon" });
    let read = |operation: &str, parameters: Value, output: Value| json!({ "service": "ec2", "operation": operation, "parameters": parameters, "output": output });
    let document = json!({
        "schema": "aws-triage.snapshot/1", "account": "111122223333", "region": "eu-west-1", "partition": "aws",
        "collectedAt": "2026-11-22T20:14:00Z",
        "calls": [
            read("DescribeInstances", json!({ "InstanceIds": ["i-0123456789abcdef0"] }), json!({ "Reservations": [{ "Instances": [instance] }] })),
            read("DescribeImages", json!({ "ImageIds": ["ami-1"] }), json!({ "Images": [image] })),
        ],
    });
    folder.write("facts.json", &document.to_string())
}

#[test]
fn recorded_facts_are_judged_with_what_this_machine_sees_now() {
    let server = Sshd::start("program", &[]);
    let facts = facts(&server.folder);
    let other = key(&server.folder, "other", &["-t", "ed25519"]);
    chmod(&other, 0o644);
    let status = |run: &Run, rule: &str| {
        let checks = run.json()["subjects"][0]["checks"].as_array().cloned().unwrap_or_default();
        let check = checks.into_iter().find(|check| check["rule"] == rule);
        check.map(|check| check["status"].as_str().unwrap_or_default().to_owned())
    };
    let run = asked(&server, &facts, &["--probe", "127.0.0.1", "--user", "ubuntu", "--key-file", &other]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(status(&run, "ssh/wrong-user").as_deref(), Some("fail"));
    assert_eq!(status(&run, "ssh/key-file-too-open").as_deref(), Some("fail"));
    let run = asked(&server, &facts, &["--probe", "127.0.0.1", "--user", &user(), "--key-file", &server.key]);
    for rule in ["ssh/wrong-user", "ssh/key-file-too-open", "ssh/key-mismatch", "ssh/sshd-not-running"] {
        assert_eq!(status(&run, rule).as_deref(), Some("pass"), "{rule} {run:?}");
    }
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let folder = Folder::new("options");
    let facts = facts(&folder);
    let usage = |words: &[&str], says: &str| {
        let run = finish(command().args(["ssh", "i-0123456789abcdef0", "--snapshot", &facts]).args(words));
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(says), "{run:?}");
    };
    usage(&["--key-file", "/does/not/exist"], "cannot read the key file `/does/not/exist`");
    usage(&["--from", "office"], "found `office`");
    usage(&["--probe", "me@web"], "without user and port");
    usage(&["--user=-oProxyCommand"], "a user name");
    usage(&["i-0123456789abcdef1", "--probe", "web"], "several are given");
}
