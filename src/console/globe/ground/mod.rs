//! The ground: its squares, what they are made of, which of them are drawn.

mod compose;
mod produce;
mod select;
pub mod source;
mod store;
pub mod tile;
mod topography;

pub(crate) use produce::{Recipe, TileVertex, triangles};
pub(crate) use select::View;
pub(crate) use store::{DrawPicture, DrawTile, Ground, Store, Wake};
pub use topography::{Topography, TopographyError};
