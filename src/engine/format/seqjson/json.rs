//! JSON (RFC 8259) as this format needs it: every value knows where it stands, members keep their
//! order, numbers keep their digits. Total: any text gives a tree or one problem at a byte.

use std::fmt;

use crate::problem::Problem;

/// Deepest nesting of lists and objects that is read.
const DEEPEST: usize = 64;

/// A number with the digits that it is written with, so that none is lost on the way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number(String);

impl Number {
    /// Reads the notation of JSON; none for other texts.
    pub fn parse(text: &str) -> Option<Self> {
        let end = number_end(text.as_bytes(), 0)?;
        (end == text.len()).then(|| Self(text.to_owned()))
    }

    /// A number; none where it is not finite, which JSON cannot say.
    pub fn of(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self(format!("{value}")))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest number of double precision.
    pub fn f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Whether it is a whole number, in the sense of JSON Schema: `2.0` is one.
    pub fn is_whole(&self) -> bool {
        let plain = self.0.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
        plain || self.f64().fract() == 0.0
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value.to_string())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value, with the members of objects in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Names and values.
    Object(Vec<(String, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Json {
    /// Indented by two blanks, as `JSON.stringify(value, null, 2)` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, 0)
    }
}

impl Json {
    /// Reads a document of JSON.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        parse(text.as_bytes()).map(Node::plain)
    }

    fn print(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let inner = 2 * (depth + 1);
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => f.write_str(value.as_str()),
            Self::Text(text) => quoted(f, text),
            Self::List(list) if list.is_empty() => f.write_str("[]"),
            Self::List(list) => {
                for (at, item) in list.iter().enumerate() {
                    write!(f, "{}\n{:inner$}", if at == 0 { "[" } else { "," }, "")?;
                    item.print(f, depth + 1)?;
                }
                write!(f, "\n{:1$}]", "", 2 * depth)
            }
            Self::Object(members) if members.is_empty() => f.write_str("{}"),
            Self::Object(members) => {
                for (at, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}\n{:inner$}", if at == 0 { "{" } else { "," }, "")?;
                    quoted(f, name)?;
                    f.write_str(": ")?;
                    value.print(f, depth + 1)?;
                }
                write!(f, "\n{:1$}}}", "", 2 * depth)
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

/// A value and the byte that it begins at.
#[derive(Debug)]
pub(super) struct Node {
    pub at: usize,
    pub is: Is,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Is {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The value without its places; of members that stand twice the last one counts.
    pub fn plain(self) -> Json {
        match self.is {
            Is::Null => Json::Null,
            Is::Bool(value) => Json::Bool(value),
            Is::Number(number) => Json::Number(number),
            Is::Text(text) => Json::Text(text),
            Is::List(list) => Json::List(list.into_iter().map(Self::plain).collect()),
            Is::Object(members) => {
                Json::Object(members.into_iter().map(|(name, node)| (name, node.plain())).collect())
            }
        }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self.is {
            Is::Null => "null",
            Is::Bool(_) => "true or false",
            Is::Number(_) => "a number",
            Is::Text(_) => "a string",
            Is::List(_) => "a list",
            Is::Object(_) => "an object",
        }
    }
}

/// Reads a document.
pub(super) fn parse(bytes: &[u8]) -> Result<Node, Problem> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let reason = "the text is not UTF-8 from here on; save the file as UTF-8";
        return Err(Problem::at(error.valid_up_to() as u64, "text", reason));
    }
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut parser = Parser { bytes, at: start };
    let node = parser.value(0)?;
    parser.blank();
    if parser.at < bytes.len() {
        return Err(parser.wrong("something stands behind the end of the document"));
    }
    Ok(node)
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn wrong(&self, reason: &str) -> Problem {
        Problem::at(self.at as u64, "JSON", reason)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        self.blank();
        let at = self.at;
        let is = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Is::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Is::Bool(true))?,
            Some(b'f') => self.word("false", Is::Bool(false))?,
            Some(b'n') => self.word("null", Is::Null)?,
            Some(_) => return Err(self.wrong("no value of JSON begins like this")),
            None => return Err(self.wrong("the document ends where a value is expected")),
        };
        Ok(Node { at, is })
    }

    fn word(&mut self, word: &str, is: Is) -> Result<Is, Problem> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.wrong("expected true, false or null"));
        }
        self.at += word.len();
        Ok(is)
    }

    fn number(&mut self) -> Result<Is, Problem> {
        let end = number_end(self.bytes, self.at);
        let Some(digits) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return Err(self.wrong("this is no number as JSON writes it, such as -1.5e3"));
        };
        let text = String::from_utf8_lossy(digits).into_owned();
        self.at += digits.len();
        Ok(Is::Number(Number(text)))
    }

    fn list(&mut self, depth: usize) -> Result<Is, Problem> {
        self.deeper(depth)?;
        let mut list = Vec::new();
        if self.closes(b']') {
            return Ok(Is::List(list));
        }
        loop {
            list.push(self.value(depth + 1)?);
            if self.ends(b']')? {
                return Ok(Is::List(list));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Is, Problem> {
        self.deeper(depth)?;
        let mut members = Vec::new();
        if self.closes(b'}') {
            return Ok(Is::Object(members));
        }
        loop {
            self.blank();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("expected the name of a member in double quotes"));
            }
            let name = self.text()?;
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.wrong("expected a colon behind the name of a member"));
            }
            self.at += 1;
            members.push((name, self.value(depth + 1)?));
            if self.ends(b'}')? {
                return Ok(Is::Object(members));
            }
        }
    }

    /// Steps over the bracket that opens a level.
    fn deeper(&mut self, depth: usize) -> Result<(), Problem> {
        if depth >= DEEPEST {
            return Err(self.wrong("lists and objects are nested too deeply; 64 levels are read"));
        }
        self.at += 1;
        Ok(())
    }

    fn closes(&mut self, bracket: u8) -> bool {
        self.blank();
        let closes = self.peek() == Some(bracket);
        self.at += usize::from(closes);
        closes
    }

    /// After an item: whether the level ends; else a comma has to follow.
    fn ends(&mut self, bracket: u8) -> Result<bool, Problem> {
        self.blank();
        let found = self.peek();
        if found != Some(b',') && found != Some(bracket) {
            let close = char::from(bracket);
            return Err(self.wrong(&format!("expected a comma or {close}")));
        }
        self.at += 1;
        Ok(found == Some(bracket))
    }

    fn text(&mut self) -> Result<String, Problem> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let c = self.escape()?;
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(byte) if byte >= b' ' => {
                    out.push(byte);
                    self.at += 1;
                }
                Some(_) => return Err(self.wrong("a string cannot run over the end of a line")),
                None => return Err(self.wrong("the document ends inside a string")),
            }
        }
        self.at += 1;
        // The document is UTF-8 and was cut only at ASCII.
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let code = self.bytes.get(self.at + 1).copied();
        let plain = match code {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.unicode(),
            _ => {
                return Err(
                    self.wrong("no such escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t")
                );
            }
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, Problem> {
        let reason = "\\u takes four hexadecimal digits, surrogates come in pairs";
        let high = self.four(self.at + 2).ok_or_else(|| self.wrong(reason))?;
        if let Some(c) = char::from_u32(high) {
            self.at += 6;
            return Ok(c);
        }
        let pair = self.bytes.get(self.at + 6..self.at + 8) == Some(b"\\u".as_slice());
        let low = self.four(self.at + 8).filter(|low| pair && (0xDC00..0xE000).contains(low));
        let c = low
            .filter(|_| high < 0xDC00)
            .and_then(|low| char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
        let c = c.ok_or_else(|| self.wrong(reason))?;
        self.at += 12;
        Ok(c)
    }

    fn four(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at.checked_add(4)?)?;
        digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
    }
}

/// The end of the number that begins at a byte.
fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let digits = |from: usize| {
        let count = bytes.get(from..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    let end = digits(at)?;
    if bytes.get(at) == Some(&b'0') && end > at + 1 {
        return None;
    }
    at = end;
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(sign))?;
    }
    Some(at)
}
