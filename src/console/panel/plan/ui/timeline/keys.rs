//! The keyboard on the timeline, and its menu.

use egui::{Event, EventFilter, Key, Modifiers, Response, Ui};
use marsdeck_engine::plan::ActivityId;
use marsdeck_engine::time::Instant;

use super::super::super::model::desk::Desk;
use super::super::super::model::edits::{added, copied, label, moved, pasted, removed};
use super::{Timeline, clamped};
use crate::intent::{UiIntent, claim_keys};
use crate::plot::XMap;
use crate::view::ViewContext;

/// Keys that the timeline uses while it has the focus.
const OWN: [Key; 12] = [
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::ArrowUp,
    Key::ArrowDown,
    Key::Delete,
    Key::Backspace,
    Key::Escape,
    Key::Plus,
    Key::Equals,
    Key::Minus,
    Key::Home,
    Key::End,
];
/// Lengths of a nudge, seconds.
const NUDGES_S: [i64; 9] = [1, 5, 10, 30, 60, 300, 600, 1800, 3600];

impl Timeline {
    /// Takes keys while the timeline has the focus.
    pub(super) fn keys(
        &mut self,
        ui: &Ui,
        cx: &ViewContext<'_>,
        desk: &mut Desk,
        base: &Response,
        map: XMap,
    ) {
        if std::mem::take(&mut self.wants_focus) {
            base.request_focus();
        }
        if !base.has_focus() {
            return;
        }
        claim_keys(ui.ctx(), base.id, OWN.to_vec());
        let filter = EventFilter {
            tab: false,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(base.id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let fast = |key| ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, key));
        let with = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        for (key, sign) in [(Key::ArrowLeft, -1), (Key::ArrowRight, 1)] {
            if fast(key) {
                self.nudge(desk, map, sign * 10);
            } else if pressed(key) {
                self.nudge(desk, map, sign);
            }
        }
        let middle = map.left() + map.width() / 2.0;
        for (keys, factor) in [
            ([Key::ArrowUp, Key::Plus, Key::Equals], 0.8),
            ([Key::ArrowDown, Key::Minus, Key::Minus], 1.25),
        ] {
            if keys.into_iter().any(pressed) {
                self.view = clamped(map.zoomed(middle, factor, super::SHORTEST_NS));
            }
        }
        if pressed(Key::Home) {
            self.fit(desk.plan().range());
        }
        if pressed(Key::End) {
            cx.intents.send(UiIntent::GoLive);
        }
        if pressed(Key::Escape) {
            desk.selection.clear();
        }
        if pressed(Key::Delete) || pressed(Key::Backspace) {
            delete(desk);
        }
        let redo = Modifiers::COMMAND | Modifiers::SHIFT;
        if with(redo, Key::Z) || with(Modifiers::COMMAND, Key::Y) {
            desk.redo();
        }
        if with(Modifiers::COMMAND, Key::Z) {
            desk.undo();
        }
        if with(Modifiers::COMMAND, Key::A) {
            select_all(desk);
        }
        if with(Modifiers::COMMAND, Key::D) {
            duplicate(desk);
        }
        clipboard(ui, desk, cx.time.cursor);
    }

    /// Moves the selected by about a point, or the range where nothing is selected.
    fn nudge(&mut self, desk: &mut Desk, map: XMap, times: i64) {
        if desk.selection.is_empty() {
            self.view = clamped(map.panned(-map.width() / 100.0 * times as f32));
            return;
        }
        let point_s = map.ns_per_point() / 1e9;
        let step = NUDGES_S.into_iter().find(|s| *s as f64 >= point_s).unwrap_or(3600);
        let ids = desk.selected();
        let edits = moved(desk.plan(), &ids, step * times * 1_000_000_000);
        desk.make(&label("nudge", desk.plan(), &ids), edits);
    }

    /// The menu of the other mouse button.
    pub(super) fn menu(
        &mut self,
        base: &Response,
        cx: &ViewContext<'_>,
        desk: &mut Desk,
        map: XMap,
    ) {
        let at = base.interact_pointer_pos().map(|at| map.time(at.x));
        base.context_menu(|ui| {
            let some = !desk.selection.is_empty();
            let item = |ui: &mut Ui, text: &str, is_on: bool| {
                let clicked = ui.add_enabled(is_on, egui::Button::new(text)).clicked();
                if clicked {
                    ui.close();
                }
                clicked
            };
            if item(ui, "Copy", some) {
                ui.copy_text(copied(desk.plan(), &desk.selected()));
            }
            if item(ui, "Duplicate", some) {
                duplicate(desk);
            }
            if item(ui, "Delete", some) {
                delete(desk);
            }
            if item(ui, "Select the lane", some) {
                select_lane(desk);
            }
            ui.separator();
            if item(ui, "Cursor here", at.is_some())
                && let Some(at) = at
            {
                cx.intents.send(UiIntent::SetCursor(at));
            }
            if item(ui, "Show the whole plan", true) {
                self.fit(desk.plan().range());
            }
        });
    }
}

fn clipboard(ui: &Ui, desk: &mut Desk, cursor: Instant) {
    let mut text = None;
    let (mut copies, mut cuts) = (false, false);
    ui.input(|input| {
        for event in &input.events {
            match event {
                Event::Copy => copies = true,
                Event::Cut => cuts = true,
                Event::Paste(given) => text = Some(given.clone()),
                _ => {}
            }
        }
    });
    if (copies || cuts) && !desk.selection.is_empty() {
        ui.copy_text(copied(desk.plan(), &desk.selected()));
    }
    if cuts {
        delete(desk);
    }
    if let Some(text) = text {
        paste(desk, &text, cursor);
    }
}

/// Puts activities from the clipboard at an instant.
pub(in crate::panel::plan) fn paste(desk: &mut Desk, text: &str, at: Instant) {
    let (edits, ids) = pasted(desk.plan(), text, at);
    if edits.is_empty() {
        "the clipboard holds no activities; copy some first".clone_into(&mut desk.refused);
        return;
    }
    desk.make(&format!("paste {} activities", ids.len()), edits);
    desk.selection = ids.into_iter().collect();
}

/// Takes the selected out.
pub(in crate::panel::plan) fn delete(desk: &mut Desk) {
    let ids = desk.selected();
    let edits = removed(desk.plan(), &desk.picture, &ids);
    desk.make(&label("delete", desk.plan(), &ids), edits);
}

/// Copies of the selected right behind them.
pub(in crate::panel::plan) fn duplicate(desk: &mut Desk) {
    let ids = desk.selected();
    let ranges: Vec<_> = ids.iter().filter_map(|id| desk.picture.range(*id)).collect();
    let first = ranges.iter().map(|r| r.start).min();
    let Some((first, last)) = first.zip(ranges.iter().map(|r| r.end).max()) else { return };
    let edits = desk.plan().copies(&ids, last.ns_since(first).max(1_000_000_000));
    let new = added(&edits);
    desk.make(&label("duplicate", desk.plan(), &ids), edits);
    desk.selection = new.into_iter().collect();
}

/// Selects everything.
pub(in crate::panel::plan) fn select_all(desk: &mut Desk) {
    desk.selection = desk.plan().activities.keys().copied().collect();
}

/// Selects all that lies in the lanes of the selected.
pub(in crate::panel::plan) fn select_lane(desk: &mut Desk) {
    let lanes: std::collections::BTreeSet<(usize, usize)> =
        desk.selection.iter().filter_map(|id| desk.picture.place(*id)).collect();
    let rows = lanes.into_iter().filter_map(|(group, row)| desk.picture.row(group, row));
    let ids = rows.flat_map(|row| row.bars()).map(|bar| ActivityId(bar.tag)).collect();
    desk.selection = ids;
}
