//! Paints the panel: its sections, what came of orders, and whether it shows now or the past.

use std::sync::Arc;

use egui::{ComboBox, RichText, Role, Ui, WidgetInfo};
use marsdeck_engine::command::{CommandItem, Desk, Uid};
use marsdeck_engine::time::Instant;

use super::follow::Follow;
use super::later::Later;
use super::model::{Drafted, StandingOf};
use super::parts::{mission_name, weak};
use super::prepare::{Dictionaries, Prepare};
use super::question::Question;
use super::release::Gate;
use super::uplinks::Uplinks;
use super::{drafts, queue};
use crate::intent::UiIntent;
use crate::panel::shared::{Asked, log_in_hint, stopped_banner};
use crate::state::Mode;
use crate::view::{Panel, ViewContext};
use crate::widget::badge;

/// So many commands are looked at in a frame; more on a thread.
const AT_ONCE: usize = 2_000;

/// A section of the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Prepare,
    Drafts,
    Queue,
    Follow,
    Uplinks,
}

/// The Commands panel.
#[derive(Default)]
pub struct Commands {
    section: Section,
    /// Mission identifier; empty: all.
    mission: String,
    dictionaries: Dictionaries,
    prepare: Prepare,
    follow: Follow,
    question: Question,
    gate: Gate,
    asked: Asked,
    standing: Later<StandingOf, Drafted>,
    uplinks: Uplinks,
}

/// What the sections share in a frame.
pub(super) struct Deal<'a> {
    /// All commands.
    pub(super) desk: &'a Desk,
    /// The instant at which they are shown; none: now.
    pub(super) at: Option<Instant>,
    /// Drafts and the queue.
    pub(super) standing: &'a Drafted,
    is_small: bool,
    /// Mission identifier; empty: all.
    pub(super) mission: &'a str,
    /// Dictionaries of the missions.
    pub(super) dictionaries: &'a mut Dictionaries,
    /// The question for a reason.
    pub(super) question: &'a mut Question,
    /// What is armed.
    pub(super) gate: &'a mut Gate,
    /// Orders under way.
    pub(super) asked: &'a mut Asked,
    /// The command that is to be opened in the form.
    pub(super) edit: Option<Uid>,
}

impl<'a> Deal<'a> {
    /// Whether there are so few commands that all can be looked at in a frame.
    pub(super) fn is_small(&self) -> bool {
        self.is_small
    }

    /// The commands of a list that are of the chosen mission, with their places in it.
    pub(super) fn shown(&self, uids: &[Uid]) -> Vec<(usize, &'a CommandItem)> {
        let all = uids.iter().filter_map(|uid| self.desk.get(*uid)).enumerate();
        all.filter(|(_, item)| self.is_shown(item)).collect()
    }

    /// Whether a command is of the chosen mission.
    fn is_shown(&self, item: &CommandItem) -> bool {
        self.mission.is_empty() || item.sealed.prepared().mission == self.mission
    }
}

impl Panel for Commands {
    fn title(&self) -> &'static str {
        "Commands"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        for order in self.asked.poll(ui, cx) {
            if let Some(reply) = cx.reply(order) {
                self.prepare.answered(order, reply);
            }
        }
        self.gate.tick(ui);
        let at = cx.live().is_none().then_some(cx.time.cursor);
        if at.is_some() {
            // What was armed or asked in a live view does not outlive it.
            self.gate.disarm();
            self.question.close();
        }
        let desk = Arc::clone(&cx.snapshot.commanding.desk);
        let is_small = desk.items().size_hint().0 <= AT_ONCE;
        let key = StandingOf { desk, at };
        let standing = self.standing.get(ui, key, at.is_none() || is_small, StandingOf::find);
        self.head(ui, cx, &standing);
        stopped_banner(ui, cx);
        self.asked.show(ui, cx);
        past_line(ui, cx, at);
        ui.separator();
        if self.section == Section::Prepare {
            self.prepare.show(ui, cx, &mut self.dictionaries, &mut self.asked);
            return;
        }
        if self.section == Section::Uplinks {
            self.uplinks.show(ui, cx, &mut self.asked);
            return;
        }
        let mut deal = Deal {
            desk: &cx.snapshot.commanding.desk,
            at,
            standing: &standing,
            is_small,
            mission: &self.mission,
            dictionaries: &mut self.dictionaries,
            question: &mut self.question,
            gate: &mut self.gate,
            asked: &mut self.asked,
            edit: None,
        };
        match self.section {
            Section::Drafts => drafts::show(ui, cx, &mut deal),
            Section::Queue => queue::show(ui, cx, &mut deal),
            Section::Follow | Section::Prepare | Section::Uplinks => {
                self.follow.show(ui, cx, &mut deal);
            }
        }
        if let Some(item) = deal.edit.and_then(|uid| cx.snapshot.commanding.desk.get(uid)) {
            self.prepare.edit(item);
            self.section = Section::Prepare;
        }
        if self.section == Section::Follow && at.is_none() && is_waiting(cx) {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
        }
    }
}

/// Whether a stage of a command is waited for, so that its countdown runs.
fn is_waiting(cx: &ViewContext<'_>) -> bool {
    cx.now.is_some() && cx.snapshot.commanding.desk.out().next().is_some()
}

impl Commands {
    fn head(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, standing: &Drafted) {
        let (drafts, queued) = (standing.drafts.len(), standing.queued.len());
        ui.horizontal_wrapped(|ui| {
            let sections = [
                (Section::Prepare, "Prepare".to_owned()),
                (Section::Drafts, format!("Drafts {drafts}")),
                (Section::Queue, format!("Queue {queued}")),
                (Section::Follow, "Under way and history".to_owned()),
                (Section::Uplinks, "Uplinks".to_owned()),
            ];
            for (section, text) in sections {
                if ui.selectable_label(self.section == section, text).clicked() {
                    self.section = section;
                    self.gate.disarm();
                    self.question.close();
                }
            }
            if !matches!(self.section, Section::Prepare | Section::Uplinks) {
                self.mission_choice(ui, cx);
            }
            log_in_hint(ui, cx);
        });
    }

    fn mission_choice(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        const ALL: &str = "All missions";
        let name = |id: &str| if id.is_empty() { ALL } else { mission_name(cx, id) }.to_owned();
        let shown = name(&self.mission);
        let combo = ComboBox::from_id_salt("commands of mission").selected_text(shown);
        let response = combo.show_ui(ui, |ui| {
            ui.selectable_value(&mut self.mission, String::new(), ALL);
            for mission in &cx.snapshot.missions.missions {
                ui.selectable_value(&mut self.mission, mission.id.clone(), &mission.name);
            }
        });
        let name = format!("Commands of: {}", name(&self.mission));
        response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &name));
    }
}

/// Says that nothing can be released here, where the view is not live.
fn past_line(ui: &mut Ui, cx: &ViewContext<'_>, at: Option<Instant>) {
    let Some(at) = at else { return };
    let (word, mode) = match cx.time.mode {
        Mode::Replay => ("REPLAY", "Replay"),
        Mode::Paused | Mode::Live => ("PAUSED", "Paused"),
    };
    ui.horizontal_wrapped(|ui| {
        badge(ui, cx.theme, word, cx.theme.replay);
        let text = format!("{mode}: nothing can be released here");
        ui.label(RichText::new(text).color(cx.theme.text).strong());
        if ui.button("Go live").clicked() {
            cx.intents.send(UiIntent::GoLive);
        }
        let text = format!(
            "States and histories are those of {}; contents are those of today.",
            cx.time_text(at)
        );
        ui.label(weak(cx, text));
    });
}
