//! State of a request as shape, word and colour.

use egui::{Align2, Color32, FontId, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use marsdeck_engine::event_request::State;
use marsdeck_engine::mission::Severity;

use crate::theme::{SMALL, SeverityShape, Theme};
use crate::widget::paint_severity;

/// Rings wait for people, squares for the spacecraft, circles are here, diamond and triangle will
/// not come.
fn look(theme: &Theme, state: State) -> (SeverityShape, Color32) {
    match state {
        State::Draft => (SeverityShape::BarredRing, theme.text_weak),
        State::Closed => (SeverityShape::Ring, theme.text_weak),
        State::Proposed => (SeverityShape::Ring, theme.accent),
        State::Accepted => (SeverityShape::Circle, theme.accent),
        State::Commanded | State::Extracted => {
            (SeverityShape::Square, theme.severity(Severity::Standby))
        }
        State::Partial => (SeverityShape::Square, theme.severity(Severity::Watch)),
        State::Downlinked | State::Ingested => {
            (SeverityShape::Circle, theme.severity(Severity::Normal))
        }
        State::Rejected => (SeverityShape::Diamond, theme.severity(Severity::Distress)),
        State::Expired => (SeverityShape::Triangle, theme.severity(Severity::Critical)),
    }
}

/// The chip of a state.
pub(super) fn chip(ui: &mut Ui, theme: &Theme, state: State) -> Response {
    let (shape, colour) = look(theme, state);
    let word = state.word();
    let font = FontId::proportional(SMALL);
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font.clone(), theme.text);
    let size = vec2(galley.size().x + 20.0, galley.size().y.max(16.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if ui.is_rect_visible(rect) {
        let centre = pos2(rect.left() + 7.0, rect.center().y);
        paint_severity(ui.painter(), centre, 5.5, shape, colour);
        let at = pos2(rect.left() + 19.0, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, word, font, theme.text);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}
