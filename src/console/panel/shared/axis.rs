//! The choice of what time axes are labelled in, for panels with a time axis.

use egui::{ComboBox, RichText, Ui};

use crate::intent::UiIntent;
use crate::state::TimeAxis;
use crate::view::ViewContext;

/// A choice box of the labels of all time axes.
pub fn axis_choice(ui: &mut Ui, cx: &ViewContext<'_>) {
    let word = |axis| match axis {
        TimeAxis::Utc => "UTC",
        TimeAxis::Lmst => "LMST",
        TimeAxis::Ltst => "LTST",
        TimeAxis::SolOfDay => "Hours of sol",
    };
    let label = ui.label(RichText::new("Time in").color(cx.theme.text_weak));
    let combo = ComboBox::from_id_salt("time axis")
        .width(96.0)
        .selected_text(word(cx.time.axis))
        .show_ui(ui, |ui| {
            for axis in [TimeAxis::Utc, TimeAxis::Lmst, TimeAxis::Ltst, TimeAxis::SolOfDay] {
                if ui.selectable_label(axis == cx.time.axis, word(axis)).clicked() {
                    cx.intents.send(UiIntent::SetAxis(axis));
                }
            }
        });
    let hint = format!(
        "What the time axes are labelled in; sols are those of {} ({}).",
        cx.mission(),
        cx.clocks.convention()
    );
    combo.response.labelled_by(label.id).on_hover_text(hint);
}
