//! Products: the files that the archive keeps, with label, checksum and problems; and the ways to
//! bring in more.

mod details;
mod fetch;
mod form;
mod model;
mod ui;

pub use ui::Products;
