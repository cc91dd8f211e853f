//! Reads a file: the header by lines, the body as a tree of tokens.

use std::collections::VecDeque;

use crate::problem::Problem;

use super::head;
use super::model::{Body, Call, Definition, Entry, Field, Request, Satf, Step, Text};
use super::token::{Is, Token, tokens};

/// Names of fields in steps whose value may be a bare word.
const STEP_FIELDS: [&str; 11] = [
    "INCLUSION_CONDITION",
    "DRAW",
    "COMMENT",
    "NTEXT",
    "ASSUMED_MODEL_VALUES",
    "TEXT",
    "COUNT",
    "REQ_ENGINE_ID",
    "DESCRIPTION",
    "EXPRESSION",
    "PROCESSOR",
];

/// Reads a SATF or SASF file. What is wrong is told at its byte and left out.
pub fn read(bytes: &[u8]) -> (Satf, Vec<Problem>) {
    let mut problems = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        let reason = "the text is not UTF-8 here; what is not was replaced";
        problems.push(Problem::at(error.valid_up_to() as u64, "text", reason));
    }
    let Some((before, _)) = text.split_once("$$EOH") else {
        let reason = "there is no $$EOH that ends the header; this is no SATF or SASF file";
        problems.push(Problem::at(0, "header", reason));
        return (Satf::default(), problems);
    };
    let head = head::read(before, 0, &mut problems);
    let start = before.len() + "$$EOH".len();
    let rest = text.get(start..).unwrap_or_default();
    let (rest, ended) = match rest.split_once("$$EOF") {
        Some((rest, _)) => (rest, true),
        None => (rest, false),
    };
    if !ended {
        let reason = "there is no $$EOF at the end; the file may be cut";
        problems.push(Problem::at(bytes.len() as u64, "body", reason));
    }
    let mut reader = Reader { problems: Vec::new() };
    let body = match rest.split_once("$$EOD") {
        Some((before, after)) => {
            let at = start + before.len() + "$$EOD".len();
            let list = tokens(after, at, &mut problems);
            Body::Requests(reader.requests(list))
        }
        None => Body::Types(reader.definitions(tokens(rest, start, &mut problems))),
    };
    problems.append(&mut reader.problems);
    if std::str::from_utf8(bytes).is_err() {
        // Offsets count in the text after replacement; they are kept inside the file.
        for problem in &mut problems {
            problem.offset = problem.offset.map(|at| at.min(bytes.len() as u64));
        }
    }
    (Satf { head, body }, problems)
}

/// A list of tokens that is walked through.
struct Walk {
    tokens: VecDeque<Token>,
    at: usize,
}

impl Walk {
    fn of(tokens: Vec<Token>, at: usize) -> Self {
        Self { tokens: tokens.into(), at }
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.pop_front()?;
        self.at = token.at;
        Some(token)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.front()
    }

    fn peeks(&self, word: &str) -> bool {
        self.peek().and_then(Token::word) == Some(word)
    }

    fn ahead(&self, count: usize) -> Option<&Is> {
        self.tokens.get(count).map(|token| &token.is)
    }

    fn skip_marks(&mut self) {
        while matches!(self.peek(), Some(Token { is: Is::Comma | Is::Semicolon, .. })) {
            self.next();
        }
    }

    /// The next token behind commas.
    fn item(&mut self) -> Option<Token> {
        self.skip_marks();
        self.next()
    }

    fn group(&mut self) -> Option<Vec<Token>> {
        if !matches!(self.peek(), Some(Token { is: Is::Group(_), .. })) {
            return None;
        }
        match self.next()?.is {
            Is::Group(list) => Some(list),
            _ => None,
        }
    }

    /// A value: one text, or bare words with blanks between them up to the next mark.
    fn value(&mut self) -> Option<Text> {
        self.skip_one_comma();
        match self.peek().map(|token| &token.is) {
            Some(Is::Quoted(_) | Is::Slashed(_) | Is::Word(_)) => (),
            _ => return None,
        }
        match self.next()?.is {
            Is::Quoted(text) => Some(Text::Quoted(text)),
            Is::Slashed(text) => Some(Text::Slashed(text)),
            Is::Word(mut word) => {
                // `one | two` without backslashes is one value.
                while let Some(next) = self.peek().and_then(Token::word) {
                    if !next.starts_with('|') && !word.ends_with('|') {
                        break;
                    }
                    word = format!("{word} {next}");
                    self.next();
                }
                Some(Text::Bare(word))
            }
            _ => None,
        }
    }

    fn skip_one_comma(&mut self) {
        if matches!(self.peek(), Some(Token { is: Is::Comma, .. })) {
            self.next();
        }
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn tell(&mut self, at: usize, field: &str, reason: impl Into<String>) {
        if self.problems.len() < super::MOST_PROBLEMS {
            let field: String = field.chars().take(60).collect();
            self.problems.push(Problem::at(at as u64, field, reason));
        }
    }

    /// A value that has to be one word; empty where it is none.
    fn word(&mut self, walk: &mut Walk, at: usize, what: &str) -> String {
        let text = walk.value().unwrap_or_default();
        let stops = |c: char| c.is_whitespace() || "(),;\\\"#".contains(c);
        if text.inner().is_empty() || text.inner().contains(stops) {
            self.tell(at, what, "it is missing or not one word; it is left out");
            return String::new();
        }
        text.inner().to_owned()
    }

    fn definitions(&mut self, list: Vec<Token>) -> Vec<Definition> {
        let mut walk = Walk::of(list, 0);
        let mut found = Vec::new();
        while let Some(token) = walk.item() {
            let at = token.at;
            let Is::Word(keyword) = token.is else {
                self.tell(at, "definition", "a word and parentheses are expected; it is left out");
                continue;
            };
            match walk.group() {
                Some(inner) => found.push(self.definition(keyword, at, inner)),
                None => self.tell(at, &keyword, "parentheses have to follow; it is left out"),
            }
        }
        found
    }

    fn definition(&mut self, keyword: String, at: usize, inner: Vec<Token>) -> Definition {
        let mut walk = Walk::of(inner, at);
        let name = self.word(&mut walk, at, "name");
        let code = walk.value().unwrap_or_default();
        let mut of = Definition { keyword, name, code, ..Definition::default() };
        while let Some(token) = walk.item() {
            let at = token.at;
            match token.word() {
                Some("PARAMETERS") => of.parameters = self.entries(&mut walk),
                Some("VARIABLES") => of.variables = self.entries(&mut walk),
                Some("STEPS") => of.steps = Some(self.steps(&mut walk)),
                Some(name) => {
                    let name = name.to_owned();
                    self.field(&mut walk, at, name, &mut of.fields);
                }
                None => self.tell(at, &of.name, "a name is expected here; it is left out"),
            }
        }
        of
    }

    fn field(&mut self, walk: &mut Walk, at: usize, name: String, fields: &mut Vec<Field>) {
        match walk.value() {
            Some(value) => fields.push(Field { name, value }),
            None => self.tell(at, &name, "its value is missing; it is left out"),
        }
    }

    /// Entries up to `end`.
    fn entries(&mut self, walk: &mut Walk) -> Vec<Entry> {
        let mut found = Vec::new();
        while let Some(token) = walk.item() {
            let at = token.at;
            if token.word() == Some("end") {
                return found;
            }
            let (Some(name), Some(inner)) = (token.word(), walk.group()) else {
                self.tell(at, "parameter", "a name and parentheses are expected; it is left out");
                continue;
            };
            let mut entry = Entry { name: name.to_owned(), fields: Vec::new() };
            let mut inner = Walk::of(inner, at);
            while let Some(token) = inner.item() {
                match token.word() {
                    Some(key) => {
                        let key = key.to_owned();
                        self.field(&mut inner, token.at, key, &mut entry.fields);
                    }
                    None => self.tell(token.at, &entry.name, "a name is expected here"),
                }
            }
            found.push(entry);
        }
        self.tell(walk.at, "parameters", "the list has no end; write end behind it");
        found
    }

    /// Steps up to `end`.
    fn steps(&mut self, walk: &mut Walk) -> Vec<Step> {
        let mut found = Vec::new();
        while let Some(token) = walk.item() {
            let at = token.at;
            if token.word() == Some("end") {
                return found;
            }
            match (token.word(), walk.group()) {
                (Some(keyword), Some(inner)) => {
                    let keyword = keyword.to_owned();
                    found.push(self.step(keyword, at, inner));
                }
                _ => self.tell(at, "step", "a word and parentheses are expected; it is left out"),
            }
        }
        self.tell(walk.at, "steps", "the list has no end; write end behind it");
        found
    }

    fn step(&mut self, keyword: String, at: usize, inner: Vec<Token>) -> Step {
        let mut walk = Walk::of(inner, at);
        let label = self.word(&mut walk, at, "label");
        let mut of = Step { keyword, label, ..Step::default() };
        walk.skip_marks();
        if walk.peeks("SCHEDULED_TIME") {
            walk.next();
            of.time = walk.value().unwrap_or_default();
            of.from = self.word(&mut walk, at, "time tag");
        } else {
            self.tell(at, &of.keyword, "its SCHEDULED_TIME is missing");
        }
        while let Some(token) = walk.item() {
            let at = token.at;
            match token.is {
                Is::Word(word) if word == "PROCESSORS" => {
                    of.processors = Some(self.processors(&mut walk));
                }
                Is::Word(word) => match walk.group() {
                    Some(inner) => self.called(&mut of, at, Text::Bare(word), Some(inner)),
                    None => self.named(&mut of, &mut walk, at, word),
                },
                Is::Quoted(stem) => {
                    let inner = walk.group();
                    self.called(&mut of, at, Text::Quoted(stem), inner);
                }
                _ => self.tell(at, &of.keyword, "a field or a stem is expected; it is left out"),
            }
        }
        of
    }

    /// A word without parentheses: a field, or a stem without arguments.
    fn named(&mut self, of: &mut Step, walk: &mut Walk, at: usize, word: String) {
        let known = STEP_FIELDS.contains(&word.as_str());
        let first = usize::from(matches!(walk.ahead(0), Some(Is::Comma)));
        let value = match walk.ahead(first) {
            Some(Is::Quoted(_) | Is::Slashed(_)) => true,
            Some(Is::Word(_)) => known && !matches!(walk.ahead(first + 1), Some(Is::Group(_))),
            _ => false,
        };
        if value {
            self.field(walk, at, word, &mut of.fields);
        } else if known {
            of.fields.push(Field { name: word, value: Text::default() });
        } else {
            self.called(of, at, Text::Bare(word), None);
        }
    }

    fn called(&mut self, of: &mut Step, at: usize, stem: Text, inner: Option<Vec<Token>>) {
        if of.call.is_some() {
            let reason = "a step has one stem, and this is a second one; it is left out";
            self.tell(at, stem.inner(), reason);
            return;
        }
        let arguments = self.arguments(at, inner.unwrap_or_default());
        of.call = Some(Call { stem, arguments });
    }

    fn arguments(&mut self, at: usize, inner: Vec<Token>) -> Vec<Text> {
        let mut found = Vec::new();
        let mut open: Option<Text> = None;
        let mut commas = 0;
        for token in inner {
            let at = token.at;
            let next = match token.is {
                Is::Comma | Is::Semicolon => {
                    commas += 1;
                    found.push(open.take().unwrap_or_default());
                    continue;
                }
                Is::Word(word) => Text::Bare(word),
                Is::Quoted(text) => Text::Quoted(text),
                Is::Slashed(text) => Text::Slashed(text),
                // A call inside arithmetic: it is kept as text.
                Is::Group(_) => {
                    self.tell(at, "argument", "parentheses in an argument are left out");
                    continue;
                }
            };
            open = match (open, next) {
                (None, next) => Some(next),
                (Some(Text::Bare(a)), Text::Bare(b)) => Some(Text::Bare(format!("{a} {b}"))),
                (Some(kept), _) => {
                    self.tell(at, "argument", "a comma is missing before it; it is left out");
                    Some(kept)
                }
            };
        }
        found.extend(open);
        if commas > 0 && found.len() == commas {
            self.tell(at, "argument", "a comma stands behind the last one");
        }
        found
    }

    /// Texts up to `end`.
    fn processors(&mut self, walk: &mut Walk) -> Vec<Text> {
        let mut found = Vec::new();
        while let Some(token) = walk.item() {
            match token.is {
                Is::Word(word) if word == "end" => return found,
                Is::Word(word) => found.push(Text::Bare(word)),
                Is::Quoted(text) => found.push(Text::Quoted(text)),
                Is::Slashed(text) => found.push(Text::Slashed(text)),
                _ => self.tell(token.at, "PROCESSORS", "a name is expected; it is left out"),
            }
        }
        self.tell(walk.at, "PROCESSORS", "the list has no end; write end behind it");
        found
    }

    fn requests(&mut self, list: Vec<Token>) -> Vec<Request> {
        let mut walk = Walk::of(list, 0);
        let mut found = Vec::new();
        while let Some(token) = walk.item() {
            let at = token.at;
            let inner = if token.word() == Some("request") { walk.group() } else { None };
            let Some(inner) = inner else {
                self.tell(at, "request", "request and parentheses are expected; it is left out");
                continue;
            };
            let mut request = self.request(at, inner);
            request.steps = self.steps(&mut walk);
            found.push(request);
        }
        found
    }

    fn request(&mut self, at: usize, inner: Vec<Token>) -> Request {
        let mut walk = Walk::of(inner, at);
        let name = self.word(&mut walk, at, "name");
        let mut of = Request { name, ..Request::default() };
        while let Some(token) = walk.item() {
            let at = token.at;
            match token.word() {
                Some("START_TIME") => {
                    of.start = walk.value();
                    walk.skip_one_comma();
                    let next = walk.peek().and_then(Token::word);
                    if next.is_some_and(|word| super::TIME_TAGS.contains(&word)) {
                        of.start_from = walk.value().map(|tag| tag.inner().to_owned());
                    }
                }
                Some(name) => {
                    let name = name.to_owned();
                    self.field(&mut walk, at, name, &mut of.fields);
                }
                None => self.tell(at, &of.name, "a name is expected here; it is left out"),
            }
        }
        if of.start.is_none() {
            self.tell(at, &of.name, "its START_TIME is missing");
        }
        of
    }
}
