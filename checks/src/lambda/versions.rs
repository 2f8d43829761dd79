//! Versions and aliases of a function.

/// The name or ARN of a function, and the version or alias behind it.
///
/// Source: Lambda API reference, `GetFunctionConfiguration`, "Name formats".
pub(crate) fn split(function: &str) -> (&str, Option<&str>) {
    let at = match function.find(":function:") {
        Some(at) => at.saturating_add(":function:".len()),
        // A partial ARN, `ACCOUNT:function:NAME`, holds the word as well; all that is left is a plain name.
        None => 0,
    };
    match function.get(at..).and_then(|rest| rest.find(':')) {
        Some(colon) => {
            let end = at.saturating_add(colon);
            let qualifier = function.get(end.saturating_add(1)..).filter(|own| !own.is_empty());
            (function.get(..end).unwrap_or(function), qualifier)
        }
        None => (function, None),
    }
}

/// Whether a qualifier is a version and no alias: a number or `$LATEST`.
pub(crate) fn is_version(qualifier: &str) -> bool {
    qualifier == "$LATEST" || qualifier.chars().all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qualifier_stands_behind_the_name() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:web";
        assert_eq!(split("web"), ("web", None));
        assert_eq!(split("web:live"), ("web", Some("live")));
        assert_eq!(split(arn), (arn, None));
        assert_eq!(split(&format!("{arn}:7")), (arn, Some("7")));
        assert_eq!(split("123456789012:function:web:live"), ("123456789012:function:web", Some("live")));
        assert!(is_version("7") && is_version("$LATEST") && !is_version("live"));
    }
}
