//! Reads files of cases: one JSON object a line, or a YAML list.

use crate::error::Error;
use checks::{can, reach};
use serde::de::DeserializeOwned;
use serde_saphyr::{Budget, Options, Spanned};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// A file larger than this holds no cases.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Values that a file of this size can hold.
const MAX_VALUES: usize = 10_000_000;

/// A case as it is written, which makes sense or not.
pub(super) trait Written: DeserializeOwned {
    /// A case that makes sense.
    type Case;
    /// The case, or what was expected.
    fn checked(self) -> Result<Self::Case, String>;
}

impl Written for reach::Written {
    type Case = reach::Case;
    fn checked(self) -> Result<reach::Case, String> {
        self.checked()
    }
}

impl Written for can::Written {
    type Case = can::Case;
    fn checked(self) -> Result<can::Case, String> {
        self.checked()
    }
}

/// The cases of a file, or of standard input for `-`.
///
/// # Errors
/// It cannot be read, or a case in it is malformed: with file, line, and what was expected.
pub(super) fn read<W: Written>(path: &Path) -> Result<Vec<W::Case>, Error> {
    let is_stream = path == Path::new("-");
    let shown = if is_stream { "standard input".to_owned() } else { format!("`{}`", path.display()) };
    let text = if is_stream { text_of(io::stdin()) } else { fs::File::open(path).and_then(text_of) };
    let text = text.map_err(|error| Error::usage(format!("cannot read {shown}: {error}")))?;
    let is_named = |endings: &[&str]| path.extension().is_some_and(|own| endings.iter().any(|ending| own == *ending));
    let is_yaml = is_named(&["yaml", "yml"]) || !(is_named(&["ndjson", "jsonl"]) || text.trim_start().starts_with('{'));
    let cases = if is_yaml { of_yaml::<W>(&text) } else { of_lines::<W>(&text) };
    let cases = cases.map_err(|(line, error)| Error::usage(format!("{shown}, line {line}: {error}")))?;
    if cases.is_empty() { Err(Error::usage(format!("{shown} holds no case"))) } else { Ok(cases) }
}

fn text_of(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let length = source.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is larger than {MAX_BYTES} bytes")));
    }
    Ok(text)
}

/// The line of a fault and the fault.
type Fault = (u64, String);

/// One JSON object a line; empty lines are passed over.
fn of_lines<W: Written>(text: &str) -> Result<Vec<W::Case>, Fault> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let case = |(at, line): (usize, &str)| {
        let written: Result<W, String> = serde_json::from_str(line).map_err(|error| within(&error));
        written.and_then(W::checked).map_err(|error| (at as u64 + 1, error))
    };
    lines.map(case).collect()
}

/// The words of an error without its place: every case has a line of its own.
fn within(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    if error.is_data() {
        format!("expected a case: {words}")
    } else {
        format!("expected one JSON object a line: {words}")
    }
}

/// A YAML list, of which a JSON list is one kind.
fn of_yaml<W: Written>(text: &str) -> Result<Vec<W::Case>, Fault> {
    let mut options = Options::default();
    options.with_snippet = false;
    let mut budget = Budget::default();
    (budget.max_nodes, budget.max_events) = (MAX_VALUES, 4 * MAX_VALUES);
    options.budget = Some(budget);
    let written: Vec<Spanned<W>> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line());
        let words = error.to_string();
        (line, format!("expected a YAML list of cases: {}", words.lines().next().unwrap_or_default()))
    })?;
    let case = |case: Spanned<W>| case.value.checked().map_err(|error| (case.referenced.line(), error));
    written.into_iter().map(case).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_lines(text: &str) -> Result<Vec<reach::Case>, Fault> {
        super::of_lines::<reach::Written>(text)
    }

    fn of_yaml(text: &str) -> Result<Vec<reach::Case>, Fault> {
        super::of_yaml::<reach::Written>(text)
    }

    #[test]
    fn lines_and_lists_give_the_same_cases() {
        let lines = "{\"id\": \"a\", \"from\": \"web\", \"to\": \"10.0.0.7\", \"port\": 443}\n\n{\"from\": \"web\", \"to\": \"db\", \"protocol\": 47}\n";
        let yaml =
            "# two questions\n- id: a\n  from: web\n  to: 10.0.0.7\n  port: 443\n- {from: web, to: db, protocol: 47}\n";
        let list = "[{\"id\": \"a\", \"from\": \"web\", \"to\": \"10.0.0.7\", \"port\": 443},\n {\"from\": \"web\", \"to\": \"db\", \"protocol\": \"47\"}]";
        let cases = of_lines(lines).unwrap();
        assert_eq!(cases.len(), 2);
        assert_eq!(of_yaml(yaml).unwrap(), cases);
        assert_eq!(of_yaml(list).unwrap(), cases);
    }

    #[test]
    fn a_malformed_case_is_named_by_its_line() {
        let of_line = |text: &str| of_lines(text).unwrap_err();
        assert_eq!(of_line("{\"from\": \"a\", \"to\": \"b\"}\n{\"from\": \"a\"}").0, 2);
        assert!(of_line("{\"from\": \"a\"}").1.contains("missing field `to`"));
        assert!(of_line("{\"from\": ").1.contains("one JSON object a line"));
        assert!(of_line("{\"from\": \"i-1\", \"to\": \"b\"}").1.contains("`from`: an instance id"));
        let of_list = |text: &str| of_yaml(text).unwrap_err();
        let (line, error) = of_list("- from: a\n  to: b\n- from: a\n  to: 10.0.0.0/8\n");
        assert!(line == 3 && error.contains("no single address"), "{line}: {error}");
        let (line, error) = of_list("- from: a\n  to: b\n  prot: tcp\n");
        assert!((1..=3).contains(&line) && error.contains("unknown field"), "{line}: {error}");
        let (_, error) = of_list("from: a\n");
        assert!(error.starts_with("expected a YAML list of cases"), "{error}");
    }

    #[test]
    fn many_cases_are_no_bomb_and_a_bomb_is_refused() {
        let many: String =
            (0..20_000).map(|at| format!("- {{id: {at}, from: web, to: db, port: 443, expect: blocked}}\n")).collect();
        assert_eq!(of_yaml(&many).unwrap().len(), 20_000);
        let bomb = "- &a {from: web, to: db}\n".to_owned()
            + &"- &b [*a, *a, *a, *a, *a, *a, *a, *a]\n".repeat(2)
            + &"[".repeat(500);
        assert!(of_yaml(&bomb).is_err());
    }
}
