//! The globe: Mars with its terrain, light, graticule and layers of plain geometry.
//!
//! It knows no telemetry type; what it shows comes in as places, colours and words. Call
//! [`install`] once when the app starts; then keep a [`GlobeView`] per globe and call its `ui`
//! with a [`GlobeInput`]. Coordinates are planetocentric latitude and east longitude in degrees.

mod build;
pub mod camera;
mod frame;
pub mod geodesy;
pub mod ground;
mod hypsometry;
mod input;
mod labels;
pub mod layers;
mod list;
mod lost;
pub mod measure;
mod mesh;
mod overlay;
mod pipeline;
mod plain;
mod render;
pub mod scene;
mod settings;
mod sight;
mod topography;
mod view;

pub use camera::{Camera, Look};
pub use geodesy::LatLon;
pub use hypsometry::Hypsometry;
pub use lost::DeviceWatch;
pub use render::{graphics_text, install, install_with, is_software, note_graphics};
pub use scene::{AreaMark, GlobeScene, LabelMark, Layer, LineMark, Path, PickId, PointMark, Shape};
pub use settings::{GlobeSettings, LayerSetting, Light};
pub use topography::{Topography, TopographyError};
pub use view::{GlobeInput, GlobeResponse, GlobeView, Reading};
