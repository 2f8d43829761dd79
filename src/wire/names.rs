//! "Did you mean": the nearest known name to a misspelt one.

/// The known name nearest to `wrong`, if it is near enough to be a slip: at most a third of its letters apart.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let limit = (wrong.chars().count() / 3).max(1);
    let lower = wrong.to_lowercase();
    known
        .map(|name| (distance(&lower, &name.to_lowercase()), name))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, name)| name.to_owned())
}

/// `, did you mean ...?` or nothing.
pub(super) fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map(|s| format!(", did you mean `{s}`?")).unwrap_or_default()
}

/// Levenshtein distance, one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let known = || ["InstanceIds", "Filters", "MaxResults"].into_iter();
        assert_eq!(nearest("InstanceIDs", known()).as_deref(), Some("InstanceIds"));
        assert_eq!(nearest("InstanceId", known()).as_deref(), Some("InstanceIds"));
        assert_eq!(nearest("Filter", known()).as_deref(), Some("Filters"));
        assert_eq!(nearest("VpcId", known()), None);
    }
}
