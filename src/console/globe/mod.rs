//! The globe: Mars with its terrain, light, graticule and layers of plain geometry.
//!
//! It knows no telemetry type; what it shows comes in as places, colours and words. Call
//! [`install`] once when the app starts; then keep a [`GlobeView`] per globe and call its `ui`
//! with a [`GlobeInput`]. Coordinates are planetocentric latitude and east longitude in degrees.

mod build;
pub mod camera;
mod extent;
pub mod geodesy;
pub mod ground;
mod hypsometry;
mod input;
mod labels;
pub mod layers;
mod legend;
mod list;
mod lost;
pub mod map;
pub mod measure;
pub mod measuring;
mod overlay;
mod picture;
mod render;
pub mod scene;
mod settings;
mod shot;
mod sight;
pub mod stars;
pub mod tools;
mod view;

pub use camera::{Camera, Look};
pub use geodesy::LatLon;
pub use ground::source::{ElevationLayer, GroundLayers, ImageryLayer};
pub use ground::{Topography, TopographyError};
pub use hypsometry::Hypsometry;
pub use lost::DeviceWatch;
pub use map::MapMode;
pub use picture::be_patient;
pub use render::{graphics_text, install, install_with, is_software, note_graphics};
pub use scene::{AreaMark, GlobeScene, LabelMark, Layer, LineMark, Path, PickId, PointMark, Shape};
pub use settings::{GlobeSettings, GroundColour, LayerSetting, Light};
pub use shot::{SHOT_PX, Shot, can_draw};
pub use view::{GlobeInput, GlobeResponse, GlobeView, Reading};
