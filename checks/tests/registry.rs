//! The rule lists are those of the files, and every rule keeps its promises: id, page, place.
//!
//! `UPDATE=1 cargo test -p checks` writes the lists anew; without it they are only compared.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test reads the files that it judges, and stops at the first thing that is not there"
)]

use checks::page::HEADINGS;
use checks::rule::{About, LAYERS};
use checks::rules;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules")
}

/// Names of the rule files, or of the folders, directly below a folder.
fn names(folder: &Path, of_folders: bool) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let wanted = entries.filter(|path| path.is_dir() == of_folders);
    let stems = wanted.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
    stems.filter(|stem| stem != "mod").collect()
}

/// The text of a folder's `mod.rs`.
fn list(folder: &Path, depth: usize) -> String {
    let title = folder.strip_prefix(root()).unwrap().display().to_string();
    let folders = names(folder, true);
    let rules = names(folder, false);
    let mut text = if depth == 0 {
        "//! Every rule, one file each. Written by `UPDATE=1 cargo test -p checks`.\n\n".to_owned()
    } else {
        format!("//! Rules of `{title}`. Written by `UPDATE=1 cargo test -p checks`.\n\n")
    };
    for name in folders.union(&rules) {
        text.push_str(&format!("mod {name};\n"));
    }
    match depth {
        0 => {
            text.push_str("\nuse crate::rule::{About, Rule};\n");
            for symptom in &folders {
                let (upper, marker) = (symptom.to_uppercase(), capitalised(symptom));
                text.push_str(&format!("\n/// Rules of `{symptom}`, in the order of its layers.\n"));
                text.push_str(&format!("pub static {upper}: &[&Rule<crate::{symptom}::{marker}>] = {symptom}::ALL;\n"));
            }
            text.push_str("\n/// What is known of every rule without a case.\npub fn all() -> impl Iterator<Item = &'static About> {\n    ");
            let chains: Vec<String> = folders
                .iter()
                .map(|symptom| format!("{}.iter().map(|rule| &rule.about)", symptom.to_uppercase()))
                .collect();
            text.push_str(&chains.join(".chain("));
            text.push_str(&")".repeat(chains.len().saturating_sub(1)));
            text.push_str("\n}\n\n/// Symptoms that have rules.\npub fn symptoms() -> Vec<&'static str> {\n");
            let quoted: Vec<String> = folders.iter().map(|symptom| format!("\"{symptom}\"")).collect();
            text.push_str(&format!("    vec![{}]\n}}\n", quoted.join(", ")));
        }
        1 => {
            let marker = capitalised(&title);
            let ordered = LAYERS.iter().filter(|layer| folders.contains(**layer));
            let rules: Vec<String> = ordered
                .flat_map(|layer| {
                    names(&folder.join(layer), false)
                        .into_iter()
                        .map(move |rule| format!("    &{layer}::{rule}::RULE,\n"))
                })
                .collect();
            text = text.replace("mod ", "pub(crate) mod ");
            text.push_str("\nuse crate::rule::Rule;\n");
            if folders
                .iter()
                .any(|layer| names(&folder.join(layer), false).iter().any(|rule| is_inside(&folder.join(layer), rule)))
            {
                text.push_str(&format!("pub(crate) use crate::{title}::{{Case, Settled}};\n"));
            }
            text.push_str(&format!("pub(crate) use crate::{title}::{marker} as Symptom;\n\n"));
            text.push_str(&format!("pub(super) static ALL: &[&Rule<Symptom>] = &[\n{}];\n", rules.concat()));
        }
        _ => text = text.replace("\nmod ", "\npub(crate) mod "),
    }
    text
}

/// The text of a rule's file.
fn text_of(layer: &Path, rule: &str) -> String {
    fs::read_to_string(layer.join(rule).with_extension("rs")).unwrap()
}

/// Whether a rule hands over a command and judges nothing; all of these are tested together.
fn is_inside(layer: &Path, rule: &str) -> bool {
    text_of(layer, rule).contains("declare_inside!")
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn folders() -> Vec<(PathBuf, usize)> {
    let mut all = vec![(root(), 0)];
    for symptom in names(&root(), true) {
        let symptom = root().join(symptom);
        all.extend(names(&symptom, true).into_iter().map(|layer| (symptom.join(layer), 2)));
        all.push((symptom, 1));
    }
    all
}

#[test]
fn lists_are_those_of_the_files() {
    for (folder, depth) in folders() {
        let path = folder.join("mod.rs");
        let wanted = list(&folder, depth);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(squeezed(&found), squeezed(&wanted), "`{}` is stale: UPDATE=1 cargo test -p checks", path.display());
    }
}

/// Without what rustfmt may change: blanks, commas, and the order of imports.
fn squeezed(text: &str) -> String {
    let is_import = |line: &&str| line.starts_with("use ") || line.starts_with("pub(crate) use ");
    let mut imports: Vec<&str> = text.lines().filter(is_import).collect();
    imports.sort_unstable();
    let others = text.lines().filter(|line| !is_import(line));
    let kept = |line: &str| line.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect::<String>();
    others.chain(imports).map(kept).collect()
}

fn abouts() -> Vec<&'static About> {
    rules::all().collect()
}

#[test]
fn an_id_is_the_name_of_its_file() {
    let mut seen = BTreeSet::new();
    for about in abouts() {
        let stem = about.module.rsplit("::").next().unwrap();
        let (symptom, fault) = about.id.split_once('/').unwrap();
        assert_eq!(fault.replace('-', "_"), stem, "{} stands in {}", about.id, about.module);
        assert_eq!(about.module.rsplit("::").nth(2), Some(symptom), "{}", about.id);
        assert!(LAYERS.contains(&about.layer), "{} has no layer", about.id);
        assert!(seen.insert(about.id), "{} is there twice", about.id);
    }
}

#[test]
fn every_page_has_its_headings_in_order() {
    for about in abouts() {
        let headings: Vec<&str> = about.page.iter().filter_map(|line| line.trim().strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{}", about.id);
        let text = about.page.concat();
        assert!(text.len() > 300, "the page of {} says too little", about.id);
        assert!(!about.title.is_empty() && !about.title.ends_with('.'), "{}: a title has no full stop", about.id);
    }
}

#[test]
fn every_rule_has_tests_of_its_own() {
    for (folder, _) in folders().into_iter().filter(|(_, depth)| *depth == 2) {
        for rule in names(&folder, false) {
            let text = text_of(&folder, &rule);
            if is_inside(&folder, &rule) {
                continue;
            }
            for name in ["fn fires", "fn silent", "fn unknown"] {
                assert!(text.contains(name), "{rule} has no test `{name}…`");
            }
        }
    }
}
