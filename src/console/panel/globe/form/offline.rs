//! "Take this area offline": what it takes, and how far it is.

use egui::{Button, ComboBox, ProgressBar, RichText, Slider, Ui};
use marsdeck_engine::remote::tiles::{Estimate, Progress, TileService};

use super::{FIELD, Subject, fields, note, warn};
use crate::globe::LatLon;
use crate::globe::geodesy::MEAN_RADIUS_M;
use crate::globe::ground::tile::Area;
use crate::globe::measure::{length_text, place_text};
use crate::panel::globe::data::{ServerEntry, layer_id};
use crate::widget::{bytes_text, count_text};

/// What is chosen.
#[derive(Default)]
pub(super) struct OfflineForm {
    /// Short name of the server; the first one until the user decides.
    server: String,
    /// Finest level; none: the finest there is.
    level: Option<u32>,
    /// The area that the estimate is of.
    area: Option<Area>,
}

impl OfflineForm {
    pub(super) fn show(&mut self, ui: &mut Ui, subject: &Subject<'_>) {
        let (servers, theme) = (subject.data.servers(), subject.theme);
        // The topmost that this globe shows, until the user decides.
        let is_shown = |s: &&ServerEntry| {
            subject.settings.layers.get(&layer_id(&s.service.id)).is_some_and(|l| l.visible)
        };
        let chosen = servers.iter().find(|s| s.service.id == self.server);
        let Some(server) = chosen.or(servers.iter().rev().find(is_shown)).or(servers.first())
        else {
            note(ui, theme, "Add a tile server first.");
            return;
        };
        let service = &server.service;
        let before = service.id.clone();
        let mut level = self.level.unwrap_or(service.max_level);
        level = level.clamp(service.min_level, service.max_level);
        fields(ui, "offline", |ui| {
            let label = ui.label(RichText::new("Server").color(theme.text_weak));
            let combo = ComboBox::from_id_salt("offline server").width(FIELD).truncate();
            let combo = combo.selected_text(&service.name).show_ui(ui, |ui| {
                for other in servers.iter().rev() {
                    let id = &other.service.id;
                    if ui.selectable_label(*id == before, &other.service.name).clicked() {
                        self.server.clone_from(id);
                    }
                }
            });
            combo.response.labelled_by(label.id);
            ui.end_row();
            let label = ui.label(RichText::new("Down to").color(theme.text_weak));
            ui.spacing_mut().slider_width = 100.0;
            let pixel = |level: f64, _| pixel_text(service, level as u32);
            let slider = Slider::new(&mut level, service.min_level..=service.max_level)
                .custom_formatter(pixel);
            ui.add(slider).labelled_by(label.id).on_hover_text("Size of the finest pixels");
            ui.end_row();
        });
        self.level = Some(level);
        if !self.server.is_empty() && self.server != before {
            self.level = None;
            self.area = None;
            return;
        }
        let levels = (service.min_level, level);
        let is_running = server.download.as_ref().is_some_and(|d| d.1.running);
        ui.horizontal(|ui| {
            let can = subject.area.is_some() && !is_running;
            let estimate = ui.add_enabled(can, Button::new("Estimate this view"));
            let hint = "How many tiles the area on screen takes, down to the chosen level";
            if let (true, Some(area)) = (estimate.on_hover_text(hint).clicked(), subject.area) {
                subject.data.prepare(&service.id, area, levels, ui.ctx());
                self.area = Some(area);
            }
            let has_room = server.download.as_ref().is_some_and(|d| d.0.fits);
            let is_left = server.download.as_ref().is_some_and(|d| !is_done(&d.1));
            let can = !is_running && is_left && has_room;
            let start = ui.add_enabled(can, Button::new("Take offline"));
            let hint = "Estimate it first. It must fit into what may be kept on disk.";
            if start.on_disabled_hover_text(hint).clicked() {
                subject.data.start_download(&service.id);
            }
            if is_running && ui.button("Stop").clicked() {
                subject.data.cancel_download(&service.id);
            }
        });
        if let Some((estimate, progress)) = &server.download {
            self.course(ui, subject, *estimate, progress);
        }
    }

    fn course(&self, ui: &mut Ui, subject: &Subject<'_>, estimate: Estimate, progress: &Progress) {
        let theme = subject.theme;
        if let Some(area) = self.area {
            note(ui, theme, &area_text(area));
        }
        let tiles = count_text(estimate.tiles);
        let basis = if estimate.known > 0 {
            format!("by {} known tiles", count_text(estimate.known))
        } else {
            "by tiles of usual size".to_owned()
        };
        note(ui, theme, &format!("{tiles} tiles, about {} {basis}", bytes_text(estimate.bytes)));
        if !estimate.fits {
            let words = "That is more than may be kept on disk: allow more above, or choose a \
                         smaller area or a coarser level.";
            warn(ui, theme, words);
        }
        let done = progress.done + progress.failed;
        if done > 0 || progress.running {
            let part = done as f32 / progress.total.max(1) as f32;
            let words =
                format!("{} of {tiles}, {}", count_text(progress.done), bytes_text(progress.bytes));
            ui.add(ProgressBar::new(part).text(words).desired_width(super::WIDTH - 40.0));
        }
        if progress.running && subject.data.is_offline() {
            warn(ui, theme, "It waits: end “Work offline” to let it go on.");
        }
        if progress.failed > 0 {
            let failed = count_text(progress.failed);
            let words = format!("{failed} tiles could not be had. Estimate and start again later.");
            warn(ui, theme, &words);
        } else if is_done(progress) {
            note(ui, theme, "All of it is on this computer.");
        }
        if !progress.stopped.is_empty() {
            warn(ui, theme, &progress.stopped);
        }
    }
}

fn is_done(progress: &Progress) -> bool {
    progress.done + progress.failed >= progress.total
}

/// Size of the pixels of a level at the equator.
fn pixel_text(service: &TileService, level: u32) -> String {
    let columns = service.matrix.size(level).map_or(1, |size| size.0);
    let pixels = f64::from(columns) * f64::from(service.tile_px.max(1));
    format!("{} (level {level})", length_text(std::f64::consts::TAU * MEAN_RADIUS_M / pixels))
}

fn area_text(area: Area) -> String {
    if area.east - area.west >= 359.9 && area.north - area.south >= 179.9 {
        return "The whole planet".to_owned();
    }
    let corner = |lat, lon| place_text(LatLon::new(lat, lon), 1);
    format!("{} to {}", corner(area.south, area.west), corner(area.north, area.east))
}
