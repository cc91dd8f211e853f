//! Tile servers: which are shown, how they are, and the form that adds one.

use egui::{Align, Button, DragValue, Layout, Ui};
use marsdeck_engine::remote::tiles::Role;

use super::files::button;
use super::service::ServiceForm;
use super::{Subject, note, warn};
use crate::globe::LayerSetting;
use crate::panel::globe::data::{ServerEntry, layer_id};
use crate::widget::{bytes_text, count_text};

/// The list, and the form while it is open.
#[derive(Default)]
pub(super) struct ServerForm {
    /// The server whose tiles are to be removed, until the user has said it twice.
    emptying: String,
    form: Option<ServiceForm>,
}

impl ServerForm {
    pub(super) fn show(&mut self, ui: &mut Ui, subject: &mut Subject<'_>) {
        let mut offline = subject.data.is_offline();
        let hint = "Ask servers nothing; show only tiles that are on this computer";
        if ui.checkbox(&mut offline, "Work offline").on_hover_text(hint).changed() {
            subject.data.set_offline(offline);
        }
        let servers = subject.data.servers();
        for server in servers.iter().rev() {
            self.server(ui, subject, server);
        }
        let has_trouble = servers.iter().any(|s| !s.trouble.is_empty());
        ui.horizontal(|ui| {
            let mut gigabytes = subject.data.disk_gb();
            let label = ui.label("Keep at most");
            let drag = DragValue::new(&mut gigabytes).range(0.1..=1000.0).speed(0.1).suffix(" GB");
            let drag = ui.add(drag.max_decimals(1)).labelled_by(label.id);
            if drag.on_hover_text("Room on disk for the tiles of each server").changed() {
                subject.data.set_disk_gb(gigabytes);
            }
            if has_trouble && !offline && ui.button("Try again").clicked() {
                subject.data.retry();
            }
        });
        match &mut self.form {
            None => {
                if ui.button("Add a server…").clicked() {
                    self.form = Some(ServiceForm::default());
                }
            }
            Some(form) => {
                ui.separator();
                if form.show(ui, subject) {
                    self.form = None;
                }
            }
        }
    }

    fn server(&mut self, ui: &mut Ui, subject: &mut Subject<'_>, server: &ServerEntry) {
        let service = &server.service;
        let id = layer_id(&service.id);
        let mut visible = subject.settings.layers.get(&id).is_some_and(|l| l.visible);
        let what = match service.role {
            Role::Imagery => "pictures",
            Role::Elevation { .. } => "heights",
        };
        ui.horizontal(|ui| {
            let shown = ui.checkbox(&mut visible, &service.name);
            let hint = format!("{what}, levels to {}\n{}", service.max_level, service.url);
            if shown.on_hover_text(hint).changed() {
                let before = subject.settings.layers.get(&id).map_or(1.0, |l| l.opacity);
                subject.settings.layers.insert(id, LayerSetting { visible, opacity: before });
            }
            if server.is_own {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if button(ui, "Remove", &service.name) {
                        subject.data.remove_server(&service.id);
                    }
                });
            }
        });
        if visible && !server.trouble.is_empty() {
            // Being offline is what the user wanted.
            let say = if subject.data.is_offline() { note } else { warn };
            say(ui, subject.theme, &server.trouble);
        }
        if let Some((tiles, bytes)) = server.kept.filter(|(tiles, _)| *tiles > 0) {
            self.kept(ui, subject, &service.id, tiles, bytes);
        }
    }

    /// What is on the disk, and the button that removes it, which asks once more.
    fn kept(&mut self, ui: &mut Ui, subject: &Subject<'_>, id: &str, tiles: u64, bytes: u64) {
        ui.horizontal(|ui| {
            ui.add_space(20.0);
            let (tiles, bytes) = (count_text(tiles), bytes_text(bytes));
            note(ui, subject.theme, &format!("{tiles} tiles, {bytes} on this computer"));
            if self.emptying == id {
                if ui.add(Button::new("Remove them").small()).clicked() {
                    subject.data.empty(id, ui.ctx());
                    self.emptying.clear();
                }
                if ui.add(Button::new("Keep").small()).clicked() {
                    self.emptying.clear();
                }
            } else if ui.add(Button::new("Empty").small()).clicked() {
                id.clone_into(&mut self.emptying);
            }
        });
    }
}
