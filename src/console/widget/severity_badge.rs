//! Severity as colour + shape + word. The shape is painted, so it needs no glyph.

use egui::{
    Align2, Color32, FontId, Painter, Pos2, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};
use marsdeck_engine::mission::Severity;

use crate::theme::{SMALL, SeverityShape, Theme, severity_shape, severity_word};

/// Colour, shape and word of a severity.
pub struct SeverityBadge<'a> {
    severity: Severity,
    theme: &'a Theme,
    word: Option<&'a str>,
    shape_only: bool,
}

impl<'a> SeverityBadge<'a> {
    /// The badge of a severity.
    pub fn new(theme: &'a Theme, severity: Severity) -> Self {
        Self { severity, theme, word: None, shape_only: false }
    }

    /// With another word than the severity's own, such as the mode of an instrument.
    #[must_use]
    pub fn word(mut self, word: &'a str) -> Self {
        self.word = Some(word);
        self
    }

    /// Only the shape, for rows of a table whose word stands elsewhere.
    #[must_use]
    pub fn shape_only(mut self) -> Self {
        self.shape_only = true;
        self
    }
}

impl egui::Widget for SeverityBadge<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let word = self.word.unwrap_or_else(|| severity_word(self.severity));
        let colour = self.theme.severity(self.severity);
        let font = FontId::proportional(SMALL);
        let galley = ui.painter().layout_no_wrap(word.to_owned(), font.clone(), colour);
        let text = if self.shape_only { 0.0 } else { galley.size().x + 5.0 };
        let size = vec2(14.0 + text, galley.size().y.max(16.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let centre = pos2(rect.left() + 7.0, rect.center().y);
            paint_severity(ui.painter(), centre, 5.5, severity_shape(self.severity), colour);
            if !self.shape_only {
                let at = pos2(rect.left() + 19.0, rect.center().y);
                ui.painter().text(at, Align2::LEFT_CENTER, word, font, colour);
            }
        }
        let label = match self.word {
            Some(word) => format!("{} {word}", severity_word(self.severity)),
            None => severity_word(self.severity).to_owned(),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        if self.shape_only { response.on_hover_text(label) } else { response }
    }
}

/// Paints the shape of a severity around a point; `radius` in points.
pub fn paint_severity(
    painter: &Painter,
    centre: Pos2,
    radius: f32,
    shape: SeverityShape,
    colour: Color32,
) {
    let at = |x: f32, y: f32| centre + vec2(x, y) * radius;
    let polygon = |points: Vec<Pos2>| Shape::convex_polygon(points, colour, Stroke::NONE);
    let ring = Stroke::new(1.8, colour);
    match shape {
        SeverityShape::BarredRing => {
            painter.circle_stroke(centre, radius - 0.9, ring);
            painter.line_segment([at(-0.6, 0.6), at(0.6, -0.6)], ring);
        }
        SeverityShape::Ring => {
            painter.circle_stroke(centre, radius - 0.9, ring);
        }
        SeverityShape::Circle => {
            painter.circle_filled(centre, radius, colour);
        }
        SeverityShape::Square => {
            painter.add(polygon(vec![at(-0.9, -0.9), at(0.9, -0.9), at(0.9, 0.9), at(-0.9, 0.9)]));
        }
        SeverityShape::Diamond => {
            let points = vec![at(0.0, -1.15), at(1.15, 0.0), at(0.0, 1.15), at(-1.15, 0.0)];
            painter.add(polygon(points));
        }
        SeverityShape::Triangle => {
            painter.add(polygon(vec![at(0.0, -1.1), at(1.1, 0.9), at(-1.1, 0.9)]));
        }
    }
}
