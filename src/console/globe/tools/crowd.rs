//! Marks that lie under the pointer: which they are, and the list to choose from where there are
//! several.

use egui::{Id, Key, Modifiers, Popup, PopupAnchor, PopupCloseBehavior, Pos2, Response, Ui};

use super::super::build::{Built, BuiltPoint};
use super::super::scene::PickId;
use super::super::sight::Sight;

/// A mark is pointed at up to so many points beyond its edge.
const NEAR: f32 = 5.0;
/// Longest list.
const MOST: usize = 40;

/// A mark under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// The mark.
    pub pick: PickId,
    /// Its words, the first line of them its name.
    pub tip: String,
}

impl Found {
    fn name(&self) -> &str {
        self.tip.lines().next().filter(|line| !line.is_empty()).unwrap_or(&self.pick.item)
    }
}

/// All marks under a position of the screen, the nearest first; each only once.
pub(crate) fn marks_at(built: &Built, sight: &Sight<'_>, pointer: Pos2) -> Vec<Found> {
    let near = |p: &BuiltPoint| {
        let distance = sight.projected(p.position)?.distance(pointer);
        (distance <= p.size / 2.0 + NEAR && sight.sees(p.position)).then_some(distance)
    };
    // Later marks lie on top: among equals the last one comes first.
    let mut all: Vec<(f32, &BuiltPoint)> =
        built.points.iter().rev().filter_map(|p| Some((near(p)?, p))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut found: Vec<Found> = Vec::new();
    for (_, point) in all {
        if found.iter().all(|f| f.pick != point.pick) {
            found.push(Found { pick: point.pick.clone(), tip: point.tip.clone() });
        }
    }
    found
}

/// Words for the pointer over marks: the nearest one's, and how many more lie here.
pub(crate) fn tip(found: &[Found]) -> Option<String> {
    let first = found.first()?;
    Some(match found.len() {
        1 => first.tip.clone(),
        2 => format!("{}\n\nand 1 more here: click for a list", first.tip),
        n => format!("{}\n\nand {} more here: click for a list", first.tip, n - 1),
    })
}

/// An open list of marks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crowd {
    at: Pos2,
    found: Vec<Found>,
    /// Whether it was painted already.
    is_shown: bool,
}

impl Crowd {
    /// Opens a list at a position of the screen.
    pub(crate) fn open(at: Pos2, found: Vec<Found>) -> Self {
        Self { at, found, is_shown: false }
    }

    /// Paints the list while there is one; the mark that was chosen. It closes with that, with
    /// Escape, and with a click beside it.
    pub(crate) fn show(&mut self, ui: &Ui, response: &Response) -> Option<PickId> {
        if self.found.is_empty() {
            return None;
        }
        let id: Id = response.id.with("marks under the pointer");
        let is_new = !self.is_shown;
        self.is_shown = true;
        let mut taken = None;
        let popup = Popup::new(id, ui.ctx().clone(), PopupAnchor::Position(self.at), ui.layer_id())
            .open(true)
            .close_behavior(PopupCloseBehavior::IgnoreClicks)
            .accessible_name("Marks under the pointer")
            .show(|ui| {
                ui.label(format!("{} marks lie here:", self.found.len()));
                for (i, found) in self.found.iter().take(MOST).enumerate() {
                    let line = ui.button(found.name()).on_hover_text(&found.tip);
                    if is_new && i == 0 {
                        line.request_focus();
                    }
                    if line.clicked() {
                        taken = Some(found.pick.clone());
                    }
                }
            });
        let escape = ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape));
        let over = popup.is_some_and(|popup| {
            ui.input(|i| i.pointer.interact_pos())
                .is_some_and(|at| popup.response.rect.contains(at))
        });
        let beside = !is_new && !over && ui.input(|i| i.pointer.any_pressed());
        if taken.is_some() || escape || beside {
            self.found.clear();
            response.request_focus();
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tip_says_how_many() {
        let found = |name: &str| Found {
            pick: PickId { layer: "a".into(), item: name.into() },
            tip: format!("{name}\nmore"),
        };
        assert_eq!(tip(&[]), None);
        assert_eq!(tip(&[found("A")]).as_deref(), Some("A\nmore"));
        let many = [found("A"), found("B"), found("C")];
        assert!(tip(&many).unwrap().ends_with("and 2 more here: click for a list"));
        assert_eq!(many[1].name(), "B");
        let bare = Found { tip: String::new(), ..found("D") };
        assert_eq!(bare.name(), "D");
    }
}
