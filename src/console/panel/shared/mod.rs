//! What several panels need: which stored series stands for a name, its newest value, a sparkline,
//! events on a time axis, export bars, the forms for limits and for event requests, documents with
//! versions, orders to commanding.

mod asked;
mod axis;
mod bytes;
mod documents;
mod export;
mod limits;
mod occurrences;
mod pick;
mod picture;
mod readings;
mod request;
mod wide;
mod write_bar;

pub use asked::{Asked, act, hindrance, log_in_hint, named, sentence, stopped_banner};
pub use axis::axis_choice;
pub use bytes::{hex, hex_line};
pub use documents::{Brought, DocumentDesk, version_choice};
pub use export::{ExportBar, expected_samples};
pub use limits::LimitForm;
pub use occurrences::{Occurrences, window_of};
pub use pick::{best_series, find_series};
pub use picture::write_png;
pub use readings::{Reading, Readings, sparkline};
pub use request::{Models, Outcome, RequestForm, Standing, left_text, window_text};
pub use wide::at_least_wide;
pub use write_bar::WriteBar;
