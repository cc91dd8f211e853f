//! Colours, sizes and fonts: the only place of colour literals.

mod colour;
mod data;
mod severity;
mod style;
mod tokens;

pub use colour::{contrast, mix, parse_hex};
pub use data::data_color;
pub use severity::{SeverityShape, severity_shape, severity_word};
pub use style::{BODY, SMALL, apply, install_fonts, visuals};
pub use tokens::Theme;
