//! The catalogue of the simulated quakes, as QuakeML.

use super::quake::{QUAKES, Quake};
use crate::format::quakeml::{Event, Magnitude, Origin, Pick, Real, Timing, write};
use crate::time::{Instant, TimeRange};

/// QuakeML of the quakes whose signal lies in a range; none where there are none.
pub(super) fn quakeml(range: TimeRange) -> Option<String> {
    let events: Vec<Event> =
        QUAKES.iter().filter(|q| range.contains(q.span().0)).map(event).collect();
    (!events.is_empty()).then(|| write(&events))
}

fn event(quake: &Quake) -> Event {
    let id = |what: &str| format!("smi:local.marsdeck/simulated/{}/{what}", quake.name);
    let timing =
        |time: Instant, spread: f64| Timing { time, lower_s: Some(spread), upper_s: Some(spread) };
    let picks = [
        ("start", quake.p_s - 4.0, 2.0),
        ("P", quake.p_s, 2.0),
        ("S", quake.s_s, 4.0),
        ("end", quake.s_s + 6.0 * quake.coda_s, 30.0),
    ];
    Event {
        public_id: id("event"),
        name: quake.name.to_owned(),
        kind: "other event".to_owned(),
        mars_kind: quake.kind.to_owned(),
        preferred_origin: Some(id("origin")),
        preferred_magnitude: Some(id("magnitude")),
        origins: vec![Origin {
            public_id: id("origin"),
            time: Some(timing(quake.origin, 5.0)),
            latitude_deg: Some(Real::exact(quake.latitude_deg)),
            longitude_deg: Some(Real::exact(quake.longitude_deg)),
            quality: quake.quality.to_owned(),
            distance_deg: Some(Real::exact(quake.distance_deg)),
            back_azimuth_deg: Some(Real::exact(quake.back_azimuth_deg)),
            mode: "manual".to_owned(),
            ..Origin::default()
        }],
        magnitudes: vec![Magnitude {
            public_id: id("magnitude"),
            value: Real::exact(quake.magnitude),
            kind: "MW".to_owned(),
            origin: id("origin"),
        }],
        picks: picks
            .into_iter()
            .map(|(phase, after_s, spread)| Pick {
                public_id: id(&format!("pick/{phase}")),
                timing: timing(quake.origin.plus_s(after_s), spread),
                phase: phase.to_owned(),
                channel: "XB.ELYSE.02.BHU".to_owned(),
                ..Pick::default()
            })
            .collect(),
        comments: vec!["SIMULATED".to_owned()],
        ..Event::default()
    }
}
