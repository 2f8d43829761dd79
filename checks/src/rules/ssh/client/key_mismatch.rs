//! The private key is not that of the key pair.

use crate::evidence::Evidence;
use crate::finding::{Finding, Judgement};
use crate::fix::{Aws, Fix, FixClass};
use crate::rule::declare_rule;
use crate::snapshot::ec2::KeyPair;
use crate::snapshot::local::KeyFile;
use crate::snapshot::{Gap, operations as op};
use crate::ssh::Case;

declare_rule! {
    /// ## What it checks
    ///
    /// Whether the key of `--key-file` is the one of the instance's key pair: by the public key where EC2 gives it, else by the
    /// fingerprint that EC2 shows for keys of that type and origin.
    ///
    /// ## Why it matters
    ///
    /// A file with the right name and another key in it is refused with `Permission denied (publickey)`. Key pairs of one name in
    /// several Regions, and pairs that were deleted and made anew, are the usual way to it.
    ///
    /// ## How to confirm
    ///
    /// `ssh-keygen -y -f FILE` prints the public key; `aws ec2 describe-key-pairs --include-public-key` the one of the pair.
    ///
    /// ## False positives
    ///
    /// `KeyName` tells of the launch: the keys on disk may have been changed since, so that another key is the right one. So a
    /// difference alone is an open question; it is a fault when the server refuses the key as well.
    ///
    /// ## Fix
    ///
    /// Take the private key of the pair (class M). Whoever has lost it lets another key in: through EC2 Instance Connect for 60
    /// seconds, or through Session Manager for good.
    ///
    /// ## References
    ///
    /// - EC2 user guide, "Verify the fingerprint of your key pair"
    /// - EC2 user guide, "Troubleshoot issues connecting to your Amazon EC2 Linux instance", "I've lost my private key"
    "ssh/key-mismatch", Blocker, Sessions, fix M,
    "The private key is not that of the instance's key pair",
    needs [DESCRIBE_KEY_PAIRS, KEY_FILE, SSH_PROBE]
}

fn judge(case: &Case<'_>) -> Result<Judgement, Gap> {
    let name = case.instance.key_name.as_str();
    if name.is_empty() {
        return Ok(Judgement::follows_from("ssh/no-key-pair"));
    }
    let Some(path) = case.key_path() else {
        let pair =
            Aws::new("ec2", "describe-key-pairs", case.region()).arg("key-names", name).flag("include-public-key");
        let command = format!("ssh-keygen -y -f KEY_FILE; {}", String::from(pair));
        return Ok(case.at_client(command, "two different public keys"));
    };
    if case.is_let_in() {
        return Ok(Judgement::pass("the server accepts the key"));
    }
    let Some(file) = case.key_file()? else { return Ok(Gap::opaque(format!("key file `{path}`")).into()) };
    let Some(pair) = case.key_pair()? else {
        return Ok(Judgement::not_applicable(format!("key pair `{name}` is gone: nothing to compare with")));
    };
    match is_of(file, pair) {
        Some(true) => Ok(Judgement::pass(format!("`{path}` holds the key of key pair `{name}`"))),
        None => Ok(Gap::opaque(format!("the public key of `{path}`, which does not show it,")).into()),
        Some(false) if !case.is_refused() => {
            let what = format!("whether the server takes the key of `{path}`, which is not that of key pair `{name}`,");
            Ok(Gap::opaque(what).into())
        }
        Some(false) => Ok(Judgement::fail(finding(case, path, file, pair))),
    }
}

fn finding(case: &Case<'_>, path: &str, file: &KeyFile, pair: &KeyPair) -> Finding {
    let id = case.instance.instance_id.as_str();
    let own = file.fingerprints.as_ref().map_or("", |prints| prints.sha256.as_str());
    let connect = Aws::new("ec2-instance-connect", "send-ssh-public-key", case.region())
        .arg("instance-id", id)
        .arg("instance-os-user", case.user().unwrap_or("USER_NAME"))
        .arg("ssh-public-key", "file://PUBLIC_KEY_FILE");
    let summary = format!(
        "use the private key of key pair `{}`; if it is lost, let another key in for 60 seconds",
        pair.key_name
    );
    Finding::new(format!(
        "`{path}` holds another key ({own}) than key pair `{}` of instance `{id}`, and the server refuses it",
        pair.key_name
    ))
    .about("ec2-instance", id)
    .about("key-pair", &pair.key_name)
    .proof(Evidence::new(op::KEY_FILE, path, "Fingerprints.Sha256", own))
    .proof(Evidence::new(op::DESCRIBE_KEY_PAIRS, &pair.key_name, "KeyFingerprint", pair.key_fingerprint.as_str()))
    .proof(case.login_proof())
    .fix(Fix::new(FixClass::M, summary).run(connect))
}

/// Whether a file holds the private key of a pair; absent when neither public key nor a fingerprint of the same kind is known of both.
fn is_of(file: &KeyFile, pair: &KeyPair) -> Option<bool> {
    let words = |key: &str| key.split_whitespace().take(2).map(str::to_owned).collect::<Vec<String>>();
    if !file.public_key.is_empty() && !pair.public_key.is_empty() {
        return Some(words(&file.public_key) == words(&pair.public_key));
    }
    let prints = file.fingerprints.as_ref()?;
    let shown = pair.key_fingerprint.trim_end_matches('=');
    // 20 bytes of SHA-1 for what EC2 made, 16 of MD5 for what was imported, base64 of SHA-256 for ED25519.
    let own = match (shown.contains(':'), shown.len()) {
        (true, 59) => prints.ec2_sha1.as_str(),
        (true, 47) => prints.ec2_md5.as_str(),
        _ => prints.ec2_sha256.trim_end_matches('='),
    };
    let is_other_kind = !pair.key_type.is_empty() && !file.algorithm.ends_with(pair.key_type.as_str());
    if is_other_kind {
        return Some(false);
    }
    (!own.is_empty() && !shown.is_empty()).then(|| own == shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::Question;
    use crate::testkit::ssh::{client, client_question, judge, refused, untried};
    use crate::testkit::{World, findings, missing};
    use serde_json::{Value, json};

    fn other_key(mut world: World) -> World {
        world.patch(
            op::DESCRIBE_KEY_PAIRS,
            "/KeyPairs/0/PublicKey",
            json!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAA web"),
        );
        world
    }

    fn fingerprint(world: &mut World, kind: &str, shown: &str) {
        world.patch(op::DESCRIBE_KEY_PAIRS, "/KeyPairs/0/PublicKey", Value::Null);
        world.patch(op::DESCRIBE_KEY_PAIRS, "/KeyPairs/0/KeyType", json!(kind));
        world.patch(op::DESCRIBE_KEY_PAIRS, "/KeyPairs/0/KeyFingerprint", json!(shown));
    }

    const SHA1: &str = "1f:51:ae:28:bf:89:e9:d8:1f:25:5d:37:2d:7d:b8:ca:9f:f5:f1:6f";
    const MD5: &str = "91:bc:58:1f:ea:5d:51:2d:83:d3:6b:d7:6d:63:06:d2";

    fn rsa(shown: &str) -> World {
        let mut world = refused();
        fingerprint(&mut world, "rsa", shown);
        world.patch(op::KEY_FILE, "/Algorithm", json!("ssh-rsa"));
        let prints = json!({ "Sha256": "SHA256:x", "Ec2Sha256": "x=", "Ec2Md5": MD5, "Ec2Sha1": SHA1 });
        world.patch(op::KEY_FILE, "/Fingerprints", prints);
        world
    }

    #[test]
    fn fires_when_another_key_is_refused() {
        let found = findings(judge(&other_key(refused()), &client_question(), &RULE));
        assert!(found[0].detail.contains("another key"));
        let mut by_print = refused();
        fingerprint(&mut by_print, "ed25519", "AAAAXa1JQakitNU5tErauu8DvWQ1dZ7aXu+rm7KQuog=");
        findings(judge(&by_print, &client_question(), &RULE));
        findings(judge(&rsa("00:51:ae:28:bf:89:e9:d8:1f:25:5d:37:2d:7d:b8:ca:9f:f5:f1:6f"), &client_question(), &RULE));
    }

    #[test]
    fn silent_for_the_pairs_own_key_by_every_fingerprint() {
        assert!(matches!(judge(&refused(), &client_question(), &RULE), Judgement::Pass(_)));
        for shown in [SHA1, MD5] {
            assert!(matches!(judge(&rsa(shown), &client_question(), &RULE), Judgement::Pass(_)), "{shown}");
        }
        let mut unpadded = refused();
        fingerprint(&mut unpadded, "ed25519", "ldyiXa1JQakitNU5tErauu8DvWQ1dZ7aXu+rm7KQuog");
        assert!(matches!(judge(&unpadded, &client_question(), &RULE), Judgement::Pass(_)));
    }

    #[test]
    fn silent_when_the_server_takes_another_key() {
        assert!(matches!(judge(&other_key(client()), &client_question(), &RULE), Judgement::Pass(_)));
        let nothing = Question { key_file: None, ..client_question() };
        assert!(matches!(judge(&refused(), &nothing, &RULE), Judgement::Elsewhere { .. }));
    }

    #[test]
    fn unknown_while_nobody_has_tried_another_key() {
        assert!(
            missing(judge(&other_key(untried()), &client_question(), &RULE))[0].contains("whether the server takes")
        );
    }

    #[test]
    fn unknown_when_the_pair_is_denied_or_the_file_shows_no_key() {
        let mut denied = refused();
        denied.deny(op::DESCRIBE_KEY_PAIRS);
        assert_eq!(missing(judge(&denied, &client_question(), &RULE)), ["ec2:DescribeKeyPairs"]);
        let mut hidden = rsa(SHA1);
        hidden.patch(op::KEY_FILE, "/PublicKey", json!(""));
        hidden.patch(op::KEY_FILE, "/Fingerprints", Value::Null);
        assert!(missing(judge(&hidden, &client_question(), &RULE))[0].contains("does not show it"));
    }
}
