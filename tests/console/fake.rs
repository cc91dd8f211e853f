//! An engine made of formulas, for driving the console without an archive.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use marsdeck_engine::archive::{Bucket, Event, SeriesKey, SeriesKind, SeriesSummary};
use marsdeck_engine::mission::{
    AlarmRule, Database, Instrument, Limit, Mission, Parameter, Severity, Site,
};
use marsdeck_engine::query::{Answer, LatestValue, QueryError, Request};
use marsdeck_engine::runtime::{EngineHandle, Intent, Snapshot, Ticket};
use marsdeck_engine::time::{Instant, TimeRange};

/// Start of the data: sol 235 of InSight or so.
pub(crate) const START_S: f64 = 1.564_100_000e9;
/// Length of the data: about three sols.
pub(crate) const LENGTH_S: f64 = 270_000.0;
/// A gap in the pressure series.
pub(crate) const GAP_S: (f64, f64) = (START_S + 100_000.0, START_S + 110_000.0);

/// The engine; keeps the intents that it was sent.
pub(crate) struct FakeEngine {
    /// What `snapshot` gives.
    pub(crate) snapshot: Mutex<Arc<Snapshot>>,
    /// What it was sent.
    pub(crate) sent: Mutex<Vec<Intent>>,
}

impl FakeEngine {
    /// With two series, one of them with limits and a gap, and three events.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { snapshot: Mutex::new(Arc::new(snapshot())), sent: Mutex::new(Vec::new()) })
    }

    /// Without any data.
    pub(crate) fn empty() -> Arc<Self> {
        let none = Snapshot { writable: true, ..Snapshot::default() };
        Arc::new(Self { snapshot: Mutex::new(Arc::new(none)), sent: Mutex::new(Vec::new()) })
    }

    /// Changes the snapshot.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut held = self.snapshot.lock().expect("no panic while held");
        let mut next = (**held).clone();
        change(&mut next);
        next.generation += 1;
        *held = Arc::new(next);
    }
}

impl EngineHandle for FakeEngine {
    fn send(&self, intent: Intent) {
        self.sent.lock().expect("no panic while held").push(intent);
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().expect("no panic while held"))
    }

    fn query(&self, request: Request) -> Ticket {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        sender.send(answer(&request)).expect("room for one");
        Ticket::new(receiver, Arc::new(AtomicBool::new(false)))
    }
}

/// The value of a series at an instant; none in the gap and outside of the data.
pub(crate) fn value(name: &str, t: Instant) -> Option<f64> {
    let s = t.unix_s();
    if !(START_S..START_S + LENGTH_S).contains(&s) {
        return None;
    }
    let phase = (s - START_S) / 88_775.244 * std::f64::consts::TAU;
    if name.ends_with("pressure") {
        let gap = (GAP_S.0..GAP_S.1).contains(&s);
        (!gap).then(|| 730.0 + 12.0 * phase.sin() + 3.0 * (2.0 * phase).cos() + (s * 7.3).sin())
    } else {
        let quake = (s - START_S - 43_000.0) / 600.0;
        let envelope = 1.0 + if quake > 0.0 { 30.0 * quake * (-quake).exp() } else { 0.0 };
        Some(1e-9 * envelope * (s * 3.1).sin() * (1.0 + 0.5 * (s * 0.37).cos()))
    }
}

fn answer(request: &Request) -> Result<Answer, QueryError> {
    Ok(match request {
        Request::Passes { .. } => Answer::Passes(Vec::new()),
        Request::Packets { .. } => Answer::Packets(std::sync::Arc::default()),
        Request::Latest { keys, at } => Answer::Latest(
            keys.iter()
                .map(|key| {
                    let time = Instant::from_unix_s(at.unix_s().floor());
                    value(&key.name, time).map(|value| LatestValue { time, value })
                })
                .collect(),
        ),
        Request::MinMax { key, range, width } => {
            let step = range.duration_ns() / i64::from(*width);
            let buckets = (0..*width)
                .map(|i| {
                    let mut bucket = Bucket::EMPTY;
                    for j in 0..4 {
                        let t = range.start.plus_ns(step * i64::from(i) + step * j / 4);
                        bucket.add(value(&key.name, t).unwrap_or(f64::NAN));
                    }
                    bucket
                })
                .collect();
            Answer::MinMax { buckets, period_ns: 1e9 }
        }
        Request::Range { key, range, limit } => {
            let first = range.start.unix_ns().div_euclid(1_000_000_000) + 1;
            let last = range.end.unix_ns().div_euclid(1_000_000_000);
            let times: Vec<Instant> = (first..=last.min(first + *limit as i64))
                .map(|s| Instant::from_unix_ns(s * 1_000_000_000))
                .filter(|t| value(&key.name, *t).is_some())
                .collect();
            let values = times.iter().filter_map(|t| value(&key.name, *t)).collect();
            Answer::Range { times, values, truncated: false }
        }
        Request::Segments { key, range } => {
            let whole = span();
            let parts = if key.name.ends_with("pressure") {
                let (a, b) = (Instant::from_unix_s(GAP_S.0), Instant::from_unix_s(GAP_S.1));
                vec![TimeRange::new(whole.start, a), TimeRange::new(b, whole.end)]
            } else {
                vec![whole]
            };
            Answer::Segments(parts.into_iter().filter(|part| part.overlaps(range)).collect())
        }
        Request::Events { .. } => Answer::Events(events()),
        Request::MessagesAround { .. } => Answer::MessagesAround {
            before: Vec::new(),
            after: Vec::new(),
            more_before: false,
            more_after: false,
        },
        Request::Notes(_) => Answer::Notes { entries: Vec::new(), truncated: false },
        Request::Products { .. } => Answer::Products(Vec::new()),
        Request::ProductBytes { id } | Request::Spectrum { id } => {
            return Err(QueryError::Unknown(format!("product {}", id.0)));
        }
    })
}

/// From the first to the last sample.
pub(crate) fn span() -> TimeRange {
    TimeRange::new(Instant::from_unix_s(START_S), Instant::from_unix_s(START_S + LENGTH_S))
}

fn events() -> Vec<Event> {
    [("S0235a", 20_000.0), ("S0235b", 43_000.0), ("S0236a", 140_000.0)]
        .into_iter()
        .map(|(name, at)| Event {
            id: format!("smi:test/{name}"),
            name: name.to_owned(),
            mission: "insight".to_owned(),
            kind: "BROADBAND".to_owned(),
            quality: "A".to_owned(),
            latitude_deg: (name == "S0235b").then_some(10.99),
            longitude_deg: (name == "S0235b").then_some(160.95),
            time: Instant::from_unix_s(START_S + at),
            span: Some(TimeRange::new(
                Instant::from_unix_s(START_S + at - 60.0),
                Instant::from_unix_s(START_S + at + 3000.0),
            )),
            ..Event::default()
        })
        .collect()
}

/// The two series.
pub(crate) fn keys() -> [SeriesKey; 2] {
    [
        SeriesKey::new("/insight/apss/pressure", "simulated"),
        SeriesKey::new("XB.ELYSE.02.BHU", "simulated"),
    ]
}

fn parameter(name: &str, title: &str, unit: &str, limits: Vec<Limit>) -> Parameter {
    Parameter {
        name: name.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        rate_hz: 1.0,
        decimals: 2,
        limits,
        alarm: AlarmRule::default(),
        states: Vec::new(),
        expression: String::new(),
        description: String::new(),
    }
}

fn instrument(id: &str, name: &str, title: &str, parameter: Parameter) -> Instrument {
    Instrument {
        id: id.to_owned(),
        name: name.to_owned(),
        title: title.to_owned(),
        colour: "#4dacff".to_owned(),
        state: String::new(),
        key_parameters: vec![parameter.name.clone()],
        sparkline: parameter.name.clone(),
        workspace: "Atmosphere".to_owned(),
        parameters: vec![parameter],
    }
}

fn snapshot() -> Snapshot {
    let high = Limit { severity: Severity::Warning, high: Some(742.0), ..Limit::default() };
    let pressure = parameter("/insight/apss/pressure", "Pressure", "Pa", vec![high]);
    let ground = parameter("XB.ELYSE.02.BHU", "VBB U", "m/s", Vec::new());
    let mission = |id: &str, name: &str, instruments| Mission {
        id: id.to_owned(),
        name: name.to_owned(),
        sites: Vec::new(),
        instruments,
        displays: Vec::new(),
        commands: Vec::new(),
    };
    let mut missions = vec![
        mission(
            "insight",
            "InSight",
            vec![
                instrument("apss", "APSS", "Auxiliary Payload Sensor Suite", pressure),
                instrument("seis", "SEIS", "Seismometer", ground),
            ],
        ),
        mission("msl", "Curiosity", Vec::new()),
    ];
    let landing = Site {
        name: "InSight".to_owned(),
        latitude_deg: 4.502_384,
        longitude_deg: 135.623_447,
        elevation_m: -2613.0,
    };
    missions[0].sites.push(landing);
    let series = keys()
        .into_iter()
        .map(|key| SeriesSummary {
            kind: SeriesKind::Parameter,
            unit: if key.name.ends_with("pressure") { "Pa" } else { "m/s" }.to_owned(),
            key,
            rate_hz: 1.0,
            span: span(),
            samples: LENGTH_S as u64,
        })
        .collect();
    Snapshot {
        generation: 1,
        archive_generation: 1,
        archive_path: PathBuf::from("/archive/demo"),
        writable: true,
        missions: Arc::new(Database { missions, ..Database::default() }),
        series: Arc::new(series),
        events: Arc::new(events()),
        alarms: Arc::default(),
        span: Some(span()),
        ..Snapshot::default()
    }
}
