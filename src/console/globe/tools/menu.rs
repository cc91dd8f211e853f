//! The menu of the right button: coordinates in several forms, how they are written, flying there.

use egui::{PointerButton, Response, Ui};

use super::super::geodesy::LatLon;
use super::super::view::{GlobeView, Reading};
use super::coordinates::{Coordinates, Latitude, Longitude, view_text};

/// What was chosen.
enum Chosen {
    Nothing,
    Fly(LatLon),
    Write(Coordinates),
}

/// Opens at a click of the right button and shows the menu while it is open.
pub(crate) fn show(view: &mut GlobeView, response: &Response, pointer: Option<Reading>) {
    let is_double = response.double_clicked_by(PointerButton::Secondary);
    if response.secondary_clicked() && !is_double {
        view.menu_at = pointer;
    }
    let Some(reading) = view.menu_at else { return };
    let mut chosen = Chosen::Nothing;
    response.context_menu(|ui| chosen = contents(ui, view, reading));
    match chosen {
        Chosen::Nothing => {}
        Chosen::Fly(place) => view.fly_to(place, Some(view.camera.range_m * 0.35)),
        Chosen::Write(coordinates) => view.settings.coordinates = coordinates,
    }
}

fn contents(ui: &mut Ui, view: &GlobeView, reading: Reading) -> Chosen {
    let coordinates = view.settings.coordinates;
    let copy = |ui: &mut Ui, face: String, text: String| {
        if ui.button(face).clicked() {
            ui.ctx().copy_text(text);
            ui.close();
        }
    };
    let words = coordinates.text(reading.place, 5);
    copy(ui, format!("Copy {words}"), words);
    ui.menu_button("Copy as", |ui| {
        for (what, text) in coordinates.forms(reading.place, reading.elevation_m) {
            copy(ui, format!("{what}: {text}"), text);
        }
    });
    copy(ui, "Copy this view".to_owned(), view_text(&view.camera));
    let mut chosen = Chosen::Nothing;
    if ui.button("Fly there").clicked() {
        chosen = Chosen::Fly(reading.place);
        ui.close();
    }
    ui.separator();
    let mut wanted = coordinates;
    ui.menu_button("Write coordinates", |ui| {
        ui.radio_value(&mut wanted.latitude, Latitude::Planetocentric, "Planetocentric latitude");
        ui.radio_value(&mut wanted.latitude, Latitude::Planetographic, "Planetographic latitude");
        ui.separator();
        ui.radio_value(&mut wanted.longitude, Longitude::East360, "0° to 360° east");
        ui.radio_value(&mut wanted.longitude, Longitude::EastWest180, "180° west to 180° east");
    });
    if wanted == coordinates { chosen } else { Chosen::Write(wanted) }
}
