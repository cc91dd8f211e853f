//! Colours that are data (tables, images), not design.

use egui::Color32;

/// An opaque colour from sRGB values that were read or computed.
pub const fn data_color([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}
