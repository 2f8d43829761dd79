//! Idempotency tokens.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A fresh text in the form of a random UUID. It must be unique, not secret: the randomness that the standard library
/// seeds its hash maps with is enough.
pub(super) fn fresh() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (a, b) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | (b >> 48) & 0x3fff,
        b & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn tokens_are_uuids_and_differ() {
        let tokens: BTreeSet<String> = (0..1000).map(|_| super::fresh()).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(tokens.iter().all(|t| t.len() == 36 && t.as_bytes()[14] == b'4'));
    }
}
