//! Paints the panel: which link, the kinds of packets and the last ones, and one packet in full.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{ComboBox, Frame, Margin, RichText, Ui};
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{PacketKey, PacketPicture, PacketRow, PacketSeen};

use super::fields::FieldTree;
use super::{dump, lists, model};
use crate::clock::{utc_clock, utc_text};
use crate::intent::UiIntent;
use crate::state::Mode;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext, chosen_link};
use crate::widget::{EmptyState, bytes_text, duration_text};

/// Below this height in points two tables do not fit one above the other.
const SHORT: f32 = 400.0;
/// Packets that are looked at in replay.
const REPLAYED: u32 = 500;

/// The Packets panel.
#[derive(Default)]
pub struct Packets {
    /// Link and picture that are held still for reading; none while packets run.
    held: Option<(String, Arc<PacketPicture>)>,
    /// Kind of packet to show; none: the first one.
    kind: Option<PacketKey>,
    /// The one packet that was chosen among the last ones; none: the newest of its kind.
    chosen: Option<PacketSeen>,
    /// Whether the list of the last packets shows only the kind that is chosen.
    only_kind: bool,
    /// Where two tables do not fit one above the other: the last packets in front of the kinds.
    last_in_front: bool,
    /// Where bytes and fields do not both fit: the bytes in front.
    bytes_in_front: bool,
    search: String,
    closed: BTreeSet<String>,
    tree: FieldTree,
}

impl Panel for Packets {
    fn title(&self) -> &'static str {
        "Packets"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let Some(link) = chosen_link(cx) else {
            let sentence = "Packets come over links. Add one in the Links panel.";
            if EmptyState::new("No links", sentence).button("Open Links").show(ui, cx.theme) {
                cx.intents.send(UiIntent::OpenPanel("Links".into()));
            }
            return;
        };
        let name = link.config.name.as_str();
        if self.held.as_ref().is_some_and(|(held, _)| held != name) {
            self.held = None;
        }
        let newest = match cx.time.mode {
            Mode::Live => cx.snapshot.packets.get(name).map(Arc::clone),
            _ => None,
        };
        let newest = newest.or_else(|| at_cursor(ui, cx, name));
        let picture = self.held.as_ref().map(|(_, held)| Arc::clone(held)).or(newest);
        self.controls(ui, cx, name, picture.as_ref());
        ui.separator();
        match picture.filter(|picture| !picture.rows.is_empty()) {
            Some(picture) => self.show(ui, cx, &picture),
            None if cx.time.mode != Mode::Live => {
                let sentence = "The archive keeps no packet of this link up to the cursor.";
                EmptyState::new("No packets so early", sentence).show(ui, cx.theme);
            }
            None => nothing(ui, cx, link.config.enabled),
        }
    }
}

/// The packets that the archive keeps up to the cursor, as they are decoded now.
fn at_cursor(ui: &Ui, cx: &ViewContext<'_>, link: &str) -> Option<Arc<PacketPicture>> {
    let request = Request::Packets { link: link.to_owned(), at: cx.time.cursor, limit: REPLAYED };
    let pending = cx.queries.ask(ui.scope_id().with("packets"), &request);
    match pending.answer?.1.as_ref() {
        Answer::Packets(picture) => Some(Arc::clone(picture)),
        _ => None,
    }
}

fn nothing(ui: &mut Ui, cx: &ViewContext<'_>, enabled: bool) {
    let sentence = if enabled {
        "They show as soon as the first one arrives. Files and miniSEED records hold no packets."
    } else {
        "This link is off. Switch it on in the Links panel."
    };
    if EmptyState::new("No packets yet", sentence).button("Open Links").show(ui, cx.theme) {
        cx.intents.send(UiIntent::OpenPanel("Links".into()));
    }
}

impl Packets {
    fn controls(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        name: &str,
        picture: Option<&Arc<PacketPicture>>,
    ) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label(RichText::new("Link").color(cx.theme.text_weak));
            let combo = ComboBox::from_id_salt("link").width(150.0).selected_text(name);
            let response = combo.show_ui(ui, |ui| {
                for link in cx.snapshot.links.iter() {
                    let known = link.config.name.as_str();
                    if ui.selectable_label(known == name, known).clicked() && known != name {
                        cx.intents.send(UiIntent::SelectLink(known.to_owned()));
                        (self.kind, self.chosen) = (None, None);
                    }
                }
            });
            response.response.labelled_by(label.id);
            let paused = self.held.is_some();
            let text = if paused { "Go on" } else { "Pause" };
            let hint = "Holds this picture still for reading; packets go on being stored";
            let pause = ui.add_enabled(picture.is_some(), egui::Button::new(text));
            if pause.on_hover_text(hint).clicked() {
                let held = picture.map(|picture| (name.to_owned(), Arc::clone(picture)));
                self.held = if paused { None } else { held };
            }
            if paused {
                let colour = cx.theme.replay;
                crate::widget::badge(ui, cx.theme, "HELD", colour)
                    .on_hover_text("This picture stands still. Press “Go on” for what comes now.");
            }
            ui.checkbox(&mut self.only_kind, "Last packets of this kind only");
            let dictionary = picture.map_or("", |picture| picture.dictionary.as_str());
            let text = match (picture, dictionary) {
                (None, _) => String::new(),
                (_, "") => "No dictionary fits: only headers and bytes are shown".to_owned(),
                (_, dictionary) => format!("Dictionary {dictionary}"),
            };
            ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            if cx.time.mode != Mode::Live && !paused {
                let text = "The last ones made up to the cursor, as received";
                ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
            }
        });
    }

    fn show(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, picture: &Arc<PacketPicture>) {
        let Some((kind, row)) = model::shown_kind(picture, self.kind) else { return };
        let short = ui.available_height() < SHORT;
        let margin = Margin { right: 6, ..Margin::ZERO };
        let left = egui::Panel::left("packet lists").resizable(true);
        let left = left.frame(Frame::new().inner_margin(margin));
        let width = (ui.available_width() * 0.47).clamp(300.0, 760.0);
        left.default_size(width).show(ui, |ui| {
            if short {
                ui.horizontal(|ui| {
                    let kinds = format!("Kinds ({})", picture.rows.len());
                    ui.selectable_value(&mut self.last_in_front, false, kinds);
                    let last = format!("Last packets ({})", picture.recent.len());
                    ui.selectable_value(&mut self.last_in_front, true, last);
                });
                if self.last_in_front {
                    self.recent(ui, cx, picture, kind);
                } else {
                    self.kinds(ui, cx, picture, kind);
                }
                return;
            }
            let below = egui::Panel::bottom("last packets").resizable(true).frame(Frame::NONE);
            below
                .default_size(ui.available_height() * 0.45)
                .show(ui, |ui| self.recent(ui, cx, picture, kind));
            egui::CentralPanel::no_frame().show(ui, |ui| self.kinds(ui, cx, picture, kind));
        });
        let margin = Margin { left: 8, ..Margin::ZERO };
        egui::CentralPanel::no_frame().frame(Frame::new().inner_margin(margin)).show(ui, |ui| {
            let chosen = self.chosen.clone();
            let packet = chosen.as_ref().unwrap_or(&row.last);
            header(ui, cx, packet, chosen.is_some());
            self.packet(ui, cx, picture, (kind, row), packet, short);
        });
    }

    fn kinds(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        picture: &PacketPicture,
        kind: PacketKey,
    ) {
        if let Some(clicked) = lists::kinds(ui, cx, &model::kinds(picture), kind) {
            self.kind = Some(clicked);
            self.chosen = None;
        }
    }

    fn recent(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        picture: &PacketPicture,
        kind: PacketKey,
    ) {
        let recent = model::recent(picture, self.only_kind.then_some(kind));
        let chosen = self.chosen.as_ref().map(|packet| packet.number);
        if let Some(packet) = lists::recent(ui, cx, &recent, chosen) {
            self.kind = Some(packet.key);
            self.chosen = Some(packet.clone());
        }
    }

    /// Bytes and fields of a packet: side by side or one above the other; where neither fits, one
    /// of them.
    fn packet(
        &mut self,
        ui: &mut Ui,
        cx: &ViewContext<'_>,
        picture: &Arc<PacketPicture>,
        (kind, row): (PacketKey, &PacketRow),
        packet: &PacketSeen,
        short: bool,
    ) {
        let is_newest = packet.number == row.last.number && packet.key == row.last.key;
        let free = ui.available_size();
        if free.x > dump::WIDTH + 420.0 {
            let panel = egui::Panel::left("packet bytes").resizable(false).frame(Frame::NONE);
            panel.exact_size(dump::WIDTH).show(ui, |ui| dump::show(ui, cx, packet));
        } else if short {
            ui.horizontal(|ui| {
                ui.selectable_value(&mut self.bytes_in_front, false, "Decoded");
                ui.selectable_value(&mut self.bytes_in_front, true, "Bytes");
            });
            if self.bytes_in_front || !is_newest {
                dump::show(ui, cx, packet);
                return;
            }
        } else {
            let panel = egui::Panel::bottom("packet bytes below").resizable(true);
            let panel = panel.frame(Frame::NONE).default_size(free.y * 0.45);
            panel.show(ui, |ui| dump::show(ui, cx, packet));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            if is_newest {
                self.tree.show(ui, cx, picture, kind, &mut self.search, &mut self.closed);
            } else {
                let sentence = "Fields are kept of the newest packet of each kind. Choose the \
                                kind to see them; Pause holds them still.";
                EmptyState::new("Only bytes of this packet", sentence).show(ui, cx.theme);
            }
        });
    }
}

/// What a packet is, in one line, and what is wrong with it.
fn header(ui: &mut Ui, cx: &ViewContext<'_>, packet: &PacketSeen, chosen: bool) {
    ui.horizontal_wrapped(|ui| {
        let name = if packet.container.is_empty() { "Unknown packet" } else { &packet.container };
        ui.label(RichText::new(name).color(cx.theme.text).strong());
        let which = if chosen { "chosen: " } else { "" };
        let channel = packet.key.channel.map(|n| format!("VC {n}, ")).unwrap_or_default();
        let made = match packet.generated {
            Some(made) => format!(
                "made {}, received {} UTC, {} late",
                utc_text(made),
                utc_clock(packet.received, 3),
                duration_text(packet.received.s_since(made))
            ),
            None => {
                format!("received {} UTC, without a time of its own", utc_text(packet.received))
            }
        };
        let text = format!(
            "{which}{channel}APID {}, sequence {}, {}, {made}",
            packet.key.apid,
            packet.sequence,
            bytes_text(packet.bytes.len() as u64)
        );
        ui.label(RichText::new(text).size(SMALL).color(cx.theme.text_weak));
        if ui.button("Copy hex").on_hover_text("Copy the bytes as this dump").clicked() {
            ui.copy_text(model::dump_text(&packet.bytes));
        }
    });
    if !packet.problem.is_empty() {
        ui.horizontal_wrapped(|ui| {
            let severity = marsdeck_engine::mission::Severity::Watch;
            ui.add(crate::widget::SeverityBadge::new(cx.theme, severity).shape_only());
            ui.label(RichText::new(&packet.problem).color(cx.theme.text));
        });
    }
}
