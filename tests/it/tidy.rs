//! House rules that no compiler checks: who may import whom, what may be linked, how large a file grows.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a source folder can be read") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file can be read");
                files.push((path, text));
            }
        }
    }
    files
}

#[test]
fn arrows_point_down_only() {
    let upward = [("checks/src", "reports::"), ("checks/src", "aws_triage::"), ("reports/src", "aws_triage::")];
    for (folder, word) in upward {
        for (path, text) in sources(folder) {
            assert!(!text.contains(word), "{} names `{word}`", path.display());
        }
    }
    for manifest in ["checks/Cargo.toml", "reports/Cargo.toml"] {
        let text = fs::read_to_string(root().join(manifest)).expect("a manifest can be read");
        for crate_name in ["aws-", "tokio", "reqwest", "hyper"] {
            let names = text.lines().any(|line| line.trim_start().starts_with(crate_name));
            assert!(!names, "{manifest} depends on {crate_name}");
        }
    }
}

#[test]
fn only_one_folder_names_the_sdk() {
    for (path, text) in sources("src") {
        let is_home = path.strip_prefix(root().join("src/aws")).is_ok();
        let names = text.lines().any(|line| {
            !line.trim_start().starts_with("//") && (line.contains("aws_sdk_") || line.contains("aws_smithy_"))
        });
        assert!(is_home || !names, "{} names an SDK crate", path.display());
    }
}

#[test]
fn the_core_is_pure() {
    let forbidden = [
        "std::fs",
        "std::net::Tcp",
        "std::env",
        "std::process",
        "SystemTime",
        "Instant::now",
        "println!",
        "static mut",
        "unsafe ",
    ];
    for folder in ["checks/src", "reports/src"] {
        for (path, text) in sources(folder) {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in forbidden {
                let used = code.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
                assert!(!used, "{} uses {word}", path.display());
            }
        }
        let manifest = folder.replace("/src", "/Cargo.toml");
        let text = fs::read_to_string(root().join(&manifest)).expect("a manifest can be read");
        for lint in
            ["unwrap_used", "expect_used", "panic", "indexing_slicing", "arithmetic_side_effects", "disallowed_methods"]
        {
            assert!(text.contains(&format!("{lint} = \"deny\"")), "{manifest} does not deny {lint}");
        }
    }
}

#[test]
fn files_stay_small_rooms() {
    for folder in ["checks/src", "reports/src", "src", "tests/it"] {
        for (path, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= 600, "{} has {lines} lines", path.display());
            assert!(
                text.starts_with("//!") || text.starts_with("use "),
                "{} does not say what it is for",
                path.display()
            );
        }
    }
}

#[test]
fn the_old_tls_stack_stays_out() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file can be read");
    let packages = || lock.split("[[package]]");
    let has = |name: &str, version: &str| {
        packages().any(|package| package.contains(&format!("name = \"{name}\"\nversion = \"{version}")))
    };
    for (name, version) in [("openssl-sys", ""), ("hyper", "0.14"), ("rustls", "0.21"), ("h2", "0.3")] {
        assert!(!has(name, version), "{name} {version} is in Cargo.lock");
    }
    let wanted = ["aws-sdk-ec2", "aws-sdk-iam", "aws-sdk-lambda", "aws-sdk-s3"];
    // What aws-config itself needs to sign in.
    let of_config = ["aws-sdk-sso", "aws-sdk-ssooidc", "aws-sdk-sts", "aws-sdk-signin"];
    for package in packages() {
        let name =
            package.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap_or_default().trim_end_matches('"');
        let allowed = !name.starts_with("aws-sdk-") || wanted.contains(&name) || of_config.contains(&name);
        assert!(allowed, "{name}: every other service goes through the client that knows services by their models");
    }
}

#[test]
fn the_readme_shows_how_to_start() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    for part in [
        "cargo run --release -- demo",
        "cargo test --workspace",
        "cargo run --no-default-features -- demo",
        "## Exit codes",
    ] {
        assert!(readme.contains(part), "the README lacks `{part}`");
    }
}

/// Licences that a dependency may have.
const LICENCES: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "ISC",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "MIT-0",
    "CDLA-Permissive-2.0",
    "OpenSSL",
];

/// Whether a licence expression can be met: of alternatives one must be allowed, of a conjunction every part.
fn is_allowed(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" AND ").all(|part| part.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())))
}

#[test]
fn every_dependency_has_a_licence_that_fits() {
    let version = std::process::Command::new("rustc").arg("-vV").output().expect("rustc can be run");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    // What other platforms would link is not downloaded, and not judged here.
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() > 100, "{} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_allowed(licence), "{} has licence `{licence}`", package["name"]);
    }
    assert!(is_allowed("MIT OR GPL-3.0") && !is_allowed("MIT AND GPL-3.0") && !is_allowed(""));
}
