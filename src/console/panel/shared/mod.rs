//! What several panels need: which stored series stands for a name, its newest value, a sparkline.

mod pick;
mod readings;

pub use pick::{best_series, find_series, products_of};
pub use readings::{Reading, Readings, sol_before, sparkline};
