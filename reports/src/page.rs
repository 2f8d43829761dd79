//! The page that the table format writes on: the one place where text becomes lines, so that nothing reaches a terminal unescaped or
//! wider than the page.

use crate::escape;
use crate::text;
use anstyle::{AnsiColor, Effects};
use comfy_table::{ContentArrangement, Table};
use std::fmt::Write;

/// A look; colours are dropped from a page without colour.
pub(crate) type Paint = anstyle::Style;

/// As the rest of the text.
pub(crate) const PLAIN: Paint = Paint::new();
/// What matters most on its line.
pub(crate) const STRONG: Paint = Paint::new().effects(Effects::BOLD);
/// What can be passed over.
pub(crate) const FAINT: Paint = Paint::new().effects(Effects::DIMMED);
/// Broken.
pub(crate) const BAD: Paint = colour(AnsiColor::Red);
/// Works in part.
pub(crate) const WARNING: Paint = colour(AnsiColor::Yellow);
/// Not known.
pub(crate) const UNKNOWN: Paint = colour(AnsiColor::Magenta);
/// Worth knowing.
pub(crate) const NOTE: Paint = colour(AnsiColor::Cyan);
/// In order.
pub(crate) const GOOD: Paint = colour(AnsiColor::Green);

const fn colour(colour: AnsiColor) -> Paint {
    Paint::new().fg_color(Some(anstyle::Color::Ansi(colour))).effects(Effects::BOLD)
}

/// Lines of text under construction.
pub(crate) struct Page {
    text: String,
    has_colour: bool,
    width: usize,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(style: crate::Style) -> Self {
        Self { text: String::new(), has_colour: style.colour, width: style.width.clamp(40, 140) }
    }

    /// Columns of a line.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The text, ending with a line feed.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// An empty line, unless there is one already or nothing stands above.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A rule across the page.
    pub(crate) fn rule(&mut self) {
        self.line(&[(&"─".repeat(self.width), FAINT)]);
    }

    /// One line of painted pieces; what does not fit is cut.
    pub(crate) fn line(&mut self, pieces: &[(&str, Paint)]) {
        let mut room = self.width;
        for (piece, paint) in pieces {
            let piece = text::cut(&escape::terminal(piece), room);
            room = room.saturating_sub(text::width(&piece));
            self.paint(&piece, *paint);
        }
        self.end();
    }

    /// A paragraph behind a painted lead; the lines after the first are indented by `hang` columns.
    pub(crate) fn flow(&mut self, lead: &str, paint: Paint, hang: usize, body: &str) {
        let body = escape::terminal(body);
        self.units(lead, paint, hang, body.split(' ').filter(|word| !word.is_empty()));
    }

    /// As [`Page::flow`], with pieces that are kept on one line where they fit.
    pub(crate) fn units<'a>(
        &mut self,
        lead: &str,
        paint: Paint,
        hang: usize,
        units: impl IntoIterator<Item = &'a str>,
    ) {
        let lead = text::cut(&escape::terminal(lead), self.width);
        let units: Vec<_> = units.into_iter().map(escape::terminal).collect();
        let first = self.width.saturating_sub(text::width(&lead));
        let lines = text::wrap(units.iter().map(AsRef::as_ref), first, self.width.saturating_sub(hang));
        self.paint(&lead, paint);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 && !line.is_empty() {
                self.text.push_str(&" ".repeat(hang));
            }
            self.text.push_str(line);
            self.end();
        }
    }

    /// A command on one line, however long, so that it can be copied; says so when escaping changed it.
    pub(crate) fn command(&mut self, command: &str) {
        let safe = escape::terminal(command);
        self.text.push_str("  ");
        self.text.push_str(&safe);
        self.end();
        if safe != command {
            self.line(&[("  # escaped: copy it from --output json", FAINT)]);
        }
    }

    /// A command on one line with remarks behind `#`: beside it when it takes no more than `column` columns, else below.
    pub(crate) fn remark(&mut self, command: &str, column: usize, remarks: &[String]) {
        let used = text::width(&escape::terminal(command));
        let beside = column.saturating_add(4);
        let is_beside =
            used <= column && self.width.saturating_sub(beside) >= 30 && escape::terminal(command) == command;
        if !is_beside {
            self.command(command);
        }
        let indent = if is_beside { beside } else { 6 };
        for (at, remark) in remarks.iter().enumerate() {
            let remark = escape::terminal(remark);
            let room = self.width.saturating_sub(indent).saturating_sub(2);
            for (row, line) in
                text::wrap(remark.split(' ').filter(|word| !word.is_empty()), room, room).iter().enumerate()
            {
                if is_beside && at == 0 && row == 0 {
                    let blanks = column.saturating_sub(used).saturating_add(2);
                    self.text.push_str(&format!("  {command}{}", " ".repeat(blanks)));
                } else {
                    self.text.push_str(&" ".repeat(indent));
                }
                self.paint(&format!("# {line}"), FAINT);
                self.end();
            }
        }
    }

    /// A table without borders below its header.
    pub(crate) fn grid(&mut self, indent: usize, header: &[&str], rows: Vec<Vec<Cell>>) {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(self.width.saturating_sub(indent)).unwrap_or(u16::MAX));
        table.set_header(header);
        table.add_rows(rows.into_iter().map(|row| row.into_iter().map(|cell| cell.0).collect::<Vec<_>>()));
        let last = header.len().saturating_sub(1);
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if at == last { 0 } else { 2 }));
        }
        for (at, line) in table.lines().enumerate() {
            self.text.push_str(&" ".repeat(indent));
            self.paint(line.trim_end(), if at == 0 { FAINT } else { PLAIN });
            self.end();
        }
    }

    fn paint(&mut self, piece: &str, paint: Paint) {
        let visible = piece.trim_end_matches(' ');
        if self.has_colour && paint != PLAIN && !visible.is_empty() {
            let blanks = " ".repeat(piece.len().saturating_sub(visible.len()));
            let _ = write!(self.text, "{}{visible}{}{blanks}", paint.render(), paint.render_reset());
        } else {
            self.text.push_str(piece);
        }
    }

    /// Ends a line without blanks behind its last word.
    fn end(&mut self) {
        let length = self.text.trim_end_matches(' ').len();
        self.text.truncate(length);
        self.text.push('\n');
    }
}

/// A cell of a table, safe to show.
pub(crate) struct Cell(String);

impl Cell {
    /// A cell of one line, wrapped where its column is narrow.
    pub(crate) fn of(text: &str) -> Self {
        Self(escape::terminal(text).into_owned())
    }

    /// A cell of one line that ends with an ellipsis where it is longer than `room` columns.
    pub(crate) fn cut(text: &str, room: usize) -> Self {
        Self(text::cut(&escape::terminal(text), room))
    }
}
