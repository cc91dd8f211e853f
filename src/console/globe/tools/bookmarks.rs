//! Views that the user keeps, and the menu for them.

use egui::{Key, TextEdit, Ui};
use serde::{Deserialize, Serialize};

use super::super::camera::Camera;
use super::super::view::GlobeView;
use super::coordinates::view_text;

/// Most bookmarks of a globe, and most characters of a name.
const MOST: usize = 200;
const LONGEST: usize = 60;

/// A view with a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Its name.
    pub name: String,
    /// The view.
    pub camera: Camera,
}

/// State of the menu: the bookmark whose name is being changed, and the name so far.
#[derive(Debug, Default)]
pub struct BookmarkMenu {
    renaming: Option<(usize, String)>,
}

/// Bookmarks as they may be kept, whatever a file said.
pub(crate) fn checked(bookmarks: Vec<Bookmark>) -> Vec<Bookmark> {
    let sound = |b: Bookmark| Bookmark { name: named(&b.name), camera: b.camera.clamped() };
    bookmarks.into_iter().take(MOST).map(sound).collect()
}

/// A name on one line.
fn named(text: &str) -> String {
    let line: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    line.trim().to_owned()
}

/// A name that no bookmark has yet.
fn new_name(bookmarks: &[Bookmark]) -> String {
    let taken = |name: &String| bookmarks.iter().any(|b| b.name == *name);
    let names = (bookmarks.len() + 1..).map(|n| format!("View {n}"));
    names.into_iter().find(|name| !taken(name)).unwrap_or_default()
}

impl BookmarkMenu {
    /// The button that opens the menu, and the menu.
    pub fn show(&mut self, ui: &mut Ui, view: &mut GlobeView) {
        let menu = egui::containers::menu::MenuConfig::new()
            .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
        egui::containers::menu::MenuButton::new("Views").config(menu).ui(ui, |ui| {
            ui.set_min_width(240.0);
            self.contents(ui, view);
        });
    }

    fn contents(&mut self, ui: &mut Ui, view: &mut GlobeView) {
        let has_room = view.settings.bookmarks.len() < MOST;
        let save = ui.add_enabled(has_room, egui::Button::new("Save this view"));
        if save.on_hover_text("Keep where the eye is under a name").clicked() {
            let name = new_name(&view.settings.bookmarks);
            self.renaming = Some((view.settings.bookmarks.len(), name.clone()));
            view.settings.bookmarks.push(Bookmark { name, camera: view.camera });
        }
        let copy = ui.button("Copy view");
        if copy.on_hover_text("One line of text; type it into Go to").clicked() {
            ui.ctx().copy_text(view_text(&view.camera));
            ui.close();
        }
        if view.settings.bookmarks.is_empty() {
            return;
        }
        ui.separator();
        let mut gone = None;
        for i in 0..view.settings.bookmarks.len() {
            ui.horizontal(|ui| {
                if self.line(ui, view, i) {
                    gone = Some(i);
                }
            });
        }
        if let Some(i) = gone.filter(|i| *i < view.settings.bookmarks.len()) {
            view.settings.bookmarks.remove(i);
            self.renaming = None;
        }
    }

    /// One bookmark; whether it is to be deleted.
    fn line(&mut self, ui: &mut Ui, view: &mut GlobeView, i: usize) -> bool {
        let Some(bookmark) = view.settings.bookmarks.get(i).cloned() else { return false };
        if let Some((at, text)) = self.renaming.as_mut().filter(|(at, _)| *at == i) {
            let edit = ui.add(TextEdit::singleline(text).desired_width(150.0).char_limit(LONGEST));
            edit.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Name of the view")
            });
            let is_done = edit.lost_focus() || ui.button("Done").clicked();
            let (at, name) = (*at, named(text));
            if is_done {
                let keeps = ui.input(|i| i.key_pressed(Key::Escape)) || name.is_empty();
                if let Some(b) = view.settings.bookmarks.get_mut(at).filter(|_| !keeps) {
                    b.name = name;
                }
                self.renaming = None;
            }
            return false;
        }
        let go = ui.button(&bookmark.name).on_hover_text("Fly there");
        if go.clicked() {
            view.fly(bookmark.camera);
            ui.close();
        }
        let small = |ui: &mut Ui, face: &str, what: &str| {
            let name = format!("{what} {}", bookmark.name);
            let button = ui.small_button(face).on_hover_text(&name);
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            button.clicked()
        };
        if small(ui, "Rename", "Rename") {
            self.renaming = Some((i, bookmark.name.clone()));
        }
        small(ui, "Delete", "Delete")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_new_and_on_one_line() {
        let bookmark = |name: &str| Bookmark { name: name.into(), camera: Camera::default() };
        assert_eq!(new_name(&[]), "View 1");
        assert_eq!(new_name(&[bookmark("View 2")]), "View 3");
        assert_eq!(named(" a\nb\u{7} "), "ab");
        let bad = Camera { range_m: f64::NAN, ..Camera::default() };
        let many = vec![Bookmark { name: "x".repeat(500), camera: bad }; 500];
        let kept = checked(many);
        assert_eq!((kept.len(), kept[0].name.len()), (MOST, LONGEST));
        assert!(kept[0].camera.range_m.is_finite());
    }
}
