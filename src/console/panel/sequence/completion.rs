//! What can stand at the cursor, in a list beside it: Ctrl+Space or typing opens it, the arrow keys
//! choose, Enter or Tab takes, Escape closes.

use egui::{Button, Id, Key, Modifiers, Popup, PopupKind, Rect, RichText, ScrollArea, Ui};
use marsdeck_engine::mission::telemetry::Dictionary;
use marsdeck_engine::sequence::{Candidate, complete};

use super::model;
use crate::theme::{SMALL, Theme};

/// Most candidates that are listed at once.
const MOST: usize = 50;

/// The list.
#[derive(Default)]
pub(super) struct Completion {
    candidates: Vec<Candidate>,
    selected: usize,
    /// Character of the text that the candidates are for.
    at: usize,
}

/// Keys that are for the list and not for the text.
#[derive(Default)]
pub(super) struct Keys {
    up: usize,
    down: usize,
    take: bool,
    close: bool,
    ask: bool,
}

impl Completion {
    pub(super) fn is_open(&self) -> bool {
        !self.candidates.is_empty()
    }

    pub(super) fn close(&mut self) {
        self.candidates.clear();
    }

    /// Takes the keys of the list away from the text; before the text is painted.
    pub(super) fn keys(&self, ui: &mut Ui) -> Keys {
        let ask = ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::Space));
        if !self.is_open() {
            return Keys { ask, ..Keys::default() };
        }
        let none = Modifiers::NONE;
        ui.input_mut(|i| Keys {
            up: i.count_and_consume_key(none, Key::ArrowUp),
            down: i.count_and_consume_key(none, Key::ArrowDown),
            take: i.consume_key(none, Key::Enter) | i.consume_key(none, Key::Tab),
            close: i.consume_key(none, Key::Escape),
            ask,
        })
    }

    /// Follows the cursor (a character of the text): `typed` where the text was just changed by
    /// typing. The candidate that was taken by a key.
    pub(super) fn follow(
        &mut self,
        dictionary: &Dictionary,
        text: &str,
        cursor: usize,
        typed: bool,
        keys: &Keys,
    ) -> Option<Candidate> {
        if keys.close {
            self.close();
        }
        if keys.take && self.is_open() {
            let taken = self.candidates.get(self.selected).cloned();
            self.close();
            return taken;
        }
        if typed || keys.ask || (self.is_open() && cursor != self.at) {
            self.offer(dictionary, text, cursor, keys.ask);
        }
        let count = self.candidates.len().max(1);
        self.selected = (self.selected + keys.down + count - keys.up % count) % count;
        None
    }

    fn offer(&mut self, dictionary: &Dictionary, text: &str, cursor: usize, asked: bool) {
        let (line, column) = model::place_of(text, cursor);
        let whole = text.lines().nth(line - 1).unwrap_or_default();
        let before: String = whole.chars().take(column - 1).collect();
        let mut found = complete(dictionary, text, line, column);
        found.truncate(MOST);
        // Nothing that would take the next Enter away from somebody who has finished a word or who
        // makes an empty line.
        let word = before.rsplit([' ', '\t']).next().unwrap_or_default();
        let is_done = found.iter().any(|candidate| candidate.insert == word);
        let is_time = before.split_whitespace().nth(1).is_none() && !before.ends_with(' ');
        if !asked && (before.trim().is_empty() || is_done || (is_time && !word.starts_with('@'))) {
            found.clear();
        }
        self.candidates = found;
        self.selected = 0;
        self.at = cursor;
    }

    /// Paints the list under the cursor; the candidate that was clicked.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        theme: &Theme,
        id: Id,
        cursor: Rect,
        keys: &Keys,
    ) -> Option<Candidate> {
        if !self.is_open() {
            return None;
        }
        let mut clicked = None;
        let popup = Popup::new(id, ui.ctx().clone(), cursor, ui.layer_id());
        let popup = popup.kind(PopupKind::Popup).open(true).gap(3.0).width(380.0);
        popup.show(|ui| {
            ScrollArea::vertical().max_height(190.0).show(ui, |ui| {
                for (at, candidate) in self.candidates.iter().enumerate() {
                    let chosen = at == self.selected;
                    let name = RichText::new(&candidate.insert).monospace();
                    let detail = RichText::new(&candidate.detail).size(SMALL);
                    let detail = detail.color(theme.text_weak);
                    let button = Button::selectable(chosen, (name, detail));
                    let row = ui.add(button.truncate().min_size(egui::vec2(360.0, 0.0)));
                    if chosen && keys.up != keys.down {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() {
                        clicked = Some(candidate.clone());
                    }
                }
            });
        });
        if clicked.is_some() {
            self.close();
        }
        clicked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(text: &str, asked: bool) -> Vec<String> {
        let mut list = Completion::default();
        let keys = Keys { ask: asked, ..Keys::default() };
        list.follow(&Dictionary::default(), text, text.chars().count(), !asked, &keys);
        list.candidates.into_iter().map(|candidate| candidate.insert).collect()
    }

    #[test]
    fn an_empty_line_is_left_alone_until_somebody_asks() {
        assert!(offered("", false).is_empty() && offered("R1 A\n", false).is_empty());
        assert_eq!(offered("R1 A\n", true).len(), 6);
        assert_eq!(offered("@M", false), ["@METADATA", "@MODEL"]);
        assert!(offered("@METADATA", false).is_empty(), "the word is done");
        assert!(offered("R", false).is_empty(), "a time is typed");
    }

    #[test]
    fn keys_choose_take_and_close() {
        let mut list = Completion::default();
        let of = Dictionary::default();
        let keys = |up, down, take, close| Keys { up, down, take, close, ask: false };
        list.follow(&of, "@M", 2, true, &Keys::default());
        assert_eq!(list.follow(&of, "@M", 2, false, &keys(0, 1, false, false)), None);
        assert_eq!(list.selected, 1);
        list.follow(&of, "@M", 2, false, &keys(3, 0, false, false));
        assert_eq!(list.selected, 0);
        let taken = list.follow(&of, "@M", 2, false, &keys(0, 0, true, false));
        assert_eq!(taken.map(|candidate| candidate.insert).as_deref(), Some("@METADATA"));
        assert!(!list.is_open());
        list.follow(&of, "@M", 2, true, &Keys::default());
        list.follow(&of, "@M", 2, false, &keys(0, 0, false, true));
        assert!(!list.is_open());
    }
}
