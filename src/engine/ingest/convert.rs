//! From the words of a format to those of the archive.

use crate::archive::{Event, Pick};
use crate::format::quakeml::{self, Real};
use crate::format::stationxml::Inventory;
use crate::time::{Instant, TimeRange};

/// A catalogue event as the archive keeps it: preferred origin and magnitude, all picks.
pub(super) fn event(source: &quakeml::Event) -> Event {
    let origin = source.origin();
    let span = source.span();
    let time = origin
        .and_then(|o| o.time.map(|t| t.time))
        .or_else(|| span.map(|s| s.start))
        .or_else(|| source.picks.iter().map(|p| p.timing.time).min())
        .unwrap_or_default();
    let magnitude = source.magnitude();
    let id = if source.public_id.is_empty() {
        format!("{}@{}", source.name, time.unix_ns())
    } else {
        source.public_id.clone()
    };
    let kind = if source.is_of_mars() { &source.mars_kind } else { &source.kind };
    let pick = |p: &quakeml::Pick| Pick {
        phase: p.phase.clone(),
        time: p.timing.time,
        uncertainty_s: p.timing.uncertainty_s(),
    };
    Event {
        id,
        name: source.name.clone(),
        mission: if source.is_of_mars() { "insight".to_owned() } else { String::new() },
        kind: kind.clone(),
        quality: origin.map(|o| o.quality.clone()).unwrap_or_default(),
        time,
        span,
        latitude_deg: origin.and_then(|o| Some(o.latitude_deg?.value)),
        longitude_deg: origin.and_then(|o| Some(o.longitude_deg?.value.rem_euclid(360.0))),
        depth_km: origin.and_then(|o| Some(o.depth_m?.value / 1000.0)),
        distance_deg: origin.and_then(|o| Some(o.distance_deg?.value)),
        back_azimuth_deg: origin.and_then(|o| Some(o.back_azimuth_deg?.value)),
        distance_bounds_deg: origin
            .and_then(|o| bounds(o.distance_deg?))
            .map(|(low, high)| (low.clamp(0.0, 180.0), high.clamp(0.0, 180.0))),
        back_azimuth_bounds_deg: origin.and_then(|o| bounds(o.back_azimuth_deg?)),
        epicentre_error_deg: origin
            .and_then(|o| Some((spread(o.latitude_deg?)?, spread(o.longitude_deg?)?))),
        magnitude: magnitude.map(|m| m.value.value),
        magnitude_type: magnitude.map(|m| m.kind.clone()).unwrap_or_default(),
        picks: source.picks.iter().map(pick).collect(),
        simulated: false,
    }
}

/// Between what a value may lie, where its uncertainty is known.
fn bounds(real: Real) -> Option<(f64, f64)> {
    let (low, high) = (real.value - real.lower?, real.value + real.upper?);
    (low.is_finite() && high.is_finite() && low <= high).then_some((low, high))
}

/// The larger of the uncertainties of a value.
fn spread(real: Real) -> Option<f64> {
    let (lower, upper) = (real.lower.or(real.upper)?, real.upper.or(real.lower)?);
    Some(lower.max(upper)).filter(|s| s.is_finite() && *s > 0.0)
}

/// From the first to the last instant of events.
pub(super) fn events_span(events: &[Event]) -> Option<TimeRange> {
    let of = |e: &Event| {
        let at = TimeRange::new(e.time, e.time.plus_ns(1));
        e.span.map_or(at, |s| s.hull(&at))
    };
    events.iter().map(of).reduce(|a, b| a.hull(&b))
}

/// Number of channel epochs, and the time that they cover; none where all of it is open.
pub(super) fn inventory_span(inventory: &Inventory) -> (usize, Option<TimeRange>) {
    let stations = inventory.networks.iter().flat_map(|n| &n.stations);
    let epochs: Vec<TimeRange> = stations.flat_map(|s| &s.channels).map(|c| c.epoch).collect();
    let span = epochs.iter().copied().reduce(|a, b| a.hull(&b));
    (epochs.len(), span.filter(|s| *s != TimeRange::ALL))
}

/// Time of an MSL spacecraft clock, good to some minutes over the mission: ET − SCLK was
/// 779.753 s on 2014-08-05 and drifts; ET − UTC was 67.184 s then.
pub(super) fn msl_sclk(sclk: u32) -> Instant {
    const J2000_UNIX_S: f64 = 946_728_000.0;
    Instant::from_unix_s(J2000_UNIX_S + f64::from(sclk) + 779.753 - 67.184)
}
