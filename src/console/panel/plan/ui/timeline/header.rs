//! The axis at the top: sols with local mean times, and UTC.

use egui::{Align2, FontId, Rect, Stroke, Ui, pos2};

use super::super::super::model::desk::Desk;
use crate::clock::{TickLabels, axis_ticks};
use crate::plot::XMap;
use crate::state::TimeAxis;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Points from one label to the next at least.
const APART: f32 = 82.0;

/// Paints it: above LMST of the plan's mission, below UTC.
pub(super) fn paint(ui: &Ui, cx: &ViewContext<'_>, desk: &Desk, map: XMap, rect: Rect) {
    let theme = cx.theme;
    let painter = ui.painter_at(rect.expand2(egui::vec2(0.0, 0.0)));
    painter.rect_filled(rect, 0.0, theme.raised);
    let mission = &desk.plan().mission;
    let most = ((rect.width() / APART) as usize).max(2);
    let font = FontId::proportional(SMALL);
    let has_sols = cx.clocks.lmst(mission, map.range().start).is_some();
    let lines = [(TimeAxis::Lmst, rect.top() + 10.0), (TimeAxis::Utc, rect.bottom() - 10.0)];
    for (axis, y) in lines.into_iter().filter(|(axis, _)| has_sols || *axis == TimeAxis::Utc) {
        let labels = TickLabels { clocks: cx.clocks, mission, axis };
        for tick in axis_ticks(map.range(), most, labels) {
            let x = map.x(tick.time);
            let colour = if tick.major { theme.text } else { theme.text_weak };
            let edge = if axis == TimeAxis::Lmst { rect.top() } else { rect.bottom() };
            let toward = if axis == TimeAxis::Lmst { edge + 4.0 } else { edge - 4.0 };
            painter.line_segment([pos2(x, edge), pos2(x, toward)], Stroke::new(1.0, colour));
            painter.text(pos2(x + 3.0, y), Align2::LEFT_CENTER, &tick.label, font.clone(), colour);
        }
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.line));
    let names = Rect::from_min_max(
        pos2(rect.left() - super::NAMES, rect.top()),
        pos2(rect.left(), rect.bottom()),
    );
    let left = names.left() + 6.0;
    let words = if has_sols { "LMST" } else { "" };
    for (word, y) in [(words, rect.top() + 10.0), ("UTC", rect.bottom() - 10.0)] {
        let at = pos2(left, y);
        ui.painter().text(at, Align2::LEFT_CENTER, word, font.clone(), theme.text_weak);
    }
}
