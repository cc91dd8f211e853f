//! The answers that the rows draw: one curve a series, and one for each sol laid over it.

use egui::{Color32, Ui};

use super::model::{self, Item};
use crate::plot::{Curve, LimitLine, PlotView, Row, sol_overlays};
use crate::theme::severity_word;
use crate::view::{CurveAnswer, ViewContext, ask_curve};

/// So many overlays have a line each in the legend.
const LABELLED: usize = 2;

/// What is shown beside the series.
pub(super) struct Shown {
    /// Number of sols laid over the shown ones.
    pub(super) overlays: u32,
    /// Whether limits are drawn.
    pub(super) limits: bool,
}

/// One curve to be.
struct Asked {
    item: usize,
    label: String,
    colour: Color32,
    shift_ns: i64,
    answer: CurveAnswer,
}

/// All curves of the panel.
pub(super) struct Curves<'a> {
    asked: Vec<Asked>,
    shown: &'a Shown,
}

impl<'a> Curves<'a> {
    /// Asks for all of them.
    pub(super) fn ask(ui: &Ui, cx: &ViewContext<'_>, items: &[Item<'_>], shown: &'a Shown) -> Self {
        let columns = PlotView::columns(ui);
        let slot = ui.scope_id().with("curves");
        let mut asked = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let Some(series) = item.summary else { continue };
            let colour = cx.theme.curve(i);
            let mission = if item.mission.is_empty() { cx.mission() } else { item.mission };
            // The oldest first, so that the shown sol is painted over them.
            let sols = sol_overlays(cx.clocks, mission, cx.time.range, shown.overlays);
            let many = sols.len() > LABELLED;
            for (back, sol) in sols.iter().enumerate().rev() {
                let share = 0.65 - 0.45 * back as f32 / sols.len() as f32;
                let label = format!("{}, sol {}", item.label, sol.sol);
                asked.push(Asked {
                    item: i,
                    label: if many { String::new() } else { label },
                    colour: colour.gamma_multiply(share),
                    shift_ns: sol.shift_ns,
                    answer: ask_curve(cx.queries, slot.with(back), series, sol.range, columns),
                });
            }
            let answer = ask_curve(cx.queries, slot, series, cx.time.range, columns);
            let label = match (sols.last(), sols.first()) {
                (Some(from), Some(to)) if many => {
                    format!("{}, over sols {} to {}", item.label, from.sol, to.sol)
                }
                _ => item.label.clone(),
            };
            asked.push(Asked { item: i, label, colour, shift_ns: 0, answer });
        }
        Self { asked, shown }
    }

    /// Whether any newer answer is under way.
    pub(super) fn loading(&self) -> bool {
        self.asked.iter().any(|asked| asked.answer.loading)
    }

    /// The row of some items.
    pub(super) fn row<'b>(
        &'b self,
        cx: &ViewContext<'_>,
        items: &'b [Item<'b>],
        row: &[usize],
    ) -> Row<'b> {
        let mut painted = Row::default();
        for i in row {
            let Some(item) = items.get(*i) else { continue };
            if painted.name.is_empty() {
                painted.name = item.key.to_string();
            }
            let mut any = false;
            for asked in self.asked.iter().filter(|asked| asked.item == *i) {
                any = true;
                let data = asked.answer.parts().into();
                painted.curves.push(Curve {
                    shift_ns: asked.shift_ns,
                    loading: asked.answer.loading,
                    simulated: item.key.is_simulated(),
                    ..Curve::new(&asked.label, item.unit, asked.colour, data)
                });
            }
            if !any {
                let none = crate::plot::CurveData::None;
                painted.curves.push(Curve::new(&item.label, item.unit, cx.theme.curve(*i), none));
            }
            if let (true, Some(parameter)) = (self.shown.limits, item.parameter) {
                for (value, severity, low, holds) in model::limits(parameter, cx.time.range) {
                    let side = if low { "low" } else { "high" };
                    painted.limits.push(LimitLine {
                        value,
                        holds,
                        colour: cx.theme.severity(severity),
                        label: format!("{} {side} {value}", severity_word(severity)),
                    });
                }
            }
        }
        // The shown sol is first in the legend, but painted last.
        painted.curves.sort_by_key(|curve| curve.shift_ns != 0);
        painted
    }
}
