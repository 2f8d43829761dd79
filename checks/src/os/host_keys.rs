//! The fingerprints of an instance's host keys, as its first start writes them to the console.

use super::console::{SignKind, signs_of};

/// The fingerprint of a host key, and its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostKey<'a> {
    /// `SHA256:` and base64, as OpenSSH prints it.
    pub fingerprint: &'a str,
    /// `ED25519`, `ECDSA` or `RSA`.
    pub kind: &'a str,
}

impl HostKey<'_> {
    /// Whether keys of an algorithm such as `ecdsa-sha2-nistp256` are of this kind.
    pub fn is_of(&self, algorithm: &str) -> bool {
        let kind = self.kind.to_ascii_lowercase();
        let name = algorithm.split(['-', '@']).find(|part| matches!(*part, "ed25519" | "ecdsa" | "rsa"));
        name == Some(kind.as_str())
    }
}

/// Every host key that a console text tells, in its order.
pub fn host_keys(console: &str) -> Vec<HostKey<'_>> {
    signs_of(console, SignKind::HostKey).filter_map(|sign| host_key(sign.line)).collect()
}

/// Reads `SHA256:… comment (ED25519)`.
fn host_key(line: &str) -> Option<HostKey<'_>> {
    let fingerprint = line.split_whitespace().next()?;
    let (_, kind) = line.rsplit_once('(')?;
    let kind = kind.split(')').next()?;
    // 32 bytes are 43 characters of base64 without padding.
    (fingerprint.len() == 50).then_some(HostKey { fingerprint, kind })
}

#[cfg(test)]
mod tests {
    use super::super::console::kept;
    use super::*;

    const CONSOLE: &str = "\
ec2: #############################################################
ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----
ec2: 256 SHA256:UklJfCBFHXfkTfJ0uEAYVrjVuYG8KRxrZ4DHDAfJLdo root@ip-10-0-0-1 (ECDSA)
<14>Nov 22 20:00:00 ec2: 256 SHA256:AAAAfCBFHXfkTfJ0uEAYVrjVuYG8KRxrZ4DHDAfJLdo no comment (ED25519)
ec2: 3072 SHA256:short root@ip-10-0-0-1 (RSA)
ec2: -----END SSH HOST KEY FINGERPRINTS-----
secret hunter2
";

    #[test]
    fn fingerprints_are_read_and_kept() {
        for text in [CONSOLE.to_owned(), kept(CONSOLE)] {
            let found = host_keys(&text);
            let kinds: Vec<&str> = found.iter().map(|key| key.kind).collect();
            assert_eq!(kinds, ["ECDSA", "ED25519"]);
            assert_eq!(found[0].fingerprint, "SHA256:UklJfCBFHXfkTfJ0uEAYVrjVuYG8KRxrZ4DHDAfJLdo");
        }
        assert!(!kept(CONSOLE).contains("hunter2"));
    }

    #[test]
    fn kinds_are_those_of_algorithms() {
        let [ecdsa, ed25519] = host_keys(CONSOLE)[..] else { panic!("two keys") };
        assert!(ecdsa.is_of("ecdsa-sha2-nistp256") && ed25519.is_of("ssh-ed25519"));
        assert!(!ecdsa.is_of("ssh-ed25519") && !ed25519.is_of("ssh-rsa"));
    }
}
