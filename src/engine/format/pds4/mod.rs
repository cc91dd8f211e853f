//! PDS4 products: an XML label, and the tables and arrays of the files it names.
//!
//! [`read`] takes the label's bytes and a resolver that gives the bytes of a file named in it,
//! so the codec itself opens nothing. Format: PDS4 Standards Reference 1.x and information
//! model; labels of pre-release models (2009 to 2011) are read where they mean the same.

mod array;
mod delimited;
mod field;
mod fixed;
mod label;
mod object;
#[cfg(test)]
pub(crate) mod reference;
#[cfg(test)]
mod tests;
mod xml;

use crate::format::table::{Array, Table};
use crate::problem::Problem;

pub use label::{FileArea, Label};

/// Most file areas of a label that are read; real ones hold a few.
const FILE_AREAS: usize = 256;

/// Gives the bytes of a file that a label names, or `None` when it is not at hand. Matching
/// names without regard to case is the resolver's choice.
pub type Resolver<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// A data object that is listed, not decoded: headers, streams of text, encoded images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Element name, e.g. `Header`, `Stream_Text`.
    pub kind: String,
    /// Name or local identifier; empty where none is given.
    pub name: String,
    /// File it lies in.
    pub file: String,
    /// Byte offset in that file.
    pub offset: u64,
    /// Length in bytes, where the label gives one.
    pub length: Option<u64>,
    /// Parsing or encoding standard, e.g. `FITS 3.0`, `7-Bit ASCII Text`.
    pub standard: String,
}

/// What a PDS4 product holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// Identification, times, instruments and targets.
    pub label: Label,
    /// Files with their sizes and checksums as the label states them.
    pub files: Vec<FileArea>,
    /// Tables, delimited inventories included.
    pub tables: Vec<Table>,
    /// Arrays and images.
    pub arrays: Vec<Array>,
    /// Objects that are not decoded.
    pub listed: Vec<Listed>,
}

/// Whether the bytes start like a PDS4 label.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let xml = text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    xml && (text.contains("<Product_") || text.contains(":Product_"))
        && (text.contains("pds.nasa.gov/pds4") || text.contains("<Identification_Area"))
}

/// Reads a product: label, then every file the resolver gives.
pub fn read(label: &[u8], resolve: Resolver<'_>) -> (Product, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut product = Product::default();
    let text = xml::text(label, &mut problems);
    let Some(document) = xml::parse(&text, &mut problems) else {
        return (product, problems);
    };
    let root = document.root_element();
    product.label = label::read(root, &mut problems);
    let areas = || root.children().filter(|n| xml::name(*n).starts_with("File_Area"));
    if areas().count() > FILE_AREAS {
        let reason = format!("more than {FILE_AREAS} file areas, the rest is left unread");
        problems.push(Problem::at(xml::at(root), "File_Area", reason));
    }
    for area in areas().take(FILE_AREAS) {
        object::read_area(area, resolve, &mut product, &mut problems);
    }
    (product, problems)
}

/// Reads the label alone, without opening a file.
pub fn read_label(label: &[u8]) -> (Label, Vec<FileArea>, Vec<Problem>) {
    let mut problems = Vec::new();
    let text = xml::text(label, &mut problems);
    let Some(document) = xml::parse(&text, &mut problems) else {
        return (Label::default(), Vec::new(), problems);
    };
    let root = document.root_element();
    let read = label::read(root, &mut problems);
    let areas = root.children().filter(|n| xml::name(*n).starts_with("File_Area"));
    let files = areas.filter_map(|a| label::file(a, &mut problems)).collect();
    (read, files, problems)
}
