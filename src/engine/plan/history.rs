//! Undo and redo without end: every step is a list of edits that knows its inverse.

use super::activity::{ActivityId, Edit, EditError, Plan};

/// Edits that belong together, with a name for the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was done, as `move 3 activities`.
    pub label: String,
    /// The edits in order.
    pub edits: Vec<Edit>,
}

impl Step {
    /// The activities it changes, each once.
    pub fn touched(&self) -> Vec<ActivityId> {
        let mut ids: Vec<ActivityId> = self.edits.iter().filter_map(Edit::touched).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// A plan with what was done to it.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    plan: Plan,
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl History {
    /// A history that begins with a plan.
    pub fn new(plan: Plan) -> Self {
        Self { plan, done: Vec::new(), undone: Vec::new() }
    }

    /// The plan as it is now.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Makes a step; what was undone can no longer be done again. The activities that changed, for
    /// [`Checker::update`](super::Checker::update).
    pub fn make(&mut self, label: &str, edits: Vec<Edit>) -> Result<Vec<ActivityId>, EditError> {
        self.plan.apply(&edits)?;
        let step = Step { label: label.to_owned(), edits };
        let touched = step.touched();
        self.done.push(step);
        self.undone.clear();
        Ok(touched)
    }

    /// Takes the last step back; none: there is nothing to take back.
    pub fn undo(&mut self) -> Option<Vec<ActivityId>> {
        let step = self.done.pop()?;
        let inverse: Vec<Edit> = step.edits.iter().rev().map(Edit::inverse).collect();
        // The plan changes through this history alone, so what was done can be undone.
        self.plan.apply(&inverse).ok()?;
        let touched = step.touched();
        self.undone.push(step);
        Some(touched)
    }

    /// Makes the last step that was taken back again.
    pub fn redo(&mut self) -> Option<Vec<ActivityId>> {
        let step = self.undone.pop()?;
        self.plan.apply(&step.edits).ok()?;
        let touched = step.touched();
        self.done.push(step);
        Some(touched)
    }

    /// The step that [`History::undo`] would take back.
    pub fn last(&self) -> Option<&Step> {
        self.done.last()
    }

    /// The step that [`History::redo`] would make again.
    pub fn next(&self) -> Option<&Step> {
        self.undone.last()
    }

    /// All steps that were made, the oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.done
    }
}
