//! The table of colours by height (assets/globe/hypsometry.csv).

use std::sync::OnceLock;

use egui::Color32;

use crate::theme::data_color;

static ASSET: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/globe/hypsometry.csv"));
static TABLE: OnceLock<Hypsometry> = OnceLock::new();

/// Colours by height above the areoid.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypsometry {
    stops: Vec<(f64, [u8; 3])>,
}

impl Hypsometry {
    /// The built-in table.
    pub fn built_in() -> &'static Self {
        TABLE.get_or_init(|| Self::parse(ASSET))
    }

    /// From lines `elevation_m,red,green,blue`; other lines are left out.
    pub fn parse(text: &str) -> Self {
        let stop = |line: &str| {
            let mut cells = line.split(',').map(str::trim);
            let height = cells.next()?.parse::<f64>().ok().filter(|h| h.is_finite())?;
            let mut channel = || cells.next()?.parse::<u8>().ok();
            Some((height, [channel()?, channel()?, channel()?]))
        };
        let mut stops: Vec<_> = text.lines().filter_map(stop).collect();
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { stops }
    }

    /// Lowest and highest height of the table, metres.
    pub fn range_m(&self) -> [f64; 2] {
        let height = |stop: Option<&(f64, [u8; 3])>, other| stop.map_or(other, |s| s.0);
        [height(self.stops.first(), 0.0), height(self.stops.last(), 1.0)]
    }

    /// Colour of a height in metres; the outermost ones go on beyond the table. An empty table
    /// gives none.
    pub fn color(&self, height_m: f64) -> Color32 {
        let above = self.stops.partition_point(|s| s.0 <= height_m);
        let (low, high) = match (self.stops.get(above.wrapping_sub(1)), self.stops.get(above)) {
            (Some(low), Some(high)) => (low, high),
            (Some(only), None) | (None, Some(only)) => (only, only),
            (None, None) => return Color32::TRANSPARENT,
        };
        let part = (height_m - low.0) / (high.0 - low.0).max(1e-9);
        let mix = |k: usize| {
            let (a, b) = (f64::from(low.1[k]), f64::from(high.1[k]));
            (a + (b - a) * part.clamp(0.0, 1.0)).round() as u8
        };
        data_color([mix(0), mix(1), mix(2)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_covers_mars_and_gets_lighter_upwards() {
        let table = Hypsometry::built_in();
        let [low, high] = table.range_m();
        assert!(low <= -8200.0 && high >= 21229.0);
        let light = |c: Color32| {
            0.2126 * f64::from(c.r()) + 0.7152 * f64::from(c.g()) + 0.0722 * f64::from(c.b())
        };
        let mut before = 0.0;
        for step in 0..=295 {
            let now = light(table.color(-8200.0 + 100.0 * f64::from(step)));
            assert!(now >= before - 0.5, "darker at step {step}");
            before = now;
        }
        assert_eq!(table.color(1e9), table.color(high));
        assert_eq!(Hypsometry::parse("").color(0.0), Color32::TRANSPARENT);
    }
}
