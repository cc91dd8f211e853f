//! What outlives the program: the view, goals, restricted sols, and the plan itself with what was
//! not saved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use egui::Ui;
use marsdeck_engine::plan::Plan;
use marsdeck_engine::time::{Instant, TimeRange};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::model::goals::Draft;
use super::{Place, PlanPanel, Wanted};
use crate::view::ViewContext;

/// As it stands in the settings. The plan is a text, so that comparing it costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    view: Option<(i64, i64)>,
    linked: bool,
    folded: BTreeSet<String>,
    goals: Vec<Draft>,
    restricted: BTreeMap<String, BTreeSet<i32>>,
    plan: Option<String>,
    base: Option<u64>,
    is_dirty: bool,
    /// Name of a plan that was too large to be kept.
    too_large: Option<String>,
}

/// What is kept.
#[derive(Default)]
pub(super) struct Kept {
    /// JSON of the open plan; none where it is too large.
    pub plan: Option<String>,
    written: Option<Written>,
    value: Option<Value>,
    /// A plan from an earlier run that is still to be opened.
    wanted: Option<Wanted>,
}

impl Kept {
    /// For the settings; none while nothing was done.
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }
}

impl PlanPanel {
    /// Notes what has changed.
    pub(super) fn keep(&mut self) {
        let mut now = Written {
            view: None,
            linked: self.timeline.linked,
            folded: self.timeline.folded.clone(),
            goals: self.goals.drafts.clone(),
            restricted: self.calendar.restricted.clone(),
            ..Written::default()
        };
        if let Place::Open(desk) = &self.place {
            let view = self.timeline.view;
            now.view = Some((view.start.unix_ns(), view.end.unix_ns()));
            now.base = desk.base;
            now.is_dirty = desk.is_dirty();
            now.plan.clone_from(&self.kept.plan);
            // The judge tells a moment later whether it can be kept.
            if now.plan.is_none() && !desk.is_checking() && desk.is_dirty() {
                now.too_large = Some(desk.plan().name.clone());
            }
        }
        let is_new = if self.kept.written.is_none() { now != Written::default() } else { true };
        if is_new && self.kept.written.as_ref() != Some(&now) {
            self.kept.value = serde_json::to_value(&now).ok();
            self.kept.written = Some(now);
        }
    }

    /// Takes what an earlier run kept. An open plan stays: it may hold work that is nowhere else.
    pub(super) fn take_kept(&mut self, state: &Value) {
        let Ok(kept) = serde_json::from_value::<Written>(state.clone()) else { return };
        self.timeline.linked = kept.linked;
        self.timeline.folded.clone_from(&kept.folded);
        if self.goals.drafts.is_empty() {
            self.goals.drafts.clone_from(&kept.goals);
        }
        for (mission, sols) in &kept.restricted {
            self.calendar.restricted.entry(mission.clone()).or_insert_with(|| sols.clone());
        }
        if !matches!(self.place, Place::Start) {
            return;
        }
        if let Some(name) = &kept.too_large {
            self.said = format!(
                "{name} was too large to be kept with the settings: what was not saved of it is \
                 not here. Open its last version."
            );
        }
        let plan = kept.plan.as_deref().and_then(|text| serde_json::from_str::<Plan>(text).ok());
        if let Some(plan) = plan {
            let (base, is_saved) = (kept.base, !kept.is_dirty);
            self.kept.wanted = Some(Wanted { plan: Arc::new(plan), base, is_saved });
        }
        let view = kept.view.filter(|(start, end)| start < end);
        self.begin.view = view.map(|(start, end)| {
            TimeRange::new(Instant::from_unix_ns(start), Instant::from_unix_ns(end))
        });
    }

    /// Opens what an earlier run left.
    pub(super) fn restore_kept(&mut self, ui: &Ui, cx: &ViewContext<'_>) {
        if let Some(wanted) = self.kept.wanted.take()
            && matches!(self.place, Place::Start)
        {
            self.begin_with(ui, cx, wanted);
            if let Some(view) = self.begin.view.take() {
                self.timeline.view = view;
            }
        }
    }
}
