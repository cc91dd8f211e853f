//! Configuration tables of the SEIS E-box and the APSS PAE: channels, rates, filters and gains.
//!
//! A [`Catalogue`] says what a table can hold and which rules it keeps (TOML in this folder), a
//! [`Table`] holds rows; [`budget`] and [`check`] say at once what it leads to and what it breaks.

mod binary;
mod catalogue;
mod check;
mod model;
mod rate;
#[cfg(test)]
mod tests;
pub mod text;

pub use binary::TableFile;
pub use catalogue::{Catalogue, Channel, Check, Filter, Gain, Part, Rule, Severity};
pub use check::{Budget, RowBudget, SOL_S, Violation, budget, check, seed_code, volume_bits};
pub use model::{Row, Stream, Table, TableChange, compare};
pub use rate::{Bands, Rate};
