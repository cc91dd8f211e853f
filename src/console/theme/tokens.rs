//! Design tokens of one theme.

use egui::Color32;
use marsdeck_engine::mission::Severity;

/// Colours and sizes of one theme; `severity` is colour + shape + word together with the badge
/// widget.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// `dark` or `light`.
    pub name: &'static str,
    /// Window background.
    pub background: Color32,
    /// Panel background.
    pub panel: Color32,
    /// Card and input background.
    pub raised: Color32,
    /// Lines between things.
    pub line: Color32,
    /// Body text.
    pub text: Color32,
    /// Secondary text.
    pub text_weak: Color32,
    /// Links, selection, the time cursor's handle.
    pub accent: Color32,
    /// The time cursor.
    pub cursor: Color32,
    /// Frame and badge of replay.
    pub replay: Color32,
    /// Badge of simulated data.
    pub simulated: Color32,
    /// Gap shading in plots.
    pub gap: Color32,
    /// Night shading in time axes.
    pub night: Color32,
    /// Daylight in the scrubber.
    pub day: Color32,
    /// Grid lines of plots; weaker than `line`.
    pub grid: Color32,
    /// Values that are older than they should be.
    pub stale: Color32,
    /// Text on a filled badge (severity, replay, simulated).
    pub on_badge: Color32,
    /// Curve colours, in order of use.
    pub curves: Vec<Color32>,
}

impl Theme {
    /// For a dark room.
    pub fn dark() -> Self {
        let rgb = Color32::from_rgb;
        Self {
            name: "dark",
            background: rgb(0x0b, 0x0e, 0x13),
            panel: rgb(0x12, 0x17, 0x1f),
            raised: rgb(0x1b, 0x22, 0x2d),
            line: rgb(0x2c, 0x36, 0x45),
            text: rgb(0xe6, 0xea, 0xf0),
            text_weak: rgb(0x9a, 0xa7, 0xb8),
            accent: rgb(0x4d, 0xac, 0xff),
            cursor: rgb(0xff, 0x8a, 0x4d),
            replay: rgb(0xc7, 0x7d, 0xff),
            simulated: rgb(0xff, 0xb3, 0x02),
            gap: Color32::from_rgba_premultiplied(0x30, 0x12, 0x12, 0x60),
            night: Color32::from_rgba_premultiplied(0x08, 0x0a, 0x18, 0x80),
            day: rgb(0x3a, 0x33, 0x22),
            grid: rgb(0x20, 0x28, 0x34),
            stale: rgb(0x82, 0x8c, 0x9a),
            on_badge: rgb(0x0b, 0x0e, 0x13),
            curves: vec![
                rgb(0x4d, 0xac, 0xff),
                rgb(0xff, 0x9e, 0x4d),
                rgb(0x66, 0xd9, 0x8f),
                rgb(0xe5, 0x7c, 0xd8),
                rgb(0xf5, 0xd7, 0x5a),
                rgb(0x5a, 0xd8, 0xe0),
                rgb(0xff, 0x7b, 0x7b),
                rgb(0xb3, 0x9d, 0xff),
            ],
        }
    }

    /// For a bright room.
    pub fn light() -> Self {
        let rgb = Color32::from_rgb;
        Self {
            name: "light",
            background: rgb(0xe9, 0xec, 0xf0),
            panel: rgb(0xf7, 0xf8, 0xfa),
            raised: rgb(0xff, 0xff, 0xff),
            line: rgb(0xc3, 0xca, 0xd4),
            text: rgb(0x14, 0x1a, 0x22),
            text_weak: rgb(0x55, 0x60, 0x70),
            accent: rgb(0x00, 0x5f, 0xb8),
            cursor: rgb(0xc2, 0x41, 0x0c),
            replay: rgb(0x7a, 0x1f, 0xb8),
            simulated: rgb(0x9a, 0x5b, 0x00),
            gap: Color32::from_rgba_premultiplied(0x40, 0x18, 0x18, 0x30),
            night: Color32::from_rgba_premultiplied(0x10, 0x14, 0x28, 0x28),
            day: rgb(0xff, 0xf1, 0xcc),
            grid: rgb(0xe2, 0xe6, 0xec),
            stale: rgb(0x6b, 0x74, 0x82),
            on_badge: rgb(0xff, 0xff, 0xff),
            curves: vec![
                rgb(0x00, 0x5f, 0xb8),
                rgb(0xb4, 0x53, 0x09),
                rgb(0x15, 0x80, 0x3d),
                rgb(0xa2, 0x1c, 0x8c),
                rgb(0x8a, 0x6a, 0x00),
                rgb(0x0e, 0x74, 0x90),
                rgb(0xb9, 0x1c, 0x1c),
                rgb(0x5b, 0x3c, 0xc4),
            ],
        }
    }

    /// By name; any other name than `light` is dark.
    pub fn by_name(name: &str) -> Self {
        if name == "light" { Self::light() } else { Self::dark() }
    }

    /// Ground of plots.
    pub fn plot_ground(&self) -> Color32 {
        if self.is_dark() { self.background } else { self.raised }
    }

    /// Night as an opaque colour, for the scrubber.
    pub fn night_solid(&self) -> Color32 {
        let rgb = Color32::from_rgb;
        if self.is_dark() { rgb(0x10, 0x14, 0x24) } else { rgb(0xb9, 0xc2, 0xd8) }
    }

    /// Whether it is for a dark room.
    pub fn is_dark(&self) -> bool {
        self.name == "dark"
    }

    /// Colour of the `n`-th curve; starts again after the last one.
    pub fn curve(&self, n: usize) -> Color32 {
        self.curves.get(n % self.curves.len().max(1)).copied().unwrap_or(self.accent)
    }

    /// Colour of a severity (Astro UX status colours, DESIGN section 6); darker on light ground.
    pub fn severity(&self, severity: Severity) -> Color32 {
        let rgb = Color32::from_rgb;
        let dark = self.name == "dark";
        match severity {
            Severity::Off => {
                if dark {
                    rgb(0xa4, 0xab, 0xb6)
                } else {
                    rgb(0x6b, 0x72, 0x80)
                }
            }
            Severity::Standby => {
                if dark {
                    rgb(0x2d, 0xcc, 0xff)
                } else {
                    rgb(0x00, 0x7a, 0xa8)
                }
            }
            Severity::Normal => {
                if dark {
                    rgb(0x56, 0xf0, 0x00)
                } else {
                    rgb(0x1f, 0x7a, 0x00)
                }
            }
            Severity::Watch | Severity::Warning => {
                if dark {
                    rgb(0xfc, 0xe8, 0x3a)
                } else {
                    rgb(0x8a, 0x6d, 0x00)
                }
            }
            Severity::Distress => {
                if dark {
                    rgb(0xff, 0xb3, 0x02)
                } else {
                    rgb(0xa8, 0x54, 0x00)
                }
            }
            Severity::Critical | Severity::Severe => {
                if dark {
                    rgb(0xff, 0x38, 0x38)
                } else {
                    rgb(0xc0, 0x10, 0x10)
                }
            }
        }
    }
}
