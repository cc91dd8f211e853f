//! Pointers of a label: which object lies in which file at which byte, and `^STRUCTURE` fragments.

use super::odl::{self, Kind};
use super::value::{Entry, Object, Value};
use super::{Product, Resolver, image, table};
use crate::format::table::{VALUES_PER_BYTE, value_count};
use crate::problem::Problem;

/// Deepest chain of `^STRUCTURE` fragments, and most of them in a label: a fragment that names
/// itself ends here.
const FRAGMENT_DEPTH: usize = 4;
const FRAGMENTS: usize = 64;

/// Most pointers of a label that are followed; real ones hold a few.
const POINTERS: usize = 256;

/// Where an object lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer {
    /// Name without the caret, e.g. `INDEX_TABLE`.
    pub name: String,
    /// File; empty when it is the label's own.
    pub file: String,
    /// Where in it.
    pub place: Place,
}

/// Where in a file an object starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// At the beginning.
    #[default]
    Start,
    /// At a record or, in stream files, a line, counted from 1.
    Record(u64),
    /// At a byte, counted from 1.
    Byte(u64),
}

/// A file at hand.
pub(super) struct Data<'a> {
    pub(super) name: &'a str,
    pub(super) bytes: &'a [u8],
    /// Where the object starts.
    pub(super) start: usize,
}

impl Data<'_> {
    /// A problem in this file.
    pub(super) fn problem(&self, at: u64, field: &str, reason: impl Into<String>) -> Problem {
        Problem::at(at, field, reason).in_file(self.name)
    }

    /// Bytes from the object's start on.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// Reads a pointer's value in each of its forms: `"X.TAB"`, `("X.TAB", 3)`,
/// `("X.TAB", 800 <BYTES>)`, `3`, `800 <BYTES>`. `None` for anything else.
pub(super) fn pointer(name: &str, value: &Value) -> Option<Pointer> {
    let mut out = Pointer { name: name.trim_start_matches('^').to_owned(), ..Pointer::default() };
    let members = match value.bare() {
        Value::Sequence(v) | Value::Set(v) => v.as_slice(),
        _ => std::slice::from_ref(value),
    };
    for member in members {
        match member.bare() {
            Value::Text(s) | Value::Symbol(s) if out.file.is_empty() => out.file.clone_from(s),
            Value::Integer(n) => {
                let n = u64::try_from(*n).ok()?;
                let bytes = member.unit().to_ascii_uppercase().starts_with("BYTE");
                out.place = if bytes { Place::Byte(n) } else { Place::Record(n) };
            }
            _ => return None,
        }
    }
    (!out.file.is_empty() || out.place != Place::Start).then_some(out)
}

/// Reads every object the label points to.
pub(super) fn read_all(
    root: &Object,
    own: &[u8],
    resolve: Resolver<'_>,
    product: &mut Product,
    problems: &mut Vec<Problem>,
) {
    let mut scope = Scope { own, resolve, fragments: 0, cache: None };
    scope.read(root, root, product, problems);
    // A label over several files holds a FILE object for each.
    for file in root.objects().filter(|o| o.name.eq_ignore_ascii_case("FILE")) {
        scope.read(file, root, product, problems);
    }
}

struct Scope<'a> {
    own: &'a [u8],
    resolve: Resolver<'a>,
    fragments: usize,
    /// The last file read: several objects often lie in one.
    cache: Option<(String, Vec<u8>)>,
}

impl Scope<'_> {
    fn read(
        &mut self,
        object: &Object,
        root: &Object,
        product: &mut Product,
        problems: &mut Vec<Problem>,
    ) {
        let mut used = Vec::new();
        let pointers = object.keywords().filter(|(k, _, _)| k.starts_with('^'));
        for (i, (key, value, at)) in pointers.enumerate() {
            if i >= POINTERS {
                let reason = format!("more than {POINTERS} pointers, the rest is left unread");
                problems.push(Problem::at(at, key, reason));
                break;
            }
            let Some(pointer) = pointer(key, value) else {
                let reason = "is no file name, record or byte: its object is left unread";
                problems.push(Problem::at(at, key, reason));
                continue;
            };
            let described = object
                .objects()
                .chain(root.objects())
                .find(|o| o.name.eq_ignore_ascii_case(&pointer.name) && !used.contains(&o.offset));
            match described {
                Some(o) if readable(&o.name) => {
                    used.push(o.offset);
                    self.object(o, &pointer, object, root, product, problems);
                }
                _ => product.listed.push(pointer),
            }
        }
        for o in object.objects().take(POINTERS) {
            if readable(&o.name) && !used.contains(&o.offset) {
                let reason = "no pointer says where it lies: left unread";
                problems.push(Problem::at(o.offset, o.name.as_str(), reason));
            }
        }
    }

    fn object(
        &mut self,
        described: &Object,
        pointer: &Pointer,
        scope: &Object,
        root: &Object,
        product: &mut Product,
        problems: &mut Vec<Problem>,
    ) {
        let whole = self.expanded(described, 0, problems);
        let record = scope.count("RECORD_BYTES").or_else(|| root.count("RECORD_BYTES"));
        if !pointer.file.is_empty() {
            let known = self.cache.as_ref().is_some_and(|c| c.0 == pointer.file);
            if !known {
                if let Some(bytes) = (self.resolve)(&pointer.file) {
                    self.cache = Some((pointer.file.clone(), bytes));
                } else {
                    let reason =
                        "the file is not at hand: put it beside the label and ingest again";
                    let field = format!("^{}", pointer.name);
                    problems.push(Problem::of(field, reason).in_file(pointer.file.as_str()));
                    return;
                }
            }
        }
        let bytes = match &self.cache {
            Some((name, bytes)) if *name == pointer.file => bytes.as_slice(),
            _ => self.own,
        };
        let Some(start) = start(pointer.place, record, bytes) else {
            let reason = format!("points outside a file of {} bytes", bytes.len());
            let field = format!("^{}", pointer.name);
            let at = bytes.len() as u64;
            problems.push(Problem::at(at, field, reason).in_file(pointer.file.as_str()));
            return;
        };
        let most = bytes.len().saturating_mul(VALUES_PER_BYTE).saturating_add(65_536);
        if value_count(&product.tables, &product.arrays) > most.saturating_mul(4) {
            let reason = "the objects before describe the same bytes too often: left unread";
            problems.push(Problem::at(described.offset, described.name.as_str(), reason));
            return;
        }
        let data = Data { name: &pointer.file, bytes, start };
        if whole.name.to_ascii_uppercase().ends_with("IMAGE") {
            product.arrays.extend(image::read(&whole, &data, problems));
        } else {
            product.tables.extend(table::read(&whole, &data, problems));
        }
    }

    /// The object with its `^STRUCTURE` fragments in place of the pointers.
    fn expanded(&mut self, object: &Object, depth: usize, problems: &mut Vec<Problem>) -> Object {
        let mut out = Object { entries: Vec::new(), ..object.clone() };
        for entry in &object.entries {
            match entry {
                Entry::Keyword(key, value, at)
                    if key.to_ascii_uppercase().ends_with("STRUCTURE") && key.starts_with('^') =>
                {
                    let name = value.text().unwrap_or("").to_owned();
                    if depth >= FRAGMENT_DEPTH || self.fragments >= FRAGMENTS {
                        let reason = format!("'{name}' is one fragment too many: left out");
                        problems.push(Problem::at(*at, key.as_str(), reason));
                        continue;
                    }
                    self.fragments += 1;
                    if let Some(bytes) = (self.resolve)(&name) {
                        let (fragment, found) = odl::parse(&bytes, Kind::Fragment);
                        problems.extend(found.into_iter().map(|p| p.in_file(name.as_str())));
                        out.entries.extend(self.expanded(&fragment, depth + 1, problems).entries);
                    } else {
                        let reason = "the fragment is not at hand: put it beside the label";
                        problems
                            .push(Problem::at(*at, key.as_str(), reason).in_file(name.as_str()));
                    }
                }
                Entry::Keyword(..) => out.entries.push(entry.clone()),
                Entry::Object(o) => {
                    out.entries.push(Entry::Object(self.expanded(o, depth, problems)));
                }
            }
        }
        out
    }
}

/// Byte offset of a place; `None` outside the file.
fn start(place: Place, record: Option<usize>, bytes: &[u8]) -> Option<usize> {
    let at = match place {
        Place::Start => 0,
        Place::Byte(n) => usize::try_from(n.checked_sub(1)?).ok()?,
        Place::Record(n) => {
            let before = usize::try_from(n.checked_sub(1)?).ok()?;
            match record.filter(|r| *r > 0) {
                Some(record) => before.checked_mul(record)?,
                None if before == 0 => 0,
                // A stream file: records are lines.
                None => {
                    bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(before - 1)?.0 + 1
                }
            }
        }
    };
    (at <= bytes.len()).then_some(at)
}

/// Objects that become tables or arrays.
fn readable(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TABLE", "SERIES", "SPREADSHEET", "SPECTRUM", "IMAGE"].iter().any(|k| name.ends_with(k))
}
