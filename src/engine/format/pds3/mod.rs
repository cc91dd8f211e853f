//! PDS3 products: an ODL label, attached or detached, and the tables, spreadsheets and images it
//! points to.
//!
//! [`read`] takes the bytes of the label (with an attached label, of the whole product) and a
//! resolver that gives the bytes of a file named in it. Format: PDS Standards Reference 3.8,
//! chapters 3 (data types), 12 (ODL), 14 (pointers), appendix A (objects).

mod image;
mod object;
pub mod odl;
mod table;
#[cfg(test)]
mod tests;
mod value;

use crate::format::table::{Array, Table};
use crate::problem::Problem;

pub use object::Pointer;
pub use value::{Entry, Object, Value};

/// Gives the bytes of a file that a label names, or `None` when it is not at hand. Matching
/// names without regard to case is the resolver's choice.
pub type Resolver<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What a PDS3 product holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// The label: keywords and nested objects.
    pub label: Object,
    /// Tables, series, index tables, spreadsheets.
    pub tables: Vec<Table>,
    /// Images, bands first.
    pub arrays: Vec<Array>,
    /// Pointers to objects that are not decoded.
    pub listed: Vec<Pointer>,
}

/// Whether the bytes start like a PDS3 label: `PDS_VERSION_ID`, or an SFDU line before it.
pub fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(2048)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let sfdu = start.starts_with("CCSD") || start.starts_with("NJPL");
    let id = start.find("PDS_VERSION_ID");
    id == Some(0) || (sfdu && id.is_some()) || (start.starts_with("/*") && id.is_some())
}

/// Reads a product: label, then every object the resolver (or the label's own file) holds.
pub fn read(label: &[u8], resolve: Resolver<'_>) -> (Product, Vec<Problem>) {
    let (root, mut problems) = odl::parse(label, odl::Kind::Label);
    let mut product = Product::default();
    object::read_all(&root, label, resolve, &mut product, &mut problems);
    product.label = root;
    (product, problems)
}

/// Reads the label alone, without opening a file.
pub fn read_label(label: &[u8]) -> (Object, Vec<Problem>) {
    odl::parse(label, odl::Kind::Label)
}
