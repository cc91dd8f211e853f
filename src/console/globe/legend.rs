//! What colours and lines of the ground mean, and whom its pictures are from.

use egui::{Align2, Color32, FontId, Painter, Rect, Stroke, StrokeKind, pos2, vec2};

use super::camera::Look;
use super::ground::source::GroundLayers;
use super::measure::length_text;
use super::overlay::EDGE;
use super::picture::contour_interval_m;
use super::settings::GlobeSettings;
use crate::theme::{Theme, data_color};

/// Degrees of slope and their colours (red, green, blue, 0 to 1): those of `slope_colour` in
/// shaders/globe.wgsl.
const SLOPES: [(f64, [f32; 3]); 5] = [
    (0.0, [0.19, 0.44, 0.33]),
    (5.0, [0.53, 0.69, 0.35]),
    (15.0, [0.94, 0.81, 0.29]),
    (30.0, [0.81, 0.25, 0.22]),
    (60.0, [0.53, 0.19, 0.63]),
];

/// The colour of a slope in degrees, as the ground shows it on flat light.
pub(crate) fn slope_colour(degrees: f64) -> Color32 {
    let above = SLOPES.partition_point(|s| s.0 <= degrees).clamp(1, SLOPES.len() - 1);
    let (Some(low), Some(high)) = (SLOPES.get(above - 1), SLOPES.get(above)) else {
        return Color32::TRANSPARENT;
    };
    let part = ((degrees - low.0) / (high.0 - low.0)).clamp(0.0, 1.0) as f32;
    let channel = |k: usize| ((low.1[k] + (high.1[k] - low.1[k]) * part) * 255.0).round() as u8;
    data_color([channel(0), channel(1), channel(2)])
}

/// Slope in degrees at a part (0 to 1) of a legend: every stretch between two marks is as long.
pub(crate) fn slope_at(part: f64) -> f64 {
    let at = part.clamp(0.0, 1.0) * (SLOPES.len() - 1) as f64;
    let n = (at as usize).min(SLOPES.len() - 2);
    let (low, high) = (SLOPES[n].0, SLOPES[n + 1].0);
    low + (high - low) * (at - n as f64)
}

/// The marks of a legend of slopes: part of its length, and degrees.
pub(crate) fn slope_marks() -> impl Iterator<Item = (f64, f64)> {
    let last = (SLOPES.len() - 1) as f64;
    SLOPES.iter().enumerate().map(move |(n, s)| (n as f64 / last, s.0))
}

/// The legend of slopes, where that of heights stands otherwise.
pub(crate) fn slopes(painter: &Painter, rect: Rect, theme: &Theme) {
    let left = rect.min.x + EDGE + 4.0;
    let bar = Rect::from_min_size(pos2(left, rect.max.y - EDGE - 138.0), vec2(12.0, 132.0));
    let plate = Rect::from_min_max(bar.min - vec2(0.0, 20.0), bar.max + vec2(32.0, 6.0));
    backing(painter, plate, theme);
    let font = FontId::proportional(10.5);
    let title = bar.min - vec2(0.0, 6.0);
    painter.text(title, Align2::LEFT_BOTTOM, "Slope", font.clone(), theme.text);
    let strips = 66;
    for n in 0..strips {
        let part = n as f32 / strips as f32;
        let top = bar.max.y - bar.height() * (part + 1.0 / strips as f32);
        let size = vec2(bar.width(), bar.height() / strips as f32 + 0.5);
        let strip = Rect::from_min_size(pos2(bar.min.x, top), size);
        painter.rect_filled(strip, 0.0, slope_colour(slope_at(f64::from(part))));
    }
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, theme.line), StrokeKind::Outside);
    for (part, degrees) in slope_marks() {
        let y = bar.max.y - bar.height() * part as f32;
        painter.hline(bar.max.x..=bar.max.x + 3.0, y, Stroke::new(1.0, theme.text));
        let at = pos2(bar.max.x + 6.0, y);
        painter.text(at, Align2::LEFT_CENTER, format!("{degrees}°"), font.clone(), theme.text);
    }
}

/// Whom the shown pictures of the ground are from, each once, the topmost first.
pub(crate) fn credits(settings: &GlobeSettings, ground: &GroundLayers) -> String {
    let shown = |id: &str, visible: bool| settings.layers.get(id).map_or(visible, |s| s.visible);
    let mut out: Vec<&str> = Vec::new();
    for layer in settings.ordered(&ground.imagery, |l| &l.id).into_iter().rev() {
        let credit = layer.credit.trim();
        if shown(&layer.id, layer.visible) && !credit.is_empty() && !out.contains(&credit) {
            out.push(credit);
        }
    }
    out.join("  ·  ")
}

/// Credits, and the distance of contours, in the lower right corner above the scale bar.
pub(crate) fn notes(
    painter: &Painter,
    rect: Rect,
    look: &Look,
    settings: &GlobeSettings,
    ground: &GroundLayers,
    theme: &Theme,
) {
    let mut lines = Vec::new();
    if settings.contours && settings.legend {
        let shown = settings.exaggeration.max(1.0);
        let interval = length_text(contour_interval_m(look));
        let times = if shown > 1.0 { format!(", heights × {shown:.1}") } else { String::new() };
        lines.push(format!("Contours every {interval}{times}"));
    }
    lines.push(credits(settings, ground));
    let mut bottom = rect.max.y - EDGE - 34.0;
    let most = (rect.width() - 120.0).clamp(60.0, 520.0);
    for line in lines.into_iter().rev().filter(|l| !l.is_empty()) {
        let mut job =
            egui::text::LayoutJob::simple_singleline(line, FontId::proportional(10.5), theme.text);
        job.wrap = egui::text::TextWrapping::truncate_at_width(most);
        let galley = painter.layout_job(job);
        let at = pos2(rect.max.x - EDGE - galley.size().x, bottom - galley.size().y);
        backing(painter, Rect::from_min_size(at, galley.size()), theme);
        bottom = at.y - 8.0;
        painter.galley(at, galley, theme.text);
    }
}

/// A translucent plate behind words.
fn backing(painter: &Painter, rect: Rect, theme: &Theme) {
    painter.rect_filled(rect.expand2(vec2(6.0, 3.0)), 4.0, theme.panel.gamma_multiply(0.75));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::ground::source::{Given, Imagery, ImageryLayer};
    use super::super::ground::tile::Area;
    use super::super::settings::LayerSetting;
    use super::*;

    #[test]
    fn slopes_have_the_colours_of_the_shader() {
        let shader = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/globe.wgsl"));
        for (degrees, [r, g, b]) in SLOPES {
            let words = format!("vec3<f32>({r:.2}, {g:.2}, {b:.2})");
            assert!(shader.contains(&words), "{degrees} degrees: {words}");
        }
        assert_eq!(slope_colour(0.0), slope_colour(-3.0));
        assert_eq!(slope_colour(60.0), slope_colour(88.0));
        let marks: Vec<_> = slope_marks().collect();
        assert_eq!(marks.first(), Some(&(0.0, 0.0)));
        assert_eq!(marks.last(), Some(&(1.0, 60.0)));
        for (part, degrees) in marks {
            assert!((slope_at(part) - degrees).abs() < 1e-9);
        }
    }

    struct Nothing;

    impl Imagery for Nothing {
        fn paint(&self, _: Area, _: &mut [[u8; 4]]) -> Given {
            Given::Nothing
        }
        fn version(&self) -> u64 {
            0
        }
    }

    #[test]
    fn credits_are_those_of_shown_pictures() {
        let layer = |id: &str, visible, credit: &str| ImageryLayer {
            id: id.into(),
            name: id.into(),
            visible,
            credit: credit.into(),
            trouble: String::new(),
            source: Arc::new(Nothing),
        };
        let imagery = vec![
            layer("a", true, "NASA"),
            layer("b", false, "USGS"),
            layer("c", true, "ESA"),
            layer("d", true, "NASA"),
        ];
        let ground = GroundLayers { imagery, elevation: Vec::new() };
        let mut settings = GlobeSettings::default();
        assert_eq!(credits(&settings, &ground), "NASA  ·  ESA");
        let setting = LayerSetting { visible: true, opacity: 0.5 };
        settings.layers.insert("b".into(), setting);
        settings.layers.insert("c".into(), LayerSetting { visible: false, ..setting });
        assert_eq!(credits(&settings, &ground), "NASA  ·  USGS");
    }
}
