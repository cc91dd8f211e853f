//! The open plan: what was done to it, what is selected, which version it grew from.

use std::collections::BTreeSet;
use std::sync::Arc;

use marsdeck_engine::plan::{ActivityId, Edit, Goal, History, Model, Plan, Step};
use marsdeck_engine::time::Instant;

use super::exchange::Form;
use super::judge::{Ask, Given, Judge, Told};
use super::listing::Listing;
use super::picture::Picture;

/// The open plan.
pub(in crate::panel::plan) struct Desk {
    history: History,
    pub model: Arc<Model>,
    judge: Judge,
    pub picture: Arc<Picture>,
    /// The activities of the table, in its order.
    pub listed: Arc<Vec<ActivityId>>,
    listing: Listing,
    pub selection: BTreeSet<ActivityId>,
    /// Number of the last edit.
    seq: u64,
    /// The saved version it grew from; none: it was never saved.
    pub base: Option<u64>,
    /// How many steps were made when it was saved; none: that state cannot be reached any more.
    saved_at: Option<usize>,
    /// Intervals of windows that somebody gives.
    pub given: Given,
    /// What became of the last edit that could not be made.
    pub refused: String,
}

impl Desk {
    /// With a plan that its judge has taken over.
    pub fn new(plan: Plan, judge: Judge, given: Given, base: Option<u64>, is_saved: bool) -> Self {
        Self {
            model: Arc::new(Model::builtin(&plan.mission)),
            history: History::new(plan),
            judge,
            picture: Arc::default(),
            listed: Arc::default(),
            listing: Listing::default(),
            selection: BTreeSet::new(),
            seq: 0,
            base,
            saved_at: is_saved.then_some(0),
            given,
            refused: String::new(),
        }
    }

    /// The plan as it is now.
    pub fn plan(&self) -> &Plan {
        self.history.plan()
    }

    /// Whether the plan has an activity.
    pub fn has(&self, id: ActivityId) -> bool {
        self.plan().activities.contains_key(&id)
    }

    /// Makes edits as one step. What cannot be made is told in `refused`.
    pub fn make(&mut self, label: &str, edits: Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        let depth = self.history.steps().len();
        match self.history.make(label, edits.clone()) {
            Ok(_) => {
                // What was undone is gone, and with it the way to a state further on.
                self.saved_at = self.saved_at.filter(|at| *at <= depth);
                self.follow(edits);
                self.refused.clear();
            }
            Err(error) => self.refused = error.to_string(),
        }
    }

    fn follow(&mut self, edits: Vec<Edit>) {
        self.seq += 1;
        self.judge.ask(Ask::Edits(self.seq, edits));
        let plan = self.history.plan();
        self.selection.retain(|id| plan.activities.contains_key(id));
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        let inverse = self
            .history
            .last()
            .map(|step| step.edits.iter().rev().map(Edit::inverse).collect::<Vec<_>>());
        if self.history.undo().is_some() {
            self.follow(inverse.unwrap_or_default());
        }
    }

    /// Makes the last step that was taken back again.
    pub fn redo(&mut self) {
        let edits = self.history.next().map(|step| step.edits.clone());
        if self.history.redo().is_some() {
            self.follow(edits.unwrap_or_default());
        }
    }

    /// The step that undo takes back, and the one that redo makes.
    pub fn around(&self) -> (Option<&Step>, Option<&Step>) {
        (self.history.last(), self.history.next())
    }

    /// All steps that were made, the oldest first.
    pub fn steps(&self) -> &[Step] {
        self.history.steps()
    }

    /// Whether something is not in a saved version.
    pub fn is_dirty(&self) -> bool {
        self.saved_at != Some(self.history.steps().len())
    }

    /// Says that the plan with so many steps is this version now.
    pub fn saved(&mut self, version: u64, steps: usize) {
        self.base = Some(version);
        self.saved_at = (steps <= self.history.steps().len()).then_some(steps);
    }

    /// Whether the picture lags behind the plan.
    pub fn is_checking(&self) -> bool {
        self.picture.seq < self.seq || self.picture.groups.is_empty() && self.judge.is_busy()
    }

    /// Whether answers are still to come.
    pub fn is_busy(&self) -> bool {
        self.judge.is_busy()
    }

    /// The next answer; pictures are taken in.
    pub fn next(&mut self) -> Option<Told> {
        loop {
            match self.judge.next()? {
                Told::Picture(picture) => self.picture = picture,
                Told::Listed(rows, _) => self.listed = rows,
                told => return Some(told),
            }
        }
    }

    /// Gives intervals of windows.
    pub fn give(&mut self, given: Given) {
        if self.given != given {
            self.seq += 1;
            self.given.clone_from(&given);
            self.judge.ask(Ask::Given(self.seq, given));
        }
    }

    /// Asks for other rows of the table, where they are others.
    pub fn list(&mut self, wanted: &Listing) {
        if self.listing != *wanted {
            self.listing.clone_from(wanted);
            self.judge.ask(Ask::List(wanted.clone()));
        }
    }

    /// Asks for activities that are placed for goals.
    pub fn schedule(&mut self, goals: Vec<Goal>) {
        self.judge.ask(Ask::Goals(goals));
    }

    /// Asks for a file.
    pub fn write(&mut self, path: std::path::PathBuf, form: Form) {
        self.judge.ask(Ask::Write(path, form));
    }

    /// Asks for a copy of the plan as it is now.
    pub fn copy(&mut self) {
        self.judge.ask(Ask::Copy);
    }

    /// Asks to join with another version.
    pub fn merge(&mut self, base: Option<Arc<Plan>>, theirs: Arc<Plan>) {
        self.judge.ask(Ask::Merge(base, theirs));
    }

    /// Asks what differs from another version.
    pub fn compare(&mut self, name: String, other: Arc<Plan>) {
        self.judge.ask(Ask::Compare(name, other));
    }

    /// The selected activities in order.
    pub fn selected(&self) -> Vec<ActivityId> {
        self.selection.iter().copied().collect()
    }

    /// When an activity starts: as judged, else as it says itself.
    pub fn start_of(&self, id: ActivityId) -> Option<Instant> {
        let own = self.plan().activities.get(&id)?.start;
        Some(self.picture.range(id).map_or(own, |range| range.start))
    }
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::plan::Activity;

    use super::*;
    use crate::panel::plan::model::examples::example;

    fn desk() -> Desk {
        let plan = Arc::new(example("insight", 0, 200).expect("an example"));
        let mut judge = Judge::start(plan, Arc::default(), Given::new(), Box::new(|| ()));
        let opened = std::iter::from_fn(|| {
            loop {
                match judge.next() {
                    Some(told) => return Some(told),
                    None => std::thread::yield_now(),
                }
            }
        })
        .next();
        let Some(Told::Opened(plan)) = opened else { panic!("opened first") };
        Desk::new(*plan, judge, Given::new(), Some(7), true)
    }

    fn settle(desk: &mut Desk) {
        while desk.is_busy() {
            while desk.next().is_some() {}
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_judge_follows_edits_and_undo() {
        let mut desk = desk();
        settle(&mut desk);
        assert!(!desk.is_dirty() && !desk.is_checking());
        let before = desk.picture.counts;
        let at = desk.plan().start.plus_s(60.0);
        let id = desk.plan().next_id();
        desk.make("add", vec![Edit::add(Activity::new(id, "UHFComm", at))]);
        assert!(desk.is_dirty() && desk.is_checking());
        settle(&mut desk);
        assert!(desk.picture.counts.errors > before.errors);
        assert!(desk.picture.bar(id).is_some());
        desk.selection.insert(id);
        desk.undo();
        assert!(!desk.is_dirty() && desk.selection.is_empty());
        settle(&mut desk);
        assert_eq!(desk.picture.counts, before);
        desk.redo();
        settle(&mut desk);
        assert!(desk.picture.bar(id).is_some() && desk.is_dirty());
        // Saved with the step; the state before it is another one.
        desk.saved(8, 1);
        assert!(!desk.is_dirty());
        desk.undo();
        assert!(desk.is_dirty());
        desk.make("add", vec![Edit::add(Activity::new(id, "Wake", at))]);
        assert!(desk.is_dirty(), "as many steps, but others");
        desk.make("again", vec![Edit::add(Activity::new(id, "Wake", at))]);
        assert!(!desk.refused.is_empty());
    }
}
