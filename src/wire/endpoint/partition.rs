//! Partitions: which one a region belongs to.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::catalog;

#[derive(Debug, Default, Deserialize)]
struct Partitions {
    partitions: Vec<Partition>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partition {
    id: String,
    outputs: Map<String, Value>,
    region_regex: String,
    regions: Map<String, Value>,
}

static PARTITIONS: LazyLock<Partitions> = LazyLock::new(|| {
    let packed = include_bytes!("../../../models/partitions.json.gz");
    let text = catalog::unpack("partitions", packed).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
});

/// The partition of a region, `aws` or `aws-cn`; none for a text that has not the form of a region in any partition.
/// A region that is newer than this program is known by its form.
pub fn region_is_known(region: &str) -> Option<&'static str> {
    find(region).map(|p| p.id.as_str())
}

/// The facts of the region's partition; those of `aws` for a region of no known form.
pub(super) fn outputs(region: &str) -> Value {
    let Some(partition) = find(region).or_else(|| PARTITIONS.partitions.first()) else {
        return Value::Null;
    };
    let mut outputs = partition.outputs.clone();
    outputs.insert("name".to_owned(), partition.id.clone().into());
    Value::Object(outputs)
}

fn find(region: &str) -> Option<&'static Partition> {
    let all = || PARTITIONS.partitions.iter();
    all().find(|p| p.regions.contains_key(region)).or_else(|| all().find(|p| matches(&p.region_regex, region)))
}

/// The few constructs that region patterns use: `^`, `$`, literals, escaped hyphens, `(a|b)`, `\w+`, `\d+`. Nothing here
/// needs to go back: a word cannot hold the hyphen that ends it.
fn matches(pattern: &str, text: &str) -> bool {
    let Some(mut pattern) = pattern.strip_prefix('^').and_then(|p| p.strip_suffix('$')) else {
        return false;
    };
    let mut text = text;
    while !pattern.is_empty() {
        let Some((rest, tail)) = step(pattern, text) else {
            return false;
        };
        (pattern, text) = (rest, tail);
    }
    text.is_empty()
}

/// What is left of pattern and text after one construct.
fn step<'p, 't>(pattern: &'p str, text: &'t str) -> Option<(&'p str, &'t str)> {
    let many = |text: &'t str, belongs: fn(char) -> bool| {
        let tail = text.trim_start_matches(belongs);
        (tail.len() < text.len()).then_some(tail)
    };
    if let Some(rest) = pattern.strip_prefix("\\w+") {
        return Some((rest, many(text, |c| c.is_ascii_alphanumeric() || c == '_')?));
    }
    if let Some(rest) = pattern.strip_prefix("\\d+") {
        return Some((rest, many(text, |c| c.is_ascii_digit())?));
    }
    if let Some((choices, rest)) = pattern.strip_prefix('(').and_then(|p| p.split_once(')')) {
        return choices.split('|').find_map(|c| Some((rest, text.strip_prefix(c)?)));
    }
    let pattern = pattern.strip_prefix('\\').unwrap_or(pattern);
    let mut letters = pattern.chars();
    let literal = letters.next().filter(|c| c.is_ascii_alphanumeric() || *c == '-')?;
    Some((letters.as_str(), text.strip_prefix(literal)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_region_has_the_form_of_its_partition_alone() {
        assert!(PARTITIONS.partitions.len() >= 3);
        for partition in &PARTITIONS.partitions {
            for region in partition.regions.keys().filter(|r| !r.ends_with("-global")) {
                let of: Vec<_> = PARTITIONS.partitions.iter().filter(|p| matches(&p.region_regex, region)).collect();
                assert_eq!(of.len(), 1, "{region}");
                assert_eq!(of[0].id, partition.id, "{region}");
            }
        }
    }

    #[test]
    fn new_regions_are_known_by_their_form_and_slips_are_not() {
        assert_eq!(region_is_known("eu-central-9"), Some("aws"));
        assert_eq!(region_is_known("cn-north-1"), Some("aws-cn"));
        assert_eq!(region_is_known("us-gov-west-1"), Some("aws-us-gov"));
        assert_eq!(region_is_known("aws-global"), Some("aws"));
        for wrong in ["", "us-east", "us-east-1a", "useast1", "us_east_1", "eu-west-1 ", "EU-WEST-1", "frankfurt"] {
            assert_eq!(region_is_known(wrong), None, "{wrong}");
        }
    }
}
