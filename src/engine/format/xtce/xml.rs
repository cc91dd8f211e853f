//! Prints XML: elements with their attributes, indented.

use std::fmt::Write as _;

/// A document while it is printed.
#[derive(Debug, Default)]
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

/// Attributes of an element, in order.
pub(super) type Attributes<'a> = &'a [(&'a str, String)];

impl Xml {
    /// A document with its declaration.
    pub(super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    fn begin(&mut self, name: &str, attributes: Attributes<'_>) {
        for _ in &self.open {
            self.text.push_str("  ");
        }
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            let _ = write!(self.text, " {key}=\"");
            self.escaped(value);
            self.text.push('"');
        }
    }

    /// Opens an element that holds others.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.begin(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the innermost element.
    pub(super) fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        for _ in &self.open {
            self.text.push_str("  ");
        }
        let _ = writeln!(self.text, "</{name}>");
    }

    /// An element that holds nothing.
    pub(super) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.begin(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element that holds text.
    pub(super) fn leaf(&mut self, name: &'static str, text: &str) {
        self.begin(name, &[]);
        self.text.push('>');
        self.escaped(text);
        let _ = writeln!(self.text, "</{name}>");
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                '"' => self.text.push_str("&quot;"),
                '\t' | '\n' | '\r' => {
                    let _ = write!(self.text, "&#{};", u32::from(c));
                }
                // What XML 1.0 (section 2.2) cannot hold.
                '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => {}
                c => self.text.push(c),
            }
        }
    }

    /// The document.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}
