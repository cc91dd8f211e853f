//! Splits the data sections of a text kernel into tokens, one at a time.

/// A piece of a data section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A name or a number.
    Word(&'a [u8]),
    /// A quoted string, still with doubled quotes.
    Quoted(&'a [u8]),
    /// A quote that is not closed on its line; the rest of the line is skipped.
    Unclosed,
    /// A date, without its `@`.
    Date(&'a [u8]),
    /// `=`
    Set,
    /// `+=`
    Append,
    /// `(`
    Open,
    /// `)`
    Close,
}

/// Walks over the data sections; a copy of it looks ahead.
#[derive(Clone, Copy)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    in_data: bool,
    line_start: bool,
    /// Whether any `\begindata` was met.
    pub(super) saw_data: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, in_data: false, line_start: true, saw_data: false }
    }

    /// The next token and its byte offset.
    pub(super) fn next(&mut self) -> Option<(usize, Token<'a>)> {
        loop {
            if self.line_start {
                self.line_start = false;
                let line = until(self.bytes.get(self.at..)?, is_newline);
                match line.trim_ascii() {
                    br"\begindata" => {
                        (self.in_data, self.saw_data) = (true, true);
                        self.at += line.len();
                    }
                    br"\begintext" => {
                        self.in_data = false;
                        self.at += line.len();
                    }
                    _ if !self.in_data => self.at += line.len(),
                    _ => {}
                }
            }
            let byte = *self.bytes.get(self.at)?;
            if is_newline(byte) {
                self.line_start = true;
                self.at += 1;
            } else if is_blank(byte) {
                self.at += 1;
            } else {
                return Some((self.at, self.token(byte)));
            }
        }
    }

    /// The token that begins with `byte` at the present place.
    fn token(&mut self, byte: u8) -> Token<'a> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let after = rest.get(1..).unwrap_or_default();
        let (length, token) = match byte {
            b'=' => (1, Token::Set),
            b'(' => (1, Token::Open),
            b')' => (1, Token::Close),
            b'+' if after.first() == Some(&b'=') => (2, Token::Append),
            b'\'' => quoted(after),
            b'@' => {
                let text = until(after, |b| is_newline(b) || is_blank(b) || b"()'".contains(&b));
                (text.len() + 1, Token::Date(text))
            }
            _ => {
                let length = word_length(rest);
                (length, Token::Word(rest.get(..length).unwrap_or_default()))
            }
        };
        self.at += length;
        token
    }
}

/// Length with quotes and token of a string that begins after its quote.
fn quoted(after: &[u8]) -> (usize, Token<'_>) {
    let line = until(after, is_newline);
    let mut at = 0;
    while let Some(byte) = line.get(at) {
        if *byte != b'\'' {
            at += 1;
        } else if line.get(at + 1) == Some(&b'\'') {
            at += 2;
        } else {
            return (at + 2, Token::Quoted(line.get(..at).unwrap_or_default()));
        }
    }
    (line.len() + 1, Token::Unclosed)
}

/// Length of a name or number: to a blank, bracket, quote, `=` or `+=`; at least one byte.
fn word_length(rest: &[u8]) -> usize {
    let ends = |at: usize| match rest.get(at) {
        None | Some(b'=' | b'(' | b')' | b'\'') => true,
        Some(b'+') => rest.get(at + 1) == Some(&b'='),
        Some(byte) => is_newline(*byte) || is_blank(*byte),
    };
    let mut length = 1;
    while !ends(length) {
        length += 1;
    }
    length
}

fn until(bytes: &[u8], end: impl Fn(u8) -> bool) -> &[u8] {
    let length = bytes.iter().position(|b| end(*b)).unwrap_or(bytes.len());
    bytes.get(..length).unwrap_or_default()
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Commas separate values as blanks do.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b',' | 0x0b | 0x0c)
}
