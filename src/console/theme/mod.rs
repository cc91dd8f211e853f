//! Colours, sizes and fonts: the only place of colour literals.

mod data;
mod tokens;

pub use data::data_color;
pub use tokens::Theme;
