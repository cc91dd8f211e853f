//! Kinds of packets in groups, the tree of fields, and bytes as text.

use std::collections::{BTreeMap, BTreeSet};

use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{PacketField, PacketKey, PacketPicture, PacketRow, PacketSeen};

/// Bytes on a line of a dump.
pub(super) const LINE: usize = 16;

/// A line of the table of kinds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum KindLine<'a> {
    /// What follows came over this virtual channel.
    Channel(Option<u8>),
    /// A kind of packet.
    Kind(PacketKey, &'a PacketRow),
}

/// The kinds of a picture, under a heading per virtual channel.
pub(super) fn kinds(picture: &PacketPicture) -> Vec<KindLine<'_>> {
    let mut lines = Vec::with_capacity(picture.rows.len() + 4);
    let mut channel = None;
    for (key, row) in &picture.rows {
        if channel.replace(key.channel) != Some(key.channel) {
            lines.push(KindLine::Channel(key.channel));
        }
        lines.push(KindLine::Kind(*key, row));
    }
    lines
}

/// What a virtual channel carries, as the missions of this console use them: in short, and in a
/// sentence.
pub(super) fn channel_text(channel: Option<u8>) -> (String, &'static str) {
    match channel {
        None => ("No frames".to_owned(), "Packets that came without transfer frames"),
        Some(0) => ("VC 0, real time".to_owned(), "Virtual channel 0: sent as it was made"),
        Some(1) => ("VC 1, stored".to_owned(), "Virtual channel 1: stored on board and sent later"),
        Some(n) => (format!("VC {n}"), "Virtual channel"),
    }
}

/// The kind to show: the chosen one, else the first.
pub(super) fn shown_kind(
    picture: &PacketPicture,
    chosen: Option<PacketKey>,
) -> Option<(PacketKey, &PacketRow)> {
    let chosen = chosen.and_then(|key| picture.rows.get_key_value(&key));
    chosen.or_else(|| picture.rows.first_key_value()).map(|(key, row)| (*key, row))
}

/// The last packets, the newest first; of one kind where that is asked for.
pub(super) fn recent(picture: &PacketPicture, only: Option<PacketKey>) -> Vec<&PacketSeen> {
    let newest_first = picture.recent.iter().rev();
    newest_first.filter(|packet| only.is_none_or(|key| packet.key == key)).collect()
}

/// Number of lines of a dump.
pub(super) fn dump_lines(bytes: &[u8]) -> usize {
    bytes.len().div_ceil(LINE)
}

/// The hexadecimal digit of a number below 16.
fn digit(of: u8) -> char {
    char::from_digit(u32::from(of), 16).unwrap_or('?')
}

/// A line of a dump: offset, bytes in hexadecimal, printable ASCII.
pub(super) fn dump_line(bytes: &[u8], line: usize) -> (String, String, String) {
    let from = (line * LINE).min(bytes.len());
    let part = bytes.get(from..bytes.len().min(from + LINE)).unwrap_or_default();
    let digits = if bytes.len() > 0x1_0000 { 6 } else { 4 };
    let mut hex = String::with_capacity(LINE * 3 + 1);
    for i in 0..LINE {
        if i == LINE / 2 {
            hex.push(' ');
        }
        match part.get(i) {
            Some(byte) => hex.extend([digit(byte >> 4), digit(byte & 15), ' ']),
            None => hex.push_str("   "),
        }
    }
    let printable = |byte: &u8| {
        let letter = char::from(*byte);
        if letter.is_ascii_graphic() || letter == ' ' { letter } else { '.' }
    };
    (format!("{from:0digits$x}"), hex, part.iter().map(printable).collect())
}

/// A whole dump as text.
pub(super) fn dump_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 5);
    for line in 0..dump_lines(bytes) {
        let (offset, hex, ascii) = dump_line(bytes, line);
        text.extend([offset.as_str(), "  ", &hex, " ", &ascii, "\n"]);
    }
    text
}

/// A line of the tree of fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldLine {
    /// How deep it lies.
    pub(super) depth: usize,
    /// Its own part of the name.
    pub(super) label: String,
    /// The name up to and with it.
    pub(super) path: String,
    /// Its place in the list of fields; none for a branch.
    pub(super) field: Option<usize>,
    /// Number of fields below a branch.
    pub(super) below: usize,
    /// Whether the branch is open.
    pub(super) open: bool,
    /// The worst severity of the field, or below the branch.
    pub(super) severity: Severity,
}

/// Where the parts of a name begin: after `/` and `.`, and at `[` (XTCE 1.2, names of parameters
/// hold none of them).
fn parts(name: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, letter) in name.char_indices() {
        if matches!(letter, '/' | '.' | '[') {
            if at > from {
                found.push((&name[from..at], &name[..at]));
            }
            from = if letter == '[' { at } else { at + letter.len_utf8() };
        }
    }
    if from < name.len() {
        found.push((&name[from..], name));
    }
    found
}

#[derive(Default)]
struct Node<'a> {
    label: &'a str,
    path: &'a str,
    field: Option<usize>,
    children: Vec<usize>,
}

/// The lines of the tree that a search and the closed branches leave, in packet order. A branch with
/// a single branch below is one line with it. While something is searched for all branches are open.
pub(super) fn field_lines(
    fields: &[PacketField],
    search: &str,
    closed: &BTreeSet<String>,
) -> Vec<FieldLine> {
    let search = search.trim().to_lowercase();
    let mut nodes = vec![Node::default()];
    let mut known: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (i, field) in fields.iter().enumerate() {
        if !search.is_empty() && !field.name.to_lowercase().contains(&search) {
            continue;
        }
        let mut at = 0;
        for (label, path) in parts(&field.name) {
            let next = nodes.len();
            let node = *known.entry((at, label)).or_insert(next);
            if node == next {
                nodes.push(Node { label, path, ..Node::default() });
                nodes[at].children.push(node);
            }
            at = node;
        }
        // A name that came before gets a line of its own.
        if at == 0 || nodes[at].field.is_some() {
            let node = nodes.len();
            let (label, path) = (field.name.as_str(), field.name.as_str());
            nodes.push(Node { label, path, ..Node::default() });
            nodes[0].children.push(node);
            at = node;
        }
        nodes[at].field = Some(i);
    }
    let mut lines = Vec::with_capacity(nodes.len());
    let all_open = !search.is_empty();
    for child in &nodes[0].children {
        add(&nodes, *child, 0, fields, &|path| all_open || !closed.contains(path), &mut lines);
    }
    lines
}

fn add(
    nodes: &[Node<'_>],
    at: usize,
    depth: usize,
    fields: &[PacketField],
    is_open: &dyn Fn(&str) -> bool,
    lines: &mut Vec<FieldLine>,
) {
    let (mut node, mut label) = (&nodes[at], nodes[at].label.to_owned());
    while let (None, [only]) = (node.field, node.children.as_slice()) {
        let below = &nodes[*only];
        if below.children.is_empty() {
            break;
        }
        label = if below.label.starts_with('[') {
            format!("{label}{}", below.label)
        } else {
            format!("{label}/{}", below.label)
        };
        node = below;
    }
    let (below, worst) = summary(nodes, node, fields);
    let open = is_open(node.path);
    lines.push(FieldLine {
        depth,
        label,
        path: node.path.to_owned(),
        field: node.field,
        below: if node.children.is_empty() { 0 } else { below },
        open,
        severity: worst,
    });
    // Names come from outside: a tree deeper than any dictionary is not followed.
    if open && depth < 32 {
        for child in &node.children {
            add(nodes, *child, depth + 1, fields, is_open, lines);
        }
    }
}

/// Number of fields at and below a node, and the worst severity of them.
fn summary(nodes: &[Node<'_>], node: &Node<'_>, fields: &[PacketField]) -> (usize, Severity) {
    let own = node.field.and_then(|i| fields.get(i));
    let mut count = usize::from(own.is_some());
    let mut worst = own.map_or(Severity::Off, |field| field.severity);
    let mut open: Vec<usize> = node.children.clone();
    while let Some(at) = open.pop() {
        if let Some(field) = nodes[at].field.and_then(|i| fields.get(i)) {
            count += 1;
            worst = worst.max(field.severity);
        }
        open.extend(&nodes[at].children);
    }
    (count, worst)
}

#[cfg(test)]
mod tests;
