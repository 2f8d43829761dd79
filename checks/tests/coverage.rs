//! How much of the catalogue of causes has a rule: a table by section, and no gap in the sections that are whole.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_macros,
    reason = "a test prints what it covers, and stops at the first thing that is not there"
)]

use checks::rule::Sight;
use checks::rules;
use std::collections::{BTreeMap, BTreeSet};

/// The id and section of each cause.
const CAUSES: &str = include_str!("fixtures/causes.txt");

/// Sections whose every cause has a rule.
const WHOLE: &[&str] = &[
    "4.1", "4.2", "4.3", "4.4", "4.5", "5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3", "7.1", "7.2", "7.3", "8.1",
    "8.2", "8.3",
];

/// What there is of the causes of a section.
#[derive(Default)]
struct Coverage<'c> {
    rules: usize,
    needs_os: usize,
    not_yet: Vec<&'c str>,
}

fn causes() -> impl Iterator<Item = (&'static str, &'static str)> {
    CAUSES.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(' ').unwrap())
}

fn sections() -> BTreeMap<&'static str, Coverage<'static>> {
    let sights: BTreeMap<&str, Sight> = rules::all().map(|about| (about.id, about.sight)).collect();
    let mut sections: BTreeMap<&str, Coverage<'_>> = BTreeMap::new();
    for (id, section) in causes() {
        let coverage = sections.entry(section).or_default();
        match sights.get(id) {
            Some(Sight::Outside) => coverage.rules += 1,
            Some(Sight::Inside) => coverage.needs_os += 1,
            None => coverage.not_yet.push(id),
        }
    }
    sections
}

#[test]
fn every_cause_of_a_whole_section_has_a_rule() {
    let sections = sections();
    println!("{:<8} {:>6} {:>5} {:>8} {:>7}", "section", "causes", "rule", "needs-OS", "not yet");
    for (section, Coverage { rules, needs_os, not_yet }) in &sections {
        let causes = rules + needs_os + not_yet.len();
        println!("{section:<8} {causes:>6} {rules:>5} {needs_os:>8} {:>7}  {}", not_yet.len(), not_yet.join(" "));
    }
    for section in WHOLE {
        assert_eq!(sections[section].not_yet, Vec::<&str>::new(), "causes of section {section} without a rule");
    }
}

#[test]
fn every_rule_of_a_symptom_is_in_the_catalogue() {
    let known: BTreeSet<&str> = causes().map(|(id, _)| id).collect();
    assert_eq!(causes().count(), known.len(), "a cause stands in the catalogue once");
    let beyond: Vec<&str> = rules::all().map(|about| about.id).filter(|id| !known.contains(id)).collect();
    assert_eq!(beyond, Vec::<&str>::new(), "add new causes to `fixtures/causes.txt`");
}
