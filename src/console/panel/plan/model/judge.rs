//! A thread that keeps a copy of the open plan, judges it and does everything else that could hold
//! up a frame. It gets the same edits as the screen's plan, so that nothing large is copied between.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use marsdeck_engine::mission::Database;
use marsdeck_engine::plan::{
    ActivityId, Checker, Edit, Goal, Merge, Model, Plan, Schedule, Windows, merge, schedule,
};
use marsdeck_engine::time::TimeRange;

use super::calendar::orbiter_passes;
use super::changes::{Change, changes};
use super::exchange::{self, Form};
use super::listing::Listing;
use super::picture::Picture;

/// Longest JSON of a plan that is kept with the settings, bytes.
pub(in crate::panel::plan) const MOST_KEPT: usize = 2_000_000;
/// More activities than this are not written as JSON to see how long it is.
const MOST_TRIED: usize = 8_000;

/// The window of relay passes, which the orbiters of the missions fill.
const PASS: &str = "pass";

/// Intervals of windows that somebody gives, by window.
pub(in crate::panel::plan) type Given = BTreeMap<String, Vec<TimeRange>>;

/// What it is asked.
pub(super) enum Ask {
    /// Follow these edits, of which the last has this number.
    Edits(u64, Vec<Edit>),
    /// Use these intervals.
    Given(u64, Given),
    /// Place activities for goals.
    Goals(Vec<Goal>),
    /// Write the plan to a file.
    Write(PathBuf, Form),
    /// Hand out a copy, for saving.
    Copy,
    /// Join with a plan that grew from the same one.
    Merge(Option<Arc<Plan>>, Arc<Plan>),
    /// List activities so, now and after every edit.
    List(Listing),
    /// Tell what differs from another version, told by its name.
    Compare(String, Arc<Plan>),
}

/// What it tells.
pub(in crate::panel::plan) enum Told {
    /// The plan as it was opened.
    Opened(Box<Plan>),
    /// What to show.
    Picture(Arc<Picture>),
    /// Activities as they are listed, and whether that was asked for just now.
    Listed(Arc<Vec<ActivityId>>, bool),
    /// Where goals were placed.
    Scheduled(Box<Schedule>),
    /// What became of a file, in words.
    Written(String),
    /// The copy.
    Copied(Arc<Plan>),
    /// Joined plans.
    Merged(Box<Merge>, Arc<Plan>),
    /// What differs from a version of this name.
    Compared(String, Vec<Change>),
    /// The plan as JSON where it is short enough to be kept with the settings.
    Kept(Option<String>),
}

/// The thread, from outside. It ends when this is dropped.
pub(in crate::panel::plan) struct Judge {
    asks: Sender<Ask>,
    told: Receiver<Told>,
    /// Answers that are still to come.
    open: usize,
}

impl Judge {
    /// Begins with a plan; `wake` is called after each answer.
    pub fn start(
        plan: Arc<Plan>,
        missions: Arc<Database>,
        given: Given,
        wake: Box<dyn Fn() + Send>,
    ) -> Self {
        let (asks, asked) = unbounded();
        let (sender, told) = unbounded();
        // Where the system gives no thread nothing is ever told, and the panel keeps opening.
        let _ = std::thread::Builder::new().name("plan".to_owned()).spawn(move || {
            run(&plan, &missions, given, &asked, &|answer| {
                let sent = sender.send(answer).is_ok();
                wake();
                sent
            });
        });
        Self { asks, told, open: 2 }
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        if self.asks.send(ask).is_ok() {
            self.open += 1;
        }
    }

    /// The next answer, if there is one.
    pub fn next(&mut self) -> Option<Told> {
        let told = self.told.try_recv().ok()?;
        // What is kept and listed is told along with pictures.
        if !matches!(told, Told::Kept(_) | Told::Listed(_, false)) {
            self.open = self.open.saturating_sub(1);
        }
        Some(told)
    }

    /// Whether answers are still to come.
    pub fn is_busy(&self) -> bool {
        self.open > 0
    }
}

fn run(
    first: &Plan,
    missions: &Database,
    mut given: Given,
    asked: &Receiver<Ask>,
    tell: &dyn Fn(Told) -> bool,
) {
    let model = Arc::new(Model::builtin(&first.mission));
    let mut plan = first.clone();
    if !tell(Told::Opened(Box::new(first.clone()))) {
        return;
    }
    let passes = orbiter_passes(missions, &plan.mission, plan.range());
    given.entry(PASS.to_owned()).or_insert_with(|| passes.clone());
    let mut checker = judged(&model, &plan, &given);
    let mut seq = 0;
    let mut listing = Listing::default();
    let show = |seq: u64, plan: &Plan, checker: &Checker, listing: &Listing| {
        let picture = Arc::new(Picture::new(seq, plan, checker));
        let rows = Arc::new(listing.of(plan, &model, &picture));
        // The rows first: a picture is all that is waited for after an edit.
        let is_told = tell(Told::Listed(rows, false))
            && tell(Told::Picture(Arc::clone(&picture)))
            && tell(Told::Kept(kept(plan)));
        is_told.then_some(picture)
    };
    let Some(mut picture) = show(seq, &plan, &checker, &listing) else { return };
    loop {
        let Ok(ask) = asked.recv() else { return };
        let is_told = match ask {
            Ask::Edits(number, edits) => {
                seq = number;
                follow(&mut plan, &mut checker, &edits);
                let Some(new) = show(seq, &plan, &checker, &listing) else { return };
                picture = new;
                true
            }
            Ask::Given(number, mut given) => {
                seq = number;
                given.entry(PASS.to_owned()).or_insert_with(|| passes.clone());
                checker = judged(&model, &plan, &given);
                let Some(new) = show(seq, &plan, &checker, &listing) else { return };
                picture = new;
                true
            }
            Ask::Goals(goals) => tell(Told::Scheduled(Box::new(schedule(&plan, &checker, &goals)))),
            Ask::Write(path, form) => {
                tell(Told::Written(exchange::write(&path, form, &plan, &checker)))
            }
            Ask::Copy => tell(Told::Copied(Arc::new(plan.clone()))),
            Ask::Merge(base, theirs) => {
                let merged = joined(base.as_deref(), &plan, &theirs);
                tell(Told::Merged(Box::new(merged), theirs))
            }
            Ask::List(wanted) => {
                listing = wanted;
                tell(Told::Listed(Arc::new(listing.of(&plan, &model, &picture)), true))
            }
            Ask::Compare(name, other) => {
                let found = changes(&other, &plan);
                tell(Told::Compared(name, found))
            }
        };
        if !is_told {
            return;
        }
    }
}

/// Joined with a plan that grew from the same one; none: both began with nothing.
fn joined(base: Option<&Plan>, plan: &Plan, theirs: &Plan) -> Merge {
    let Some(base) = base else {
        let mut none = plan.clone();
        none.activities.clear();
        none.waivers.clear();
        return merge(&none, plan, theirs);
    };
    merge(base, plan, theirs)
}

fn judged(model: &Arc<Model>, plan: &Plan, given: &Given) -> Checker {
    let mut windows = Windows::of(model, plan.range());
    for (id, ranges) in given.iter().filter(|(id, _)| model.windows.contains_key(*id)) {
        windows.set(id, ranges.clone());
    }
    Checker::new(Arc::clone(model), Arc::new(windows), plan)
}

fn follow(plan: &mut Plan, checker: &mut Checker, edits: &[Edit]) {
    // The same edits were just made on the screen's plan, so they fit.
    if plan.apply(edits).is_err() {
        return;
    }
    let mut touched: Vec<_> = edits.iter().filter_map(Edit::touched).collect();
    touched.sort_unstable();
    touched.dedup();
    checker.update(plan, &touched);
}

/// The plan as JSON where it is short enough to be kept with the settings.
fn kept(plan: &Plan) -> Option<String> {
    if plan.activities.len() > MOST_TRIED {
        return None;
    }
    serde_json::to_string(plan).ok().filter(|text| text.len() <= MOST_KEPT)
}
