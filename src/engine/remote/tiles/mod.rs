//! Client of tile servers: WMTS (OGC 07-057r7), TMS (OSGeo 1.0.0), XYZ and WMS (OGC 01-068r3,
//! 06-042).
//!
//! A [`TileService`] says where pictures are and how they are addressed; a [`TileStore`] brings
//! them without ever blocking the caller, keeps them in memory and on disk, and says in a
//! sentence what is wrong with a server. Addresses, capabilities, pictures and cache headers are
//! pure: outside bytes in, values or plain words out.

mod area;
mod backoff;
mod cache;
pub mod capabilities;
mod download;
pub mod entry;
mod grid;
mod http;
mod memory;
pub mod picture;
mod service;
mod store;
mod worker;

#[cfg(test)]
mod tests;

pub use area::{Area, Estimate};
pub use capabilities::read_capabilities;
pub use download::{Download, Progress};
pub use grid::{Bounds, Matrix, TileKey};
pub use http::fetch_capabilities;
pub use picture::{Heights, PictureFault, TilePicture, heights, read_picture};
pub use service::{
    Axes, Encoding, Role, ServiceKind, TileFormat, TileService, print_services, read_services, trek,
};
pub use store::{Clock, TileAnswer, TileLimits, TileStore, Wake};
