//! ODL, the Object Description Language of PDS3 labels: `KEYWORD = VALUE`, nested objects and
//! groups, sequences, sets, units, comments, text over several lines. A statement that is not
//! ODL is told with its offset and the rest is read on.

use super::value::{Entry, Object, Value};
use crate::problem::Problem;

/// Most problems told of one label; a file that is not a label at all would give one a line.
const MOST_PROBLEMS: usize = 64;
/// Deepest nesting of objects and of sequences.
const DEPTH: usize = 32;

/// What the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A label, which must end with `END`; data may follow.
    Label,
    /// A fragment (`.FMT`), which need not.
    Fragment,
}

/// Parses a label or a fragment. Text that is not UTF-8 is read as Latin-1.
pub fn parse(bytes: &[u8], kind: Kind) -> (Object, Vec<Problem>) {
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut parser = Parser { bytes, at: start, problems: Vec::new(), end: false, no_close: false };
    let mut root = Object { offset: start as u64, ..Object::default() };
    parser.body(&mut root, 0);
    root.end = parser.at as u64;
    if kind == Kind::Label && !parser.end {
        parser.tell(parser.at, "END", "the label does not end with an END statement");
    }
    (root, parser.problems)
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    problems: Vec<Problem>,
    end: bool,
    /// No comment ends in what is left: looked for once, not at every `/*`.
    no_close: bool,
}

impl Parser<'_> {
    fn tell(&mut self, at: usize, field: impl Into<String>, reason: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem::at(at as u64, field, reason));
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Skips blanks, comments and statement terminators; an open comment ends the text.
    fn blanks(&mut self) {
        while let Some(b) = self.peek() {
            if b.is_ascii_whitespace() || b == 0 || b == b';' {
                self.at += 1;
            } else if b == b'#' {
                self.line();
            } else if self.rest().starts_with(b"/*") {
                let start = self.at;
                let close = if self.no_close { None } else { find(self.rest(), b"*/") };
                if let Some(n) = close {
                    self.at += n + 2;
                } else {
                    self.no_close = true;
                    self.tell(start, "comment", "is not closed; its line is left out");
                    self.line();
                }
            } else {
                return;
            }
        }
    }

    /// Moves behind the current line.
    fn line(&mut self) {
        let rest = self.rest();
        self.at += rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1);
    }

    /// A bare word: up to a blank, a sign of the grammar or a comment.
    fn word(&mut self) -> String {
        let start = self.at;
        while let Some(b) = self.peek() {
            let stop = b.is_ascii_whitespace() || b"=,(){}<>\"';".contains(&b) || b == 0;
            if stop || self.rest().starts_with(b"/*") {
                break;
            }
            self.at += 1;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        if word.is_ascii() { String::from_utf8_lossy(word).into_owned() } else { latin1(word) }
    }

    /// Statements up to the end of the object, of the label, or of the text.
    fn body(&mut self, object: &mut Object, depth: usize) {
        loop {
            self.blanks();
            let start = self.at;
            if self.peek().is_none() {
                if depth > 0 {
                    let reason = "the object is not closed before the label ends";
                    self.tell(object.offset as usize, object.name.clone(), reason);
                }
                return;
            }
            let name = self.word();
            let upper = name.to_ascii_uppercase();
            match upper.as_str() {
                "" => {
                    let shown = latin1(self.rest().get(..1).unwrap_or_default());
                    self.tell(start, "statement", format!("'{shown}' where a keyword should be"));
                    self.line();
                }
                "END" => {
                    self.end = true;
                    if depth > 0 {
                        let reason = "the object is not closed before END";
                        self.tell(object.offset as usize, object.name.clone(), reason);
                    }
                    return;
                }
                "END_OBJECT" | "END_GROUP" => {
                    if self.close(object, start, depth) {
                        return;
                    }
                }
                _ => self.statement(object, name, &upper, start, depth),
            }
            if self.end {
                return;
            }
        }
    }

    /// After `END_OBJECT`: whether the object is closed by it.
    fn close(&mut self, object: &mut Object, start: usize, depth: usize) -> bool {
        let save = self.at;
        self.blanks();
        let mut named = String::new();
        if self.peek() == Some(b'=') {
            self.at += 1;
            self.blanks();
            named = self.word();
        } else {
            self.at = save;
        }
        if depth == 0 {
            self.tell(start, "END_OBJECT", "closes an object that was not opened");
            return false;
        }
        if !named.is_empty() && !named.eq_ignore_ascii_case(&object.name) {
            let reason = format!("closes '{named}' where '{}' is open", object.name);
            self.tell(start, "END_OBJECT", reason);
        }
        object.end = self.at as u64;
        true
    }

    fn statement(
        &mut self,
        object: &mut Object,
        name: String,
        upper: &str,
        start: usize,
        depth: usize,
    ) {
        self.blanks();
        if self.peek() != Some(b'=') {
            let shown: String = name.chars().take(40).collect();
            self.tell(start, shown, "no equals sign after the keyword; its line is left out");
            // The word may have ended its line already.
            if !self.bytes.get(start..self.at).unwrap_or_default().contains(&b'\n') {
                self.line();
            }
            return;
        }
        self.at += 1;
        if matches!(upper, "OBJECT" | "GROUP" | "BEGIN_OBJECT" | "BEGIN_GROUP") {
            self.blanks();
            let name = self.word();
            let group = upper.ends_with("GROUP");
            let mut inner =
                Object { name, group, offset: start as u64, end: 0, entries: Vec::new() };
            if depth >= DEPTH {
                let reason = format!("nested more than {DEPTH} deep; its members join the outer");
                self.tell(start, inner.name, reason);
                return;
            }
            self.body(&mut inner, depth + 1);
            object.entries.push(Entry::Object(inner));
            return;
        }
        let value = self.value(0);
        if value == Value::Empty {
            self.tell(start, name.as_str(), "no value after the equals sign");
        }
        object.entries.push(Entry::Keyword(name, value, start as u64));
    }

    /// Whether what follows is the next statement, so that the value is missing.
    fn at_statement(&mut self) -> bool {
        let save = (self.at, self.problems.len());
        let word = self.word().to_ascii_uppercase();
        self.blanks();
        let next = self.peek() == Some(b'=');
        self.at = save.0;
        self.problems.truncate(save.1);
        next || ["END", "END_OBJECT", "END_GROUP"].contains(&word.as_str())
    }

    fn value(&mut self, depth: usize) -> Value {
        self.blanks();
        let start = self.at;
        let value = match self.peek() {
            None => return Value::Empty,
            Some(b'"') => match self.quoted(b'"') {
                Some(text) => Value::Text(text),
                None => return Value::Empty,
            },
            Some(b'\'') => match self.quoted(b'\'') {
                Some(text) => Value::Symbol(text),
                None => return Value::Empty,
            },
            Some(b'(') => Value::Sequence(self.list(b')', depth)),
            Some(b'{') => Value::Set(self.list(b'}', depth)),
            Some(_) => {
                if depth == 0 && self.at_statement() {
                    return Value::Empty;
                }
                let word = self.word();
                if word.is_empty() {
                    let shown = latin1(self.rest().get(..1).unwrap_or_default());
                    self.tell(start, "value", format!("'{shown}' where a value should be"));
                    self.line();
                    return Value::Symbol(shown);
                }
                scalar(word)
            }
        };
        let save = self.at;
        self.blanks();
        if self.peek() != Some(b'<') {
            self.at = save;
            return value;
        }
        let close = self.rest().iter().take(80).position(|b| *b == b'>');
        let Some(close) = close else {
            self.tell(self.at, "unit", "is not closed; its line is left out");
            self.line();
            return value;
        };
        let unit = latin1(self.rest().get(1..close).unwrap_or_default()).trim().to_owned();
        self.at += close + 1;
        Value::Unit(Box::new(value), unit)
    }

    /// Text in quotes, told and read to the line's end where they do not close.
    fn quoted(&mut self, quote: u8) -> Option<String> {
        let start = self.at;
        let inner = self.bytes.get(start + 1..).unwrap_or_default();
        // A symbol in apostrophes does not run over lines.
        let ends = |b: &u8| *b == quote || (quote == b'\'' && *b == b'\n');
        let close = inner.iter().position(ends).filter(|n| inner.get(*n) == Some(&quote));
        let Some(close) = close else {
            self.tell(start, "text", "quote is not closed; the text ends with its line");
            self.line();
            let text = self.bytes.get(start + 1..self.at).unwrap_or_default();
            return Some(folded(text));
        };
        self.at = start + 1 + close + 1;
        inner.get(..close).map(folded)
    }

    fn list(&mut self, close: u8, depth: usize) -> Vec<Value> {
        let start = self.at;
        self.at += 1;
        let mut out = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b) if b == close => {
                    self.at += 1;
                    return out;
                }
                Some(b',') => self.at += 1,
                Some(_) if depth < DEPTH => {
                    let before = self.at;
                    let broken = self.at_statement();
                    if broken {
                        self.tell(start, "list", "is not closed before the next statement");
                        return out;
                    }
                    out.push(self.value(depth + 1));
                    if self.at == before {
                        return out;
                    }
                }
                other => {
                    let reason = match other {
                        Some(_) => "lists nested too deep",
                        None => "list is not closed",
                    };
                    self.tell(start, "list", reason);
                    self.line();
                    return out;
                }
            }
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

fn latin1(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// Text over several lines as one: ODL joins lines with a blank, a hyphen at the end with none.
fn folded(bytes: &[u8]) -> String {
    let text = latin1(bytes);
    if !text.contains('\n') {
        return text.trim_end_matches('\r').to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match out.strip_suffix('-') {
            Some(head) if !head.ends_with('-') => out.truncate(head.len()),
            _ if !out.is_empty() => out.push(' '),
            _ => {}
        }
        out.push_str(line);
    }
    out
}

/// A bare word as a number, else as a symbol.
fn scalar(word: String) -> Value {
    if let Ok(n) = word.parse() {
        return Value::Integer(n);
    }
    let mut parts = word.splitn(3, '#');
    if let (Some(base), Some(digits), Some("")) = (parts.next(), parts.next(), parts.next())
        && let Some(base) = base.parse::<u32>().ok().filter(|b| (2..=16).contains(b))
        && let Ok(n) = i64::from_str_radix(digits, base)
    {
        return Value::Integer(n);
    }
    let numeric = word.bytes().all(|b| b.is_ascii_digit() || b"+-.eEdD".contains(&b))
        && word.bytes().any(|b| b.is_ascii_digit());
    if numeric && let Some(x) = crate::format::table::parse_real(&word) {
        return Value::Real(x);
    }
    Value::Symbol(word)
}
