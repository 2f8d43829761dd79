//! The commands of a shell script, as far as it takes to tell what the script writes where: words, redirections, pipes, here-documents.
//!
//! It is no shell: what a command puts out, and every expansion, is not known and stands as [`EXPANSION`] in its word.

#[cfg(test)]
mod tests;
mod words;

use words::expanded;

/// What stands in a word where the shell would put in a variable or the output of a command.
pub(super) const EXPANSION: char = '\u{fffc}';

/// Where a command's output goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redirect {
    /// The file.
    pub(super) path: String,
}

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// Its words without quotes.
    pub(super) words: Vec<String>,
    /// The files that its output goes to.
    pub(super) outputs: Vec<Redirect>,
    /// What a here-document or here-string gives it.
    pub(super) input: Option<String>,
    /// Whether its output goes to the next command.
    pub(super) is_piped: bool,
    /// Whether the shell does not wait for it.
    pub(super) is_background: bool,
    /// Whether it runs only when something else came out well: inside `if`, a loop, a function, or behind `&&` and `||`.
    pub(super) is_conditional: bool,
    /// Whether the script goes on when it fails: something stands behind `||`.
    pub(super) is_forgiven: bool,
}

enum Block {
    /// Braces or a subshell, with the first command in it.
    Group(usize),
    /// Something whose commands run under a condition.
    Control(usize),
}

struct Pending {
    command: usize,
    delimiter: String,
    is_literal: bool,
    strips_tabs: bool,
}

/// The commands of a script in their order.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let mut parser = Parser { rest: text, ..Parser::default() };
    parser.run();
    parser.done
}

#[derive(Default)]
struct Parser<'t> {
    rest: &'t str,
    done: Vec<Command>,
    now: Command,
    blocks: Vec<Block>,
    pending: Vec<Pending>,
    /// The commands of the block that has just ended: what stands behind it applies to all of them.
    ended: Option<usize>,
    is_joined: bool,
    is_function: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn bump(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next();
        self.rest = letters.as_str();
        letter
    }

    fn run(&mut self) {
        while let Some(letter) = self.peek() {
            match letter {
                ' ' | '\t' => {
                    self.bump();
                }
                '\\' if self.eat("\\\n") => {}
                '#' => self.skip_line(),
                '\n' => {
                    self.bump();
                    self.end(false);
                    self.here_documents();
                }
                ';' => {
                    self.bump();
                    self.end(false);
                }
                '&' => self.ampersand(),
                '|' => {
                    self.bump();
                    if self.eat("|") {
                        self.now.is_forgiven = true;
                        self.end(true);
                    } else {
                        self.eat("&");
                        self.now.is_piped = true;
                        self.end(false);
                    }
                }
                '(' => {
                    self.bump();
                    let blanks = self.rest.trim_start_matches([' ', '\t']);
                    if let Some(rest) = blanks.strip_prefix(')').filter(|_| self.now.words.len() == 1) {
                        self.rest = rest;
                        self.now = Command::default();
                        self.is_function = true;
                    } else {
                        self.end(false);
                        self.blocks.push(Block::Group(self.done.len()));
                    }
                }
                ')' => {
                    self.bump();
                    self.end(false);
                    // Else it ends a pattern of `case`.
                    if matches!(self.blocks.last(), Some(Block::Group(_))) {
                        self.close();
                    }
                }
                '>' => self.output(),
                '<' => self.input(),
                _ => self.word_or_number(),
            }
        }
        self.end(false);
    }

    fn skip_line(&mut self) {
        let at = self.rest.find('\n').unwrap_or(self.rest.len());
        self.rest = self.rest.get(at..).unwrap_or_default();
    }

    fn ampersand(&mut self) {
        self.bump();
        if self.eat("&") {
            self.end(true);
        } else if self.rest.starts_with('>') {
            self.output();
        } else {
            self.now.is_background = true;
            self.end(false);
        }
    }

    /// A redirection of output, of which `>` comes next.
    fn output(&mut self) {
        self.bump();
        if self.eat("(") {
            self.skip_to_closing();
            return;
        }
        let is_copy = self.eat("&");
        let _ = self.eat(">") || self.eat("|");
        let path = self.word();
        // `>&2` names a stream and no file.
        if !is_copy || !path.chars().all(|letter| letter.is_ascii_digit() || letter == '-') {
            self.now.outputs.push(Redirect { path });
        }
    }

    fn input(&mut self) {
        self.bump();
        if self.eat("<<") {
            self.now.input = Some(self.word());
        } else if self.eat("<") {
            let strips_tabs = self.eat("-");
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            let is_literal = self.rest.starts_with(['\'', '"', '\\']);
            let delimiter = self.word();
            self.pending.push(Pending { command: self.done.len(), delimiter, is_literal, strips_tabs });
        } else if self.eat("(") {
            self.skip_to_closing();
        } else {
            self.eat("&");
            self.word();
        }
    }

    fn word_or_number(&mut self) {
        let before = self.rest;
        let word = self.word();
        if self.rest.len() == before.len() {
            // Nothing that a word can begin with: step over it, so that every text has an end.
            self.bump();
            return;
        }
        let is_number = !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit());
        if is_number && self.rest.starts_with(['>', '<']) {
            return;
        }
        self.now.words.push(word);
    }

    /// The bodies of the here-documents of the line that has ended.
    fn here_documents(&mut self) {
        for Pending { command, delimiter, is_literal, strips_tabs } in std::mem::take(&mut self.pending) {
            let mut body = String::new();
            while !self.rest.is_empty() {
                let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
                self.rest = rest;
                let line = if strips_tabs { line.trim_start_matches('\t') } else { line };
                if line == delimiter {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            let body = if is_literal { body } else { expanded(&body) };
            if let Some(command) = self.done.get_mut(command) {
                command.input = Some(body);
            }
        }
    }

    /// Ends the present command; `is_joined` says that the next one depends on how it came out.
    fn end(&mut self, is_joined: bool) {
        let mut command = std::mem::take(&mut self.now);
        let depends = std::mem::replace(&mut self.is_joined, is_joined);
        self.keywords(&mut command);
        if command.words.is_empty() {
            self.behind_block(&command);
            if self.pending.is_empty() && command.outputs.is_empty() {
                return;
            }
        } else {
            self.ended = None;
        }
        let is_inside = self.blocks.iter().any(|block| matches!(block, Block::Control(_)));
        command.is_conditional = depends || is_inside;
        self.done.push(command);
    }

    /// Takes words off the front of a command that open and close blocks.
    fn keywords(&mut self, command: &mut Command) {
        while let Some(word) = command.words.first() {
            match word.as_str() {
                "if" | "while" | "until" | "for" | "case" | "select" | "function" => {
                    let takes_rest = !matches!(word.as_str(), "if" | "while" | "until");
                    // A function named by the word opens its block at its brace.
                    if word == "function" {
                        self.is_function = true;
                        let brace = command.words.iter().any(|word| word == "{");
                        command.words.retain(|word| brace && word == "{");
                        continue;
                    }
                    self.blocks.push(Block::Control(self.done.len()));
                    if takes_rest {
                        command.words.clear();
                        return;
                    }
                }
                "{" => {
                    let start = self.done.len();
                    let is_function = std::mem::take(&mut self.is_function);
                    self.blocks.push(if is_function { Block::Control(start) } else { Block::Group(start) });
                }
                "fi" | "done" | "esac" | "}" => self.close(),
                "then" | "else" | "elif" | "do" | "!" | "time" => {}
                _ => return,
            }
            command.words.remove(0);
        }
    }

    fn close(&mut self) {
        if let Some(Block::Group(start) | Block::Control(start)) = self.blocks.pop() {
            self.ended = Some(start);
        }
    }

    /// What stands behind a block goes for every command in it.
    fn behind_block(&mut self, behind: &Command) {
        let Some(start) = self.ended else { return };
        for command in self.done.iter_mut().skip(start) {
            if command.outputs.is_empty() && !command.is_piped {
                command.outputs.extend(behind.outputs.iter().cloned());
                command.is_piped |= behind.is_piped;
            }
            command.is_background |= behind.is_background;
        }
    }
}
