//! Members of one object: taken by name, with a problem for everything that the schema forbids.

use crate::problem::Problem;

use super::json::{Is, Json, Node, Number};
use super::model::Metadata;

/// Most problems that are told of one document.
const MOST_PROBLEMS: usize = 1000;

/// What is wrong so far.
#[derive(Default)]
pub(super) struct Told(pub Vec<Problem>);

impl Told {
    /// Tells a problem of the value at a JSON pointer (RFC 6901).
    pub fn say(&mut self, at: usize, pointer: &str, reason: impl Into<String>) {
        if self.0.len() < MOST_PROBLEMS {
            let field = if pointer.is_empty() { "(document)" } else { pointer };
            self.0.push(Problem::at(at as u64, short(field), reason));
        }
    }

    fn expected(&mut self, node: &Node, pointer: &str, what: &str) {
        let found = node.kind();
        self.say(node.at, pointer, format!("it has to be {what}, and is {found}"));
    }

    /// A string.
    pub fn text(&mut self, node: Node, pointer: &str) -> Option<String> {
        if let Is::Text(text) = node.is {
            return Some(text);
        }
        self.expected(&node, pointer, "a string");
        None
    }

    /// A number.
    pub fn number(&mut self, node: Node, pointer: &str) -> Option<Number> {
        if let Is::Number(number) = node.is {
            return Some(number);
        }
        self.expected(&node, pointer, "a number");
        None
    }

    /// Any object.
    pub fn metadata(&mut self, node: Node, pointer: &str) -> Option<Metadata> {
        match node.plain_object() {
            Ok(members) => Some(members),
            Err(node) => {
                self.expected(&node, pointer, "an object");
                None
            }
        }
    }

    /// The items of a list that `each` could read.
    pub fn list<T>(
        &mut self,
        node: Node,
        pointer: &str,
        each: impl Fn(&mut Self, Node, &str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Is::List(list) = node.is else {
            self.expected(&node, pointer, "a list");
            return None;
        };
        let items = list.into_iter().enumerate();
        Some(items.filter_map(|(i, item)| each(self, item, &format!("{pointer}/{i}"))).collect())
    }
}

impl Node {
    fn plain_object(self) -> Result<Metadata, Self> {
        if !matches!(self.is, Is::Object(_)) {
            return Err(self);
        }
        match self.plain() {
            Json::Object(members) => Ok(members),
            _ => Ok(Metadata::new()),
        }
    }
}

/// The members of an object.
pub(super) struct Fields<'a> {
    told: &'a mut Told,
    pointer: &'a str,
    at: usize,
    what: &'static str,
    members: Vec<(String, Node)>,
}

impl<'a> Fields<'a> {
    /// Takes an object apart and tells members that stand twice.
    pub fn of(
        told: &'a mut Told,
        node: Node,
        pointer: &'a str,
        what: &'static str,
    ) -> Option<Self> {
        let at = node.at;
        let Is::Object(members) = node.is else {
            told.expected(&node, pointer, &format!("an object, which holds {what}"));
            return None;
        };
        let mut fields = Self { told, pointer, at, what, members: Vec::new() };
        for (name, node) in members {
            // Objects of the schema have few members; a file may repeat any at length.
            if fields.members.len() >= MOST_PROBLEMS {
                fields.told.say(node.at, pointer, "it has more than 1000 members");
                break;
            }
            let before = fields.members.iter_mut().find(|(other, _)| *other == name);
            if let Some((_, before)) = before {
                let at = node.at;
                *before = node;
                let below = fields.below(&name);
                fields.told.say(at, &below, "it stands twice in this object; keep one of them");
            } else {
                fields.members.push((name, node));
            }
        }
        Some(fields)
    }

    /// Tells every member that is not one of these.
    pub fn only(&mut self, allowed: &[&str]) {
        for (name, node) in &self.members {
            if !allowed.contains(&name.as_str()) {
                let reason =
                    format!("{} has no such member; it may have {}", self.what, words(allowed));
                let pointer = pointer(self.pointer, name);
                self.told.say(node.at, &pointer, reason);
            }
        }
    }

    fn below(&self, name: &str) -> String {
        pointer(self.pointer, name)
    }

    /// Says something about the object itself.
    pub fn say(&mut self, reason: impl Into<String>) {
        self.told.say(self.at, self.pointer, reason);
    }

    /// Says something about a member, whether it is there or not.
    pub fn say_of(&mut self, name: &str, reason: impl Into<String>) {
        let at = self.members.iter().find(|(n, _)| n == name).map_or(self.at, |(_, node)| node.at);
        let below = self.below(name);
        self.told.say(at, &below, reason);
    }

    /// Whether a member is there.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(other, _)| other == name)
    }

    /// Takes a member that may be left out.
    pub fn may<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Told, Node, &str) -> Option<T>,
    ) -> Option<T> {
        let at = self.members.iter().position(|(other, _)| other == name)?;
        let below = self.below(name);
        let (_, node) = self.members.remove(at);
        read(self.told, node, &below)
    }

    /// Takes a member that has to be there.
    pub fn must<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Told, Node, &str) -> Option<T>,
    ) -> Option<T> {
        if !self.has(name) {
            let reason = format!("it is missing; {} needs it", self.what);
            self.say_of(name, reason);
            return None;
        }
        self.may(name, read)
    }

    /// A word out of a list of them, as a string.
    pub fn word(&mut self, name: &str, allowed: &[&str]) -> Option<usize> {
        if !self.has(name) {
            let reason = format!("it is missing; {} needs it: {}", self.what, words_or(allowed));
            self.say_of(name, reason);
            return None;
        }
        self.may(name, |told, node, below| {
            let at = node.at;
            let text = told.text(node, below)?;
            let found = allowed.iter().position(|word| *word == text);
            if found.is_none() {
                let shown = short(&text);
                told.say(at, below, format!("{shown:?} is none of {}", words_or(allowed)));
            }
            found
        })
    }

    /// What is left, in the order of the file.
    pub fn rest(self) -> Metadata {
        self.members.into_iter().map(|(name, node)| (name, node.plain())).collect()
    }
}

/// The pointer to a member.
fn pointer(base: &str, name: &str) -> String {
    format!("{base}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// At most 80 characters of a text.
pub(super) fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(80).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn words(all: &[&str]) -> String {
    all.join(", ")
}

fn words_or(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
