//! Level of an event message as colour + shape + word, in the colours of the AMPCS clients.

use egui::{
    Align2, Color32, FontId, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use marsdeck_engine::archive::EvrLevel;

use super::paint_severity;
use crate::theme::{SMALL, SeverityShape, Theme, contrast, data_color};

/// Chip of a level. Its ground is the level's colour; a level without one has an outline.
pub struct LevelBadge<'a> {
    theme: &'a Theme,
    level: EvrLevel,
}

impl<'a> LevelBadge<'a> {
    /// The chip of a level.
    pub fn new(theme: &'a Theme, level: EvrLevel) -> Self {
        Self { theme, level }
    }
}

/// The shape that says a level without colour or word.
fn shape(level: EvrLevel) -> SeverityShape {
    match level {
        EvrLevel::Fatal | EvrLevel::Fault => SeverityShape::Triangle,
        EvrLevel::WarningHi => SeverityShape::Diamond,
        EvrLevel::WarningLo | EvrLevel::Warning => SeverityShape::Square,
        EvrLevel::Command | EvrLevel::ActivityHi => SeverityShape::Circle,
        EvrLevel::ActivityLo | EvrLevel::Diagnostic => SeverityShape::Ring,
        EvrLevel::EvrUnknown => SeverityShape::BarredRing,
    }
}

/// Black or white, whichever reads better on a ground.
fn ink(ground: Color32) -> Color32 {
    let [black, white] = [data_color([0; 3]), data_color([255; 3])];
    if contrast(black, ground) >= contrast(white, ground) { black } else { white }
}

impl egui::Widget for LevelBadge<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let word = self.level.word();
        let ground = self.level.colour().map(data_color);
        let ink = ground.map_or(self.theme.text, ink);
        let font = FontId::proportional(SMALL);
        let galley = ui.painter().layout_no_wrap(word.to_owned(), font.clone(), ink);
        let size = vec2(galley.size().x + 26.0, galley.size().y.max(16.0) + 2.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            if let Some(ground) = ground {
                painter.rect_filled(rect, 3.0, ground);
            } else {
                let line = Stroke::new(1.0, self.theme.text_weak);
                painter.rect_stroke(rect, 3.0, line, StrokeKind::Inside);
            }
            let centre = pos2(rect.left() + 11.0, rect.center().y);
            paint_severity(painter, centre, 4.5, shape(self.level), ink);
            let at = pos2(rect.left() + 21.0, rect.center().y);
            painter.text(at, Align2::LEFT_CENTER, word, font, ink);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_well_on_every_colour() {
        for level in EvrLevel::ALL {
            let Some(ground) = level.colour().map(data_color) else { continue };
            assert!(contrast(ink(ground), ground) >= 4.5, "{}", level.word());
        }
    }
}
