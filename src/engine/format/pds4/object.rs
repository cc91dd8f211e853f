//! A file area: the file checked against its stated size and MD5, then every data object in it.

use md5::{Digest, Md5};
use roxmltree::Node;

use super::label::{self, FileArea};
use super::xml::{at, content, count, name, title, value};
use super::{Listed, Product, Resolver, array, delimited, fixed};
use crate::format::table::{VALUES_PER_BYTE, value_count};
use crate::problem::Problem;

/// A file at hand while its objects are read.
pub(super) struct Data<'a> {
    /// Name as the label writes it.
    pub(super) name: &'a str,
    /// Its bytes.
    pub(super) bytes: &'a [u8],
}

impl Data<'_> {
    /// A problem in this file.
    pub(super) fn problem(&self, offset: u64, field: &str, reason: impl Into<String>) -> Problem {
        Problem::at(offset, field, reason).in_file(self.name)
    }

    /// The bytes from the object's `offset` on, cut to its `object_length`; problems where they
    /// lie outside the file.
    pub(super) fn object(
        &self,
        node: Node<'_, '_>,
        problems: &mut Vec<Problem>,
    ) -> Option<(u64, &[u8])> {
        let offset = count(node, "offset", problems).unwrap_or(0);
        let size = self.bytes.len();
        let start = usize::try_from(offset).ok().filter(|o| *o <= size);
        let Some(start) = start else {
            let reason = format!("starts past the end of the file of {size} bytes");
            problems.push(self.problem(offset, name(node), reason));
            return None;
        };
        let rest = self.bytes.get(start..)?;
        let length = count(node, "object_length", problems)
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(rest.len());
        if length > rest.len() {
            let reason =
                format!("the label says {length} bytes, the file holds {} from here", rest.len());
            problems.push(self.problem(offset, name(node), reason));
        }
        Some((offset, rest.get(..length.min(rest.len()))?))
    }
}

/// Reads one file area into the product.
pub(super) fn read_area(
    area: Node<'_, '_>,
    resolve: Resolver<'_>,
    product: &mut Product,
    problems: &mut Vec<Problem>,
) {
    let Some(file) = label::file(area, problems) else {
        let objects = area.children().any(|n| n.is_element());
        if objects {
            problems.push(Problem::at(at(area), name(area), "no File element: data left unread"));
        }
        return;
    };
    if file.name.is_empty() {
        problems.push(Problem::at(at(area), "file_name", "missing or empty: data left unread"));
        product.files.push(file);
        return;
    }
    if let Some(bytes) = resolve(&file.name) {
        let data = Data { name: &file.name, bytes: &bytes };
        check(&file, &data, problems);
        let most = bytes.len().saturating_mul(VALUES_PER_BYTE).saturating_add(65_536);
        let mut spent = 0_usize;
        for node in area.children().filter(Node::is_element) {
            if spent > most {
                let reason = "the objects before describe the same bytes too often: left unread";
                problems.push(Problem::at(at(node), name(node), reason));
                break;
            }
            let (tables, arrays) = (product.tables.len(), product.arrays.len());
            read_object(node, &data, product, problems);
            let tables = product.tables.get(tables..).unwrap_or_default();
            let arrays = product.arrays.get(arrays..).unwrap_or_default();
            spent = spent.saturating_add(value_count(tables, arrays));
        }
    } else {
        let reason = "the file is not at hand: put it beside the label and ingest again";
        problems.push(Problem::of("file_name", reason).in_file(file.name.as_str()));
        let data = Data { name: &file.name, bytes: &[] };
        for node in area.children().filter(roxmltree::Node::is_element) {
            if !decoded(name(node)) {
                list(node, &data, product);
            }
        }
    }
    product.files.push(file);
}

/// Size and MD5 against the bytes.
fn check(file: &FileArea, data: &Data<'_>, problems: &mut Vec<Problem>) {
    let size = data.bytes.len() as u64;
    if let Some(stated) = file.size.filter(|s| *s != size) {
        let reason = format!("the label says {stated} bytes, the file has {size}");
        problems.push(data.problem(stated.min(size), "file_size", reason));
    }
    if !file.md5.is_empty() {
        let digest = Md5::digest(data.bytes);
        let found = hex(&digest);
        if found != file.md5 {
            let reason = format!("the label says {}, the file has {found}", file.md5);
            problems.push(data.problem(0, "md5_checksum", reason));
        }
    }
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

fn decoded(kind: &str) -> bool {
    kind == "File"
        || kind == "Inventory"
        || kind.starts_with("Array")
        || kind.starts_with("Table_")
        || kind == "Reference_List"
}

fn read_object(
    node: Node<'_, '_>,
    data: &Data<'_>,
    product: &mut Product,
    problems: &mut Vec<Problem>,
) {
    match name(node) {
        "Table_Character" | "Table_Binary" => {
            product.tables.extend(fixed::read(node, data, problems));
        }
        "Table_Delimited" | "Inventory" => {
            product.tables.extend(delimited::read(node, data, problems));
        }
        kind if kind.starts_with("Array") => {
            product.arrays.extend(array::read(node, data, problems));
        }
        kind if decoded(kind) => {}
        _ => list(node, data, product),
    }
}

fn list(node: Node<'_, '_>, data: &Data<'_>, product: &mut Product) {
    let mut quiet = Vec::new();
    let standard = ["parsing_standard_id", "encoding_standard_id", "external_standard_id"]
        .iter()
        .map(|k| value(node, k))
        .find(|v| !v.is_empty())
        .unwrap_or("");
    product.listed.push(Listed {
        kind: name(node).to_owned(),
        name: title(node),
        file: data.name.to_owned(),
        offset: count(node, "offset", &mut quiet).unwrap_or(0),
        length: count(node, "object_length", &mut quiet),
        standard: standard.to_owned(),
    });
}

/// The values of `Special_Constants` that mark missing data (limits are not such values).
pub(super) fn specials(node: Node<'_, '_>) -> Vec<String> {
    let Some(list) = super::xml::child(node, "Special_Constants") else { return Vec::new() };
    list.children()
        .filter(|n| n.is_element() && !name(*n).starts_with("valid_"))
        .map(|n| content(n).to_owned())
        .filter(|v| !v.is_empty())
        .collect()
}
