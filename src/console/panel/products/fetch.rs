//! Paints the form that fetches from an FDSN service, and the jobs of ingest and fetch.

use egui::{CollapsingHeader, ComboBox, RichText, TextEdit, Ui};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::runtime::{FdsnSource, Intent, JobState, JobView, fdsn_presets};

use super::form::{Form, Reading};
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::ViewContext;
use crate::widget::{SeverityBadge, job_line};

/// Ended jobs that stay on screen.
const ENDED_SHOWN: usize = 2;

/// The form and what it may choose from.
pub(super) struct FetchForm {
    form: Form,
    services: Vec<FdsnSource>,
}

impl Default for FetchForm {
    fn default() -> Self {
        Self { form: Form::default(), services: fdsn_presets() }
    }
}

impl FetchForm {
    /// Paints it, closed until it is opened.
    pub(super) fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        CollapsingHeader::new("Fetch from an FDSN service")
            .id_salt("fetch form")
            .show(ui, |ui| self.contents(ui, cx));
    }

    fn contents(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let mission = self.form.mission(cx.mission()).to_owned();
        let weak = |text: &str| RichText::new(text).color(cx.theme.text_weak);
        egui::Grid::new("fetch fields").num_columns(3).spacing([10.0, 6.0]).show(ui, |ui| {
            self.service(ui, cx);
            ui.end_row();
            let label = ui.label(weak("Channels"));
            let edit = TextEdit::singleline(&mut self.form.channels).desired_width(220.0);
            ui.add(edit).labelled_by(label.id);
            ui.label(weak("NET.STA.LOC.CHA, with * and ?; several with commas").size(SMALL));
            ui.end_row();
            let start = self.form.start(&mission);
            time_row(ui, cx, "From", &mut self.form.from, "2019-07-26T12:00 or Sol 235", &start);
            let end = self.form.end(&mission);
            time_row(ui, cx, "To", &mut self.form.to, "the end of that sol", &end);
        });
        let intent = self.form.intent(&self.services, cx.mission());
        ui.horizontal_wrapped(|ui| {
            let able = cx.snapshot.writable && intent.is_ok();
            let pressed = ui.add_enabled(able, egui::Button::new("Fetch")).clicked();
            match intent {
                _ if !cx.snapshot.writable => {
                    ui.label(weak("This console only reads the archive."));
                }
                Ok(intent) => {
                    let what = "Waveforms, station metadata and events; what is there is skipped.";
                    ui.label(weak(what).size(SMALL));
                    if pressed {
                        cx.intents.send(UiIntent::Engine(intent));
                    }
                }
                Err(sentence) => {
                    ui.add(SeverityBadge::new(cx.theme, Severity::Watch).shape_only());
                    ui.label(sentence);
                }
            }
        });
    }

    fn service(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let own = self.services.len();
        let name = |i: usize| self.services.get(i).map_or("Own base URL", |s| s.name.as_str());
        let label = ui.label(RichText::new("Service").color(cx.theme.text_weak));
        let combo = ComboBox::from_id_salt("fdsn service").width(220.0);
        let mut chosen = self.form.service.min(own);
        let response = combo.selected_text(name(chosen)).show_ui(ui, |ui| {
            for i in 0..=own {
                ui.selectable_value(&mut chosen, i, name(i));
            }
        });
        response.response.labelled_by(label.id);
        self.form.service = chosen;
        if let Some(service) = self.services.get(chosen) {
            ui.label(RichText::new(&service.base).size(SMALL).color(cx.theme.text_weak));
            return;
        }
        let edit = TextEdit::singleline(&mut self.form.base)
            .hint_text("https://ws.ipgp.fr")
            .desired_width(240.0);
        let named = || egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Base URL");
        ui.add(edit).widget_info(named);
    }
}

fn time_row(
    ui: &mut Ui,
    cx: &ViewContext<'_>,
    name: &str,
    text: &mut String,
    hint: &str,
    reading: &Result<Reading, String>,
) {
    let label = ui.label(RichText::new(name).color(cx.theme.text_weak));
    let edit = TextEdit::singleline(text).hint_text(hint).desired_width(220.0);
    ui.add(edit).labelled_by(label.id);
    let said = match reading {
        Ok(reading) => RichText::new(&reading.text).color(cx.theme.text),
        Err(_) if text.trim().is_empty() => RichText::new("").color(cx.theme.text_weak),
        Err(error) => RichText::new(error).color(cx.theme.severity(Severity::Distress)),
    };
    ui.label(said.size(SMALL));
    ui.end_row();
}

/// Jobs that run, and the last that ended.
pub(super) fn jobs(ui: &mut Ui, cx: &ViewContext<'_>) {
    let is_running = |job: &&JobView| matches!(job.state, JobState::Running(_));
    let running = cx.snapshot.jobs.iter().filter(is_running);
    let ended = cx.snapshot.jobs.iter().filter(|job| !is_running(job)).take(ENDED_SHOWN);
    for job in running.chain(ended) {
        if job_line(ui, cx.theme, job).is_some_and(|cancel| cancel.clicked()) {
            cx.intents.send(UiIntent::Engine(Intent::Cancel { job: job.id }));
        }
    }
}
