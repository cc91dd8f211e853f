//! Words, strings, texts between backslashes and groups in parentheses, as a tree.

use crate::problem::Problem;

/// Deepest nesting of parentheses that is read.
const DEEPEST: usize = 32;

/// A piece of the text and the byte that it begins at.
#[derive(Debug)]
pub(super) struct Token {
    pub at: usize,
    pub is: Is,
}

/// What a piece is.
#[derive(Debug)]
pub(super) enum Is {
    /// Letters, digits and what else is neither blank nor a mark of the grammar.
    Word(String),
    /// Between double quotes, with its escapes.
    Quoted(String),
    /// Between backslashes.
    Slashed(String),
    /// In parentheses.
    Group(Vec<Token>),
    Comma,
    Semicolon,
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.is {
            Is::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Takes a text apart. `offset` is what its first byte counts as.
pub(super) fn tokens(text: &str, offset: usize, problems: &mut Vec<Problem>) -> Vec<Token> {
    let mut stack: Vec<(usize, Vec<Token>)> = Vec::new();
    let mut list: Vec<Token> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut tell = |at: usize, reason: &str| tell(problems, offset + at, reason);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let is = match byte {
            b'#' => {
                at = find(bytes, at, |b| b == b'\n');
                continue;
            }
            b'(' if stack.len() >= DEEPEST => {
                tell(at, "parentheses are nested too deeply; the rest is left out");
                break;
            }
            b'(' => {
                stack.push((start, std::mem::take(&mut list)));
                at += 1;
                continue;
            }
            b')' => {
                at += 1;
                let Some((opened, outer)) = stack.pop() else {
                    tell(start, "a parenthesis closes that was not opened; take it out");
                    continue;
                };
                let inner = std::mem::replace(&mut list, outer);
                list.push(Token { at: offset + opened, is: Is::Group(inner) });
                continue;
            }
            b',' => Is::Comma,
            b';' => Is::Semicolon,
            b'\\' | b'"' => {
                let end = closing(bytes, at);
                let Some(inner) = end.and_then(|end| text.get(at + 1..end)) else {
                    let mark = if byte == b'"' { "double quote" } else { "backslash" };
                    tell(at, &format!("a text begins here and no {mark} ends it"));
                    break;
                };
                at += inner.len() + 1;
                let inner = inner.to_owned();
                if byte == b'"' { Is::Quoted(inner) } else { Is::Slashed(inner) }
            }
            b if b.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ => {
                let end = find(bytes, at, |b| b.is_ascii_whitespace() || b"(),;\\\"".contains(&b));
                // Cut only at ASCII, which no other character holds.
                let word = text.get(at..end).unwrap_or_default().to_owned();
                at = end - 1;
                Is::Word(word)
            }
        };
        list.push(Token { at: offset + start, is });
        at += 1;
    }
    while let Some((opened, outer)) = stack.pop() {
        tell(opened, "this parenthesis is not closed");
        let inner = std::mem::replace(&mut list, outer);
        list.push(Token { at: offset + opened, is: Is::Group(inner) });
    }
    list
}

fn tell(problems: &mut Vec<Problem>, at: usize, reason: &str) {
    if problems.len() < super::MOST_PROBLEMS {
        problems.push(Problem::at(at as u64, "text", reason));
    }
}

fn find(bytes: &[u8], from: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|b| is(*b)).map_or(bytes.len(), |count| from + count)
}

/// The mark that ends a text; in double quotes a backslash takes the next character along.
fn closing(bytes: &[u8], start: usize) -> Option<usize> {
    let mark = *bytes.get(start)?;
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if mark == b'"' => at += 2,
            byte if byte == mark => return Some(at),
            _ => at += 1,
        }
    }
}
