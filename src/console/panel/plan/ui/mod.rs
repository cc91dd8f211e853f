//! The panel: what is open, what the judge tells, and where everything stands.

mod add;
mod bar;
mod begin;
mod calendar;
mod documents;
mod fields;
mod form;
mod goals;
mod join;
mod kept;
mod tables;
mod timeline;
mod versions;
mod violations;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crossbeam_channel::{Receiver, TryRecvError};
use egui::Ui;
use marsdeck_engine::archive::Levels;
use marsdeck_engine::plan::Plan;
use marsdeck_engine::query::{Answer, Request};
use serde_json::Value;

use super::model::actual::actual_bars;
use super::model::calendar::ranges as restricted_ranges;
use super::model::desk::Desk;
use super::model::exchange::Read;
use super::model::judge::{Given, Judge, Told};
use crate::view::{Panel, ViewContext};
use crate::widget::loading_mark;

/// Messages about sequences that are asked for at either side of the view's middle.
const MESSAGES: u32 = 2_000;

/// What is open.
#[derive(Default)]
enum Place {
    /// Nothing: the page to begin from.
    #[default]
    Start,
    /// A plan that its judge is taking over.
    Opening(Opening),
    /// A plan.
    Open(Box<Desk>),
}

struct Opening {
    judge: Judge,
    given: Given,
    base: Option<u64>,
    is_saved: bool,
}

/// A plan that somebody wants to open.
#[derive(Clone)]
struct Wanted {
    plan: Arc<Plan>,
    /// The version that it is; none: it was never saved.
    base: Option<u64>,
    is_saved: bool,
}

/// What comes after the open plan.
#[derive(Clone)]
enum Next {
    /// The page to begin from.
    Start,
    /// Another plan.
    Plan(Wanted),
}

/// Which part is shown at the side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    /// The selected activity.
    #[default]
    Activity,
    /// The palette of activity types.
    Add,
    /// Versions and what differs.
    Versions,
}

/// The Plan panel.
#[derive(Default)]
pub struct PlanPanel {
    place: Place,
    timeline: timeline::Timeline,
    begin: begin::Begin,
    side: Side,
    add: add::Add,
    form: form::Form,
    tables: tables::Tables,
    documents: documents::Documents,
    versions: versions::Versions,
    goals: goals::Goals,
    calendar: calendar::Calendar,
    /// What comes once it is said what becomes of the open plan.
    asking: Option<Next>,
    /// A file that is being read, by its name.
    reading: Option<(String, Receiver<Read>)>,
    /// What is to be said of the plan that comes.
    about: String,
    /// What was said last.
    said: String,
    kept: kept::Kept,
    /// Orders of messages that were turned into bars already.
    seen_messages: Option<(Arc<Answer>, u64)>,
}

impl Panel for PlanPanel {
    fn title(&self) -> &'static str {
        "Plan"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        self.restore_kept(ui, cx);
        self.read_file();
        self.listen(ui, cx);
        self.ask_before_leaving(ui, cx);
        match std::mem::take(&mut self.place) {
            Place::Start => self.start_page(ui, cx),
            Place::Opening(opening) => {
                loading_mark(ui, cx.theme);
                ui.label("Opening the plan…");
                self.place = Place::Opening(opening);
            }
            Place::Open(mut desk) => {
                self.desk(ui, cx, &mut desk);
                self.place = Place::Open(desk);
            }
        }
        self.keep();
    }

    fn state(&self) -> Option<&Value> {
        self.kept.value()
    }

    fn restore(&mut self, state: &Value) {
        self.take_kept(state);
    }
}

impl PlanPanel {
    /// Opens a plan in the next frame, or asks first where the open one would be lost.
    fn open(&mut self, wanted: Wanted) {
        self.asking = Some(Next::Plan(wanted));
    }

    fn begin_with(&mut self, ui: &Ui, cx: &ViewContext<'_>, wanted: Wanted) {
        let Wanted { plan, base, is_saved } = wanted;
        self.said = std::mem::take(&mut self.about);
        let given = self.given(&plan);
        let ctx = ui.ctx().clone();
        let wake = Box::new(move || ctx.request_repaint());
        self.timeline.fit(plan.range());
        self.timeline.actual.clear();
        self.seen_messages = None;
        let missions = Arc::clone(&cx.snapshot.missions);
        let judge = Judge::start(plan, missions, given.clone(), wake);
        self.place = Place::Opening(Opening { judge, given, base, is_saved });
    }

    /// Windows that somebody gives for a plan.
    fn given(&self, plan: &Plan) -> Given {
        let sols: BTreeSet<i32> =
            self.calendar.restricted.get(&plan.mission).cloned().unwrap_or_default();
        let ranges = restricted_ranges(&plan.mission, &sols);
        if ranges.is_empty() {
            return Given::new();
        }
        BTreeMap::from([("restricted".to_owned(), ranges)])
    }

    /// Takes in what the judge tells.
    fn listen(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        if let Place::Opening(opening) = &mut self.place {
            let Some(Told::Opened(plan)) = opening.judge.next() else { return };
            let Place::Opening(of) = std::mem::take(&mut self.place) else { return };
            let desk = Desk::new(*plan, of.judge, of.given, of.base, of.is_saved);
            self.place = Place::Open(Box::new(desk));
            ui.ctx().request_repaint();
        }
        let Place::Open(desk) = &mut self.place else { return };
        while let Some(told) = desk.next() {
            match told {
                Told::Opened(_) | Told::Picture(_) | Told::Listed(..) => {}
                Told::Scheduled(schedule) => self.goals.scheduled(*schedule),
                Told::Written(said) => self.said = said,
                Told::Copied(plan) => self.documents.copied(cx, plan),
                Told::Merged(merged, theirs) => self.documents.merged(*merged, theirs),
                Told::Compared(name, changes) => self.versions.compared(name, changes),
                Told::Kept(text) => self.kept.plan = text,
            }
        }
    }

    fn read_file(&mut self) {
        let Some((name, receiver)) = &self.reading else { return };
        let read = match receiver.try_recv() {
            Ok(read) => read,
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => Err(format!("{name} could not be read; try again")),
        };
        self.reading = None;
        match read {
            Ok((plan, problems)) => {
                let count = plan.activities.len();
                self.about = match problems.as_slice() {
                    [] => format!("{count} activities read"),
                    [first, ..] => {
                        format!("{count} activities read, {} problems; {first}", problems.len())
                    }
                };
                let wanted = Wanted { plan: Arc::new(plan), base: None, is_saved: false };
                self.open(wanted);
            }
            Err(why) => self.said = why,
        }
    }

    /// The open plan.
    fn desk(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        self.documents.poll(cx, desk, &mut self.said);
        self.actual(ui, cx, desk);
        self.bar(ui, cx, desk);
        let wide = ui.available_width() > 760.0;
        let bottom = egui::Panel::bottom("plan tables").resizable(true);
        let height = (ui.available_height() * 0.3).clamp(90.0, 260.0);
        bottom.default_size(height).show(ui, |ui| {
            // Else the panel shrinks to what is in it.
            ui.set_min_size(ui.available_size());
            let shown = self.tables.show(ui, cx, desk);
            if let Some(id) = shown {
                self.timeline.show_activity(desk, id);
            }
        });
        if wide {
            let side = egui::Panel::right("plan side").resizable(true);
            side.default_size(300.0).show(ui, |ui| self.side(ui, cx, desk));
        }
        egui::CentralPanel::default().frame(egui::Frame::NONE).show(ui, |ui| {
            self.timeline.show(ui, cx, desk);
            self.drop_carried(ui, desk);
        });
        self.goals.show(ui, cx, desk);
        if self.calendar.show(ui, cx, desk) {
            let given = self.given(desk.plan());
            desk.give(given);
        }
        self.documents.dialogs(ui, cx, desk);
    }

    fn side(&mut self, ui: &mut Ui, cx: &ViewContext<'_>, desk: &mut Desk) {
        ui.horizontal(|ui| {
            let parts =
                [(Side::Activity, "Activity"), (Side::Add, "Add"), (Side::Versions, "Versions")];
            for (side, word) in parts {
                if ui.selectable_label(self.side == side, word).clicked() {
                    self.side = side;
                }
            }
        });
        ui.separator();
        match self.side {
            Side::Activity => self.form.show(ui, cx, desk),
            Side::Add => {
                let at = cx.time.cursor;
                if let Some(id) = self.add.show(ui, cx, desk, at) {
                    self.timeline.show_activity(desk, id);
                    self.timeline.wants_focus = true;
                    self.side = Side::Activity;
                }
                self.timeline.carried = self.add.carried();
            }
            Side::Versions => {
                let ask = self.versions.show(ui, cx, desk);
                if let Some(wanted) = ask {
                    self.documents.open(cx, wanted);
                }
            }
        }
    }

    /// An activity type that is dropped onto the timeline.
    fn drop_carried(&mut self, ui: &Ui, desk: &mut Desk) {
        let Some(kind) = self.timeline.carried.clone() else { return };
        let rect = ui.min_rect();
        let (at, is_let_go) =
            ui.input(|input| (input.pointer.interact_pos(), input.pointer.any_released()));
        let Some(at) = at.filter(|at| rect.contains(*at)) else { return };
        if is_let_go {
            let t = self.timeline.time_at(rect, at.x);
            add::add(desk, &kind, t);
            self.side = Side::Activity;
            self.timeline.carried = None;
        }
    }

    /// Asks for what the spacecraft said about the sequence that the plan became.
    fn actual(&mut self, ui: &Ui, cx: &ViewContext<'_>, desk: &Desk) {
        if desk.plan().activities.len() > 20_000 {
            return;
        }
        let plan = desk.plan();
        // A coarse grid of times: panning asks seldom.
        let step = plan.range().duration_ns().max(1) / 4 + 1;
        let middle = self.timeline.view.start.plus_ns(self.timeline.view.duration_ns() / 2);
        let middle = middle.clamp(plan.start, plan.end);
        let at = plan.start.plus_ns(middle.ns_since(plan.start) / step * step);
        let text = format!("Sequence {} step", plan.id);
        let levels = Levels::ALL;
        let request = Request::MessagesAround { at, levels, text, each: MESSAGES };
        let pending = cx.queries.ask(ui.scope_id().with("actual"), &request);
        let Some((_, answer)) = &pending.answer else { return };
        let seen = (Arc::clone(answer), desk.picture.seq);
        let is_same = |(known, seq): &(Arc<Answer>, u64)| {
            Arc::ptr_eq(known, answer) && *seq == desk.picture.seq
        };
        if self.seen_messages.as_ref().is_some_and(is_same) {
            return;
        }
        if let Answer::MessagesAround { before, after, .. } = answer.as_ref() {
            let steps: Vec<_> = desk.picture.steps.iter().map(|(id, ..)| *id).collect();
            self.timeline.actual = actual_bars(before.iter().chain(after), &plan.id, &steps);
        }
        self.seen_messages = Some(seen);
    }
}
