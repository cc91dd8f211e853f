//! Colours, sizes and fonts: the only place of colour literals.

mod tokens;

pub use tokens::Theme;
