//! Where in a JSON text a member stands, for messages with a line number.

/// The line, from 1, on which the value at `path` begins; of the deepest part of the path that exists.
///
/// The text must be JSON; of anything else the answer is some line of it or none.
pub(super) fn line_of(text: &str, path: &[String]) -> Option<usize> {
    let mut scanner = Scanner { rest: text.as_bytes(), line: 1 };
    let mut line = None;
    scanner.find(path, &mut line);
    line
}

struct Scanner<'a> {
    rest: &'a [u8],
    line: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        if *first == b'\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(*first)
    }

    fn peek(&mut self) -> Option<u8> {
        while self.rest.first().is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b':')) {
            self.next();
        }
        self.rest.first().copied()
    }

    /// Goes to the value at `path` below the value that comes next; true when it was found.
    fn find(&mut self, path: &[String], line: &mut Option<usize>) -> bool {
        let Some(opening) = self.peek() else { return false };
        *line = Some(self.line);
        let Some((wanted, deeper)) = path.split_first() else { return true };
        let is_object = opening == b'{';
        if !is_object && opening != b'[' {
            return true;
        }
        self.next();
        let mut position = 0_usize;
        loop {
            match self.peek() {
                None => return false,
                Some(b'}' | b']') => return true,
                Some(_) => {}
            }
            let name = if is_object { self.string() } else { position.to_string() };
            if name == *wanted {
                return self.find(deeper, line);
            }
            self.skip();
            position = position.saturating_add(1);
        }
    }

    fn string(&mut self) -> String {
        let mut bytes = Vec::new();
        self.next();
        while let Some(byte) = self.next() {
            match byte {
                b'"' => break,
                b'\\' => bytes.extend(self.next()),
                other => bytes.push(other),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => return,
                Some(b'"') => {
                    self.string();
                }
                Some(b'{' | b'[') => {
                    depth = depth.saturating_add(1);
                    self.next();
                }
                Some(b'}' | b']') => {
                    depth = depth.saturating_sub(1);
                    self.next();
                }
                Some(_) => {
                    while self
                        .rest
                        .first()
                        .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
                    {
                        self.next();
                    }
                }
            }
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn finds_members_and_positions() {
        let text = "{\n \"a\": [1,\n  {\"b\\\"\": \"x,{\",\n   \"c\": true}],\n \"d\": -1.5e3\n}";
        let path = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        assert_eq!(line_of(text, &path(&[])), Some(1));
        assert_eq!(line_of(text, &path(&["a"])), Some(2));
        assert_eq!(line_of(text, &path(&["a", "1"])), Some(3));
        assert_eq!(line_of(text, &path(&["a", "1", "c"])), Some(4));
        assert_eq!(line_of(text, &path(&["d"])), Some(5));
        assert_eq!(line_of(text, &path(&["a", "9"])), Some(2), "the deepest part that exists");
        assert_eq!(line_of("", &path(&["a"])), None);
    }
}
