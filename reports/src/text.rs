//! Text measured in columns of a terminal, where a full-width letter takes two.

use unicode_width::UnicodeWidthStr;

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text, or as much of it as fits into `room` columns with an ellipsis.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let (head, _) = split(text, room.saturating_sub(1));
    format!("{}…", head.trim_end())
}

/// `count` of a thing, with the plural `s` where there is not one.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Lines of units that are kept in one piece where they fit: `first` columns on the first line, `rest` on the others.
///
/// A unit wider than a whole line is broken; the first line is empty when nothing fits beside what stands there already.
pub(crate) fn wrap<'a>(units: impl IntoIterator<Item = &'a str>, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut room = first;
    for unit in units {
        let glue = usize::from(!line.is_empty());
        if width(&line).saturating_add(glue).saturating_add(width(unit)) > room {
            if !line.is_empty() || (room == first && first < rest) {
                lines.push(std::mem::take(&mut line));
                room = rest;
            }
            let mut left = unit;
            while width(left) > room {
                let (head, tail) = split(left, room);
                lines.push(head.to_owned());
                left = tail;
                room = rest;
            }
            line.push_str(left);
        } else {
            if glue == 1 {
                line.push(' ');
            }
            line.push_str(unit);
        }
    }
    lines.push(line);
    lines
}

/// Splits after as many letters as fit into `room` columns, and after one letter at least, so that a loop over the rest ends.
///
/// Letters without a width (accents) are bounded too: a column holds four letters at most.
fn split(text: &str, room: usize) -> (&str, &str) {
    let longest = room.saturating_mul(4).max(1);
    let ends = text.char_indices().skip(1).map(|(start, _)| start).chain([text.len()]);
    let ends: Vec<usize> = ends.take(longest).collect();
    let is_fitting = |at: usize| ends.get(at).and_then(|end| text.get(..*end)).is_some_and(|head| width(head) <= room);
    // Bisected, because the width of letters is not the sum of their widths and each look measures the whole head.
    let (mut last_fitting, mut first_wider) = (0_usize, ends.len());
    while last_fitting.saturating_add(1) < first_wider {
        let middle = last_fitting.midpoint(first_wider);
        if is_fitting(middle) {
            last_fitting = middle;
        } else {
            first_wider = middle;
        }
    }
    ends.get(last_fitting).and_then(|end| text.split_at_checked(*end)).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_letters_take_two_columns() {
        assert_eq!(width("日本"), 4);
        assert_eq!(cut("日本語です", 6), "日本…");
        assert_eq!(cut("日本語", 6), "日本語");
    }

    #[test]
    fn cutting_leaves_room_for_the_ellipsis() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("abc defg", 5), "abc…");
    }

    #[test]
    fn words_move_to_the_next_line_whole() {
        assert_eq!(wrap("one two three".split(' '), 4, 8), ["one", "two", "three"]);
        assert_eq!(wrap("one two three".split(' '), 8, 8), ["one two", "three"]);
        assert_eq!(wrap([], 8, 8), [""]);
    }

    #[test]
    fn a_word_that_fits_a_whole_line_only_starts_one() {
        assert_eq!(wrap(["sg-0123456"], 4, 12), ["", "sg-0123456"]);
    }

    #[test]
    fn an_endless_word_is_broken() {
        assert_eq!(wrap(["ab", "cdefghijkl"], 4, 4), ["ab", "cdef", "ghij", "kl"]);
        assert_eq!(wrap(["日本語"], 3, 3), ["日", "本", "語"]);
        let accents = format!("e{}", "\u{301}".repeat(100));
        assert!(wrap([accents.as_str()], 5, 5).concat().len() == accents.len());
    }

    #[test]
    fn one_is_singular() {
        assert_eq!((counted(1, "call"), counted(0, "call")), ("1 call".to_owned(), "0 calls".to_owned()));
    }
}
