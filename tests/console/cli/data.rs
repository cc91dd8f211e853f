//! Data that the tests make: samples, records, a catalogue, a spectrum, a table.

use marsdeck_engine::format::chemcam::{Ccs, write_ccs};
use marsdeck_engine::format::mseed::{Samples, SourceId, Trace, Version, WriteOptions, write};
use marsdeck_engine::format::quakeml::{self, Magnitude, Origin, Pick, Real, Timing};
use marsdeck_engine::time::Instant;
use std::fmt::Write as _;

/// 2019-07-26T12:00:00Z, seconds since 1970.
pub(super) const NOON_S: i64 = 1_564_142_400;

/// Samples per second of all traces.
pub(super) const RATE: usize = 20;

/// The instant some seconds after noon.
pub(super) fn noon(seconds: i64) -> Instant {
    Instant::from_unix_ns((NOON_S + seconds) * 1_000_000_000)
}

/// A walk that looks like noise, the same for the same seed.
pub(super) fn walk(count: usize, seed: u32) -> Vec<i32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut value = 0i32;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            value += (state % 2001) as i32 - 1000;
            value
        })
        .collect()
}

/// A trace of `XB.ELYSE.02.<channel>` at 20 samples per second.
pub(super) fn trace(channel: &str, start: Instant, samples: Samples) -> Trace {
    Trace {
        source: SourceId {
            network: "XB".into(),
            station: "ELYSE".into(),
            location: "02".into(),
            channel: channel.into(),
        },
        start,
        rate_hz: RATE as f64,
        publication: 2,
        samples,
    }
}

/// Its records, version 2.
pub(super) fn records(trace: &Trace) -> Vec<u8> {
    write(trace, &WriteOptions::for_samples(Version::V2, &trace.samples)).expect("records")
}

/// Steim2 records of integers from some seconds after noon.
pub(super) fn counts(channel: &str, after_noon_s: i64, samples: &[i32]) -> Vec<u8> {
    records(&trace(channel, noon(after_noon_s), Samples::I32(samples.to_vec())))
}

/// `2019-07-26T12:MM:SS.ffffffZ` of sample `i` after noon, computed by hand.
pub(super) fn stamp(i: usize) -> String {
    let (minutes, rest) = (i / RATE / 60, i % (RATE * 60));
    let micros = (rest % RATE) * (1_000_000 / RATE);
    format!("2019-07-26T12:{minutes:02}:{:02}.{micros:06}Z", rest / RATE)
}

/// A catalogue with one located event, its picks at noon plus 60, 90 and 240 s.
pub(super) fn catalogue(name: &str) -> String {
    let pick = |phase: &str, seconds: i64| Pick {
        public_id: format!("smi:test/pick/{name}/{phase}"),
        timing: Timing { time: noon(seconds), lower_s: Some(1.5), upper_s: Some(1.5) },
        phase: phase.into(),
        channel: "XB.ELYSE.02.BHU".into(),
        ..Pick::default()
    };
    let origin = Origin {
        public_id: format!("smi:test/origin/{name}"),
        time: Some(Timing { time: noon(30), ..Timing::default() }),
        latitude_deg: Some(Real::exact(11.25)),
        longitude_deg: Some(Real::exact(160.5)),
        quality: "A".into(),
        distance_deg: Some(Real::exact(25.5)),
        back_azimuth_deg: Some(Real::exact(74.0)),
        ..Origin::default()
    };
    let event = quakeml::Event {
        public_id: format!("smi:test/event/{name}"),
        name: name.into(),
        mars_kind: "BROADBAND".into(),
        preferred_origin: Some(origin.public_id.clone()),
        origins: vec![origin],
        magnitudes: vec![Magnitude {
            public_id: format!("smi:test/magnitude/{name}"),
            value: Real::exact(3.5),
            kind: "MW".into(),
            ..Magnitude::default()
        }],
        picks: vec![pick("P", 60), pick("S", 90), pick("start", 55), pick("end", 240)],
        ..quakeml::Event::default()
    };
    quakeml::write(&[event])
}

/// A spectrum with the calcium line at 393.37 nm and nothing else.
pub(super) fn spectrum() -> String {
    let step =
        |from: f64, to: f64| (0..2048).map(move |i| from + (to - from) * f64::from(i) / 2047.0);
    let wave_nm: Vec<f64> = step(240.811, 340.797)
        .chain(step(382.138, 469.090))
        .chain(step(473.184, 905.574))
        .collect();
    let shot: Vec<f64> = wave_nm
        .iter()
        .enumerate()
        .map(|(i, nm)| {
            let noise = ((i * 7919) % 101) as f64 * 1e7;
            1e10 + noise + 9e12 * (-((nm - 393.37) / 0.12).powi(2)).exp()
        })
        .collect();
    let header = [("NSHOTS", "1"), ("DISTT", "2500.0")];
    write_ccs(&Ccs {
        header: header.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec(),
        wave_nm,
        shots: vec![shot.clone()],
        median: shot.clone(),
        mean: shot,
    })
}

/// Pressures of a table, one a second after noon.
pub(super) fn pressures() -> Vec<f64> {
    (0..600).map(|i| 750.0 + f64::from((i * 37) % 100) / 8.0).collect()
}

/// The table as text.
pub(super) fn table() -> String {
    let mut text = String::from("UTC,PRESSURE\n");
    for (i, value) in pressures().iter().enumerate() {
        let (minute, second) = (i / 60, i % 60);
        let _: std::fmt::Result =
            writeln!(text, "2019-07-26T12:{minute:02}:{second:02}.000Z,{value}");
    }
    text
}
