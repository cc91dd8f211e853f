//! Planning dictionaries, and what stands against requests by them; kept between frames.

use std::collections::BTreeMap;
use std::sync::Arc;

use marsdeck_engine::event_request::{EventRequest, Objection, objections, pass_mbit};
use marsdeck_engine::plan::Model;
use marsdeck_engine::time::Instant;

use crate::view::ViewContext;

/// Objections are looked for anew after so many nanoseconds.
const FRESH_NS: i64 = 10_000_000_000;

/// The dictionaries of missions, read when they are asked for.
#[derive(Default)]
pub struct Models(BTreeMap<String, Arc<Model>>);

impl Models {
    /// Of a mission.
    pub fn get(&mut self, mission: &str) -> Arc<Model> {
        let made = || Arc::new(Model::builtin(mission));
        Arc::clone(self.0.entry(mission.to_owned()).or_insert_with(made))
    }

    /// Megabits of a pass of a mission.
    pub fn pass_mbit(&mut self, mission: &str) -> Option<f64> {
        pass_mbit(&self.get(mission))
    }
}

/// What stands against one request, looked for only where something may have changed.
#[derive(Default)]
pub struct Standing {
    of: Option<(EventRequest, u64, Instant)>,
    found: Vec<Objection>,
}

impl Standing {
    /// What stands against accepting a request at an instant.
    pub fn against(
        &mut self,
        cx: &ViewContext<'_>,
        models: &mut Models,
        (request, own): (&EventRequest, Option<&str>),
        now: Instant,
    ) -> &[Objection] {
        let version = cx.snapshot.commanding.version;
        let is_fresh = self.of.as_ref().is_some_and(|(of, at_version, at)| {
            of == request && *at_version == version && now.ns_since(*at).abs() < FRESH_NS
        });
        if !is_fresh {
            let model = models.get(&request.mission);
            let requests = &cx.snapshot.commanding.requests;
            self.found = objections(request, own, requests, &model, now);
            self.of = Some((request.clone(), version, now));
        }
        &self.found
    }
}
