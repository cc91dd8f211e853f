//! The tree and how it is built from pull-parser events.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::problem::Problem;

use super::{Problems, decode};

/// Deepest nesting that is followed; StationXML and QuakeML need about ten.
const MAX_DEPTH: usize = 64;
/// Most elements of one file: 4 million is about 8 000 channels with full responses.
const MAX_NODES: usize = 4_000_000;
/// Most different names; one beyond is read as the empty name. The schemas have some hundred.
const MAX_NAMES: usize = 65_536;
/// Largest input.
const MAX_BYTES: usize = 256 << 20;

const NONE: u32 = u32::MAX;

/// One element, as indices into the tables of its tree.
#[derive(Debug)]
struct Element {
    name: u32,
    namespace: u32,
    attributes: (u32, u32),
    text: (u32, u32),
    first_child: u32,
    next: u32,
    offset: u32,
    complete: bool,
}

/// An element that is still open while reading.
struct Open {
    index: u32,
    last_child: u32,
    bindings: usize,
}

/// Elements of a file, their attributes and text. Attributes with a prefix are left out.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    elements: Vec<Element>,
    names: Vec<String>,
    attributes: Vec<(u32, String)>,
    text: String,
    /// Added to offsets, so that those of several files differ.
    origin: u64,
}

/// One element of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    index: u32,
}

impl Tree {
    /// Reads a file as far as it goes; what stopped it is the last problem.
    pub(crate) fn read(bytes: &[u8], problems: &mut Problems) -> Self {
        if bytes.len() > MAX_BYTES {
            problems.push(Problem::of(
                "file",
                "larger than 256 MiB; nothing was read, split it by station or by year",
            ));
            return Self::default();
        }
        let text = decode::decode(bytes, problems);
        let mark = '\u{FEFF}';
        let skipped = if text.starts_with(mark) { mark.len_utf8() } else { 0 };
        let mut builder = Builder::new(skipped as u64, bytes.len() as u64);
        let fault = builder.run(text.get(skipped..).unwrap_or_default());
        if let Some(at) = builder.stray {
            let reason = "text outside the outermost element; it was passed over";
            problems.push(Problem::at(at, "file", reason));
        }
        if let Some(problem) = fault {
            problems.push(problem);
        }
        builder.tree
    }

    /// Counts offsets of its elements from here on, which tells several files apart.
    pub(crate) fn set_origin(&mut self, origin: u64) {
        self.origin = origin;
    }

    /// The outermost element.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        (!self.elements.is_empty()).then_some(Node { tree: self, index: 0 })
    }
}

impl<'t> Node<'t> {
    fn element(self) -> &'t Element {
        &self.tree.elements[self.index as usize]
    }

    /// Name without prefix.
    pub(crate) fn name(self) -> &'t str {
        self.tree.names.get(self.element().name as usize).map_or("", String::as_str)
    }

    /// Namespace URI; empty where none is bound.
    pub(crate) fn namespace(self) -> &'t str {
        self.tree.names.get(self.element().namespace as usize).map_or("", String::as_str)
    }

    /// Byte offset of the element in the (decoded) input, from the origin of its tree on.
    pub(crate) fn offset(self) -> u64 {
        self.tree.origin + u64::from(self.element().offset)
    }

    /// Whether its end was reached.
    pub(crate) fn complete(self) -> bool {
        self.element().complete
    }

    /// Text, without white space around it. Text after a child element is left out.
    pub(crate) fn text(self) -> &'t str {
        let (from, to) = self.element().text;
        self.tree.text.get(from as usize..to as usize).unwrap_or_default().trim()
    }

    /// An attribute without prefix.
    pub(crate) fn attribute(self, name: &str) -> Option<&'t str> {
        let (from, to) = self.element().attributes;
        let list = self.tree.attributes.get(from as usize..to as usize)?;
        let is = |key: &u32| self.tree.names.get(*key as usize).is_some_and(|n| n == name);
        list.iter().find(|(key, _)| is(key)).map(|(_, value)| value.as_str())
    }

    /// Child elements in order.
    pub(crate) fn children(self) -> impl Iterator<Item = Node<'t>> {
        let mut next = self.element().first_child;
        std::iter::from_fn(move || {
            let element = self.tree.elements.get(next as usize)?;
            let node = Node { tree: self.tree, index: next };
            next = element.next;
            Some(node)
        })
    }

    /// Child elements of a name, whatever their namespace.
    pub(crate) fn all(self, name: &str) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// First child element of a name.
    pub(crate) fn child(self, name: &str) -> Option<Node<'t>> {
        self.all(name).next()
    }

    /// Text of the first child of a name; empty where there is none.
    pub(crate) fn text_of(self, name: &str) -> &'t str {
        self.child(name).map_or("", Node::text)
    }
}

/// Whether an event brings characters that are no white space.
fn is_text(event: &Event<'_>) -> bool {
    match event {
        Event::Text(text) => text.bytes().any(|b| !b.is_ascii_whitespace()),
        Event::CData(_) | Event::GeneralRef(_) => true,
        _ => false,
    }
}

/// Builds a tree; knows the open elements and the namespace bindings in force.
struct Builder {
    tree: Tree,
    interned: HashMap<String, u32>,
    open: Vec<Open>,
    /// Bindings in force, in order, and for each prefix its stack of URIs.
    bound: Vec<String>,
    prefixes: HashMap<String, Vec<u32>>,
    /// Bytes cut off before the text that the parser sees.
    base: u64,
    /// Bytes of the input: what another encoding or foreign bytes became may be longer.
    end: u64,
    /// Where the first text outside the outermost element stands.
    stray: Option<u64>,
}

impl Builder {
    fn new(base: u64, end: u64) -> Self {
        let mut builder = Self {
            tree: Tree::default(),
            interned: HashMap::new(),
            open: Vec::new(),
            bound: Vec::new(),
            prefixes: HashMap::new(),
            base,
            end,
            stray: None,
        };
        builder.intern("");
        builder
    }

    /// Feeds all events; returns what stopped it.
    fn run(&mut self, text: &str) -> Option<Problem> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let offset = reader.buffer_position();
            let event = reader.read_event();
            if self.open.is_empty() && self.stray.is_none() && event.as_ref().is_ok_and(is_text) {
                self.stray = Some(self.at(offset));
            }
            let fault = match event {
                Ok(Event::Start(e)) => self.start(&e, offset, false),
                Ok(Event::Empty(e)) => self.start(&e, offset, true),
                Ok(Event::End(_)) => {
                    self.end(true);
                    None
                }
                Ok(Event::Text(e)) => {
                    self.append(&e.xml10_content());
                    None
                }
                Ok(Event::CData(e)) => {
                    self.append(&e.xml10_content());
                    None
                }
                Ok(Event::GeneralRef(e)) => {
                    self.reference(&e);
                    None
                }
                Ok(Event::Eof) => return self.eof(offset),
                Ok(_) => None,
                Err(error) => {
                    let error = shortened(&error.to_string());
                    let reason = format!("{error}; what stands before it was kept");
                    let at = self.at(reader.error_position());
                    Some(Problem::at(at, self.place(), reason))
                }
            };
            if fault.is_some() {
                return fault;
            }
        }
    }

    /// An offset of the text as one of the input, never beyond its end.
    fn at(&self, offset: u64) -> u64 {
        (self.base + offset).min(self.end)
    }

    fn eof(&self, offset: u64) -> Option<Problem> {
        let at = self.at(offset);
        if !self.open.is_empty() {
            let reason = "the file ends before the end of this element; what was complete was kept";
            return Some(Problem::at(at, self.place(), reason));
        }
        self.tree
            .elements
            .is_empty()
            .then(|| Problem::at(at, "file", "no XML element in it; nothing was read"))
    }

    /// Name of the innermost open element.
    fn place(&self) -> String {
        let node = self.open.last().map(|o| Node { tree: &self.tree, index: o.index });
        node.map_or_else(|| "file".to_owned(), |n| n.name().to_owned())
    }

    fn intern(&mut self, name: &str) -> u32 {
        if let Some(&index) = self.interned.get(name) {
            return index;
        }
        if self.tree.names.len() >= MAX_NAMES {
            return 0;
        }
        let index = self.tree.names.len() as u32;
        self.tree.names.push(name.to_owned());
        self.interned.insert(name.to_owned(), index);
        index
    }

    fn start(&mut self, e: &BytesStart<'_>, offset: u64, empty: bool) -> Option<Problem> {
        let at = self.at(offset);
        if e.local_name().as_ref().is_empty() {
            return Some(Problem::at(at, "element", "it has no name; reading stopped here"));
        }
        if self.open.len() >= MAX_DEPTH {
            let reason = format!("nested deeper than {MAX_DEPTH} elements; reading stopped here");
            return Some(Problem::at(at, self.place(), reason));
        }
        if self.tree.elements.len() >= MAX_NODES {
            let reason = format!("more than {MAX_NODES} elements; reading stopped here");
            return Some(Problem::at(at, self.place(), reason));
        }
        if self.open.is_empty() && !self.tree.elements.is_empty() {
            let reason = "a second outermost element; it was left out";
            return Some(Problem::at(at, e.local_name().as_ref(), reason));
        }
        let bindings = self.bound.len();
        let first_attribute = self.tree.attributes.len() as u32;
        let bad_attribute = self.attributes(e);
        let prefix = e.name().prefix().map(|p| p.as_ref().to_owned()).unwrap_or_default();
        let namespace = self.prefixes.get(&prefix).and_then(|s| s.last()).copied().unwrap_or(0);
        let index = self.tree.elements.len() as u32;
        let element = Element {
            name: self.intern(e.local_name().as_ref()),
            namespace,
            attributes: (first_attribute, self.tree.attributes.len() as u32),
            text: (0, 0),
            first_child: NONE,
            next: NONE,
            offset: at as u32,
            complete: false,
        };
        self.tree.elements.push(element);
        self.link(index);
        self.open.push(Open { index, last_child: NONE, bindings });
        if empty {
            self.end(true);
        }
        bad_attribute.map(|reason| Problem::at(at, e.local_name().as_ref(), reason))
    }

    /// Hangs a new element below the innermost open one.
    fn link(&mut self, index: u32) {
        let Some(parent) = self.open.last_mut() else { return };
        let before = std::mem::replace(&mut parent.last_child, index);
        if before == NONE {
            self.tree.elements[parent.index as usize].first_child = index;
        } else {
            self.tree.elements[before as usize].next = index;
        }
    }

    /// Takes attributes and namespace bindings; returns what is wrong with them.
    fn attributes(&mut self, e: &BytesStart<'_>) -> Option<String> {
        // Duplicates are harmless here, and looking for them is quadratic.
        for attribute in e.attributes().with_checks(false) {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => {
                    let error = shortened(&error.to_string());
                    return Some(format!("{error}; what stands before it was kept"));
                }
            };
            let key = attribute.key.as_ref();
            let version = quick_xml::XmlVersion::Implicit1_0;
            let value = match attribute.normalized_value(version) {
                Ok(value) => value,
                Err(error) => {
                    let error = shortened(&error.to_string());
                    let key = shortened(key);
                    return Some(format!("attribute {key}: {error}; reading stopped"));
                }
            };
            if key == "xmlns" || key.starts_with("xmlns:") {
                let prefix = key.strip_prefix("xmlns:").unwrap_or_default().to_owned();
                let uri = self.intern(&value);
                self.prefixes.entry(prefix.clone()).or_default().push(uri);
                self.bound.push(prefix);
            } else if !key.contains(':') {
                let key = self.intern(key);
                let value = value.chars().filter(|c| is_xml(*c)).collect();
                self.tree.attributes.push((key, value));
            }
        }
        None
    }

    fn end(&mut self, complete: bool) {
        let Some(open) = self.open.pop() else { return };
        self.tree.elements[open.index as usize].complete = complete;
        for prefix in self.bound.drain(open.bindings..) {
            if let Some(stack) = self.prefixes.get_mut(&prefix) {
                stack.pop();
            }
        }
    }

    /// Adds text to the innermost open element, as long as it has no child element.
    fn append(&mut self, piece: &str) {
        let Some(open) = self.open.last() else { return };
        if open.last_child != NONE || piece.is_empty() {
            return;
        }
        let element = &mut self.tree.elements[open.index as usize];
        let from = self.tree.text.len() as u32;
        self.tree.text.extend(piece.chars().filter(|c| is_xml(*c)));
        if element.text.1 == 0 {
            element.text.0 = from;
        }
        element.text.1 = self.tree.text.len() as u32;
    }

    /// A character reference or a predefined entity; anything else stays as it is written.
    fn reference(&mut self, e: &BytesRef<'_>) {
        if let Ok(Some(c)) = e.resolve_char_ref() {
            self.append(c.encode_utf8(&mut [0; 4]));
            return;
        }
        let name: &str = e;
        match quick_xml::escape::resolve_xml_entity(name) {
            Some(text) => self.append(text),
            None => self.append(&format!("&{name};")),
        }
    }
}

/// Whether XML 1.0 (section 2.2) has this character; others are no part of any text.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// The start of a message that may quote the input at any length.
fn shortened(message: &str) -> String {
    message.chars().take(200).collect()
}
