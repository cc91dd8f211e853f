//! XML as PDS4 labels use it: local names, trimmed text, numbers with the place of the mistake.

use std::borrow::Cow;

use roxmltree::{Document, Node};

use crate::problem::Problem;

/// The label as text; bytes that are not UTF-8 are replaced and told.
pub(super) fn text<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let at = error.valid_up_to() as u64;
            problems.push(Problem::at(at, "label", "not UTF-8, unreadable letters are replaced"));
            String::from_utf8_lossy(bytes)
        }
    }
}

/// The document, or a problem at the byte where it stops being XML.
pub(super) fn parse<'a>(text: &'a str, problems: &mut Vec<Problem>) -> Option<Document<'a>> {
    match Document::parse(text.trim_start()) {
        Ok(document) => Some(document),
        Err(error) => {
            let skipped = text.len() - text.trim_start().len();
            let position = error.pos();
            let lines = text.trim_start().split_inclusive('\n');
            let before: usize =
                lines.take((position.row as usize).saturating_sub(1)).map(str::len).sum();
            let at = skipped + before + (position.col as usize).saturating_sub(1);
            let at = at.min(text.len()) as u64;
            problems.push(Problem::at(at, "label", format!("not well-formed XML: {error}")));
            None
        }
    }
}

/// Local name of an element; empty for anything else.
pub(super) fn name<'a>(node: Node<'a, '_>) -> &'a str {
    if node.is_element() { node.tag_name().name() } else { "" }
}

/// First child element of that name.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, wanted: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|n| name(*n) == wanted)
}

/// Text of an element without the blanks around it.
pub(super) fn content<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or("").trim()
}

/// Text of a child; empty where there is none.
pub(super) fn value<'a>(node: Node<'a, '_>, wanted: &str) -> &'a str {
    child(node, wanted).map_or("", content)
}

/// Text of the first descendant of that name; empty where there is none.
pub(super) fn deep<'a>(node: Node<'a, '_>, wanted: &str) -> &'a str {
    node.descendants().find(|n| name(*n) == wanted).map_or("", content)
}

/// A child that must be a non-negative whole number, if it is there.
pub(super) fn count(node: Node<'_, '_>, wanted: &str, problems: &mut Vec<Problem>) -> Option<u64> {
    let found = child(node, wanted)?;
    let text = content(found);
    if let Ok(n) = text.parse() {
        Some(n)
    } else {
        let shown: String = text.chars().take(40).collect();
        let reason = format!("'{shown}' is not a whole number");
        problems.push(Problem::at(found.range().start as u64, wanted, reason));
        None
    }
}

/// Byte offset of a node in the label.
pub(super) fn at(node: Node<'_, '_>) -> u64 {
    node.range().start as u64
}

/// Name of a data object: `name`, else `local_identifier`.
pub(super) fn title(node: Node<'_, '_>) -> String {
    let given = value(node, "name");
    if given.is_empty() { value(node, "local_identifier").to_owned() } else { given.to_owned() }
}
