//! The globe.

pub mod camera;
mod frame;
pub mod geodesy;
mod hypsometry;
mod mesh;
mod pipeline;
mod render;
pub mod scene;
mod topography;

pub use hypsometry::Hypsometry;
pub use render::{install, install_with};
pub use topography::{ReliefLevel, Topography, TopographyError};
