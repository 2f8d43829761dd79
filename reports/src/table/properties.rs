//! What holds for any text that AWS may send.

use crate::escape::{is_unsafe, terminal};
use crate::{Format, Style, render, sample, text};
use proptest::prelude::*;

/// Any text, with more of the letters that do harm than chance would bring.
fn untrusted() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        4 => any::<char>(),
        2 => prop::sample::select(vec!['\x1b', '\u{9b}', '\n', '\r', '\t', '\0', '\u{7f}', '\u{202e}', '\u{2066}', '\u{200b}']),
        2 => prop::sample::select(vec!['日', 'ﷺ', '\u{301}', '👩', '\u{200d}', '\u{fe0f}', 'ل', 'ا', '🇩']),
        4 => prop::char::range(' ', '~'),
    ];
    prop::collection::vec(letter, 0..120).prop_map(|letters| letters.into_iter().collect())
}

fn table(text: &str, style: Style, is_alone: bool, kind: usize) -> String {
    let subject = [sample::hostile, sample::path, sample::request][kind](text);
    let mut report = sample::report(vec![subject]);
    if !is_alone {
        report.subjects.push(sample::healthy());
    }
    report.region = text.to_owned();
    report.account = text.to_owned();
    report.finished_at = text.to_owned();
    report.calls.denied[0].action = text.to_owned();
    render(&report, Format::Table, style, "0.1.0")
}

/// The text without colour codes.
fn stripped(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').expect("a colour code ends").1)
}

proptest! {
    #[test]
    fn nothing_but_line_feeds_controls_the_terminal(text in untrusted(), width in 0..200_usize, verbose: bool, is_alone: bool, kind in 0..3_usize) {
        let page = table(&text, Style { colour: false, width, verbose }, is_alone, kind);
        let found: Vec<char> = page.chars().filter(|letter| *letter != '\n' && is_unsafe(*letter)).collect();
        prop_assert!(found.is_empty(), "{found:?}");
        prop_assert!(page.ends_with('\n'));
    }

    #[test]
    fn only_commands_are_wider_than_the_page(text in untrusted(), width in 40..140_usize, verbose: bool, is_alone: bool, kind in 0..3_usize) {
        let page = table(&text, Style { colour: false, width, verbose }, is_alone, kind);
        let command = format!("  {}", terminal(&text));
        let command = command.trim_end_matches(' ');
        for line in page.lines().filter(|line| *line != command) {
            prop_assert!(text::width(line) <= width, "{} of {width}: {line:?}", text::width(line));
        }
    }

    #[test]
    fn colour_changes_no_word(text in untrusted(), width in 40..140_usize, verbose: bool, is_alone: bool, kind in 0..3_usize) {
        let plain = table(&text, Style { colour: false, width, verbose }, is_alone, kind);
        let coloured = table(&text, Style { colour: true, width, verbose }, is_alone, kind);
        prop_assert_eq!(stripped(&coloured), plain);
    }
}
