//! Event requests: the panel, the form on the seismogram, and what requests brought in its plot.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use marsdeck::intent::UiIntent;
use marsdeck::state::Session;
use marsdeck::theme::Theme;
use marsdeck_engine::archive::{Bucket, Event, SeriesKey, SeriesKind, SeriesSummary};
use marsdeck_engine::command::{Account, Digest, Record, Uid};
use marsdeck_engine::document::{Content, DOCUMENT_KIND, DocumentEvent, DocumentKind, Documents};
use marsdeck_engine::event_request::{
    EventRequest, Part, REQUEST_KIND, RequestEvent, RequestOrder, Requests, Sensor, State, Wish,
};
use marsdeck_engine::plan::Plan;
use marsdeck_engine::query::{Answer, Request};
use marsdeck_engine::runtime::{
    Answered, CommandingPicture, DraftOf, Health, Intent, Order, OrderId, Reply, SessionView,
    Snapshot, Token,
};
use marsdeck_engine::time::{Instant, TimeRange};

use super::{Stage, harness, picture, themes};

fn at(s: f64) -> Instant {
    Instant::from_unix_s(1.5642e9 + s)
}

/// The window of the n-th request: twenty minutes, every two hours before the present.
fn window(n: u32) -> TimeRange {
    let start = at(7_200.0 - 7_200.0 * f64::from(n));
    TimeRange::new(start, start.plus_s(1_200.0))
}

/// The present: an hour and a half after the end of the first window.
fn now() -> Instant {
    at(7_200.0 + 6_600.0)
}

/// What happened to requests, as it stands in the journal.
#[derive(Default)]
struct Story(Vec<Record>);

impl Story {
    fn tell(&mut self, who: &str, event: &RequestEvent) {
        let number = self.0.len() as u64 + 1;
        let time = now().plus_s(-6_000.0 + 60.0 * number as f64);
        let body = serde_json::to_string(event).expect("json");
        let (who, kind, hash) = (who.to_owned(), REQUEST_KIND.to_owned(), Digest::default());
        self.0.push(Record { number, time, who, kind, body, hash });
    }

    /// A request that came so far.
    fn request(&mut self, n: u32, name: &str, to: State) -> String {
        let id = format!("{name}-1");
        let mut request = EventRequest {
            name: name.to_owned(),
            event: format!("smi:{name}"),
            justification: "Clear P and S, and the first one from this distance".to_owned(),
            ..EventRequest::new("insight", window(n))
        };
        if n == 0 {
            request.wishes.push(Wish { sensor: Sensor::Pressure, channels: 1, rate_hz: 20 });
        }
        let seen = self.0.len() as u64 + 1;
        self.tell("anne", &RequestEvent::Drafted { id: id.clone(), request: Box::new(request) });
        let own = || id.clone();
        let (part, when) = (Part::Seis, now().plus_s(-900.0));
        let steps = [
            (State::Draft, None),
            (State::Proposed, Some(("anne", RequestEvent::Proposed { id: own() }))),
            (
                State::Accepted,
                Some(("lea", RequestEvent::Accepted { id: own(), seen, waiver: String::new() })),
            ),
            (
                State::Commanded,
                Some(("engine", RequestEvent::Commanded { id: own(), part, uid: Uid(512) })),
            ),
            (
                State::Extracted,
                Some((
                    "engine",
                    RequestEvent::Extracted { id: own(), part, at: when, records: 482 },
                )),
            ),
            (
                State::Partial,
                Some(("engine", RequestEvent::Covered { id: own(), share: 0.4, is_whole: false })),
            ),
            (
                State::Downlinked,
                Some(("engine", RequestEvent::Sent { id: own(), part, at: when.plus_s(300.0) })),
            ),
            (
                State::Ingested,
                Some(("engine", RequestEvent::Covered { id: own(), share: 1.0, is_whole: true })),
            ),
            (
                State::Closed,
                Some(("anne", RequestEvent::Closed { id: own(), note: "done".into() })),
            ),
        ];
        let last = if matches!(to, State::Rejected) { State::Proposed } else { to };
        for (state, step) in steps {
            if let Some((who, event)) = step {
                self.tell(who, &event);
            }
            if state == last || (to == State::Expired && state == State::Proposed) {
                break;
            }
        }
        if to == State::Rejected {
            let reason = "noise of the arm".to_owned();
            self.tell("lea", &RequestEvent::Rejected { id: own(), reason });
        } else if to == State::Expired {
            let reason = "the memory was overwritten".to_owned();
            self.tell("engine", &RequestEvent::Expired { id: own(), reason });
        }
        id
    }
}

/// One request in every state, the newest first in time.
fn story() -> Story {
    let mut story = Story::default();
    let all = State::ALL;
    for (n, state) in all.into_iter().enumerate() {
        let n = n as u32;
        story.request(n, &format!("S{:04}a", 240 - n), state);
    }
    story
}

fn account(name: &str, role: &str) -> Account {
    serde_json::from_value(serde_json::json!({
        "name": name, "full_name": name, "roles": { "insight": [role] },
        "is_disabled": false, "must_change": false,
        "password": { "cost": { "memory_kib": 8, "passes": 1 }, "salt": "00", "value": "00" },
    }))
    .expect("an account")
}

/// Commanding with these requests, and somebody logged in.
fn commanding(story: &Story, who: &str) -> CommandingPicture {
    let session =
        SessionView { token: Token([7; 32]).digest(), name: who.to_owned(), must_change: false };
    let requests = Requests::of(&story.0);
    assert!(requests.unreadable().is_empty(), "{:?}", requests.unreadable());
    CommandingPicture {
        version: 1,
        accounts: Arc::new(vec![account("anne", "planner"), account("lea", "lead")]),
        sessions: Arc::new(vec![session]),
        requests: Arc::new(requests),
        ..CommandingPicture::default()
    }
}

fn series(name: &str, rate_hz: f64, span: TimeRange) -> SeriesSummary {
    let key = SeriesKey::new(name, "simulated");
    let samples = (span.duration_s() * rate_hz) as u64;
    let unit = "counts".to_owned();
    SeriesSummary { key, kind: SeriesKind::Waveform, unit, rate_hz, span, samples }
}

/// The event data lie in the window of the request that was ingested.
fn brought() -> TimeRange {
    window(State::ALL.iter().position(|state| *state == State::Ingested).unwrap_or(0) as u32)
}

fn snapshot(story: &Story, who: &str) -> Snapshot {
    let whole = TimeRange::new(at(-90_000.0), now());
    let mut all: Vec<SeriesSummary> = Vec::new();
    for axis in ["U", "V", "W"] {
        all.push(series(&format!("XB.ELYSE.02.BH{axis}"), 20.0, whole));
        all.push(series(&format!("XB.ELYSE.00.HH{axis}"), 100.0, brought()));
    }
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let event = Event {
        id: "smi:S0300a".to_owned(),
        name: "S0300a".to_owned(),
        time: window(0).start.plus_s(120.0),
        span: Some(window(0)),
        ..Event::default()
    };
    Snapshot {
        writable: true,
        archive_generation: 1,
        series: Arc::new(all),
        events: Arc::new(vec![event]),
        commanding: Arc::new(commanding(story, who)),
        health: Arc::new(Health { time: Some(now()), ..Health::default() }),
        ..Snapshot::default()
    }
}

/// A quake in the window of the event data, noise elsewhere.
fn motion(name: &str, t: Instant) -> Option<f64> {
    if name.contains(".00.HH") && !brought().contains(t) {
        return None;
    }
    let s = t.s_since(brought().start.plus_s(200.0));
    let envelope = 1.0 + if s > 0.0 { 14.0 * (s / 90.0) * (-s / 180.0).exp() } else { 0.0 };
    let phase = name.len() as f64 + f64::from(name.as_bytes().last().copied().unwrap_or(0));
    Some(300.0 * envelope * (1.7 * s + phase).sin() * (1.0 + 0.5 * (0.13 * s).cos()))
}

fn answers(request: &Request) -> Option<Result<Answer, marsdeck_engine::query::QueryError>> {
    Some(Ok(match request {
        Request::MinMax { key, range, width } => {
            let step = range.duration_ns() / i64::from(*width);
            let bucket = |i: i64| {
                let mut bucket = Bucket::EMPTY;
                for j in 0..6 {
                    let t = range.start.plus_ns(step * i + step * j / 6);
                    if let Some(value) = motion(&key.name, t) {
                        bucket.add(value);
                    }
                }
                bucket
            };
            let buckets = (0..i64::from(*width)).map(bucket).collect();
            Answer::MinMax { buckets, period_ns: 1e7 }
        }
        Request::Segments { key, .. } => {
            let whole = TimeRange::new(at(-90_000.0), now());
            let held = if key.name.contains(".00.HH") { brought() } else { whole };
            Answer::Segments(vec![held])
        }
        _ => return None,
    }))
}

fn stage(panel: &str, theme: Theme, who: &str) -> Stage {
    let mut stage = Stage::new(panel, snapshot(&story(), who), theme, Box::new(answers));
    stage.session = Session::new([7; 32]);
    stage
}

/// Orders that were asked for, with their numbers.
fn orders(stage: &Stage) -> Vec<(OrderId, Order)> {
    let order = |wish: &UiIntent| match wish {
        UiIntent::Engine(Intent::Command { id, order, .. }) => Some((*id, (**order).clone())),
        _ => None,
    };
    stage.wishes.iter().filter_map(order).collect()
}

fn press(harness: &mut Harness<'static, Stage>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

/// Answers the last order.
fn reply(harness: &mut Harness<'static, Stage>, who: &str, reply: Reply) {
    let (order, _) = orders(harness.state()).pop().expect("an order");
    let mut snapshot = snapshot(&story(), who);
    let picture = Arc::make_mut(&mut snapshot.commanding);
    picture.answers = Arc::new([Answered { order, reply }].into());
    picture.documents = Arc::new(documents());
    harness.state_mut().set_snapshot(snapshot);
    harness.run_steps(4);
}

fn documents() -> Documents {
    let event = DocumentEvent {
        kind: DocumentKind::Plan,
        mission: "insight".to_owned(),
        name: "sol 236".to_owned(),
        digest: Digest::default(),
        bytes: 1,
        parents: Vec::new(),
        note: String::new(),
    };
    let body = serde_json::to_string(&event).expect("json");
    let (who, kind, hash) = ("anne".to_owned(), DOCUMENT_KIND.to_owned(), Digest::default());
    let mut documents = Documents::default();
    documents.apply(&Record { number: 900, time: now(), who, kind, body, hash });
    documents
}

const SIZE: [f32; 2] = [1280.0, 800.0];
/// The plot without event data.
const CONTINUOUS: &str =
    "Seismogram: BHU  VBB U velocity, BHV  VBB V velocity, BHW  VBB W velocity";

#[test]
fn every_state_has_a_chip_and_details() {
    let mut harness = harness(stage("Event requests", Theme::dark(), "anne"), SIZE, false);
    harness.get_by_label("9 requests");
    press(&mut harness, "Closed and rejected too");
    harness.get_by_label("11 requests");
    for state in State::ALL {
        harness.get_by_label(state.word());
    }
    let id = "S0232a-1";
    press(&mut harness, id);
    assert!(harness.state().wishes.contains(&UiIntent::SelectRequest(id.to_owned())));
    harness.get_by_label("all stored");
    harness.get_by_label_contains("SEIS commanded by #512");
    harness.get_by_label_contains("extracted 2019-07-27");
    harness.get_by_label("XB.ELYSE.00.HHU, XB.ELYSE.00.HHV, XB.ELYSE.00.HHW");
    // A planner cannot accept, and what is here cannot be withdrawn.
    press(&mut harness, "Close");
    let asked = orders(harness.state());
    let close = RequestOrder::Close { id: id.to_owned(), note: String::new() };
    assert_eq!(asked.last().map(|(_, order)| order), Some(&Order::Request(close)));
    reply(&mut harness, "anne", Reply::Done("S0232a-1 is closed.".to_owned()));
    harness.get_by_label("S0232a-1 is closed.");
}

#[test]
fn a_lead_accepts_or_rejects_with_a_reason() {
    let mut harness = harness(stage("Event requests", Theme::dark(), "lea"), SIZE, false);
    press(&mut harness, "S0239a-1");
    let seen = harness.state().snapshot.commanding.requests.get("S0239a-1").map(|r| r.content);
    let seen = seen.expect("a request");
    press(&mut harness, "Accept");
    let (id, waiver) = ("S0239a-1".to_owned(), String::new());
    let accept = RequestOrder::Accept { id: id.clone(), seen, waiver };
    assert_eq!(orders(harness.state()).pop().map(|o| o.1), Some(Order::Request(accept)));
    let refused = vec!["overlap: it asks for the same.".to_owned()];
    reply(&mut harness, "lea", Reply::Refused(refused));
    harness.get_by_label("overlap: it asks for the same.");
    press(&mut harness, "Reject…");
    harness.get_by_label("Why it is rejected").focus();
    harness.get_by_label("Why it is rejected").type_text("noise");
    harness.run_steps(2);
    press(&mut harness, "Reject it");
    let reject = RequestOrder::Reject { id, seen, reason: "noise".to_owned() };
    assert_eq!(orders(harness.state()).pop().map(|o| o.1), Some(Order::Request(reject)));
}

#[test]
fn an_accepted_request_becomes_commands() {
    let mut harness = harness(stage("Event requests", Theme::dark(), "lea"), SIZE, false);
    press(&mut harness, "S0238a-1");
    press(&mut harness, "Prepare for uplink");
    let asked = orders(harness.state());
    let [(_, Order::Prepare(draft))] = asked.as_slice() else { panic!("{asked:?}") };
    let DraftOf::Command { name, arguments } = &draft.what else { panic!("{draft:?}") };
    assert_eq!((name.as_str(), draft.mission.as_str()), ("SEIS_EVENT_EXTRACT", "insight"));
    let arguments: BTreeMap<_, _> = arguments.iter().cloned().collect();
    assert_eq!(arguments["request"], "S0238a-1");
    assert_eq!(arguments["rate_hz"], "100");
    assert_eq!(draft.timing.expires, Some(window(2).start.plus_s(50.0 * 3600.0)));
    reply(&mut harness, "lea", Reply::Prepared(Uid(77)));
    harness.get_by_label_contains("Command #77 is prepared");
}

#[test]
fn an_accepted_request_goes_into_a_plan() {
    let mut stage = stage("Event requests", Theme::dark(), "anne");
    let mut first = snapshot(&story(), "anne");
    Arc::make_mut(&mut first.commanding).documents = Arc::new(documents());
    stage.set_snapshot(first);
    let mut harness = harness(stage, SIZE, false);
    press(&mut harness, "S0238a-1");
    press(&mut harness, "Put into a plan…");
    press(&mut harness, "sol 236");
    assert_eq!(orders(harness.state()).pop().map(|o| o.1), Some(Order::Open { version: 900 }));
    let range = TimeRange::new(now(), now().plus_s(88_775.0));
    let plan = Plan::new("p", "sol 236", "insight", range);
    let content = Content::Plan(Arc::new(plan));
    reply(&mut harness, "anne", Reply::Opened { version: 900, content });
    let Some((_, Order::Save { name, parents, content, note, .. })) = orders(harness.state()).pop()
    else {
        panic!("{:?}", harness.state().wishes)
    };
    assert_eq!((name.as_str(), parents.as_slice()), ("sol 236", [900].as_slice()));
    assert!(note.starts_with("event request S0238a-1 put in"), "{note}");
    let Content::Plan(plan) = content else { panic!("a plan") };
    assert_eq!(plan.activities.len(), 1);
    reply(&mut harness, "anne", Reply::Saved(901));
    harness.get_by_label("Saved as version 901.");
}

#[test]
fn nobody_who_is_not_logged_in_does_anything() {
    let mut harness = harness(stage("Event requests", Theme::dark(), "nobody"), SIZE, false);
    for id in ["S0240a-1", "S0239a-1", "S0238a-1", "S0232a-1"] {
        press(&mut harness, id);
        for button in ["Propose", "Accept", "Reject…", "Prepare for uplink", "Close"] {
            press(&mut harness, button);
        }
    }
    assert_eq!(orders(harness.state()), []);
    press(&mut harness, "Show on seismogram");
    let wishes = &harness.state().wishes;
    assert!(wishes.contains(&UiIntent::OpenPanel("Seismogram".to_owned())));
    assert!(wishes.contains(&UiIntent::SetCursor(window(8).start)));
}

#[test]
fn without_requests_the_panel_says_where_they_are_made() {
    let stage =
        Stage::new("Event requests", Snapshot::default(), Theme::dark(), Box::new(|_| None));
    let mut harness = harness(stage, SIZE, false);
    harness.get_by_label("No event requests");
    press(&mut harness, "Open seismogram");
    assert_eq!(harness.state().wishes, [UiIntent::OpenPanel("Seismogram".to_owned())]);
}

/// The seismogram over the window of event data, or over that of the first request.
fn seismogram(theme: Theme, who: &str, range: TimeRange) -> Stage {
    let mut stage = stage("Seismogram", theme, who);
    let margin = range.duration_s() * 0.3;
    stage.time.set_range(TimeRange::new(range.start.plus_s(-margin), range.end.plus_s(margin)));
    stage.time.set_cursor(range.start);
    stage
}

#[test]
fn a_window_of_the_seismogram_becomes_a_request() {
    let harness_of = seismogram(Theme::dark(), "anne", window(0));
    let mut harness = harness(harness_of, SIZE, false);
    let plot = harness.get_by_label(CONTINUOUS).rect();
    let at = egui::pos2(plot.left() + plot.width() * 0.4, plot.center().y);
    harness.event(egui::Event::ModifiersChanged(egui::Modifiers::SHIFT));
    harness.drag_at(at);
    harness.run_steps(2);
    harness.hover_at(at + egui::vec2(200.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(at + egui::vec2(200.0, 0.0));
    harness.event(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
    harness.run_steps(4);
    harness.get_by_label_contains("Selected: ");
    press(&mut harness, "Request event data…");
    harness.get_by_label("New event request");
    harness.get_by_label_contains("min left");
    harness.get_by_label("Nothing stands against it.");
    press(&mut harness, "Pressure");
    harness.get_by_label("Justification").focus();
    harness.get_by_label("Justification").type_text("A clear S");
    harness.run_steps(2);
    press(&mut harness, "Propose");
    let asked = orders(harness.state());
    let [(_, Order::Request(RequestOrder::Propose(request)))] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(
        (request.mission.as_str(), request.justification.as_str()),
        ("insight", "A clear S")
    );
    assert_eq!(request.wishes_text(), "VBB ×3 at 100 sps, pressure at 20 sps");
    assert!(window(0).overlaps(&request.window) && request.faults().is_empty());
    reply(&mut harness, "anne", Reply::Refused(vec!["Say why.".to_owned()]));
    harness.get_by_label("New event request");
    harness.get_by_label("Say why.");
    press(&mut harness, "Propose");
    reply(&mut harness, "anne", Reply::Done("S0300a-1 is proposed.".to_owned()));
    assert!(harness.query_by_label("New event request").is_none());
    harness.get_by_label("S0300a-1 is proposed.");
}

#[test]
fn what_a_request_brought_stands_beside_the_continuous_data() {
    let mut harness = harness(seismogram(Theme::dark(), "anne", brought()), SIZE, false);
    // The continuous group stays, though the event data have more samples.
    harness.get_by_label(
        "Seismogram: BHU  VBB U velocity, HHU  100 sps  S0232a-1, BHV  VBB V velocity, \
         HHV  100 sps  S0232a-1, BHW  VBB W velocity, HHW  100 sps  S0232a-1",
    );
    press(&mut harness, "S0232a-1 INGESTED");
    assert!(harness.state().wishes.contains(&UiIntent::OpenPanel("Event requests".to_owned())));
    // Selecting a request selects its window.
    harness.get_by_label_contains("Selected: 20 min");
    press(&mut harness, "Event data");
    harness.get_by_label(CONTINUOUS);
}

#[test]
fn it_renders_in_both_themes() {
    for theme in themes() {
        let name = theme.name;
        let mut panel = harness(stage("Event requests", theme.clone(), "lea"), SIZE, true);
        press(&mut panel, "Closed and rejected too");
        press(&mut panel, "S0232a-1");
        picture(&mut panel, &format!("event_requests_{name}"));
        press(&mut panel, "S0239a-1");
        press(&mut panel, "Reject…");
        picture(&mut panel, &format!("event_requests_reject_{name}"));
        let mut plot = harness(seismogram(theme.clone(), "anne", brought()), SIZE, true);
        picture(&mut plot, &format!("event_requests_seismogram_{name}"));
        let mut plot = harness(seismogram(theme, "anne", window(0)), SIZE, true);
        plot.state_mut().selection.event = "smi:S0300a".to_owned();
        plot.run_steps(4);
        press(&mut plot, "Request event data…");
        press(&mut plot, "Pressure");
        plot.run_steps(4);
        picture(&mut plot, &format!("event_requests_form_{name}"));
    }
}
