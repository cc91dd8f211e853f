//! Paints one product: what it is, its label, checksum and problems, and where it leads.

use egui::{RichText, ScrollArea, TextEdit, Ui};
use marsdeck_engine::archive::Product;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::time::iso;

use super::model;
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, simulated_badge};

/// Most problems on screen.
const PROBLEMS_SHOWN: usize = 200;

/// Paints the details.
pub(super) fn show(ui: &mut Ui, cx: &ViewContext<'_>, product: &Product) {
    let about = &product.about;
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&about.name).heading().color(cx.theme.text));
        if about.product == "simulated" {
            simulated_badge(ui, cx.theme);
        }
        buttons(ui, cx, product);
    });
    ScrollArea::vertical().id_salt(("product", product.id)).auto_shrink(false).show(ui, |ui| {
        if !about.summary.is_empty() {
            ui.label(&about.summary);
        }
        facts(ui, cx, product);
        problems(ui, cx, product);
        label(ui, cx, product);
    });
}

fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, product: &Product) {
    let about = &product.about;
    let keys = model::series_of(product, &cx.snapshot.series, &cx.snapshot.missions);
    if about.format == "chemcam" {
        if ui.button("Show spectrum").clicked() {
            cx.intents.send(UiIntent::SelectProduct(product.id));
            cx.intents.send(UiIntent::OpenPanel("Spectra".into()));
        }
    } else if about.format == "quakeml" {
        if ui.button("Show in catalogue").clicked() {
            cx.intents.send(UiIntent::OpenPanel("Catalogue".into()));
        }
    } else if !keys.is_empty() {
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        if ui.button("Show in plots").on_hover_text(names.join("\n")).clicked() {
            cx.intents.send(UiIntent::PlotOnly(keys));
            cx.intents.send(UiIntent::OpenPanel("Plots".into()));
            if let Some(span) = about.span {
                cx.intents.send(UiIntent::SetRange(span));
            }
        }
    }
    if let Some(span) = about.span
        && ui.button("Go to its time").on_hover_text("Cursor and range to what it covers").clicked()
    {
        cx.intents.send(UiIntent::SetCursor(span.start));
        if span.duration_s() > 0.0 {
            cx.intents.send(UiIntent::SetRange(span));
        }
    }
}

fn facts(ui: &mut Ui, cx: &ViewContext<'_>, product: &Product) {
    let about = &product.about;
    let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
    let or_dash = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let covers = about
        .span
        .map_or("–".to_owned(), |span| format!("{} to {}", iso(span.start, 3), iso(span.end, 3)));
    egui::Grid::new("product facts").num_columns(4).spacing([14.0, 3.0]).show(ui, |ui| {
        let size = format!("{} ({} bytes)", model::size_text(product.bytes), product.bytes);
        let place = format!("{} / {}", or_dash(&about.mission), or_dash(&about.instrument));
        let rows = [
            [("Format", model::format_text(&about.format).to_owned()), ("Mission", place)],
            [("Identity", or_dash(&about.product)), ("Size", size)],
            [("Covers", covers), ("Stored", iso(product.stored, 0))],
        ];
        for row in rows {
            for (name, value) in row {
                ui.label(weak(name));
                ui.label(value);
            }
            ui.end_row();
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.label(weak("SHA-256"));
        ui.label(RichText::new(&product.sha256).monospace().size(SMALL));
        if ui.button("Copy").on_hover_text("Copy the checksum").clicked() {
            ui.copy_text(product.sha256.clone());
        }
    });
}

fn problems(ui: &mut Ui, cx: &ViewContext<'_>, product: &Product) {
    let list = &product.about.problems;
    if list.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.add(SeverityBadge::new(cx.theme, Severity::Watch).word("PROBLEMS"));
        let all: Vec<String> = list.iter().map(ToString::to_string).collect();
        ui.label(RichText::new(format!("{} in this file", list.len())).color(cx.theme.text_weak));
        if ui.button("Copy all").clicked() {
            ui.copy_text(all.join("\n"));
        }
    });
    for problem in list.iter().take(PROBLEMS_SHOWN) {
        ui.label(RichText::new(problem.to_string()).size(SMALL));
    }
    if list.len() > PROBLEMS_SHOWN {
        let more = format!("{} more; Copy all has them.", list.len() - PROBLEMS_SHOWN);
        ui.label(RichText::new(more).size(SMALL).color(cx.theme.text_weak));
    }
}

fn label(ui: &mut Ui, cx: &ViewContext<'_>, product: &Product) {
    let (mut text, is_cut) = model::clipped(&product.about.label);
    if text.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.label(RichText::new("Label").strong());
        if is_cut {
            let of = model::size_text(product.about.label.len() as u64);
            let note = format!("the first 64 KiB of {of}");
            ui.label(RichText::new(note).size(SMALL).color(cx.theme.text_weak));
        }
        if ui.button("Copy label").clicked() {
            ui.copy_text(product.about.label.clone());
        }
    });
    let edit = TextEdit::multiline(&mut text)
        .font(egui::FontId::monospace(SMALL))
        .desired_width(f32::INFINITY)
        .desired_rows(3);
    let response = ui.add(edit);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "Label text")
    });
}
