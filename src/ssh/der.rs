//! The little of DER that an RSA public key takes (RFC 5280, section 4.1; RFC 8017, appendix A.1.1).

/// `SubjectPublicKeyInfo` of an RSA key; the numbers as SSH has them, which is as DER has them: shortest, with a zero before a set first bit.
pub(super) fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    // `rsaEncryption`, 1.2.840.113549.1.1.1, with parameters NULL.
    const ALGORITHM: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let key = element(0x30, &[element(0x02, modulus), element(0x02, exponent)].concat());
    let bits = element(0x03, &[&[0x00], key.as_slice()].concat());
    element(0x30, &[element(0x30, ALGORITHM), bits].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match digits.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}
