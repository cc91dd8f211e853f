//! Puts a request into a saved plan: reads its newest version, adds the extraction, saves it.

use std::sync::Arc;

use marsdeck_engine::document::{Content, Document, DocumentKind};
use marsdeck_engine::event_request::{RequestItem, activities};
use marsdeck_engine::plan::{Checker, Edit, Model, Plan, Windows};
use marsdeck_engine::runtime::{Order, Reply};
use marsdeck_engine::time::{Instant, iso};

use crate::panel::shared::Outcome;
use crate::view::ViewContext;

/// Activities keep this far from both ends of a wake, in seconds (FACTS 2.1: margins of 10 min).
const MARGIN_S: f64 = 600.0;

/// A request on its way into a plan.
pub(super) struct Placing {
    /// The request.
    id: String,
    /// The plan and the version that is read.
    name: String,
    head: u64,
    asked: Outcome,
}

impl Placing {
    /// Asks for the newest version of a plan.
    pub(super) fn begin(cx: &ViewContext<'_>, id: &str, document: &Document) -> Option<Self> {
        let head = document.head()?.id;
        let mut asked = Outcome::default();
        asked.ask(cx, Order::Open { version: head });
        Some(Self { id: id.to_owned(), name: document.name.clone(), head, asked })
    }

    /// Goes on when the plan has come: the order that saves it, or why not. None while it has not.
    pub(super) fn go_on(
        &mut self,
        cx: &ViewContext<'_>,
        model: impl FnOnce(&str) -> Arc<Model>,
        now: Instant,
    ) -> Option<Result<Order, String>> {
        let reply = self.asked.take(cx)?;
        let item = cx.snapshot.commanding.requests.get(&self.id)?;
        Some(match reply {
            Reply::Opened { content: Content::Plan(plan), .. } => {
                placed(plan, item, &model(&item.request.mission), now).map(|(plan, at)| {
                    Order::Save {
                        kind: DocumentKind::Plan,
                        mission: item.request.mission.clone(),
                        name: self.name.clone(),
                        parents: vec![self.head],
                        note: format!("event request {} put in at {}", item.id, iso(at, 0)),
                        content: Content::Plan(Arc::new(plan)),
                    }
                })
            }
            Reply::Refused(reasons) => Err(reasons.join(" ")),
            _ => Err(format!("{} is no plan.", self.name)),
        })
    }
}

/// The plan with the extraction in the first wake that has room for it, and when that is.
fn placed(
    plan: &Plan,
    item: &RequestItem,
    model: &Arc<Model>,
    now: Instant,
) -> Result<(Plan, Instant), String> {
    let checker = Checker::new(Arc::clone(model), Arc::new(Windows::default()), plan);
    let earliest = now.max(plan.start);
    let mut wakes: Vec<Instant> = checker
        .spans()
        .filter(|span| span.kind == "Wake")
        .filter_map(|span| {
            let at = span.range.start.plus_s(MARGIN_S).max(earliest);
            (at < span.range.end.plus_s(-MARGIN_S)).then_some(at)
        })
        .collect();
    wakes.sort();
    let at = wakes.first().copied().unwrap_or(earliest);
    if at >= item.request.deadline() {
        return Err(format!(
            "The first wake of the plan is {}, and the memory keeps the window to {}: choose \
             another plan, or prepare a command.",
            iso(at, 0),
            iso(item.request.deadline(), 0)
        ));
    }
    if at >= plan.end {
        return Err("The plan lies in the past: choose another one.".to_owned());
    }
    let mut plan = plan.clone();
    let made = activities(&item.id, &item.request, at, plan.next_id());
    let edits: Vec<Edit> = made.into_iter().map(Edit::add).collect();
    plan.apply(&edits).map_err(|error| format!("{error}."))?;
    Ok((plan, at))
}

#[cfg(test)]
mod tests {
    use marsdeck_engine::command::{Digest, Record};
    use marsdeck_engine::event_request::{EventRequest, REQUEST_KIND, RequestEvent, Requests};
    use marsdeck_engine::plan::{Activity, ActivityId, Value};
    use marsdeck_engine::time::TimeRange;

    use super::*;

    fn at(s: f64) -> Instant {
        Instant::from_unix_s(1.5642e9 + s)
    }

    fn requests() -> Requests {
        let window = TimeRange::new(at(-3600.0), at(-2400.0));
        let request = Box::new(EventRequest::new("insight", window));
        let event = RequestEvent::Drafted { id: "evnt-1".to_owned(), request };
        let body = serde_json::to_string(&event).expect("json");
        let (who, kind) = ("anne".to_owned(), REQUEST_KIND.to_owned());
        let hash = Digest::default();
        Requests::of(&[Record { number: 1, time: at(0.0), who, kind, body, hash }])
    }

    #[test]
    fn extractions_go_into_the_first_wake_with_room() {
        let model = Arc::new(Model::builtin("insight"));
        let mut plan = Plan::new("p", "p", "insight", TimeRange::new(at(-7200.0), at(90_000.0)));
        let wake = |id: u64, s: f64| {
            let of = Activity::new(ActivityId(id), "Wake", at(s));
            Edit::add(of.with("duration", Value::Number(3600.0)))
        };
        plan.apply(&[wake(1, -7000.0), wake(2, 20_000.0)]).expect("a plan");
        let requests = requests();
        let item = requests.get("evnt-1").expect("a request");
        let (with, when) = placed(&plan, item, &model, at(0.0)).expect("placed");
        assert_eq!(when, at(20_600.0));
        assert_eq!(with.activities.len(), 3);
        assert_eq!(with.activities[&ActivityId(3)].kind, "SeisEventRequest");
        let late = placed(&plan, item, &model, at(200_000.0));
        assert!(late.is_err_and(|why| why.contains("the memory keeps the window to")));
    }
}
