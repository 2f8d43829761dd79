//! Buckets as people name them.
//!
//! Source: S3 user guide, "General purpose bucket naming rules"; Amazon S3 in the service authorization reference, "Resource types".

/// The name of a bucket out of a name or an ARN (`arn:aws:s3:::photos`). Access points and buckets on Outposts keep their ARN: the
/// diagnosis tells what they are.
///
/// # Errors
/// It is no name of a bucket; a sentence.
pub fn bucket_name(text: &str) -> Result<&str, String> {
    if let Some(rest) = text.strip_prefix("s3://") {
        let name = rest.split('/').next().unwrap_or_default();
        return Err(format!("`{text}` is a URI and no name of a bucket: write `{name}`"));
    }
    if !text.starts_with("arn:") {
        return named(text).map(|()| text);
    }
    if text.contains(":accesspoint/") || text.contains(":s3-outposts:") {
        return Ok(text);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", _, "s3", "", "", name] = parts.as_slice() else {
        return Err(format!("`{text}` is no ARN of a bucket, such as `arn:aws:s3:::photos`"));
    };
    if let Some((bucket, key)) = name.split_once('/') {
        let message = format!("`{text}` names an object: write `--bucket {bucket}`");
        return Err(if key.is_empty() || key == "*" { message } else { format!("{message} and `--key {key}`") });
    }
    named(name).map(|()| *name)
}

/// Buckets of `us-east-1` that were made before March 2018 may have 255 letters, upper case and underscores among them.
fn named(name: &str) -> Result<(), String> {
    let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b".-_".contains(&letter);
    let is_address = name.parse::<std::net::Ipv4Addr>().is_ok();
    if !(3..=255).contains(&name.len()) {
        return Err(format!("`{name}` is no name of a bucket: it has {} letters, and names have 3 to 63", name.len()));
    }
    if is_address || !name.bytes().all(is_letter) {
        let rule = "names hold lower-case letters, digits, dots and hyphens, and are no address";
        return Err(format!("`{name}` is no name of a bucket: {rule}"));
    }
    let is_old = name.len() > 63 || name.bytes().any(|letter| letter.is_ascii_uppercase() || letter == b'_');
    let is_end = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    if !is_old && (!is_end(name.chars().next()) || !is_end(name.chars().next_back()) || name.contains("..")) {
        let rule = "names begin and end with a letter or digit, and no dot follows another";
        return Err(format!("`{name}` is no name of a bucket: {rule}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_of_buckets_are_told_from_others() {
        for (text, name) in [
            ("photos", "photos"),
            ("my.photos-2026", "my.photos-2026"),
            ("Old_Photos", "Old_Photos"),
            ("photos--euw1-az1--x-s3", "photos--euw1-az1--x-s3"),
            ("arn:aws:s3:::photos", "photos"),
            ("arn:aws-cn:s3:::photos", "photos"),
        ] {
            assert_eq!(bucket_name(text), Ok(name));
        }
        let point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/photos";
        assert_eq!(bucket_name(point), Ok(point));
        for text in [
            "",
            "ab",
            "photos/",
            "my photos",
            "-photos",
            "photos.",
            "my..photos",
            "10.0.0.7",
            "arn:aws:sqs:eu-west-1:123456789012:photos",
        ] {
            assert!(bucket_name(text).is_err(), "{text}");
        }
        assert!(bucket_name("s3://photos/a.jpg").is_err_and(|why| why.contains("write `photos`")));
        assert!(bucket_name("arn:aws:s3:::photos/a/b.jpg").is_err_and(|why| why.contains("`--key a/b.jpg`")));
    }
}
