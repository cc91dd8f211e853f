//! Client of tile servers: WMTS (OGC 07-057r7), TMS (OSGeo 1.0.0), XYZ and WMS (OGC 01-068r3,
//! 06-042).
//!
//! A [`TileService`] says where pictures are and how they are addressed; a [`TileStore`] brings
//! them without ever blocking the caller, keeps them in memory and on disk, and says in a
//! sentence what is wrong with a server. Addresses, capabilities, pictures and cache headers are
//! pure: outside bytes in, values or plain words out.

mod area;
pub mod capabilities;
pub mod entry;
mod grid;
pub mod picture;
mod service;

pub use area::{Area, Estimate};
pub use capabilities::read_capabilities;
pub use grid::{Bounds, Matrix, TileKey};
pub use picture::{Heights, PictureFault, TilePicture, heights, read_picture};
pub use service::{
    Axes, Encoding, Role, ServiceKind, TileFormat, TileService, print_services, read_services, trek,
};
