//! The ground: its squares, what they are made of, which of them are drawn.

mod compose;
mod produce;
mod select;
pub mod source;
mod store;
pub mod tile;
mod topography;

pub(crate) use compose::Picture;
pub(crate) use produce::{RELIEF_SIDE, Recipe, TileVertex, triangles};
pub(crate) use select::View;
pub(crate) use store::{DrawTile, Ground, Store, Wake};
pub use topography::{Topography, TopographyError};
