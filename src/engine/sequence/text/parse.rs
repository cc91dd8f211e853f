//! Reads the text form.

use std::collections::VecDeque;

use crate::format::seqjson::{
    Action, Argument, Json, Model, Number, OnBoard, Value, parse_duration,
};
use crate::time;

use super::super::model::{Sequence, Step, When};
use super::line::{Line, Piece, Span, Token};

/// Most faults that are told of one text.
const MOST_FAULTS: usize = 1000;

/// Something wrong in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What, as a sentence without a final stop.
    pub reason: String,
}

/// Where a step stands in its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its time.
    pub time: Span,
    /// Its stem, or the name of its block.
    pub name: Span,
    /// Its arguments, each with its name.
    pub arguments: Vec<Span>,
}

/// A text that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The sequence, as far as it could be read.
    pub sequence: Sequence,
    /// One place for each of its steps.
    pub places: Vec<Place>,
    /// What is wrong, from top to bottom.
    pub faults: Vec<Fault>,
}

/// Reads a text. It never fails: lines that are no steps are told and left out.
pub fn parse(text: &str) -> Parsed {
    let mut parser = Parser::default();
    for (at, line) in text.lines().enumerate() {
        parser.line(line, at + 1);
    }
    parser.out.sequence.closing = parser.remarks;
    parser.out
}

#[derive(Default)]
struct Parser {
    out: Parsed,
    remarks: Vec<String>,
    /// Whether lines that belong to a step belong to one that was left out.
    lost: bool,
}

/// The pieces of a line that were not taken yet.
struct Rest {
    pieces: VecDeque<Piece>,
    last: Span,
}

impl Rest {
    fn next(&mut self) -> Option<Piece> {
        let piece = self.pieces.pop_front()?;
        self.last = piece.span;
        Some(piece)
    }

    fn mark(&mut self, mark: char) -> bool {
        let found = self.pieces.front().is_some_and(|piece| piece.is == Token::Mark(mark));
        if found {
            self.next();
        }
        found
    }

    fn text(&mut self) -> Option<String> {
        if !matches!(self.pieces.front(), Some(Piece { is: Token::Text(_), .. })) {
            return None;
        }
        match self.next()?.is {
            Token::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that stands right behind the last piece.
    fn joined_text(&mut self) -> Option<String> {
        let joined = self.pieces.front().is_some_and(|piece| piece.span.start == self.last.end);
        if joined { self.text() } else { None }
    }

    /// Behind the last piece that was taken.
    fn here(&self) -> Span {
        self.pieces
            .front()
            .map_or(Span { start: self.last.end, end: self.last.end + 1, ..self.last }, |piece| {
                piece.span
            })
    }
}

impl Parser {
    fn fault(&mut self, span: Span, reason: impl Into<String>) {
        if self.out.faults.len() < MOST_FAULTS {
            self.out.faults.push(Fault { span, reason: reason.into() });
        }
    }

    fn line(&mut self, text: &str, number: usize) {
        let line = Line::of(text, number);
        for (span, reason) in line.faults {
            self.fault(span, reason);
        }
        let mut rest = Rest { pieces: line.pieces.into(), last: Span::default() };
        let Some(first) = rest.next() else {
            self.remarks.extend(line.note);
            return;
        };
        let Token::Word(word) = first.is else {
            self.fault(first.span, "a line begins with a time (A, R, E or C), @ or #");
            return;
        };
        if let Some(directive) = word.strip_prefix('@') {
            self.directive(directive, first.span, &mut rest);
        } else {
            self.step(&word, first.span, &mut rest, line.note);
        }
        if let Some(piece) = rest.next() {
            self.fault(piece.span, "this and what follows on the line is not understood");
        }
    }

    /// A line of the head or of the step above it.
    fn directive(&mut self, name: &str, span: Span, rest: &mut Rest) {
        let Some(read) = self.directive_value(name, span, rest) else { return };
        let steps = &mut self.out.sequence.steps;
        if self.lost {
            return;
        }
        match (read, steps.last_mut()) {
            (Directive::Id(id), _) => self.out.sequence.id = id,
            (Directive::Metadata(name, value), Some(step)) => step.metadata.push((name, value)),
            (Directive::Metadata(name, Json::Text(text)), None)
                if name == "dictionary_version" && self.out.sequence.dictionary.is_empty() =>
            {
                self.out.sequence.dictionary = text;
            }
            (Directive::Metadata(name, value), None) => {
                self.out.sequence.metadata.push((name, value));
            }
            (Directive::Model(model), Some(step)) => step.models.push(model),
            (Directive::Note(text), Some(step)) => step.note = text,
            (Directive::Engine(number), Some(step)) => match &mut step.action {
                Action::Activate(on) | Action::Load(on) => on.engine = Some(number),
                _ => self.fault(span, "only @ACTIVATE and @LOAD have an engine"),
            },
            (Directive::Epoch(epoch), Some(step)) => match &mut step.action {
                Action::Activate(on) | Action::Load(on) => on.epoch = Some(epoch),
                _ => self.fault(span, "only @ACTIVATE and @LOAD are given an epoch"),
            },
            (Directive::Return(name), Some(step)) => match &mut step.action {
                Action::Command { return_assign_to, .. } => *return_assign_to = Some(name),
                _ => self.fault(span, "only a command returns something"),
            },
            (_, None) => self.fault(span, "it belongs behind a step, and there is none before it"),
        }
    }

    fn directive_value(&mut self, name: &str, span: Span, rest: &mut Rest) -> Option<Directive> {
        let found = match name {
            "ID" => rest.text().map(Directive::Id),
            "NOTE" => rest.text().map(Directive::Note),
            "EPOCH" => rest.text().map(Directive::Epoch),
            "RETURN" => rest.text().map(Directive::Return),
            "METADATA" => rest.text().zip(json(rest)).map(|(n, v)| Directive::Metadata(n, v)),
            "MODEL" => {
                let variable = rest.text();
                let value = json(rest);
                let offset = rest.text();
                variable.zip(value).zip(offset).map(|((variable, value), offset)| {
                    Directive::Model(Model { offset, variable, value })
                })
            }
            "ENGINE" => match rest.next().map(|piece| piece.is) {
                Some(Token::Word(word)) => {
                    Number::parse(&word).filter(Number::is_whole).map(Directive::Engine)
                }
                _ => None,
            },
            "GROUND_BLOCK" | "GROUND_EVENT" | "ACTIVATE" | "LOAD" | "COMMAND" => {
                self.fault(span, "a step begins with its time: write A, R, E or C before it");
                rest.pieces.clear();
                return None;
            }
            _ => {
                let reason = "there is no such line; there are @ID, @METADATA, @MODEL, @NOTE, \
                              @ENGINE, @EPOCH and @RETURN";
                self.fault(span, reason);
                rest.pieces.clear();
                return None;
            }
        };
        if found.is_none() {
            let form = match name {
                "METADATA" => "@METADATA \"name\" \"value\"",
                "MODEL" => "@MODEL \"variable\" value \"00:00:00\"",
                "ENGINE" => "@ENGINE and a whole number",
                _ => "the name and one text in double quotes",
            };
            self.fault(rest.here(), format!("something is missing; the line is {form}"));
            rest.pieces.clear();
        }
        found
    }

    fn step(&mut self, word: &str, span: Span, rest: &mut Rest, note: Option<String>) {
        self.lost = true;
        let time = match when(word, rest) {
            Ok(time) => time,
            Err(reason) => {
                self.fault(span, reason);
                rest.pieces.clear();
                return;
            }
        };
        let Some(first) = rest.next() else {
            self.fault(rest.here(), "a command or a block has to follow the time");
            return;
        };
        let Some((action, name)) = self.action(first, rest) else {
            rest.pieces.clear();
            return;
        };
        let mut place = Place { time: span, name, arguments: Vec::new() };
        let mut arguments = Vec::new();
        while let Some(piece) = rest.next() {
            let start = piece.span;
            if let Some(argument) = self.argument(piece, rest, true) {
                arguments.push(argument);
                place.arguments.push(Span { end: rest.last.end, ..start });
            }
        }
        self.lost = false;
        self.out.places.push(place);
        self.out.sequence.steps.push(Step {
            remarks: std::mem::take(&mut self.remarks),
            time,
            action,
            arguments,
            note: note.unwrap_or_default(),
            metadata: Vec::new(),
            models: Vec::new(),
        });
    }

    fn action(&mut self, first: Piece, rest: &mut Rest) -> Option<(Action, Span)> {
        let Token::Word(word) = first.is else {
            self.fault(first.span, "a command or a block has to follow the time");
            return None;
        };
        let Some(block) = word.strip_prefix('@') else {
            return Some((Action::Command { stem: word, return_assign_to: None }, first.span));
        };
        let opened = rest.mark('(');
        let name = if opened { rest.text() } else { None };
        let span = rest.last;
        let on = |name: String| OnBoard { sequence: name, engine: None, epoch: None };
        let (Some(name), true) = (name, rest.mark(')')) else {
            self.fault(first.span, "a name has to follow, as in @GROUND_BLOCK(\"name\")");
            return None;
        };
        let action = match block {
            "GROUND_BLOCK" => Action::GroundBlock(name),
            "GROUND_EVENT" => Action::GroundEvent(name),
            "ACTIVATE" => Action::Activate(on(name)),
            "LOAD" => Action::Load(on(name)),
            "COMMAND" => Action::Command { stem: name, return_assign_to: None },
            _ => {
                let reason = "there is no such step; there are @COMMAND, @GROUND_BLOCK, \
                              @GROUND_EVENT, @ACTIVATE and @LOAD";
                self.fault(first.span, reason);
                return None;
            }
        };
        Some((action, span))
    }

    fn argument(&mut self, piece: Piece, rest: &mut Rest, groups: bool) -> Option<Argument> {
        let named = matches!(piece.is, Token::Word(_) | Token::Text(_)) && rest.mark('=');
        if !named {
            return Some(Argument::of(self.value(piece, rest, groups)?));
        }
        let name = match piece.is {
            Token::Word(name) | Token::Text(name) => Some(name),
            Token::Mark(_) => None,
        };
        let Some(next) = rest.next() else {
            self.fault(rest.here(), "a value has to follow the equals sign");
            return None;
        };
        Some(Argument { name, value: self.value(next, rest, groups)? })
    }

    fn value(&mut self, piece: Piece, rest: &mut Rest, groups: bool) -> Option<Value> {
        match piece.is {
            Token::Text(text) => Some(Value::Text(text)),
            Token::Word(word) if word == "@" => {
                let text = rest.joined_text();
                if text.is_none() {
                    self.fault(piece.span, "a text has to follow the @");
                }
                text.map(Value::Symbol)
            }
            Token::Word(word) => Some(bare(word)),
            Token::Mark('[') if groups => Some(Value::Repeat(self.groups(rest))),
            Token::Mark(mark) => {
                let reason = format!("{mark} is no argument; texts stand in double quotes");
                self.fault(piece.span, reason);
                None
            }
        }
    }

    /// Groups in parentheses up to the closing bracket.
    fn groups(&mut self, rest: &mut Rest) -> Vec<Vec<Argument>> {
        let mut found = Vec::new();
        loop {
            if rest.mark(']') {
                return found;
            }
            if !rest.mark('(') {
                self.fault(rest.here(), "expected ( before a group, or ] behind the last one");
                rest.pieces.clear();
                return found;
            }
            let mut group = Vec::new();
            while !rest.mark(')') {
                let Some(piece) = rest.next() else {
                    self.fault(rest.here(), "the group is not closed; write )");
                    return found;
                };
                group.extend(self.argument(piece, rest, false));
            }
            found.push(group);
        }
    }
}

enum Directive {
    Id(String),
    Metadata(String, Json),
    Model(Model),
    Note(String),
    Engine(Number),
    Epoch(String),
    Return(String),
}

/// A value of metadata: a text, a number, a word of JSON, or `json` and JSON as a text.
fn json(rest: &mut Rest) -> Option<Json> {
    match rest.next()?.is {
        Token::Text(text) => Some(Json::Text(text)),
        Token::Word(word) if word == "json" => Json::parse(&rest.text()?).ok(),
        Token::Word(word) => match word.as_str() {
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            "null" => Some(Json::Null),
            number => Number::parse(number).map(Json::Number),
        },
        Token::Mark(_) => None,
    }
}

/// A word as an argument.
pub(super) fn bare(word: String) -> Value {
    let hex = word.strip_prefix("0x").filter(|digits| {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
        !digits.is_empty() && digits.bytes().all(digit)
    });
    match word.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if hex.is_some() => Value::Hex(word),
        text => match Number::parse(text) {
            Some(number) => Value::Number(number),
            None => Value::Symbol(word),
        },
    }
}

const TIMES: &str = "a step begins with its time: A2019-207T12:16:15, R00:00:10, E-00:10:00 or C";

fn when(word: &str, rest: &mut Rest) -> Result<When, String> {
    let mut chars = word.chars();
    let kind = chars.next().unwrap_or_default();
    let text = chars.as_str();
    let duration = |text: &str| {
        let shown: String = text.chars().take(40).collect();
        parse_duration(text).ok_or(format!("{shown:?} is no duration such as 00:08:20.5"))
    };
    let counts = text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let bare_end = kind == 'C' && text.is_empty();
    if !counts && !bare_end {
        return Err(TIMES.to_owned());
    }
    match kind {
        'A' => time::parse(text, None).map(When::At).map_err(|error| error.to_string()),
        'R' => Ok(When::AfterStart(duration(text)?)),
        'C' if text.is_empty() => Ok(When::AfterEnd(0)),
        'C' => Ok(When::AfterEnd(duration(text)?)),
        'E' => {
            let (text, name) = match text.split_once('@') {
                Some((text, "")) => {
                    (text, rest.joined_text().ok_or("the name of the epoch has to follow the @")?)
                }
                Some((text, name)) => (text, name.to_owned()),
                None => (text, String::new()),
            };
            Ok(When::Epoch { name, ns: duration(text)? })
        }
        _ => Err(TIMES.to_owned()),
    }
}
