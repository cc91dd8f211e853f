//! The form that adds a tile server, typed by hand or filled from the server's own list.

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use egui::{Button, DragValue, RichText, Ui};
use marsdeck_engine::remote::tiles::{
    Encoding, Matrix, Role, ServiceKind, TileFormat, TileService, fetch_capabilities,
};

use super::{Subject, choose, fields, line, note, warn};
use crate::globe::LayerSetting;
use crate::panel::globe::data::layer_id;
use crate::theme::Theme;

const KINDS: [(ServiceKind, &str); 5] = [
    (ServiceKind::Wmts, "WMTS"),
    (ServiceKind::Xyz, "XYZ tiles"),
    (ServiceKind::Tms, "TMS"),
    (ServiceKind::Wms111, "WMS 1.1.1"),
    (ServiceKind::Wms130, "WMS 1.3.0"),
];
const MATRICES: [(Matrix, &str); 2] =
    [(Matrix::Geographic, "degrees (EPSG:4326)"), (Matrix::WebMercator, "Web Mercator")];
const FORMATS: [(TileFormat, &str); 2] = [(TileFormat::Jpeg, "JPEG"), (TileFormat::Png, "PNG")];

/// What a pixel means.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Pixel {
    #[default]
    Picture,
    Grey,
    FloatRgba,
    TerrainRgb,
}

const PIXELS: [(Pixel, &str); 4] = [
    (Pixel::Picture, "a colour"),
    (Pixel::Grey, "a height as grey"),
    (Pixel::FloatRgba, "a height as float RGBA"),
    (Pixel::TerrainRgb, "a height as Terrain-RGB"),
];

/// The server's own list, or why there is none.
type Answer = Result<Vec<TileService>, String>;

/// What is typed.
pub(super) struct ServiceForm {
    service: TileService,
    pixel: Pixel,
    /// Heights of black and white, metres.
    heights_m: [f64; 2],
    asked: Option<Receiver<Answer>>,
    offered: Vec<TileService>,
    said: String,
}

impl Default for ServiceForm {
    fn default() -> Self {
        let service =
            TileService { max_level: 7, tile_px: 256, validity_days: 90, ..TileService::default() };
        Self {
            service,
            pixel: Pixel::default(),
            heights_m: [-8201.0, 21241.0],
            asked: None,
            offered: Vec::new(),
            said: String::new(),
        }
    }
}

impl ServiceForm {
    /// The fields; true when it is done.
    pub(super) fn show(&mut self, ui: &mut Ui, subject: &mut Subject<'_>) -> bool {
        let theme = subject.theme;
        self.listen();
        fields(ui, "server", |ui| self.fields(ui, theme));
        self.offers(ui, theme);
        if !self.said.is_empty() {
            warn(ui, theme, &self.said);
        }
        let service = self.checked_for(subject);
        let mut done = false;
        ui.horizontal(|ui| {
            let add = ui.add_enabled(service.is_ok(), Button::new("Add server"));
            let why = service.as_ref().err().cloned().unwrap_or_default();
            if let (true, Ok(service)) = (add.on_disabled_hover_text(&why).clicked(), &service) {
                let id = layer_id(&service.id);
                match subject.data.add_server(service.clone()) {
                    Ok(()) => {
                        let shown = LayerSetting { visible: true, opacity: 1.0 };
                        subject.settings.layers.insert(id, shown);
                        done = true;
                    }
                    Err(why) => self.said = why,
                }
            }
            done |= ui.button("Cancel").clicked();
        });
        if let (Err(why), false) = (&service, self.service.url.is_empty()) {
            note(ui, theme, &format!("To add it: {why}."));
        }
        done
    }

    fn fields(&mut self, ui: &mut Ui, theme: &Theme) {
        let service = &mut self.service;
        choose(ui, theme, "Kind", &mut service.kind, &KINDS);
        let hint = match service.kind {
            ServiceKind::Wmts => "https://…/{TileMatrix}/{TileRow}/{TileCol}.jpg",
            ServiceKind::Xyz | ServiceKind::Tms => "https://…/{z}/{x}/{y}.png",
            ServiceKind::Wms111 | ServiceKind::Wms130 => "https://…/wms?map=mars.map",
        };
        let address = line(ui, theme, "Address", &mut service.url, hint);
        address.on_hover_text(
            "A template with {z}, {x}, {y} or the WMTS words in braces, or the base address of a \
             WMS. For a WMTS, its address or that of its capabilities can be asked for layers.",
        );
        if matches!(service.kind, ServiceKind::Wms111 | ServiceKind::Wms130) {
            line(ui, theme, "WMS layers", &mut service.layers, "names with commas");
        }
        line(ui, theme, "Shown as", &mut service.name, "its name in the lists");
        choose(ui, theme, "Map in", &mut service.matrix, &MATRICES);
        ui.label(RichText::new("Finest level").color(theme.text_weak));
        ui.horizontal(|ui| {
            ui.add(DragValue::new(&mut service.max_level).range(0..=24))
                .on_hover_text("Finest level: each is twice as fine as the one before");
            ui.add(DragValue::new(&mut service.tile_px).range(16..=2048).suffix(" px"))
                .on_hover_text("Width of a tile");
        });
        ui.end_row();
        choose(ui, theme, "Coded as", &mut service.format, &FORMATS);
        choose(ui, theme, "A pixel is", &mut self.pixel, &PIXELS);
        if self.pixel == Pixel::Grey {
            ui.label(RichText::new("Black to white").color(theme.text_weak));
            ui.horizontal(|ui| {
                for height in &mut self.heights_m {
                    ui.add(DragValue::new(height).speed(10.0).suffix(" m"));
                }
            });
            ui.end_row();
        }
        line(ui, theme, "Credit", &mut service.credit, "who made the data");
    }

    /// Asks a WMTS what it has, and lets one of that be chosen.
    fn offers(&mut self, ui: &mut Ui, theme: &Theme) {
        if self.service.kind != ServiceKind::Wmts {
            return;
        }
        ui.horizontal(|ui| {
            let is_ready = self.asked.is_none() && !self.service.url.trim().is_empty();
            let ask = ui.add_enabled(is_ready, Button::new("Ask for its layers"));
            if ask.on_hover_text("Reads the capabilities of the server").clicked() {
                self.ask(ui);
            }
            if self.asked.is_some() {
                note(ui, theme, "Asking…");
            }
        });
        if self.offered.is_empty() {
            return;
        }
        let mut chosen = None;
        egui::ComboBox::from_id_salt("layers of the server")
            .width(super::WIDTH - 40.0)
            .selected_text(format!("{} layers: choose one", self.offered.len()))
            .show_ui(ui, |ui| {
                for offer in &self.offered {
                    if ui.selectable_label(false, &offer.name).clicked() {
                        chosen = Some(offer.clone());
                    }
                }
            });
        if let Some(offer) = chosen {
            let credit = std::mem::take(&mut self.service.credit);
            self.service = TileService { credit, ..offer };
        }
    }

    fn ask(&mut self, ui: &Ui) {
        let (send, receive) = bounded(1);
        let (address, ctx) = (self.service.url.clone(), ui.ctx().clone());
        self.said.clear();
        let work = move || {
            let answer = fetch_capabilities(&address).and_then(|(services, problems)| {
                let why = problems.first().map_or_else(String::new, |p| format!(": {p}"));
                if services.is_empty() {
                    Err(format!("The server has no layer that can be shown{why}"))
                } else {
                    Ok(services)
                }
            });
            // The form may be closed by now.
            drop(send.send(answer));
            ctx.request_repaint();
        };
        match std::thread::Builder::new().name("capabilities".to_owned()).spawn(work) {
            Ok(_) => self.asked = Some(receive),
            Err(error) => self.said = format!("no thread to ask it: {error}"),
        }
    }

    fn listen(&mut self) {
        let Some(asked) = &self.asked else { return };
        match asked.try_recv() {
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => {
                "Asking broke off; check the address.".clone_into(&mut self.said);
            }
            Ok(Ok(offered)) => self.offered = offered,
            Ok(Err(why)) => self.said = why,
        }
        self.asked = None;
    }

    /// The same beside the servers that there are.
    fn checked_for(&self, subject: &Subject<'_>) -> Result<TileService, String> {
        let servers = subject.data.servers();
        let taken: Vec<&str> = servers.iter().map(|s| s.service.id.as_str()).collect();
        self.checked(&taken)
    }

    /// The server as typed, under a short name that none of these has; or what to change.
    fn checked(&self, taken: &[&str]) -> Result<TileService, String> {
        let name = self.service.name.trim();
        if name.is_empty() {
            return Err("give it a name".to_owned());
        }
        let [lowest_m, highest_m] = self.heights_m;
        let role = match self.pixel {
            Pixel::Picture => Role::Imagery,
            Pixel::Grey => Role::Elevation { encoding: Encoding::Grey { lowest_m, highest_m } },
            Pixel::FloatRgba => Role::Elevation { encoding: Encoding::FloatRgba },
            Pixel::TerrainRgb => Role::Elevation { encoding: Encoding::TerrainRgb },
        };
        let service = TileService {
            id: short_name(name, taken),
            name: name.to_owned(),
            url: self.service.url.trim().to_owned(),
            role,
            ..self.service.clone()
        };
        service.check().map(|()| service)
    }
}

/// A short name of letters, digits and dashes that none of `taken` is.
fn short_name(name: &str, taken: &[&str]) -> String {
    let dashed = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let plain: String = name.chars().take(60).map(dashed).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let base = if words.is_empty() { "server".to_owned() } else { words.join("-") };
    let numbered = |n: u32| if n == 1 { base.clone() } else { format!("{base}-{n}") };
    // One more than are taken: one of them is free.
    let mut names = (1..=taken.len() as u32 + 1).map(numbered);
    names.find(|id| !taken.contains(&id.as_str())).unwrap_or_else(|| base.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_plain_and_new() {
        assert_eq!(short_name("CTX mosaic (Caltech)", &[]), "ctx-mosaic-caltech");
        assert_eq!(short_name("Карта", &[]), "server");
        assert_eq!(short_name("CTX", &["ctx", "ctx-2"]), "ctx-3");
    }

    #[test]
    fn what_is_typed_becomes_a_server_or_a_reason() {
        let mut form = ServiceForm::default();
        assert!(form.checked(&[]).unwrap_err().contains("name"));
        form.service.name = "Heights".into();
        assert!(form.checked(&[]).unwrap_err().contains("address"));
        form.service.url = " https://maps.example/{z}/{x}/{y}.png ".into();
        form.service.kind = ServiceKind::Xyz;
        form.pixel = Pixel::Grey;
        let service = form.checked(&["heights"]).expect("a server");
        let address = "https://maps.example/{z}/{x}/{y}.png";
        assert_eq!((service.id.as_str(), service.url.as_str()), ("heights-2", address));
        let encoding = Encoding::Grey { lowest_m: -8201.0, highest_m: 21241.0 };
        assert_eq!(service.role, Role::Elevation { encoding });
        form.heights_m = [5.0, 5.0];
        assert!(form.checked(&[]).unwrap_err().contains("black"));
    }
}
