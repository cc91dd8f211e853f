//! Paints the bar above the globe and the globe, and sends on what was picked.

use egui::{RichText, Ui};
use marsdeck_engine::archive::Event;
use marsdeck_engine::query::Request;
use marsdeck_engine::time::TimeRange;
use serde_json::Value;

use super::data::GlobeData;
use super::form::{DataForm, Subject};
use super::goals::{self, Goals, Meaning};
use super::kept::Kept;
use super::model::{self, Given, KINDS, LayerChoices, Layers, Picked};
use super::save::SaveBar;
use crate::globe::ground::tile::Area;
use crate::globe::tools::bookmarks::BookmarkMenu;
use crate::globe::tools::search::Goal;
use crate::globe::tools::search_box::{Found, SearchBox};
use crate::globe::{
    Camera, GlobeInput, GlobeScene, GlobeView, LatLon, LayerSetting, Light, MapMode, PickId,
};
use crate::intent::{UiIntent, claim_keys};
use crate::theme::{SMALL, Theme, visuals};
use crate::view::{Panel, ViewContext};
use crate::widget::simulated_badge;

/// Distance of the eye after a flight to a site, metres.
const SITE_RANGE_M: f64 = 9e5;

/// The Globe panel. There are two, so that two places or sets of layers stand side by side; each
/// has a view and settings of its own.
pub struct GlobePanel {
    is_second: bool,
    /// Colours over the ground: space is dark in every theme, and names are read on it.
    sky: Theme,
    data: GlobeData,
    form: DataForm,
    /// What of the ground was on screen in the last frame.
    area: Option<Area>,
    view: GlobeView,
    layers: Layers,
    choices: LayerChoices,
    scene: GlobeScene,
    /// The event that was selected in the last frame.
    event: Option<String>,
    /// Number of the wish to look somewhere that was carried out.
    looked: Option<u64>,
    save: SaveBar,
    /// Size of the globe in the last frame, pixels.
    screen: [u32; 2],
    goals: Goals,
    search: SearchBox,
    bookmarks: BookmarkMenu,
    /// What was last looked at for saving, and its text for the settings once it changed.
    seen: Option<Kept>,
    kept: Option<Value>,
}

impl Panel for GlobePanel {
    fn title(&self) -> &'static str {
        if self.is_second { "Globe 2" } else { "Globe" }
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let stars = self.rebuild(ui, cx);
        let selected = cx.snapshot.events.iter().find(|e| e.id == cx.selection.event);
        self.follow(cx, selected);
        self.look_where_told(cx);
        self.bar(ui, cx, selected);
        let wanted = self.save.show(ui, self.screen, cx.theme);
        self.map_data(ui, cx);
        let ground = self.data.ground(ui.ctx(), &self.view.settings);
        let pick =
            selected.map(|event| PickId { layer: "quakes".to_owned(), item: event.id.clone() });
        let input = GlobeInput {
            scene: &self.scene,
            ground: &ground,
            stars: &stars,
            sun: model::sun(cx.time.cursor),
            at: Some(cx.time.cursor),
            selected: pick.as_ref(),
            theme: &self.sky,
        };
        let view = &mut self.view;
        let response = ui
            .scope(|ui| {
                ui.style_mut().visuals = visuals(&self.sky);
                view.ui(ui, &input)
            })
            .inner;
        let pixels = ui.ctx().pixels_per_point();
        let size = response.rect.size() * pixels;
        self.area = if self.form.is_open() { response.look.area() } else { None };
        self.screen = [size.x, size.y].map(|side| side.round().max(1.0) as u32);
        if let Some([width, height]) = wanted {
            // The same height of the view: a larger picture is sharper.
            let scale = height as f32 / response.rect.height().max(1.0);
            self.save.take(ui.ctx(), self.view.shot(&input, [width, height], scale));
        }
        if response.response.has_focus() {
            claim_keys(ui.ctx(), response.response.id, self.view.keys());
        }
        self.keep();
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

    fn state(&self) -> Option<&Value> {
        self.kept.as_ref()
    }

    fn restore(&mut self, state: &Value) {
        let Some(kept) = Kept::read(state) else { return };
        self.view.stop();
        self.view.camera = kept.camera;
        self.view.settings = kept.settings;
        self.choices = kept.layers;
        self.event = Some(kept.event).filter(|_| !state.is_null());
        self.kept = Some(state.clone()).filter(|state| !state.is_null());
        self.seen = None;
    }
}

impl GlobePanel {
    /// The first one, over the data of all globes.
    pub fn new(data: GlobeData) -> Self {
        Self {
            is_second: false,
            sky: Theme::dark(),
            data,
            form: DataForm::default(),
            area: None,
            view: GlobeView::default(),
            layers: Layers::default(),
            choices: LayerChoices::default(),
            scene: GlobeScene::default(),
            event: None,
            looked: None,
            save: SaveBar::default(),
            screen: [0; 2],
            goals: Goals::default(),
            search: SearchBox::default(),
            bookmarks: BookmarkMenu::default(),
            seen: None,
            kept: None,
        }
    }

    /// The second one.
    pub fn second(data: GlobeData) -> Self {
        Self { is_second: true, ..Self::new(data) }
    }

    /// The side panel of map data.
    fn map_data(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let mut subject = Subject {
            data: &self.data,
            settings: &mut self.view.settings,
            choices: &mut self.choices,
            wrong_files: &self.layers.wrong_files,
            area: self.area,
            theme: cx.theme,
        };
        if let Some(area) = self.form.show(ui, &mut subject) {
            self.view.fly(Camera::over(area));
        }
    }

    /// The scene and the stars of this frame.
    fn rebuild(&mut self, ui: &Ui, cx: &ViewContext<'_>) -> Vec<(glam::DVec3, f32)> {
        let ask = |format: &str| {
            let request = Request::Products { range: TimeRange::ALL, format: format.to_owned() };
            cx.queries.ask(ui.scope_id().with(("globe products", format)), &request).answer
        };
        let [spectra, tables] = ["chemcam", "moc"].map(|f| ask(f).map(|(_, answer)| answer));
        let given = Given {
            database: &cx.snapshot.missions,
            archive_generation: cx.snapshot.archive_generation,
            events: &cx.snapshot.events,
            spectra: spectra.as_ref(),
            tables: tables.as_ref(),
            cursor: cx.time.cursor,
            selected: &cx.selection.event,
            settings: &self.view.settings,
            choices: &self.choices,
            files: &self.data.marks(),
            theme: &self.sky,
        };
        let egui = ui.ctx().clone();
        self.scene = self.layers.scene(&given, &move || egui.request_repaint());
        self.layers.stars(&given).to_vec()
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

    /// Shows the view that was asked for elsewhere.
    fn look_where_told(&mut self, cx: &ViewContext<'_>) {
        let Some((number, look)) = &cx.selection.look else { return };
        if self.looked.replace(*number) == Some(*number) {
            return;
        }
        if let Some(map) = MapMode::ALL.into_iter().find(|m| m.name() == look.map) {
            self.view.settings.map = map;
        }
        let light = Light::ALL.into_iter().find(|l| l.name().eq_ignore_ascii_case(&look.light));
        self.view.settings.light = light.unwrap_or(self.view.settings.light);
        for name in &look.layers {
            let named = |l: &&std::sync::Arc<crate::globe::Layer>| {
                l.name.eq_ignore_ascii_case(name) || l.id.eq_ignore_ascii_case(name)
            };
            let mark = self.scene.layers.iter().find(named).map(|l| l.id.clone());
            if let Some(id) = mark.or_else(|| self.data.layer_of(name)) {
                let shown = LayerSetting { visible: true, opacity: 1.0 };
                self.view.settings.layers.insert(id, shown);
            }
        }
        let camera = Camera {
            target: LatLon::new(look.latitude_deg, look.longitude_deg),
            target_height_m: self.view.camera.target_height_m,
            range_m: look.range_m,
            heading_deg: look.heading_deg,
            tilt_deg: look.tilt_deg,
        };
        if look.jump {
            self.view.stop();
            self.view.camera = camera.clamped();
        } else {
            self.view.fly(camera);
        }
    }

    fn show_event(&mut self, cx: &ViewContext<'_>, event: &Event) {
        let station = model::station(&cx.snapshot.missions, &event.mission);
        let camera = station.and_then(|s| model::view_of(event, s, self.view.camera));
        if let Some(camera) = camera {
            self.view.fly(camera);
        }
    }

    /// Notes the view for the settings whenever it has come to rest at another one.
    fn keep(&mut self) {
        if self.view.is_moving() {
            return;
        }
        let event = self.event.as_deref();
        if self.seen.as_ref().is_some_and(|seen| seen.is_of(&self.view, &self.choices, event)) {
            return;
        }
        let now = Kept::of(&self.view, &self.choices, event);
        if self.seen.is_some() {
            self.kept = now.write();
        }
        self.seen = Some(now);
    }

    /// The field that finds places, and what choosing one does.
    fn go_to(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let snapshot = cx.snapshot;
        self.goals.renew(&self.layers.named, &snapshot.missions, &snapshot.events);
        let (stops, focus) = (&self.layers.stops, cx.mission());
        let made = |text: &str| goals::sols(text, &snapshot.missions, focus, stops);
        let coordinates = self.view.settings.coordinates;
        match self.search.show(ui, cx.theme, &self.goals.index, coordinates, &made) {
            Some(Found::Goal(goal)) => self.go(cx, &goal),
            Some(Found::Place(place)) => self.view.fly_to(place, None),
            Some(Found::View(camera)) => self.view.fly(camera),
            None => {}
        }
    }

    fn go(&mut self, cx: &ViewContext<'_>, goal: &Goal) {
        match goals::meaning(goal) {
            Meaning::Fly(range_m) => self.view.fly_to(goal.place, Some(range_m)),
            Meaning::Event(id) => {
                if let Some(event) = cx.snapshot.events.iter().find(|event| event.id == id) {
                    self.show_event(cx, event);
                }
                self.event = Some(id.clone());
                cx.intents.send(UiIntent::SelectEvent(id));
            }
            Meaning::Sol(mission, at, range_m) => {
                self.view.fly_to(goal.place, Some(range_m));
                cx.intents.send(UiIntent::SelectMission(mission));
                cx.intents.send(UiIntent::SetCursor(at));
            }
        }
    }

    fn bar(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, selected: Option<&Event>) {
        ui.horizontal_wrapped(|ui| {
            self.go_to(ui, cx);
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
            self.save.button(ui);
            let trouble = !self.layers.wrong_files.is_empty() || !self.data.trouble().is_empty();
            self.form.button(ui, trouble);
            self.bookmarks.show(ui, &mut self.view);
            let weak = |text: &str| RichText::new(text).size(SMALL).color(cx.theme.text_weak);
            if self.layers.is_simulated {
                simulated_badge(ui, cx.theme);
            }
            if cx.snapshot.events.is_empty() {
                ui.label(weak("No events stored: ingest a QuakeML catalogue to see marsquakes."));
            }
            for kind in &self.layers.kinds {
                let words = KINDS.get(*kind).map_or("Other", |(_, words)| words);
                let colour = model::kind_colour(cx.theme, *kind);
                ui.label(RichText::new("●").size(SMALL).color(colour));
                ui.label(weak(words));
            }
        });
    }
}
