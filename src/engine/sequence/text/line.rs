//! One line of the text form as pieces with their columns.

/// Where something stands: a line and columns, counted in characters from 1; the end is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Line.
    pub line: usize,
    /// First column.
    pub start: usize,
    /// Column behind the last one.
    pub end: usize,
}

impl Span {
    /// Whether a column lies inside or right behind.
    pub fn touches(&self, line: usize, column: usize) -> bool {
        self.line == line && (self.start..=self.end).contains(&column)
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub is: Token,
    /// Where.
    pub span: Span,
}

/// What a piece of a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Up to the next blank or mark.
    Word(String),
    /// Between double quotes, escapes undone.
    Text(String),
    /// One of `[`, `]`, `(`, `)`, `,`, `=`.
    Mark(char),
}

/// A line taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// What stands behind a `#`, without the blank after it.
    pub note: Option<String>,
    /// What is wrong, and where.
    pub faults: Vec<(Span, String)>,
}

const MARKS: &str = "[](),=";

impl Line {
    /// Takes a line apart.
    pub fn of(text: &str, line: usize) -> Self {
        let mut out = Self::default();
        let mut chars = text.chars().enumerate().peekable();
        while let Some(&(at, c)) = chars.peek() {
            let start = at + 1;
            let span = |end: usize| Span { line, start, end: end + 1 };
            if c.is_whitespace() {
                chars.next();
            } else if c == '#' {
                let rest: String = chars.by_ref().skip(1).map(|(_, c)| c).collect();
                let rest = rest.strip_prefix(' ').unwrap_or(&rest);
                out.note = Some(rest.trim_end().to_owned());
            } else if c == '"' {
                chars.next();
                let (text, end, closed) = quoted(&mut chars, at + 1);
                if !closed {
                    let reason = "the text has no double quote at its end".to_owned();
                    out.faults.push((span(end), reason));
                }
                out.pieces.push(Piece { is: Token::Text(text), span: span(end) });
            } else if MARKS.contains(c) {
                chars.next();
                out.pieces.push(Piece { is: Token::Mark(c), span: span(at + 1) });
            } else {
                let mut word = String::new();
                let mut end = at;
                let stops =
                    |c: char| c.is_whitespace() || c == '"' || c == '#' || MARKS.contains(c);
                while let Some((at, c)) = chars.next_if(|(_, c)| !stops(*c)) {
                    word.push(c);
                    end = at + 1;
                }
                out.pieces.push(Piece { is: Token::Word(word), span: span(end) });
            }
        }
        out
    }
}

/// The inside of a text; the column behind it and whether it is closed.
fn quoted(
    chars: &mut std::iter::Peekable<impl Iterator<Item = (usize, char)>>,
    from: usize,
) -> (String, usize, bool) {
    let mut text = String::new();
    let mut end = from;
    while let Some((at, c)) = chars.next() {
        end = at + 1;
        match c {
            '"' => return (text, end, true),
            '\\' => match chars.next() {
                Some((at, c)) => {
                    end = at + 1;
                    text.push(match c {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        other => other,
                    });
                }
                None => return (text, end, false),
            },
            c => text.push(c),
        }
    }
    (text, end, false)
}

/// A text between double quotes, with its escapes; it stays on one line.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
