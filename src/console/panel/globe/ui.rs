//! Paints the bar above the globe and the globe, and sends on what was picked.

use egui::{RichText, Ui};
use marsdeck_engine::archive::Event;

use super::model::{self, Ground, KINDS, Key, Picked};
use crate::globe::{Camera, GlobeInput, GlobeScene, GlobeView, GroundLayers, LatLon, PickId};
use crate::intent::UiIntent;
use crate::theme::SMALL;
use crate::view::{Panel, ViewContext};
use crate::widget::simulated_badge;

/// Distance of the eye after a flight to a site, metres.
const SITE_RANGE_M: f64 = 9e5;

/// The Globe panel.
#[derive(Default)]
pub struct GlobePanel {
    view: GlobeView,
    ground: Ground,
    scene: GlobeScene,
    made_of: Option<Key>,
    /// Kinds of events on screen, by their number; and whether some are simulated.
    kinds: Vec<usize>,
    is_simulated: bool,
    /// The event that was selected in the last frame.
    event: Option<String>,
}

impl Panel for GlobePanel {
    fn title(&self) -> &'static str {
        "Globe"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        self.rebuild(cx);
        let selected = cx.snapshot.events.iter().find(|e| e.id == cx.selection.event);
        self.follow(cx, selected);
        self.bar(ui, cx, selected);
        let pick =
            selected.map(|event| PickId { layer: "quakes".to_owned(), item: event.id.clone() });
        let input = GlobeInput {
            scene: &self.scene,
            ground: &GroundLayers::default(),
            stars: &[],
            sun: model::sun(cx.time.cursor),
            at: Some(cx.time.cursor),
            selected: pick.as_ref(),
            theme: cx.theme,
        };
        let response = self.view.ui(ui, &input);
        match response.picked.as_ref().map(model::picked) {
            Some(Picked::Event(id)) => {
                // The operator is looking at it already: no flight.
                self.event = Some(id.clone());
                cx.intents.send(UiIntent::SelectEvent(id));
            }
            Some(Picked::Mission(id)) => cx.intents.send(UiIntent::SelectMission(id)),
            Some(Picked::Nothing) | None => {}
        }
    }
}

impl GlobePanel {
    fn rebuild(&mut self, cx: &ViewContext<'_>) {
        let (events, cursor) = (&cx.snapshot.events, cx.time.cursor);
        let event = &cx.selection.event;
        let generation = cx.snapshot.archive_generation;
        let key = Key::of(generation, events, cursor, event, cx.theme);
        if self.made_of.as_ref() == Some(&key) {
            return;
        }
        let database = &cx.snapshot.missions;
        self.scene = model::scene(database, events, cursor, event, cx.theme, &self.ground);
        let shown = model::shown(events, cursor, event);
        self.kinds = shown.iter().map(|e| model::kind_of(e)).collect();
        self.kinds.sort_unstable();
        self.kinds.dedup();
        self.is_simulated = shown.iter().any(|e| e.simulated);
        self.made_of = Some(key);
    }

    /// Flies to an event that was selected elsewhere.
    fn follow(&mut self, cx: &ViewContext<'_>, selected: Option<&Event>) {
        let is_new = self.event.as_deref() != Some(cx.selection.event.as_str());
        if !is_new {
            return;
        }
        self.event = Some(cx.selection.event.clone());
        if let Some(event) = selected {
            self.show_event(cx, event);
        }
    }

    fn show_event(&mut self, cx: &ViewContext<'_>, event: &Event) {
        let station = model::station(&cx.snapshot.missions, &event.mission);
        let camera = station.and_then(|s| model::view_of(event, s, self.view.camera));
        if let Some(camera) = camera {
            self.view.fly(camera);
        }
    }

    fn bar(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, selected: Option<&Event>) {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new("Go to").color(cx.theme.text_weak));
            for mission in &cx.snapshot.missions.missions {
                let Some(site) = mission.sites.first() else { continue };
                let hint = format!("Fly to {} and put its sols on the axes", site.name);
                if ui.button(&mission.name).on_hover_text(hint).clicked() {
                    let place = LatLon::new(site.latitude_deg, site.longitude_deg);
                    self.view.fly_to(place, Some(SITE_RANGE_M));
                    cx.intents.send(UiIntent::SelectMission(mission.id.clone()));
                }
            }
            if let Some(event) = selected {
                let hint = "Fly to the selected event and its station";
                if ui.button(&event.name).on_hover_text(hint).clicked() {
                    self.show_event(cx, event);
                }
            }
            if ui.button("Whole planet").clicked() {
                self.view.fly(Camera::default());
            }
            let weak = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
            if self.is_simulated {
                simulated_badge(ui, cx.theme);
            }
            if cx.snapshot.events.is_empty() {
                ui.label(weak("No events stored: ingest a QuakeML catalogue to see marsquakes."));
            }
            for kind in &self.kinds {
                let words = KINDS.get(*kind).map_or("Other", |(_, words)| words);
                let colour = model::kind_colour(cx.theme, *kind);
                ui.label(RichText::new("●").size(SMALL).color(colour));
                ui.label(weak(words));
            }
        });
    }
}
