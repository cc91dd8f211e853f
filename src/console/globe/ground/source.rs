//! What can lie on the ground: pictures and heights that somebody else holds.
//!
//! A globe asks in its own threads, often, and never waits for an answer: a source that must read
//! a file or ask a server starts that, gives what it has (coarser ground, or nothing), and raises
//! its version when there is more. So a slow or dead server never holds the picture up.

use std::sync::Arc;

use super::tile::Area;

/// Pixels of a square: this many a side.
pub const PICTURE_SIDE: usize = 256;

/// How much of what was asked for was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    /// Nothing lies here: the globe does not ask again before the version changes.
    Nothing,
    /// Something coarser or partial; more will come, and the version will rise then.
    Part,
    /// All there is.
    Whole,
}

/// A picture that can be laid on the ground.
pub trait Imagery: Send + Sync {
    /// Fills the pixels of an area: [`PICTURE_SIDE`] × [`PICTURE_SIDE`], rows from north to south,
    /// equal steps in degrees, each pixel the colour in its middle; red, green, blue and coverage,
    /// sRGB, not premultiplied. They come in as zeros; those without a picture stay so.
    fn paint(&self, area: Area, pixels: &mut [[u8; 4]]) -> Given;

    /// Size of the smallest pixel inside an area, degrees; infinite where nothing lies. The globe
    /// asks for nothing finer. 0 where it is not known.
    fn finest_deg(&self, _area: Area) -> f64 {
        0.0
    }

    /// Grows whenever `paint` may answer differently.
    fn version(&self) -> u64;
}

/// What heights are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Datum {
    /// The areoid, as in MOLA products.
    #[default]
    Areoid,
    /// The IAU 2000 ellipsoid, 3396.19 and 3376.20 km.
    Ellipsoid,
    /// A sphere of 3396.19 km (many HiRISE and CTX terrain models).
    Sphere,
}

/// Heights that take the place of the built-in ones where they are known.
pub trait Elevation: Send + Sync {
    /// Fills heights in metres and their weights: `side` × `side` points, the outermost ones on
    /// the edges of the area, rows from north to south. A weight of 1 takes the place of the
    /// ground below, 0 leaves it; sources fade towards their edges so that no step shows.
    /// Everything comes in as zeros. Heights are prefiltered: a point stands for the ground
    /// around it as far as half way to the next point.
    fn heights(&self, area: Area, side: usize, out: &mut [[f32; 2]]) -> Given;

    /// What the heights are counted from.
    fn datum(&self) -> Datum;

    /// Smallest distance between heights inside an area, degrees; infinite where none are known.
    /// 0 where it is not known.
    fn finest_deg(&self, _area: Area) -> f64 {
        0.0
    }

    /// Grows whenever `heights` may answer differently.
    fn version(&self) -> u64;
}

/// Asks a source; one that panics lies nowhere, so that it cannot take the globe with it.
pub(crate) fn ask(source: impl FnOnce() -> Given) -> Given {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(source)).unwrap_or(Given::Nothing)
}

/// One picture layer of the ground.
#[derive(Clone)]
pub struct ImageryLayer {
    /// Stable identifier: settings are kept under it.
    pub id: String,
    /// Words for the layer list.
    pub name: String,
    /// Whether it shows until the user decides.
    pub visible: bool,
    /// Whom the picture is from; shown in a corner while the layer is.
    pub credit: String,
    /// How its source is, in a few words for the layer list: empty when all is well.
    pub trouble: String,
    /// The picture.
    pub source: Arc<dyn Imagery>,
}

/// One height layer of the ground.
#[derive(Clone)]
pub struct ElevationLayer {
    /// Stable identifier: settings are kept under it.
    pub id: String,
    /// Words for the layer list.
    pub name: String,
    /// Whether it shows until the user decides.
    pub visible: bool,
    /// How its source is, in a few words for the layer list: empty when all is well.
    pub trouble: String,
    /// The heights.
    pub source: Arc<dyn Elevation>,
}

/// Everything that lies on the built-in ground, lowest first.
#[derive(Clone, Default)]
pub struct GroundLayers {
    /// Pictures.
    pub imagery: Vec<ImageryLayer>,
    /// Heights.
    pub elevation: Vec<ElevationLayer>,
}
