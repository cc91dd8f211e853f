//! The form of a link: what is typed is checked as it is typed.

use egui::{Align, Button, ComboBox, Grid, Id, Key, Label, Layout, RichText, TextEdit, Ui, Window};
use marsdeck_engine::link::Framing;
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::Intent;

use super::model::{FRAMINGS, Typed};
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::ViewContext;

/// Width of a field in points.
const FIELD: f32 = 330.0;

/// The form, open or not.
#[derive(Default)]
pub(super) struct Form {
    typed: Option<Typed>,
    /// Whether the first field still wants the focus.
    fresh: bool,
}

impl Form {
    /// Opens it with a link.
    pub(super) fn open(&mut self, typed: Typed) {
        self.typed = Some(typed);
        self.fresh = true;
    }

    /// Shows it while it is open.
    pub(super) fn show(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        let Some(typed) = &mut self.typed else { return };
        let mut open = cx.snapshot.writable;
        let title = if typed.edits.is_some() { "Edit link" } else { "Add a link" };
        let mut done = false;
        Window::new(title)
            .id(Id::unique("link form"))
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .default_pos(ui.ctx().content_rect().center() - egui::vec2(240.0, 200.0))
            .show(ui.ctx(), |ui| {
                let wants_focus = std::mem::take(&mut self.fresh);
                let entered = fields(ui, cx, typed, wants_focus);
                ui.add_space(4.0);
                done = buttons(ui, cx, typed, entered);
            });
        let escaped = ui.input(|input| input.key_pressed(Key::Escape));
        if done || !open || escaped {
            self.typed = None;
        }
    }
}

/// The fields; true when Enter ended one of the first two.
fn fields(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed, wants_focus: bool) -> bool {
    let mut left = false;
    Grid::new("link fields").num_columns(2).spacing([10.0, 6.0]).show(ui, |ui| {
        let is_new = typed.edits.is_none();
        let name = line(ui, cx, "Name", &mut typed.name, FIELD, is_new);
        if wants_focus && is_new {
            name.request_focus();
        }
        left |= name.lost_focus();
        if !is_new {
            name.on_disabled_hover_text("A link keeps its name: add another one instead.");
        }
        let problem = typed.name_problem(&cx.snapshot.links).unwrap_or_default();
        said(ui, cx, problem, typed.name.is_empty(), 1);
        let source = line(ui, cx, "Source", &mut typed.source, FIELD, true);
        left |= source.lost_focus();
        source.on_hover_text(
            "tcp:HOST:PORT, tcp-listen:HOST:PORT, udp:HOST:PORT, seedlink:HOST:PORT/NET_STA, \
             file:PATH, folder:PATH, https://…",
        );
        let problem = typed.source_problem().unwrap_or_default();
        said(ui, cx, &problem, typed.source.is_empty(), 4);
        if typed.may_have_frames() {
            framing(ui, cx, typed);
        }
        mission(ui, cx, typed);
        let product = line(ui, cx, "Product", &mut typed.product, 160.0, true);
        product.on_hover_text("Identity of the series it brings; empty: raw");
        let silent = line(ui, cx, "Silent after, s", &mut typed.silent_after_s, 80.0, true);
        silent.on_hover_text("Without data for so long the link is marked; 0: never");
        if typed.polls() {
            let poll = line(ui, cx, "Look every, s", &mut typed.poll_s, 80.0, true);
            poll.on_hover_text("Time between two looks at the folder or address");
        }
        ui.label("");
        ui.checkbox(&mut typed.enabled, "Start it now");
        ui.end_row();
    });
    left && ui.input(|input| input.key_pressed(Key::Enter))
}

/// A named line of text in the grid.
fn line(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    name: &str,
    text: &mut String,
    width: f32,
    enabled: bool,
) -> egui::Response {
    let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
    let edit = ui.add_enabled(enabled, TextEdit::singleline(text).desired_width(width));
    ui.end_row();
    edit.labelled_by(label.id)
}

/// A row of the grid with what is wrong with the field above, quiet while nothing was typed. It is
/// always there and as high as so many lines, so that nothing jumps.
fn said(ui: &mut Ui, cx: &ViewContext<'_>, problem: &str, untouched: bool, lines: u8) {
    ui.label("");
    let colour = if untouched { cx.theme.text_weak } else { cx.theme.severity(Severity::Watch) };
    let text = RichText::new(problem).size(SMALL).color(colour);
    let size = egui::vec2(FIELD, f32::from(lines) * (SMALL + 3.0));
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        ui.set_max_width(FIELD);
        ui.add(Label::new(text).wrap());
    });
    ui.end_row();
}

fn framing(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed) {
    let label = ui.label(RichText::new("Framing").color(cx.theme.text_weak));
    let chosen = FRAMINGS.iter().find(|(framing, _)| *framing == typed.framing);
    let combo = ComboBox::from_id_salt("framing").width(160.0);
    let combo = combo.selected_text(chosen.map_or("", |(_, text)| text));
    let response = combo.show_ui(ui, |ui| {
        for (framing, text) in FRAMINGS {
            ui.selectable_value(&mut typed.framing, framing, text);
        }
    });
    response.response.labelled_by(label.id);
    ui.end_row();
    if typed.framing != Framing::Packets {
        let frame = line(ui, cx, "Frame, bytes", &mut typed.frame_bytes, 80.0, true);
        frame.on_hover_text("Length of a transfer frame without its sync marker");
        ui.label("");
        ui.checkbox(&mut typed.randomised, "Frames are randomised")
            .on_hover_text("CCSDS 131.0-B, section 10");
        ui.end_row();
    }
}

fn mission(ui: &mut Ui, cx: &ViewContext<'_>, typed: &mut Typed) {
    const ANY: &str = "By what the dictionary can read";
    let label = ui.label(RichText::new("Mission").color(cx.theme.text_weak));
    let missions = &cx.snapshot.missions.missions;
    let chosen = missions.iter().find(|m| m.id == typed.mission);
    let text = match chosen {
        Some(mission) => mission.name.clone(),
        None if typed.mission.is_empty() => ANY.to_owned(),
        None => typed.mission.clone(),
    };
    let combo = ComboBox::from_id_salt("link mission").width(240.0).selected_text(text);
    let response = combo.show_ui(ui, |ui| {
        ui.selectable_value(&mut typed.mission, String::new(), ANY);
        for mission in missions {
            ui.selectable_value(&mut typed.mission, mission.id.clone(), &mission.name);
        }
    });
    response.response.labelled_by(label.id);
    ui.end_row();
}

/// Sends the link; true when the form is done.
fn buttons(ui: &mut Ui, cx: &ViewContext<'_>, typed: &Typed, entered: bool) -> bool {
    let link = typed.link(&cx.snapshot.links);
    let mut done = false;
    ui.horizontal(|ui| {
        let text = if typed.edits.is_some() { "Save link" } else { "Add link" };
        let save = ui.add_enabled(link.is_ok(), Button::new(text));
        let why = link.as_ref().err().map_or("", String::as_str);
        let pressed = save.on_disabled_hover_text(why).clicked();
        if let (true, Ok(link)) = (pressed || entered, link.clone()) {
            cx.intents.send(UiIntent::SelectLink(link.name.clone()));
            cx.intents.send(UiIntent::Engine(Intent::PutLink { link: Box::new(link) }));
            done = true;
        }
        done |= ui.button("Cancel").clicked();
        // The problems of name and source stand beside their fields.
        let beside =
            typed.name_problem(&cx.snapshot.links).is_some() || typed.source_problem().is_some();
        if let (Err(problem), false) = (&link, beside) {
            let colour = cx.theme.severity(Severity::Watch);
            ui.label(RichText::new(problem).size(SMALL).color(colour));
        }
    });
    done
}
