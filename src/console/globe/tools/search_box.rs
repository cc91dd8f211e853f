//! The field for going to a place: type, choose from the list with arrows or pointer, Enter.

use egui::{Key, Modifiers, Popup, PopupCloseBehavior, RichText, TextEdit, Ui};

use super::super::camera::Camera;
use super::super::geodesy::LatLon;
use super::coordinates::{Coordinates, read_view};
use super::search::{Goal, SearchIndex};
use crate::theme::{SMALL, Theme};

/// Longest list.
const MOST: usize = 12;
/// Width of the field and of the list, points.
const FIELD: f32 = 150.0;
const LIST: f32 = 300.0;

/// Something that a typed text means.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A goal of the index, or one made for the text.
    Goal(Goal),
    /// A typed place.
    Place(LatLon),
    /// A whole view.
    View(Camera),
}

impl Found {
    fn name(&self, coordinates: Coordinates) -> String {
        match self {
            Self::Goal(goal) => goal.name.clone(),
            Self::Place(place) => coordinates.text(*place, 4),
            Self::View(camera) => format!("View of {}", coordinates.text(camera.target, 4)),
        }
    }

    fn kind(&self) -> &str {
        match self {
            Self::Goal(goal) => &goal.kind,
            Self::Place(_) => "Coordinates",
            Self::View(_) => "View",
        }
    }
}

/// All that a typed text may mean, best first. `made` makes goals for a text, as for a sol.
pub fn meanings(
    text: &str,
    index: &SearchIndex,
    coordinates: Coordinates,
    made: &dyn Fn(&str) -> Vec<Goal>,
) -> Vec<Found> {
    if let Some(camera) = read_view(text) {
        return vec![Found::View(camera)];
    }
    let place = coordinates.read(text).map(Found::Place);
    let mut found: Vec<Found> = place.into_iter().collect();
    found.extend(made(text).into_iter().map(Found::Goal));
    found.extend(index.find(text, MOST).into_iter().cloned().map(Found::Goal));
    found.truncate(MOST);
    found
}

/// State of the field.
#[derive(Debug, Default)]
pub struct SearchBox {
    text: String,
    /// What the text means, looked up when it changes.
    found: Vec<Found>,
    /// The line that Enter takes.
    chosen: usize,
    is_open: bool,
}

impl SearchBox {
    /// Paints field and list; what the user chose in this frame.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        index: &SearchIndex,
        coordinates: Coordinates,
        made: &dyn Fn(&str) -> Vec<Goal>,
    ) -> Option<Found> {
        let label = ui.label(RichText::new("Go to place").color(theme.text_weak));
        let id = ui.make_persistent_id("go to a place");
        let has_focus = ui.memory(|memory| memory.has_focus(id));
        let pressed = |key| {
            has_focus && self.is_open && ui.input_mut(|i| i.consume_key(Modifiers::NONE, key))
        };
        let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
        let last = self.found.len().saturating_sub(1);
        self.chosen = (self.chosen + usize::from(down)).min(last).saturating_sub(usize::from(up));
        let hint = "Place, lat lon, sol";
        let edit = TextEdit::singleline(&mut self.text).id(id).hint_text(hint).desired_width(FIELD);
        let response = ui.add(edit).labelled_by(label.id).on_hover_text(
            "A name, coordinates such as 4.5 N 135.6 E, a sol such as sol 1051, an event, or the \
             text of a view",
        );
        if response.changed() {
            self.found = meanings(&self.text, index, coordinates, made);
            self.chosen = 0;
            self.is_open = !self.text.trim().is_empty();
        }
        let (enter, escape) = ui.input(|i| (i.key_pressed(Key::Enter), i.key_pressed(Key::Escape)));
        let mut taken = None;
        if response.lost_focus() && escape {
            self.is_open = false;
        } else if response.lost_focus() && enter {
            // Names may have come since the text was typed.
            self.found = meanings(&self.text, index, coordinates, made);
            taken = self.found.get(self.chosen).cloned();
            self.is_open = taken.is_none() && !self.text.trim().is_empty();
        }
        if self.is_open {
            taken = self.list(ui, &response, theme, coordinates).or(taken);
        }
        if taken.is_some() {
            self.text.clear();
            self.found.clear();
            self.is_open = false;
        }
        taken
    }

    fn list(
        &mut self,
        ui: &Ui,
        field: &egui::Response,
        theme: &Theme,
        coordinates: Coordinates,
    ) -> Option<Found> {
        let mut taken = None;
        let popup = Popup::from_response(field)
            .open(true)
            .width(LIST)
            .close_behavior(PopupCloseBehavior::IgnoreClicks)
            .accessible_name("Places found")
            .show(|ui| {
                if self.found.is_empty() {
                    let words = "No such place. Type a name, a latitude and a longitude, or a sol.";
                    ui.label(RichText::new(words).size(SMALL).color(theme.text_weak));
                }
                for (i, found) in self.found.iter().enumerate() {
                    let line = ui.horizontal(|ui| {
                        let name = found.name(coordinates);
                        let line = ui.selectable_label(i == self.chosen, name);
                        ui.label(RichText::new(found.kind()).size(SMALL).color(theme.text_weak));
                        line
                    });
                    if line.inner.clicked() {
                        taken = Some(found.clone());
                    }
                }
            });
        let over = popup.is_some_and(|popup| popup.response.contains_pointer());
        if field.clicked_elsewhere() && !over && ui.input(|i| i.pointer.any_click()) {
            self.is_open = false;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_mean_views_places_sols_and_names() {
        let goal = |id: &str, name: &str| Goal {
            id: id.into(),
            name: name.into(),
            kind: "Crater".into(),
            place: LatLon::new(-5.4, 137.8),
            extent_km: 154.0,
        };
        let index = SearchIndex::new([goal("gale", "Gale")]);
        let made = |text: &str| if text == "sol 3" { vec![goal("sol", "Sol 3")] } else { vec![] };
        let mean = |text: &str| meanings(text, &index, Coordinates::default(), &made);
        assert_eq!(mean("gal"), [Found::Goal(goal("gale", "Gale"))]);
        assert_eq!(mean("sol 3"), [Found::Goal(goal("sol", "Sol 3"))]);
        assert_eq!(mean("-4.6 137.4"), [Found::Place(LatLon::new(-4.6, 137.4))]);
        assert!(matches!(mean("marsdeck:globe/1,2,3e3")[..], [Found::View(_)]));
        assert_eq!(mean("nowhere"), []);
    }
}
