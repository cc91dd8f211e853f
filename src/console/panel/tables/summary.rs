//! What a table leads to at a glance, and the rules that it breaks.

use egui::{Label, ProgressBar, RichText, ScrollArea, Ui, vec2};
use marsdeck_engine::mission::Severity as Shade;
use marsdeck_engine::sequence::table::{Catalogue, Severity};

use super::model::{self, Worked};
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, card};

/// Height of what stands in a card, in points.
const HEIGHT: f32 = 44.0;

/// Rate, memory and volume beside each other.
pub(super) fn amounts(ui: &mut Ui, cx: &ViewContext<'_>, catalogue: &Catalogue, worked: &Worked) {
    let allocation = catalogue.allocation_bits_per_sol as f64;
    let volume = worked.budget.volume_bits_per_sol;
    let share = volume / allocation.max(1.0);
    let facts = [
        ("To memory", model::rate_text(worked.budget.memory_bits_per_s)),
        ("Memory holds", model::life_text(worked.budget.memory_life_s)),
        ("Continuous data", model::volume_text(volume)),
    ];
    ui.horizontal_wrapped(|ui| {
        for (name, value) in facts {
            card(ui, cx.theme, None, |ui| {
                ui.vertical(|ui| {
                    ui.set_min_height(HEIGHT);
                    ui.label(RichText::new(name).size(SMALL).color(cx.theme.text_weak));
                    ui.label(RichText::new(&value).strong());
                });
            });
        }
        card(ui, cx.theme, None, |ui| {
            ui.vertical(|ui| {
                ui.set_min_height(HEIGHT);
                let name = format!("Of {} allocated", model::volume_text(allocation));
                ui.label(RichText::new(name).size(SMALL).color(cx.theme.text_weak));
                ui.horizontal(|ui| {
                    let fill = if share > 1.0 {
                        cx.theme.severity(Shade::Critical)
                    } else {
                        cx.theme.accent
                    };
                    let bar = ProgressBar::new(share.clamp(0.0, 1.0) as f32).fill(fill);
                    ui.add_sized(vec2(90.0, 10.0), bar.desired_height(10.0));
                    ui.label(RichText::new(format!("{:.0} %", share * 100.0)).strong());
                });
            });
        });
    });
}

/// All rules that are broken.
pub(super) fn rules(ui: &mut Ui, cx: &ViewContext<'_>, worked: &Worked) {
    if worked.violations.is_empty() {
        let sentence = "The table keeps every rule.";
        ui.label(RichText::new(sentence).color(cx.theme.text_weak));
        return;
    }
    ScrollArea::vertical().id_salt("rules").auto_shrink(false).show(ui, |ui| {
        for violation in &worked.violations {
            ui.horizontal(|ui| {
                let (shade, word) = match violation.severity {
                    Severity::Warning => (Shade::Watch, "warning"),
                    Severity::Violation => (Shade::Critical, "must not go up"),
                };
                ui.add(SeverityBadge::new(cx.theme, shade).word(word));
                let rows: Vec<String> =
                    violation.rows.iter().take(12).map(|at| (at + 1).to_string()).collect();
                let rows = match rows.len() {
                    0 => String::new(),
                    1 => format!(" (row {})", rows[0]),
                    _ => format!(" (rows {})", rows.join(", ")),
                };
                let text = format!("{}: {}{rows}", violation.rule, violation.reason);
                ui.add(Label::new(text).wrap());
            });
        }
    });
}
