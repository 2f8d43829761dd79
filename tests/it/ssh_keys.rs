//! Key files and known hosts, against what OpenSSH, OpenSSL and PuTTY say of the same files.

use super::run::Folder;
use super::sshd::{chmod, key, tool};
use aws_triage::ssh::{KnownHostsFiles, key_file, known_hosts};
use checks::snapshot::Outcome;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn told(path: &str) -> Value {
    match key_file(Path::new(path)) {
        Outcome::Output(output) => output,
        error => panic!("no key file: {error:?}"),
    }
}

/// Whether OpenSSH reads a private key without a passphrase.
fn openssh_reads(path: &str) -> bool {
    chmod(path, 0o600);
    Command::new("ssh-keygen").args(["-y", "-P", "", "-f", path]).output().is_ok_and(|told| told.status.success())
}

fn sha256(path: &str) -> String {
    tool("ssh-keygen", &["-l", "-f", path]).split(' ').nth(1).unwrap_or_default().to_owned()
}

/// A digest of what a pipe of OpenSSL prints, as EC2 shows it.
fn digest(pipe: &str) -> String {
    let told = tool("sh", &["-c", pipe]);
    told.trim().rsplit([' ', '=']).next().unwrap_or_default().to_owned()
}

#[test]
fn fingerprints_are_those_of_openssh_and_of_ec2() {
    let folder = Folder::new("prints");
    for (name, words) in [("pem", &["-m", "PEM"][..]), ("pkcs8", &["-m", "PKCS8"]), ("openssh", &[])] {
        for bits in ["2048", "3072"] {
            let path = key(&folder, &format!("{name}-{bits}"), &[&["-t", "rsa", "-b", bits], words].concat());
            let told = told(&path);
            let format = if name == "pem" { "pkcs1" } else { name };
            assert_eq!((&told["Format"], &told["Algorithm"]), (&json!(format), &json!("ssh-rsa")));
            assert_eq!((&told["Bits"], &told["Damage"]), (&json!(bits.parse::<i64>().unwrap()), &json!([])));
            assert_eq!(told["Encrypted"], false);
            let prints = &told["Fingerprints"];
            assert_eq!(prints["Sha256"], sha256(&path));
            let public = std::fs::read_to_string(format!("{path}.pub")).unwrap();
            assert!(public.starts_with(told["PublicKey"].as_str().unwrap()) && told["PublicKey"] != "");
            // The commands of the EC2 user guide, on a copy that OpenSSL reads.
            let pem = format!("{path}.copy");
            std::fs::copy(&path, &pem).unwrap();
            tool("ssh-keygen", &["-q", "-p", "-m", "PEM", "-N", "", "-P", "", "-f", &pem]);
            let made =
                digest(&format!("openssl pkcs8 -in {pem} -inform PEM -outform DER -topk8 -nocrypt | openssl sha1 -c"));
            assert_eq!(prints["Ec2Sha1"], made, "{name}");
            let imported = digest(&format!("openssl rsa -in {pem} -pubout -outform DER 2>/dev/null | openssl md5 -c"));
            assert_eq!(prints["Ec2Md5"], imported, "{name}");
        }
    }
    let path = key(&folder, "ed25519", &["-t", "ed25519"]);
    let told = told(&path);
    let plain = sha256(&path);
    assert_eq!(told["Fingerprints"]["Sha256"], plain);
    assert_eq!(told["Fingerprints"]["Ec2Sha256"], format!("{}=", plain.trim_start_matches("SHA256:")));
    assert_eq!((&told["Bits"], &told["Fingerprints"]["Ec2Md5"]), (&json!(256), &json!("")));
}

#[test]
fn other_kinds_of_keys_are_known() {
    let folder = Folder::new("kinds");
    for (bits, words) in [(256, &["-m", "PEM"][..]), (384, &["-m", "PEM"]), (521, &[]), (384, &["-m", "PKCS8"])] {
        let name = format!("ecdsa-{bits}-{}", words.concat());
        let path = key(&folder, &name, &[&["-t", "ecdsa", "-b", &bits.to_string()], words].concat());
        let told = told(&path);
        assert_eq!(told["Bits"], bits);
        assert_eq!(told["Fingerprints"]["Sha256"], sha256(&path));
    }
    let path = folder.path();
    tool("openssl", &["genpkey", "-algorithm", "ED25519", "-out", &format!("{path}/openssl")]);
    assert_eq!(told(&format!("{path}/openssl"))["Algorithm"], "ssh-ed25519");
    let public = told(&format!("{}.pub", key(&folder, "a", &["-t", "ed25519"])));
    assert_eq!((&public["Format"], &public["Algorithm"]), (&json!("public"), &json!("ssh-ed25519")));
    let dsa = folder.write("dsa", "-----BEGIN DSA PRIVATE KEY-----\nMIIB\nMIIB\n-----END DSA PRIVATE KEY-----\n");
    assert_eq!(told(&dsa)["Algorithm"], "ssh-dss");
}

#[test]
fn passphrases_are_seen_and_hide_no_more_than_they_must() {
    let folder = Folder::new("passphrases");
    let path = key(&folder, "openssh", &["-t", "ed25519", "-N", "passphrase"]);
    let openssh = told(&path);
    assert_eq!((&openssh["Encrypted"], &openssh["Fingerprints"]["Sha256"]), (&json!(true), &json!(sha256(&path))));
    for form in ["PEM", "PKCS8"] {
        let path = key(&folder, form, &["-t", "rsa", "-b", "2048", "-m", form, "-N", "passphrase"]);
        let told = told(&path);
        assert_eq!(
            (&told["Encrypted"], &told["Fingerprints"], &told["Damage"]),
            (&json!(true), &Value::Null, &json!([]))
        );
    }
}

#[test]
fn files_of_putty_are_known_with_the_key_that_they_hold() {
    let folder = Folder::new("putty");
    let path = key(&folder, "rsa", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    let plain = told(&path);
    for version in ["2", "3"] {
        let ppk = format!("{path}-{version}.ppk");
        if Command::new("puttygen").arg("--version").output().is_err() {
            eprintln!("skipped: no puttygen here");
            return;
        }
        tool("puttygen", &[&path, "-O", "private", "--ppk-param", &format!("version={version}"), "-o", &ppk]);
        let told = told(&ppk);
        assert_eq!(told["Format"], format!("ppk-{version}"));
        assert_eq!(told["Encrypted"], false);
        assert_eq!(told["Fingerprints"]["Sha256"], plain["Fingerprints"]["Sha256"]);
        assert_eq!(told["Fingerprints"]["Ec2Md5"], plain["Fingerprints"]["Ec2Md5"]);
    }
}

#[test]
fn damage_is_named_and_openssh_agrees() {
    let folder = Folder::new("damage");
    let path = key(&folder, "whole", &["-t", "ed25519"]);
    let text = std::fs::read_to_string(&path).unwrap();
    let damaged = |name: &str, text: &str| folder.write(name, text);
    let found = |path: &str| told(path)["Damage"].as_array().unwrap().clone();
    let body = text.lines().nth(1).unwrap();
    for (name, text, damage) in [
        ("crlf", text.replace('\n', "\r\n"), json!("crlf")),
        ("final", text.trim_end().to_owned(), json!("no-final-newline")),
        ("line", text.replace('\n', " "), json!("newlines-lost")),
        ("escaped", text.replace('\n', "\\n"), json!("newlines-lost")),
        ("footer", text.split("-----END").next().unwrap().to_owned(), json!("no-footer")),
        ("header", text.lines().skip(1).collect::<Vec<_>>().join("\n"), json!("no-header")),
        ("body", text.replace(body, ""), json!("unreadable-body")),
        ("mark", format!("\u{feff}{text}"), json!("byte-order-mark")),
    ] {
        let path = damaged(name, &text);
        assert!(found(&path).contains(&damage), "{name}: {:?}", found(&path));
        assert!(!openssh_reads(&path), "{name}");
    }
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    std::fs::write(format!("{}/wide", folder.path()), wide).unwrap();
    assert!(found(&format!("{}/wide", folder.path())).contains(&json!("utf-16")));
    // OpenSSL's formats survive most of what OpenSSH's own does not.
    let pem = key(&folder, "pem", &["-t", "rsa", "-b", "2048", "-m", "PEM"]);
    let text = std::fs::read_to_string(&pem).unwrap();
    for (name, text) in [
        ("pem-crlf", text.replace('\n', "\r\n")),
        ("pem-final", text.trim_end().to_owned()),
        ("pem-mark", format!("\u{feff}{text}")),
    ] {
        let path = damaged(name, &text);
        assert!(openssh_reads(&path), "{name}");
        assert!(!found(&path).contains(&json!("unreadable-body")), "{name}");
    }
}

#[test]
fn permissions_and_owner_are_told() {
    let folder = Folder::new("modes");
    let path = key(&folder, "key", &["-t", "ed25519"]);
    chmod(&path, 0o644);
    assert_eq!((&told(&path)["Mode"], &told(&path)["IsOwn"]), (&json!("0644"), &json!(true)));
    let Outcome::Error { code, .. } = key_file(Path::new("/does/not/exist")) else { panic!("no file") };
    assert_eq!(code, "NotFound");
    let Outcome::Error { code, .. } = key_file(Path::new(folder.path())) else { panic!("a folder") };
    assert_eq!(code, "NotReadable");
}

#[test]
fn no_private_key_is_in_an_answer() {
    let folder = Folder::new("secret");
    for (name, words) in [("a", &["-t", "ed25519"][..]), ("b", &["-t", "rsa", "-b", "2048", "-m", "PEM"])] {
        let path = key(&folder, name, words);
        let text = std::fs::read_to_string(&path).unwrap();
        let answer = told(&path).to_string();
        assert!(
            text.lines().filter(|line| line.len() > 20 && !line.contains("-----")).all(|line| !answer.contains(line))
        );
    }
}

#[test]
fn known_hosts_are_those_that_ssh_keygen_finds() {
    let folder = Folder::new("known");
    let public = std::fs::read_to_string(format!("{}.pub", key(&folder, "host", &["-t", "ed25519"]))).unwrap();
    let words: Vec<&str> = public.split(' ').collect();
    let line = |names: &str| format!("{names} {} {}\n", words[0], words[1]);
    let text = ["web.example.com,192.0.2.1", "[192.0.2.1]:2222", "db-*.example.com", "!x.example.com,*.example.com"];
    let file = folder.write("known_hosts", &text.map(line).concat());
    let asked = ["192.0.2.1", "[192.0.2.1]:2222", "web.example.com", "db-7.example.com", "x.example.com", "192.0.2.9"];
    let lines = |host: &str| -> Vec<String> {
        let files = KnownHostsFiles(vec![file.clone().into()]);
        let Outcome::Output(output) = known_hosts(host, &files) else { panic!("always an answer") };
        let keys = output["Keys"].as_array().unwrap().clone();
        assert!(keys.iter().all(|key| key["Fingerprint"] == sha256(&format!("{}/host.pub", folder.path()))));
        keys.iter().map(|key| key["Place"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()).collect()
    };
    let oracle = |host: &str| -> Vec<String> {
        let told = Command::new("ssh-keygen").args(["-F", host, "-f", &file]).output().unwrap();
        let text = String::from_utf8(told.stdout).unwrap();
        text.lines().filter_map(|line| Some(line.split_once("found: line ")?.1.trim().to_owned())).collect()
    };
    for host in asked {
        assert_eq!(lines(host), oracle(host), "{host}");
    }
    let before: Vec<usize> = asked.iter().map(|host| lines(host).len()).collect();
    assert_eq!(before, [1, 1, 2, 2, 0, 0]);
    // `ssh-keygen -H` hashes all names but patterns.
    tool("ssh-keygen", &["-q", "-H", "-f", &file]);
    for host in ["192.0.2.1", "[192.0.2.1]:2222", "web.example.com", "192.0.2.9"] {
        assert_eq!(lines(host), oracle(host), "{host}");
    }
    assert!(std::fs::read_to_string(&file).unwrap().contains("|1|"));
}
